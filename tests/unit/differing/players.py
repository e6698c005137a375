"""Peers that need no network: cores that play in virtual time."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, repeat
from pathlib import Path

from attrs import evolve

from conformance.differing.comparing import Comparing, Run
from conformance.differing.hunt import plots_of
from conformance.differing.ways import known
from conformance.peers.peer import Peer
from conformance.replay.judge import Refuted
from conformance.replay.script import Script
from conformance.replay.trial import Reading, Trial, asked, judge_play
from conformance.replay.virtual import play_virtually
from conformance.runner.cases import Case
from conformance.runner.running import Result, conclude

REARMS = next(way for way in known("keepalived", "2.2.7", 3) if way.name == "re-arms")


def rearming_seed(comparing: Comparing, plots: int) -> int:
    """Return the first seed of which so many plots reveal a router that re-arms, whatever this Hypothesis writes for a seed."""
    return next(seed for seed in count() if any(comparing.reveals(each, REARMS) for each in plots_of(comparing, seed, 0, plots)))


def played_by(acts: Reading) -> Run:
    """Return what runs cases at a peer that reads the protocol so, and is a little late."""

    def run(
        cases: Sequence[Case], peers: Sequence[Peer], at_once: int, keep: Path | None, told: Callable[[Result], None]
    ) -> tuple[Result, ...]:
        assert at_once
        assert keep is None
        results = tuple(_result(case, peers[0], acts) for case in cases)
        for each in results:
            told(each)
        return results

    return run


def _result(case: Case, peer: Peer, acts: Reading) -> Result:
    assert isinstance(case.what, Script)
    played = play_virtually(case.what, acts, case.tail, repeat(1_000))
    judged = asked(case.readings, partial(judge_play, case.what, peer, played, counts_announcements=False))
    trial = Trial(judged, played.adverts, played=played)
    answer = judged[0].answer
    again = answer if isinstance(answer, Refuted) else None
    return evolve(conclude(case, peer.name, trial, again, 2), played=played)
