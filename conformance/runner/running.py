"""Run cases at peers: pass, fail, unsupported or undetermined, and why."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from attrs import evolve, frozen

from conformance.peers.peer import Peer
from conformance.replay.judge import Refuted
from conformance.replay.script import Script, Unplayable
from conformance.replay.stage import Play
from conformance.replay.tolerance import USUAL
from conformance.replay.trial import Judged, Trial, all_of, try_out
from conformance.runner.cases import Case
from kaspec.trace import write
from kaspec.units import MILLISECOND

Verdict = Literal["pass", "fail", "unsupported", "undetermined"]
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "unsupported", "undetermined")
ATTEMPTS = 4
ABOUT = 500 * MILLISECOND
"""Two attempts that part from what is right so near to each other part for the same reason."""


@frozen
class Result:
    """What became of a case at a peer; ``words`` say why, ``judged`` what each reading had to say of what was ``played`` last.

    ``kept`` is the folder that has the packets and the log.
    """

    case: Case
    peer: str
    verdict: Verdict
    words: str
    judged: tuple[Judged, ...] = ()
    attempts: int = 1
    played: Play | None = None
    kept: Path | None = None


def run_case(case: Case, peer: Peer, keep: Path | None = None) -> Result:
    """Play a case at a peer, again until it passes, fails twice alike, or is explained by a known departure."""
    if why := _unsupported(case, peer):
        return Result(case, peer.name, "unsupported", why)
    assert isinstance(case.what, Script)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "case.trace").write_text(write(case.trace))
    before: Refuted | None = None
    result = Result(case, peer.name, "undetermined", "it was never played")
    for attempt in range(1, ATTEMPTS + 1):
        trial = try_out(case.what, peer, case.readings, case.tail, keep, counts_announcements=False, tolerance=USUAL)
        result = evolve(conclude(case, peer.name, trial, before, attempt), played=trial.played, kept=keep)
        if result.verdict != "undetermined":
            break
        if trial.judged and isinstance(trial.judged[0].answer, Refuted):
            before = trial.judged[0].answer
    return result


def _unsupported(case: Case, peer: Peer) -> str | None:
    if isinstance(case.what, Unplayable):
        return case.what.reason
    return peer.missing() or peer.objection(case.what.device)


def conclude(case: Case, peer: str, trial: Trial, before: Refuted | None, attempt: int) -> Result:
    """Return what a trial comes to, after one that parted from what is right at ``before``."""
    if trial.trouble:
        return Result(case, peer, "undetermined", trial.trouble, attempts=attempt)
    right, *departures = trial.judged
    if right.explains:
        return Result(case, peer, "pass", right.reading.words, trial.judged, attempt)
    assert isinstance(right.answer, Refuted)
    known = list(dict.fromkeys(each.reading.words for each in departures if each.explains))
    if known:
        return Result(case, peer, "fail", f"{_either(known)} ({right.answer})", trial.judged, attempt)
    again = before is not None and before.seen == right.answer.seen and abs(before.at - right.answer.at) < ABOUT
    return Result(case, peer, "fail" if again else "undetermined", str(right.answer), trial.judged, attempt)


def _either(words: Sequence[str]) -> str:
    """Tell the first two of several explanations, and how many there are besides."""
    more = f", or {len(words) - 2} more explanations" if len(words) > 2 else ""
    return " or ".join(words[:2]) + more


def run_all(
    cases: Sequence[Case], peers: Sequence[Peer], at_once: int, keep: Path | None, told: Callable[[Result], None]
) -> tuple[Result, ...]:
    """Run every case at every peer, so many at a time, the longest first; ``told`` hears of each.  Returns them in order."""
    wanted = sorted(((case, peer) for peer in peers for case in cases), key=lambda each: each[0].lasts, reverse=True)
    parts = [partial(run_case, case, peer, None if keep is None else keep / peer.name / case.name) for case, peer in wanted]
    found = {(each.case.name, each.peer): each for each in all_of(parts, at_once, told)}
    return tuple(found[case.name, peer.name] for peer in peers for case in cases)
