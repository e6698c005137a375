"""Laws of pacing: never closer together than configured, nothing lost, nothing that was given up."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.pacing import GarpGroup, Pacing, Queue, Target, announce, next_due, take_due, withdraw
from kaspec.units import ZERO, Instant, Interval
from tests.laws.strategies import HOSTS, INTERFACES, VIRTUAL

INTERVALS = st.sampled_from((ZERO, Interval(1), Interval(1_000), Interval(250_000)))
IPV6 = tuple(type(HOSTS[0])(bytes(15) + bytes([host])) for host in (1, 2))
pacings = st.builds(
    Pacing,
    INTERVALS,
    INTERVALS,
    st.lists(
        st.builds(GarpGroup, st.lists(st.sampled_from(INTERFACES), max_size=2).map(tuple), st.none() | INTERVALS, st.none() | INTERVALS),
        max_size=2,
    ).map(tuple),
)
targets: st.SearchStrategy[Target] = st.tuples(st.sampled_from(INTERFACES), st.sampled_from(VIRTUAL + IPV6))
bursts = st.lists(st.tuples(targets, st.integers(1, 5)), max_size=6, unique_by=lambda each: each[0])
Sent = list[tuple[Instant, Target]]


def drain(queue: Queue, until: Instant | None = None) -> tuple[Queue, Sent]:
    """Send all that becomes due, each at its instant."""
    sent: Sent = []
    while (at := next_due(queue)) is not None and (until is None or at <= until):
        queue, leaving = take_due(queue, at)
        sent += [(at, target) for target in leaving]
    return queue, sent


@given(pacings, bursts)
def test_everything_is_announced_as_often_as_asked(pacing: Pacing, burst: list[tuple[Target, int]]) -> None:
    queue, at_once = announce(pacing, Queue(), burst, Instant(0))
    _, later = drain(queue)
    sent = [*at_once, *(target for _, target in later)]
    assert sorted(sent) == sorted(target for target, repeat in burst for _ in range(repeat))


@given(pacings, st.lists(st.tuples(st.integers(0, 600_000), bursts), max_size=4))
def test_no_two_leave_a_lane_within_its_interval(pacing: Pacing, story: list[tuple[int, list[tuple[Target, int]]]]) -> None:
    """Whatever is asked for in between, and a lane is what shares a pace: an interface or a group, and a family."""
    queue, now, sent = Queue(), Instant(0), Sent()
    for wait, burst in story:
        queue, before = drain(queue, Instant(now + wait))
        now = Instant(now + wait)
        queue, at_once = announce(pacing, queue, burst, now)
        sent += [*before, *((now, target) for target in at_once)]
    sent += drain(queue)[1]
    last: dict[object, Instant] = {}
    for at, target in sent:
        lane, interval = pacing.lane(target)
        assert lane not in last or at - last[lane] >= interval
        last[lane] = at


@given(pacings, bursts, st.frozensets(targets, max_size=4), bursts)
def test_what_was_given_up_is_not_announced(
    pacing: Pacing, burst: list[tuple[Target, int]], gone: frozenset[Target], more: list[tuple[Target, int]]
) -> None:
    """Unless it is asked for again; and what stays is not touched."""
    queue, _ = announce(pacing, Queue(), burst, Instant(0))
    withdrawn = withdraw(queue, gone)
    assert not {target for _, target in drain(withdrawn)[1]} & gone
    assert [each for each in drain(withdrawn)[1] if each[1] not in gone] or not {target for _, target in drain(queue)[1]} - gone
    again, _ = announce(pacing, withdrawn, more, Instant(0))
    assert {target for _, target in drain(again)[1]} <= {target for target, _ in burst if target not in gone} | {each for each, _ in more}


@given(pacings, st.lists(bursts, max_size=5))
def test_asking_again_and_again_does_not_pile_up(pacing: Pacing, asked: list[list[tuple[Target, int]]]) -> None:
    """However often the same is asked for, no more waits than the longest burst has."""
    queue = Queue()
    for burst in asked:
        queue, _ = announce(pacing, queue, burst, Instant(0))
    most = {target: max(repeat for burst in asked for other, repeat in burst if other == target) for burst in asked for target, _ in burst}
    for lane in queue.lanes.values():
        assert all(count <= most[target] for target, count in lane.waiting)


def test_a_group_shares_its_pace_and_rounds_take_turns() -> None:
    """Two interfaces of a garp_group, two addresses twice each, 0.1 s apart: four frames in turn; IPv6 has a lane of its own."""
    pacing = Pacing(groups=(GarpGroup(("eth0", "eth1"), Interval(100_000)),))
    one, two, other = ("eth0", VIRTUAL[0]), ("eth1", VIRTUAL[1]), ("eth0", IPV6[0])
    queue, at_once = announce(pacing, Queue(), [(one, 2), (two, 2), (other, 1)], Instant(0))
    assert at_once == (other, one)
    assert drain(queue)[1] == [(Instant(100_000), two), (Instant(200_000), one), (Instant(300_000), two)]
