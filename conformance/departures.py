"""Known departures of real routers, by name: what the router does, in which versions, and how it is told.

The one place of them: the runner names what a case shows by them, learning asks whether they are all there is, and they are the profile
of keepalived 2.2.7 that captures are judged by (``kaspec.judge.profiles``; a test compares).  The facts are measured, or read in the
routers' sources.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from kaspec.vrrp.router import Profile


@frozen
class Departure:
    """A known departure of a peer, in its versions from ``since`` up to and without ``until``.

    ``readings`` are wrong readings of the protocol that are it (``conformance.runner.readings``); a case that one of them explains shows
    it.  Where no reading does the same, ``cases`` are regular expressions for the names of the cases, ``said`` for what is said of them;
    all that are given are asked for.  ``changes`` are the fields of a profile with which the core does the same, if there are such.
    """

    name: str
    peer: str
    does: str
    since: str = ""
    until: str = ""
    readings: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    said: str = ""
    changes: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def versions(self) -> str:
        """In which versions, in words."""
        ends = [f"from {self.since}" if self.since else "", f"before {self.until}" if self.until else ""]
        return " ".join(filter(None, ends)) or "all that were looked at"

    def is_of(self, peer: str, version: str) -> bool:
        """Whether a peer of this version has it; one whose version is not known may."""
        number = _number(version)
        if peer != self.peer or number is None:
            return peer == self.peer
        since, until = _number(self.since), _number(self.until)
        return (since is None or since <= number) and (until is None or number < until)


def _number(version: str) -> tuple[int, ...] | None:
    found = re.findall(r"\d+", version)
    return tuple(map(int, found)) or None


_LONGER, _ZERO, _OTHER_LIST, _ANY_FIRST = (
    "discards what is longer than it must be", "learns an interval of zero", "takes another address list",
    "takes a list of IPv6 addresses whose first is not link-local",
)  # fmt: skip
KNOWN: tuple[Departure, ...] = (
    Departure(
        "re-arms", "keepalived", "begins a Master's interval anew at any packet of its VRID, rejected ones too, so that it can be silenced",
        readings=("begins its interval anew at anything it hears", "does as keepalived 2.2.7 does"),
        changes={"discard_rearms_master": True},
    ),
    Departure(
        "address list", "keepalived", "discards an advertisement whose addresses are not its own, in version 3 too, and an owner's",
        until="2.3.3", readings=("discards another address list",), cases=(r"addresses", r"count", r"first-", r"families", r"owner"),
        changes={"address_list": "drop"},
    ),
    Departure(
        "longer packets", "keepalived", "discards a packet that is longer than its count of addresses says, be the rest padding",
        until="2.3.3", readings=(_LONGER,),
    ),
    Departure(
        "one checksum", "keepalived", "believes in version 3 over IPv4 only the form of checksum that it sends itself",
        readings=("believes one form of checksum",),
    ),
    Departure(
        "message checksum", "keepalived", "knows no v3_checksum_as_v2, so over IPv4 it does not believe a checksum of the message only",
        until="2.2.8", cases=(r"5\.2\.8-checksum-(received|sent)$",),
    ),
    Departure(
        "interval zero", "keepalived", "takes an advertised interval of 0 in version 3 for one: it yields and takes over again at once",
        readings=(_ZERO,),
    ),
    Departure(
        "priority 0", "keepalived", "answers priority 0 as a Master at once, but with lower_prio_no_advert does not restart Adver_Timer",
        readings=("does not begin its interval anew when it answers priority 0",),
    ),
    Departure(
        "announces less", "keepalived", "answers priority 0 as a Master without announcing its addresses anew",
        readings=("announces its addresses anew only after a lower priority",), changes={"refreshes_caches": "after-lower"},
    ),
    Departure(
        "yields to owners", "keepalived", "takes itself for wrongly configured when another owner speaks: it goes on with priority 254",
        until="2.3.3", readings=("yields to any owner",),
    ),
    Departure(
        "owner hears", "keepalived", "knows no owner_ignore_adverts: an owner hears others, whom RFC 3768 and RFC 5798 have it discard",
        until="2.3.3", readings=("hears others as an owner",),
    ),
    Departure(
        "owner waits", "keepalived", "an owner whose fault ends is Backup first, not Master at once",
        readings=("waits as an owner whose fault ends",),
    ),
    Departure(
        "owner's address", "keepalived", "refuses to be an owner whose only address is the virtual one, and is in FAULT",
        said=r"no IPv4 address for interface",
    ),
    Departure(
        "first address", "keepalived", "takes lists of IPv6 addresses whose first is not link-local (RFC 9568 erratum 8300)",
        readings=(_ANY_FIRST,), changes={"first_link_local": "report"},
    ),
    Departure(
        "refreshes with adverts", "keepalived", "looks at garp_master_refresh and garp_extra_if only when it advertises",
        readings=("refreshes its announcements only when it advertises",),
    ),
    Departure(
        "silent to lower", "frr", "does not answer a lower priority (RFC 5798 wants it discarded, RFC 9568 answered)",
        readings=("does not answer a lower priority",), changes={"answers_lower_priority": False},
    ),
    Departure(
        "announces never", "frr", "never announces its addresses anew, though there was another Master",
        readings=("never announces its addresses anew",), changes={"refreshes_caches": "never"},
    ),
    Departure(
        "announces once", "frr", "announces its addresses once when it becomes Master, not again after 5 s (no RFC asks for that)",
        readings=("announces its addresses once when it becomes Master",),
    ),
    Departure(
        "virtual source", "frr", "advertises from the interface's first address, be it the virtual one",
        cases=(r"5\.2\.1-source$",), said=r"advertisement of priority \d+ from",
    ),
    Departure(
        "compares no addresses", "frr", "never compares the list of addresses, in version 2 either",
        readings=(_OTHER_LIST,), changes={"address_list": "report"},
    ),
    Departure(
        "first address", "frr", "takes and sends lists of IPv6 addresses whose first is not link-local",
        readings=(_ANY_FIRST,), changes={"first_link_local": "report"},
    ),
    Departure(
        "first advertisement", "frr", "becomes Master in IPv6 without an advertisement: the first comes an interval later",
        readings=("sends no first advertisement in IPv6", "does as FRR 8.4.4 does"),
    ),
    Departure("longer packets", "frr", "discards a packet that is longer than its count of addresses says", readings=(_LONGER,)),
    Departure(
        "one checksum", "frr", "believes in version 3 over IPv4 only the form of checksum that it sends itself",
        readings=("believes one form of checksum",),
    ),
    Departure(
        "minds no cable", "frr", "goes on as it was when the cable is pulled or put in, and takes over without one (no RFC speaks of it)",
        cases=(r"keepalived/fault-",),
    ),
    Departure("interval zero", "frr", "takes an advertised interval of 0 in version 3 for one", readings=(_ZERO,)),
    Departure(
        "interval zero at once", "frr", "as a Master yields to an interval of 0 so briefly that its interface cannot follow, and is mute",
        cases=(r"7\.1-interval-zero-in-master",),
    ),
    Departure(
        "reserved bits", "frr", "reads the reserved bits before the interval as part of it",
        until="9", cases=(r"5\.2\.6-reserved-received",),
    ),
)  # fmt: skip
"""What facts are there: measured with keepalived 2.2.7 and FRR 8.4.4, and with others where a version is named."""


def known_of(peer: str, version: str) -> tuple[Departure, ...]:
    """Return the known departures of a peer in its version."""
    return tuple(each for each in KNOWN if each.is_of(peer, version))


def changed(profile: Profile, departures: Iterable[Departure]) -> Profile:
    """Return a profile that departs so too, as far as a profile can."""
    for each in departures:
        profile = evolve(profile, **each.changes)
    return profile
