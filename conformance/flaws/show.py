"""Play a case of a flaw at a peer and tell whether the peer shows it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from attrs import evolve, field, frozen

from conformance.flaws.catalogue import FLAWS, Case, Flaw
from conformance.peers.peer import Peer
from conformance.replay.script import Script, Unplayable, script
from conformance.replay.trial import Judged, all_of, try_out
from kaspec.config.model import Configuration
from kaspec.config.render import render
from kaspec.trace import Trace, write
from kaspec.vrrp.router import KEEPALIVED

Verdict = Literal["shows", "does not", "cannot be provoked", "undetermined"]
ATTEMPTS = 4
"""How often a case is played if the machine was too busy, or no reading explains what was seen."""


@frozen
class Shown:
    """What became of a case at a peer: the verdict, in words what the peer did or why it could not, and the judge's answers."""

    flaw: Flaw
    case: Case
    peer: str
    verdict: Verdict
    words: str
    judged: tuple[Judged, ...] = ()
    attempts: int = field(default=1, eq=False)


def chosen(flaws: Sequence[int] = ()) -> tuple[tuple[Flaw, Case], ...]:
    """Return the cases of the flaws with these numbers, of all if none is given."""
    return tuple((flaw, case) for flaw in FLAWS for case in flaw.cases if not flaws or flaw.number in flaws)


@lru_cache
def _prepared(case: Case) -> tuple[Trace, Script | Unplayable]:
    """Return a case's trace and script; for one thread at a time, as what reads traces is.

    The device is not told to follow the profile of the trace: what it does by itself is to be seen.
    """
    trace = case.trace()
    what = script(trace, case.device)
    if isinstance(what, Unplayable):
        return trace, what
    routers = tuple(evolve(router, profile=KEEPALIVED) for router in what.device.node.routers)
    return trace, evolve(what, device=evolve(what.device, text=render(Configuration(routers=routers))))


def show(flaw: Flaw, case: Case, peer: Peer, keep: Path | None = None) -> Shown:
    """Play a case at a peer, again if nothing can be told from it; ``keep`` is a folder for what was seen."""
    trace, what = _prepared(case)
    if isinstance(what, Unplayable):
        return Shown(flaw, case, peer.name, "cannot be provoked", what.reason)
    if why := peer.missing():
        return Shown(flaw, case, peer.name, "undetermined", why)
    if why := peer.objection(what.device):
        return Shown(flaw, case, peer.name, "cannot be provoked", why)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / case.file.name).write_text(write(trace))
    shown = Shown(flaw, case, peer.name, "undetermined", "it was never played")
    for attempt in range(1, ATTEMPTS + 1):
        shown = _attempt(flaw, case, peer, what, keep, attempt)
        if shown.verdict != "undetermined":
            break
    return shown


def _attempt(flaw: Flaw, case: Case, peer: Peer, what: Script, keep: Path | None, attempt: int) -> Shown:
    trial = try_out(what, peer, case.readings, case.tail, keep)
    if trial.trouble:
        return Shown(flaw, case, peer.name, "undetermined", trial.trouble, attempts=attempt)
    verdict, words = conclude(trial.judged)
    if verdict == "shows" and case.protocol and trial.adverts < what.adverts:
        verdict, words = "undetermined", f"it advertised {trial.adverts} times, and by the trace {what.adverts} times"
    return Shown(flaw, case, peer.name, verdict, words, trial.judged, attempt)


def conclude(judged: Sequence[Judged]) -> tuple[Verdict, str]:
    """Return what the judge's answers come to: the readings that explain what was seen must agree."""
    explaining = [each.reading for each in judged if each.explains]
    if not explaining:
        return "undetermined", "no reading explains what was seen: " + "; ".join(f"{each.reading.words}: {each.answer}" for each in judged)
    words = " or ".join(dict.fromkeys(each.words for each in explaining))
    kinds = {each.shows for each in explaining}
    if len(kinds) > 1:
        return "undetermined", f"it cannot be told whether it {words}"
    return ("shows" if kinds == {True} else "does not"), words


def show_all(
    wanted: Sequence[tuple[Flaw, Case, Peer]], at_once: int, keep: Path | None, told: Callable[[Shown], None]
) -> tuple[Shown, ...]:
    """Play cases at peers, so many at a time; ``told`` hears of each as it ends.  Returns them in order."""
    for _, case, _ in wanted:
        _prepared(case)
    parts = [partial(show, flaw, case, peer, None if keep is None else keep / peer.name / case.name) for flaw, case, peer in wanted]
    return all_of(parts, at_once, told)


def rows(shown: Iterable[Shown]) -> Iterator[tuple[Flaw, Case, dict[str, Shown]]]:
    """Return a case a row with what became of it, by peer."""
    table: dict[str, tuple[Flaw, Case, dict[str, Shown]]] = {}
    for each in shown:
        table.setdefault(each.case.name, (each.flaw, each.case, {}))[2][each.peer] = each
    yield from table.values()
