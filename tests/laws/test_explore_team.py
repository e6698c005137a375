"""Laws of a search that processes share: it finds what one finds."""

import os
import subprocess
import sys
from multiprocessing import active_children

import numpy as np
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings

from kaspec.explore import Faults, World, explore, seen, wide
from kaspec.explore.arrays import NOWHERE, Keys
from kaspec.explore.levels import Wide
from kaspec.explore.moves import Passes
from kaspec.explore.steps import Steps
from kaspec.explore.tables import Tables, UnlearntError
from kaspec.explore.wide import Survey, survey, two_masters
from kaspec.explore.world import without_later_announcements
from kaspec.node import DatagramReceived
from kaspec.units import Interval
from shell.team import Processes, together
from tests.laws.test_explore import ROUTER, coarse_worlds
from tests.laws.test_explore_wide import any_worlds

FORKING = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=(2, 3))
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Divide what would not be worth while, so that there is much to learn and to give each other afterwards."""
    monkeypatch.setattr(wide, "WORTH_DIVIDING", 3)
    monkeypatch.setattr(wide, "TOGETHER", 16)
    monkeypatch.setattr(seen, "PIECE", 16)
    monkeypatch.setattr(wide, "SOME", 2)
    monkeypatch.setattr(wide, "FEW", 2)
    return int(request.param)


def counts(found: Survey) -> tuple[int, int, int, bool, int | None]:
    return found.states, found.transitions, found.diameter, found.complete, None if found.path is None else len(found.path)


@FORKING
@given(any_worlds())
def test_a_team_counts_what_one_counts(size: int, world: World) -> None:
    alone = survey(world, keep_going=lambda progress: progress.states < 3_000)
    if alone.complete:
        assert counts(together(size, lambda team: survey(world, team=team))) == counts(alone)


@FORKING
@given(coarse_worlds())
def test_a_team_finds_a_way_as_short(size: int, world: World) -> None:
    found = together(size, lambda team: survey(world, two_masters, team=team))
    assert counts(found) == counts(survey(world, two_masters))


def test_a_team_lays_its_words_out_anew_together(size: int) -> None:
    """Hundreds of local states, where the first layout has room for a few."""
    routers = without_later_announcements([evolve(ROUTER, priority=priority) for priority in (100, 50, 20)])
    world = World.of(routers, Interval(1_000), Faults(loss=1))
    assert counts(together(size, lambda team: survey(world, team=team))) == counts(survey(world))


def test_what_members_must_number_alike_gets_no_number_while_it_is_closed() -> None:
    """Each member would meet new events and moves in an order of its own, and states are numbered in the order of events."""
    wide = Wide(Steps(Tables(World.of([ROUTER], Interval(1_000), Faults()))))
    wide.close()
    with pytest.raises(UnlearntError):
        wide.tables.events.of(DatagramReceived("eth0", b"never heard"))
    with pytest.raises(UnlearntError):
        wide.tables.move(Passes(Interval(7)))


@pytest.mark.parametrize(("hosts", "caches"), [(2, False), (1, True)], ids=["bursts", "announcements"])
def test_what_is_sent_and_announced_gets_no_number_while_it_is_closed(hosts: int, caches: bool) -> None:
    """The plain search has numbered all the rest; who is alone sends nothing to anybody, but announces its addresses."""
    graph = explore(evolve(World.of([ROUTER] * hosts, Interval(1_000)), caches=caches))
    wide = Wide(graph.steps)
    started = [state for state in graph.states if wide.tables.conditions.values[state[0]].starting == hosts]
    level = wide.level(np.sort(np.concatenate([wide.pack(state) for state in started])))
    wide.close()
    with pytest.raises(UnlearntError):
        list(wide.expand(level))
    wide.close(False)
    learnt = [block.move for block in wide.expand(level)]
    wide.close()
    assert [block.move for block in wide.expand(level)] == learnt


def test_the_first_of_a_team_says_when_to_end(size: int) -> None:
    routers = without_later_announcements([evolve(ROUTER, priority=priority) for priority in (100, 50)])
    world = World.of(routers, Interval(1_000), Faults(loss=1))

    def work(team: Processes) -> Survey:
        return survey(world, keep_going=lambda progress: team.place > 0 or progress.states < 40, team=team)

    assert not together(size, work).complete


def test_who_fails_takes_the_others_along(size: int) -> None:
    def work(team: Processes) -> None:
        if team.place == size - 1:
            raise OSError
        team.tell(NOWHERE)

    with pytest.raises((EOFError, OSError)):
        together(size, work)


def ended() -> list[int | None]:
    """Wait for the others of all teams; return how they ended."""
    others = active_children()
    for process in others:
        process.join(10)
    return [process.exitcode for process in others]


def test_nothing_is_left_of_a_team(size: int) -> None:
    """The others give back the memory and end by themselves."""
    ended()
    before = set(os.listdir("/proc/self/fd"))
    together(size, lambda team: team.room(1)[0])
    assert ended() == [0] * (size - 1)
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_number_is_claimed_by_one_process_only(size: int) -> None:
    def work(team: Processes) -> list[int]:
        claimed = np.array([team.claim() for _ in range(3_000)], dtype=np.uint64)
        return sorted(number for each in team.tell(claimed) for number in each.tolist())

    assert together(size, work) == list(range(3_000 * size))


def test_what_is_given_up_is_given_out_anew(size: int) -> None:
    """All ask in the same order, so that all have the same memory; what is no room of the team's is nobody's to give up."""

    def work(team: Processes) -> list[int]:
        rooms = [team.room(words) for words in (5_000, 1, 700)]
        dropped: list[Keys] = [rooms[0], np.arange(5_000, dtype=np.uint64), rooms[2]]
        for each in dropped:
            team.drop(each)
        fitting, other, larger = team.room(4_000), team.room(600), team.room(1_000_000)
        assert fitting.ctypes.data == rooms[0].ctypes.data
        assert rooms[0].ctypes.data < other.ctypes.data < rooms[1].ctypes.data < larger.ctypes.data
        rooms[1][0] = other[:] = 0
        team.tell(NOWHERE)
        if team.place == size - 1:
            rooms[1][0], other[599], larger[-1] = 1, 2, 3
        team.tell(NOWHERE)
        return [int(each[-1]) for each in (rooms[1], other, larger)]

    assert together(size, work) == [1, 2, 3]
    with pytest.raises(MemoryError):
        together(1, lambda team: team.room(1 << 60))


ANEW = """
import resource
import numpy as np
from shell.team import together

def work(_):
    for turn in range(11):
        if turn == 1:
            began = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        [np.ones(1 << 15) for _ in range(64)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - began

print(together(1, work))
"""


def test_memory_is_not_had_from_the_kernel_anew_each_time() -> None:
    """Sixteen megabytes in arrays as a search has them, ten times: 40 960 pages.  In a process that has had no others before."""
    done = subprocess.run([sys.executable, "-c", ANEW], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 1_000
