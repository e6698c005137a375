"""Problems of ``bfd_instance`` and ``track_bfd``."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_BFD = "bfd_instance {} {{\n    neighbor_ip 192.0.2.{}\n{}}}\n"
_ROUTER = (
    "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n"
    "    track_bfd {\n        upstream\n    }\n}\n"
)
_GOOD = _BFD.format("upstream", 1, "") + _ROUTER

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.BFD_DUPLICATE: Explanation(
        "A packet that does not name a session yet is known by its sender's address (RFC 5881 3), so two sessions with one neighbor "
        "could not be told apart. Any number of instances can track the one.",
        _BFD.format("upstream", 1, "") + _BFD.format("again", 1, "") + _ROUTER,
        _GOOD,
        inside=False,
    ),
    kinds.BFD_FAMILIES: Explanation(
        "The packets of a session go from source_ip to neighbor_ip, so both are IPv4 or both are IPv6.",
        _BFD.format("upstream", 1, "    source_ip 2001:db8::1\n") + _ROUTER,
        _BFD.format("upstream", 1, "    source_ip 192.0.2.2\n") + _ROUTER,
        inside=False,
    ),
    kinds.BFD_UNUSUAL: Explanation(
        "BFD is there to find a dead neighbor in milliseconds: min_rx, min_tx and idle_tx are milliseconds, and after so many intervals "
        "as the multiplier says without a packet the session is down.",
        _BFD.format("upstream", 1, "    min_rx 50000\n") + _ROUTER,
        _BFD.format("upstream", 1, "    min_rx 50\n") + _ROUTER,
        inside=False,
    ),
    kinds.BFD_HOPS: Explanation(
        "A packet is dropped if it came over more than max_hops routers, which its TTL tells: 0 for a neighbor on the link, 255 for no "
        "check. With -1 nothing is few enough.",
        _BFD.format("upstream", 1, "    max_hops -1\n") + _ROUTER,
        _BFD.format("upstream", 1, "    max_hops 0\n") + _ROUTER,
        inside=False,
    ),
    kinds.BFD_NOT_TOLD: Explanation(
        "A bfd_instance with the keyword checker alone tells health checkers and not VRRP, so an instance that tracked it would wait for "
        "ever. The line is ignored.",
        _BFD.format("upstream", 1, "    checker\n") + _ROUTER,
        _GOOD,
        inside=False,
    ),
}
