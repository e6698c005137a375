"""What fields of packets are called and what their values are written like, in nft(8) and iptables(8)."""

import ipaddress
import re

from kaspec.doctor.firewall.rules import Value

PROTOCOLS = {
    "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "egp": 8, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
    "ipv6-icmp": 58, "icmpv6": 58, "eigrp": 88, "ospf": 89, "ospfigp": 89, "pim": 103, "ipcomp": 108, "comp": 108, "vrrp": 112,
    "l2tp": 115, "sctp": 132, "udplite": 136,
}  # fmt: skip
"""Protocol numbers (IANA) by the names in /etc/protocols and nft's own; a name that is not here is unclear, not wrong."""

_NUMBER = re.compile(r"(?:0x[0-9a-fA-F]{1,32}|[0-9]{1,39})")
_NUMERIC = {"l4proto", "ip protocol", "ip6 nexthdr", "ip ttl", "ip6 hoplimit"}
_ADDRESSES = {"ip saddr", "ip daddr", "ip6 saddr", "ip6 daddr"}
_WORDS = {"iifname", "oifname", "pkttype", "ct state", "nfproto", "protocol", "ether type", "fib daddr type"}
KNOWN = _NUMERIC | _ADDRESSES | _WORDS
"""The fields whose values we can read."""


def read_value(field: str, text: str) -> Value | None:
    """Read one value of a field; ``None`` if it is not understood."""
    if field in _WORDS:
        return text
    if field in _ADDRESSES:
        return read_network(text)
    number = PROTOCOLS.get(text) if field in {"l4proto", "ip protocol", "ip6 nexthdr"} else None
    if number is None:
        number = int(text, 0) if _NUMBER.fullmatch(text) and (text == "0" or not text.startswith("0") or text[1:2] == "x") else None
    return None if number is None else (number, number)


def read_network(text: str) -> tuple[int, int] | None:
    """Read an address, or a network as ``ADDRESS/LENGTH`` or ``ADDRESS/MASK``, as the range of its addresses."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return int(network.network_address), int(network.broadcast_address)
