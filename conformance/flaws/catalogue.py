"""The flaws, each with traces of it and the readings of the protocol by which a router shows it or does not.

What is VRRP's own is shown by whoever does as the RFC says; the trace then is the right core's.  Of the others a router is convicted that
does what a wrong core does and a right one does not.
"""

from functools import partial
from pathlib import Path

from attrs import evolve, frozen

from conformance.flaws import wrong
from conformance.replay.trial import Reading
from kaspec.trace import Trace, parse
from kaspec.units import MILLISECOND, Interval
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568

TRACES = Path(__file__).parent / "traces"
TAIL = Interval(1_300 * MILLISECOND)
"""How long a device is watched after the end of a trace: time for one more advertisement."""


@frozen
class Case:
    """A trace (by the name of a file of ``traces``), which of its routers the device is, what is looked for, and the readings.

    ``protocol``: it is VRRP's own, and shown by whoever does as the RFC says.
    """

    story: str
    device: str
    looks_for: str
    readings: tuple[Reading, ...]
    protocol: bool = False
    tail: Interval = TAIL

    @property
    def name(self) -> str:
        """What it is called: the trace and the device's role."""
        return f"{self.story}-{self.device}"

    @property
    def file(self) -> Path:
        """Where the trace is."""
        return TRACES / f"{self.story}.trace"

    def trace(self) -> Trace:
        """Return the trace."""
        found = parse(self.file.read_text(), self.file.name)
        assert isinstance(found, Trace), found
        return found


@frozen
class Flaw:
    """A flaw by its number in the list of those the checker finds again, where it is known from, and its cases."""

    number: int
    title: str
    known_from: str
    cases: tuple[Case, ...]


_shows, _not = partial(Reading, shows=True), partial(Reading, shows=False)
_AS_IT_SAYS = (_shows("does as the RFC says"),)
_LITERAL = (RFC3768, RFC5798, RFC9568)
_REARMING = wrong.core(wrong.rearming)
_YIELDS = (
    _not("yields to the higher address", profile=RFC9568),
    _not("yields to any owner", core=wrong.core(wrong.yielding), profile=KEEPALIVED),
)
_PREVAILS = (
    _not("discards what it hears as owner", profile=RFC5798),
    _not("prevails by its address", profile=RFC9568),
    _not("prevails by its address", profile=KEEPALIVED),
    _shows("yields to any owner", core=wrong.core(wrong.yielding), profile=KEEPALIVED),
)
_TIE = (
    _not("compares the addresses", profile=RFC5798),
    _not("compares the addresses", profile=KEEPALIVED),
    _shows("takes an equal for a lower one and is silent", core=wrong.core(wrong.blind), profile=RFC5798),
    _shows("takes an equal for a lower one and answers", core=wrong.core(wrong.blind), profile=KEEPALIVED),
)

FLAWS = (
    Flaw(1, "Equal priorities promote at the same instant", "keepalived 1515, 2323", (
        Case("01-equal-priorities", "a", "becomes Master at the instant when its equal does", _AS_IT_SAYS, protocol=True),
    )),
    Flaw(2, "Without Skew_Time different priorities promote at the same instant", "holo's and uvrrpd's code", (
        Case("02-no-skew", "b", "becomes Master after whole seconds", (
            _not("waits for Skew_Time too"),
            _shows("waits for whole seconds", core=wrong.core(wrong.whole_seconds)),
        )),
    )),
    Flaw(3, "One lost first advertisement makes two Masters at a cold start", "found by the checker", (
        Case("03-first-lost", "b", "becomes Master although a better one is", _AS_IT_SAYS, protocol=True),
    )),
    Flaw(4, "Two losses in a row are forgiven, three are not", "keepalived 166, 2066", (
        Case("04-three-losses", "b", "becomes Master after three losses", _AS_IT_SAYS, protocol=True),
        Case("04-two-losses", "b", "becomes Master after two losses", (
            _not("waits for a third"),
            _shows("waits for two advertisements", adverts=2),
            _shows("waits for one advertisement", adverts=1),
        )),
    )),
    Flaw(5, "Two owners discard each other for ever", "RFC 9568 erratum 8298", (
        Case("05-two-owners", "a", "goes on although the other's address is higher", (
            _shows("discards what it hears as owner", profile=RFC5798), *_YIELDS,
        )),
        Case("05-two-owners", "b", "yields although its address is higher, as the other does too", _PREVAILS),
    )),
    Flaw(6, "Different intervals split version 2 for ever", "RFC 3768 7.1", (
        Case("06-intervals", "b", "takes over from a Master with another interval", _AS_IT_SAYS, protocol=True),
        Case("06-version-3", "b", "discards another interval in version 3 too", (
            _not("learns the Master's interval"),
            _shows("discards any interval but its own", core=wrong.core(hearing=wrong.settled)),
        )),
    )),
    Flaw(7, "What is blocked in one direction makes two Masters", "keepalived 342, 1528", (
        Case("07-one-way", "b", "becomes Master beside one that it does not hear", _AS_IT_SAYS, protocol=True),
    )),
    Flaw(8, "Equal priority and address make a storm", "RFC 9568 6.4.3", (
        Case("08-storm", "a", "answers its own address at once", (
            _not("takes no notice of its own address"),
            _shows("answers its own address", core=wrong.core(wrong.literal)),
        )),
    )),
    Flaw(9, "An interval of zero makes a Backup take over at every advertisement", "RFC 9568 erratum 8301", (
        Case("09-interval-zero", "b", "becomes Master at once", (
            _not("discards it"),
            _shows("learns an interval of zero", core=wrong.core(hearing=wrong.credulous)),
        )),
    )),
    Flaw(10, "After a healed split the network still looks for the loser", "keepalived 166", (
        Case("10-unheard", "b", "yields without a word", (
            _shows("yields without a word"),
            _not("says a last word before it yields", profile=evolve(KEEPALIVED, name="last word", answers_higher_priority=True)),
        ), protocol=True),
        Case("10-heard", "a", "does not announce its addresses anew although it heard the other Master", (
            *(_shows("announces no more", profile=each) for each in _LITERAL),
            _not("announces anew", profile=KEEPALIVED),
            _not("announces anew and begins its interval anew", core=_REARMING, profile=KEEPALIVED),
        )),
    )),
    Flaw(11, "Without comparing addresses IPv6 equals stay both Master", "keepalived 342, 580", (
        Case("11-ipv6-tie", "a", "stays Master although its equal's address is higher", _TIE),
    )),
    Flaw(12, "A rogue owner, and equals that do not preempt", "keepalived 1884, 2323", (
        Case("12-rogue-owner", "a", "goes on although the other owner's address is higher", (
            _shows("discards what it hears as owner", profile=RFC3768), *_YIELDS,
        )),
        Case("12-nopreempt", "a", "stays Master although its equal's address is higher", _TIE),
    )),
    Flaw(13, "Who only believes one form of checksum is deaf to the other", "RFC 9568 5.2.8", (
        Case("13-checksum", "b", "takes over from a Master whose checksum leaves the pseudo-header out", (
            _not("believes both forms"),
            _shows("believes only the form that it sends", core=wrong.core(hearing=wrong.strict)),
            _shows("believes only the form that it sends, and is silenced by the other", core=wrong.core(wrong.rearming, wrong.strict)),
        )),
    )),
    Flaw(14, "Any packet of the virtual_router_id postpones the Master's advertisement", "keepalived's dispatcher", (
        Case("14-rearmed", "a", "falls silent while packets with a wrong checksum come", (
            _not("takes no notice of them"),
            _shows("begins its interval anew at each of them", core=_REARMING),
        )),
    )),
)  # fmt: skip
