"""Known departures of real routers, by name: what the router does, in which versions, and which cases show it.

The facts are measured, or read in the routers' sources; what learning shows of them is in ``conformance/learning/departures.py``.
"""

import re
from collections.abc import Mapping

from attrs import frozen

from conformance.runner.running import Result


@frozen
class Departure:
    """A known departure of a peer, in its versions from ``since`` up to and without ``until``.

    ``readings`` are wrong readings of the protocol that are it; a case that one of them explains shows it.  Where no reading does the same,
    ``cases`` are regular expressions for the names of the cases, ``said`` for what is said of them; all that are given are asked for.
    """

    name: str
    peer: str
    does: str
    since: str = ""
    until: str = ""
    readings: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    said: str = ""

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


_LONGER, _ZERO, _OTHER_LIST = (
    "discards what is longer than it must be", "learns an interval of zero", "takes another address list",
)  # fmt: skip
KNOWN: tuple[Departure, ...] = (
    Departure(
        "re-arms", "keepalived", "begins a Master's interval anew at any packet of its VRID, rejected ones too, so that it can be silenced",
        readings=("begins its interval anew at anything it hears", "does as keepalived 2.2.7 does"),
    ),
    Departure(
        "address list", "keepalived", "discards an advertisement whose addresses are not its own, in version 3 too, and an owner's",
        until="2.3.3", readings=("discards another address list",), cases=(r"addresses", r"count", r"first-", r"families", r"owner"),
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
        readings=("announces its addresses anew only after a lower priority",),
    ),
    Departure(
        "yields to owners", "keepalived", "takes itself for wrongly configured when another owner speaks: it goes on with priority 254",
        until="2.3.3", readings=("yields to any owner",),
    ),
    Departure(
        "owner's address", "keepalived", "refuses to be an owner whose only address is the virtual one, and is in FAULT",
        said=r"no IPv4 address for interface",
    ),
    Departure(
        "silent to lower", "frr", "does not answer a lower priority (RFC 5798 wants it discarded, RFC 9568 answered)",
        readings=("does not answer a lower priority",),
    ),
    Departure("announces never", "frr", "never announces its addresses anew", readings=("never announces its addresses anew",)),
    Departure("compares no addresses", "frr", "never compares the list of addresses, in version 2 either", readings=(_OTHER_LIST,)),
    Departure(
        "first address", "frr", "takes and sends lists of IPv6 addresses whose first is not link-local",
        readings=("takes a list of IPv6 addresses whose first is not link-local",),
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
        "reserved bits", "frr", "reads the reserved bits before the interval as part of it",
        until="9", cases=(r"5\.2\.6-reserved-received",),
    ),
    Departure(
        "address list", "kaspec",
        "uses an advertisement of other addresses and reports it, as keepalived from 2.3.3 does; RFC 3768 discards it",
        readings=(_OTHER_LIST,), cases=(r"^rfc3768/",),
    ),
)  # fmt: skip
"""What facts are there: measured with keepalived 2.2.7 and FRR 8.4.4, and with others where a version is named."""


def named(peers: Mapping[str, str]) -> tuple[Departure, ...]:
    """Return the known departures of peers in their versions."""
    return tuple(each for each in KNOWN if any(each.is_of(peer, version) for peer, version in peers.items()))


def explanations(result: Result, version: str) -> tuple[tuple[Departure, ...], bool]:
    """Return the known departures that a failed case shows, and whether a core that departs so does all that was seen."""
    explaining = [each.reading.words for each in result.judged[1:] if each.explains]
    own = [each for each in KNOWN if each.is_of(result.peer, version) and _about(each, result)]
    by_reading = [each for each in own if any(_is_in(words, each.readings) for words in explaining)]
    if by_reading:
        return tuple(by_reading), True
    return tuple(each for each in own if not each.readings), False


def _about(departure: Departure, result: Result) -> bool:
    named = not departure.cases or any(re.search(each, result.case.name) for each in departure.cases)
    return named and bool(re.search(departure.said, result.words))


def _is_in(words: str, readings: tuple[str, ...]) -> bool:
    """Whether a reading, which may be made of two, has one of these in it."""
    return any(part in readings for part in words.split(" and "))
