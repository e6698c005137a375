"""Where routers are known to depart from the specification: each departure is a value of the core's profile, which it can show itself.

The facts and their sources are in docs/conformance.md.
"""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from kaspec.vrrp.router import Profile


@frozen
class Departure:
    """A known departure: what the router does, and the fields of the profile with which the core does the same."""

    name: str
    does: str
    changes: Mapping[str, Any]

    def applied(self, profile: Profile) -> Profile:
        """Return a profile that departs so too."""
        return evolve(profile, **self.changes)


REARMS = Departure(
    "re-arms", "begins its interval anew at whatever it discards, so that a Master falls silent under a rain of bad packets",
    {"discard_rearms_master": True},
)  # fmt: skip
DROPS_OTHER_ADDRESSES = Departure(
    "address list", "discards an advertisement of other addresses (keepalived up to 2.3.2)", {"address_list": "drop"}
)
ANNOUNCES_LESS = Departure(
    "priority 0", "answers priority 0 as Master without announcing its addresses anew, though there was another Master",
    {"refreshes_caches": "after-lower"},
)  # fmt: skip
ANNOUNCES_NEVER = Departure(
    "no refresh", "never announces its addresses anew, though there was another Master", {"refreshes_caches": "never"}
)
SILENT = Departure(
    "lower", "does not answer a lower priority (RFC 5798 6.4.3 wants it discarded, RFC 9568 answered)", {"answers_lower_priority": False}
)
KNOWN: Mapping[str, tuple[Departure, ...]] = {
    "kaspec": (),
    "keepalived": (REARMS, DROPS_OTHER_ADDRESSES, ANNOUNCES_LESS),
    "frr": (ANNOUNCES_NEVER, SILENT),
}
"""By the peer's name, of the versions in Debian 12: keepalived 2.2.7, FRR 8.4.4."""


def all_applied(departures: tuple[Departure, ...], profile: Profile) -> Profile:
    """Return a profile that departs in all these ways."""
    for each in departures:
        profile = each.applied(profile)
    return profile
