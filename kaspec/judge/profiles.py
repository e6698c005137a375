"""Whom the daemon of a host follows, by the name that a command gives it."""

from collections.abc import Mapping

from kaspec.frozen import evolve
from kaspec.judge.allowance import Departure
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, Profile

_NONE: frozenset[Departure] = frozenset()
KEEPALIVED_2_2_7 = evolve(
    KEEPALIVED, name="keepalived-2.2.7", address_list="drop", refreshes_caches="after-lower", discard_rearms_master=True
)
FRR = evolve(RFC5798, name="frr")

PROFILES: Mapping[str, tuple[Profile, frozenset[Departure]]] = {
    "keepalived": (KEEPALIVED, _NONE),
    "keepalived-2.2.7": (KEEPALIVED_2_2_7, frozenset({"any-advert-rearms"})),
    "rfc3768": (RFC3768, _NONE),
    "rfc5798": (RFC5798, _NONE),
    "rfc9568": (RFC9568, _NONE),
    "frr": (FRR, frozenset({"first-advert-late"})),
}
"""By name: the profile, and what is known of the daemon beside."""
