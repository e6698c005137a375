"""The cases: every trace of the corpus that shows what is right, each router of it as the device under test."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from conformance import traces
from conformance.flaws import wrong
from conformance.replay.script import Script, Unplayable, script
from conformance.replay.trial import Reading
from kaspec.config.model import Configuration
from kaspec.config.render import render
from kaspec.node import Node
from kaspec.trace import Trace, parse
from kaspec.units import MILLISECOND, SECOND, Interval
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, Profile

CORPUS = Path(traces.__file__).parent
_VIOLATED = ".violated.trace"
_LONGEST, _LITTLE = Interval(8 * SECOND), Interval(300 * MILLISECOND)
"""A device is watched until a little after it would have done something by itself, if that is not too far away."""
_USUAL_TAIL = Interval(1_300 * MILLISECOND)
_PROFILES: dict[str, tuple[str, Profile]] = {
    "keepalived": ("keepalived", KEEPALIVED),
    "rfc3768": ("RFC 3768", RFC3768),
    "rfc5798": ("RFC 5798", RFC5798),
    "rfc9568": ("RFC 9568", RFC9568),
}


@frozen
class Case:
    """A trace, the router of it that is the device, and how to play it."""

    name: str
    trace: Trace
    what: Script | Unplayable
    readings: tuple[Reading, ...] = ()

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that the trace is evidence for."""
        return tuple(identifier for identifier, _ in self.trace.clauses)

    @property
    def tail(self) -> Interval:
        """How long the device is watched after the end of the trace."""
        assert isinstance(self.what, Script)
        waits = 0 if self.what.due is None else self.what.due - self.what.ends
        return Interval(max(min(waits, _LONGEST) + _LITTLE, _USUAL_TAIL))

    @property
    def lasts(self) -> Interval:
        """How long it takes to play it once, without what starting takes."""
        return Interval(self.what.ends + self.tail) if isinstance(self.what, Script) else Interval(0)


def corpus(clauses: Sequence[str] = (), versions: Sequence[int] = (), families: Sequence[int] = ()) -> tuple[Case, ...]:
    """Return the cases about clauses that begin so, of these versions and families; of all where none is given.

    For one thread: what reads traces is for one at a time.
    """
    files = sorted(file for file in CORPUS.glob("*/*.trace") if not file.name.endswith(_VIOLATED))
    return tuple(case for file in files for case in _cases(file) if _wanted(case, clauses, versions, families))


def _cases(file: Path) -> Iterator[Case]:
    trace = parse(file.read_text(), str(file.relative_to(CORPUS)))
    assert isinstance(trace, Trace), trace
    for router in trace.routers:
        suffix = f"-{router.name}" if len(trace.routers) > 1 else ""
        what = script(trace, router.name)
        name = f"{file.parent.name}/{file.stem}{suffix}"
        if isinstance(what, Unplayable):
            yield Case(name, trace, what)
        else:
            node = what.device.node
            yield Case(name, trace, _told_the_profile(what, trace.profile), tuple(_readings(node, trace.profile)))


def _wanted(case: Case, clauses: Sequence[str], versions: Sequence[int], families: Sequence[int]) -> bool:
    if clauses and not any(each.startswith(tuple(clauses)) for each in case.clauses):
        return False
    if isinstance(case.what, Unplayable):
        return not versions and not families
    routers = case.what.device.node.routers
    return all((not versions or router.version in versions) and (not families or router.family in families) for router in routers)


def _told_the_profile(what: Script, profile: str) -> Script:
    """Have the device follow an RFC to the letter as far as keepalived's keywords can say that."""
    node = what.device.node
    if profile == "keepalived" or node.groups:
        return what
    return evolve(what, device=evolve(what.device, text=render(Configuration(routers=node.routers))))


def _readings(node: Node, name: str) -> Iterator[Reading]:
    """Return the right reading, then known departures from it, which may say why a device fails."""
    title, own = _PROFILES[name]
    yield Reading(f"does as {title} says", shows=False, profile=own)
    for other, profile in _PROFILES.values():
        if profile != own:
            yield Reading(f"does as {other} {'does' if profile == KEEPALIVED else 'says'}", shows=True, profile=profile)
    plain = all(isinstance(each.authentication, NoAuthentication | SimplePassword) for each in node.routers)
    if len(node.routers) != 1 or node.groups or not plain:
        return
    for profile in dict.fromkeys((own, KEEPALIVED, RFC5798)):
        yield from _departures(profile)


def _departures(profile: Profile) -> Iterator[Reading]:
    dropping = evolve(profile, name="dropping", address_list="drop")
    rearming, both = wrong.core(wrong.rearming), wrong.core(wrong.rearming, wrong.strict)
    yield Reading("begins its interval anew at anything it hears", True, rearming, profile)
    yield Reading("discards another address list", True, profile=dropping)
    yield Reading("discards another address list, and begins its interval anew", True, rearming, dropping)
    yield Reading("believes one form of checksum", True, wrong.core(hearing=wrong.strict), profile)
    yield Reading("believes one form of checksum, and begins its interval anew", True, both, profile)
    yield Reading("learns an interval of zero", True, wrong.core(hearing=wrong.credulous), profile)
    yield Reading("yields to any owner", True, wrong.core(wrong.yielding), profile)
    yield Reading("compares no addresses", True, wrong.core(wrong.blind), profile)
    yield Reading("waits for whole seconds", True, wrong.core(wrong.whole_seconds), profile)
