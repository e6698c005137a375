"""The cases: every trace of the corpus that shows what is right, each router of it as the device under test."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from attrs import evolve, frozen

from conformance import traces
from conformance.replay.script import Script, Unplayable, script
from conformance.replay.trial import Reading
from conformance.runner.aliases import aliases
from conformance.runner.readings import readings
from kaspec.config.model import Configuration
from kaspec.config.render import render
from kaspec.trace import Trace, parse
from kaspec.units import MILLISECOND, SECOND, Interval
from kaspec.vrrp.router import ProfileName

CORPUS = Path(traces.__file__).parent
_VIOLATED = ".violated.trace"
_LONGEST, _LITTLE = Interval(8 * SECOND), Interval(300 * MILLISECOND)
"""A device is watched until a little after it would have done something by itself, if that is not too far away."""
_USUAL_TAIL = Interval(1_300 * MILLISECOND)


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
    def names(self) -> tuple[str, ...]:
        """What it is asked for by: its clauses, and the tests of others that ask the same."""
        return (*self.clauses, *aliases(self.name))

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


def corpus(
    clauses: Sequence[str] = (), versions: Sequence[int] = (), families: Sequence[int] = (), names: Sequence[str] = ()
) -> tuple[Case, ...]:
    """Return the cases whose names, and whose clauses (or tests of others), begin so, of these versions and families.

    Where none is given, of all.  For one thread: what reads traces is for one at a time.
    """
    named = (case for case in _all() if not names or case.name.startswith(tuple(names)))
    return tuple(case for case in named if _wanted(case, clauses, versions, families))


@cache
def _all() -> tuple[Case, ...]:
    files = sorted(file for file in CORPUS.glob("*/*.trace") if not file.name.endswith(_VIOLATED))
    return tuple(case for file in files for case in _cases(file))


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
            yield Case(name, trace, _told_the_profile(what, trace.profile), tuple(readings(node, trace.profile)))


def _wanted(case: Case, clauses: Sequence[str], versions: Sequence[int], families: Sequence[int]) -> bool:
    if clauses and not any(each.startswith(tuple(clauses)) for each in case.names):
        return False
    if isinstance(case.what, Unplayable):
        return not versions and not families
    routers = case.what.device.node.routers
    return all((not versions or router.version in versions) and (not families or router.family in families) for router in routers)


def _told_the_profile(what: Script, profile: ProfileName) -> Script:
    """Have the device follow an RFC to the letter: ours by its ``profile``, keepalived as far as its keywords can say that."""
    node = what.device.node
    if profile == "keepalived" or node.groups:
        return what
    return evolve(what, device=evolve(what.device, text=render(Configuration(routers=node.routers))))
