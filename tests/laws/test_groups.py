"""Laws of sync groups: members never disagree, settling ends and is done once, order does not matter, and one host has it all."""

from heapq import heappop, heappush
from itertools import count

from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address
from kaspec.groups import GroupOutcome, move, state_of
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    due,
    give,
    initial,
    next_deadline,
    node_step,
)
from kaspec.reconfiguration import reconfigure
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant, Interval, after
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import GroupMoved, Shutdown, Startup
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master
from kaspec.vrrp.sync_group import SyncGroup
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip
from tests.laws.strategies import links, nodes
from tests.laws.test_node import Running, node_events, running


@st.composite
def grouped(draw: st.DrawFn) -> Node:
    """A node whose virtual routers are in one or two sync groups, or in none."""
    node = draw(nodes())
    belongs = [draw(st.sampled_from(("G1", "G1", "G2", ""))) for _ in node.routers]
    groups = []
    for name in ("G1", "G2"):
        members = tuple(router.name for router, group in zip(node.routers, belongs, strict=True) if group == name)
        groups.append(SyncGroup(name, tuple(draw(st.permutations(members))), tracking_weight=draw(st.booleans())))
    return evolve(node, groups=tuple(groups))


runs = running(of=grouped())


def agrees(node: Node, state: NodeState) -> bool:
    """Whether the members of every group that have started are in one state, and none waits without reason."""
    for team in node.cast.groups:
        states = {place: state.states[place] for place in team.places}
        started = [each for each in states.values() if not isinstance(each, Initialize)]
        if len({type(each) for each in started}) > 1 or move(states) is not None:
            return False
    return True


@given(runs, st.data())
def test_a_group_never_disagrees(run: Running, data: st.DataObject) -> None:
    assert agrees(run.node, run.state)
    assert agrees(run.node, node_step(run.node, run.state, data.draw(node_events(run.node)), run.now).state)


@given(runs, grouped())
def test_a_group_never_disagrees_after_a_reload(run: Running, new: Node) -> None:
    result = reconfigure(run.node, new, run.state, run.now)
    assert agrees(new, result.state)
    assert reconfigure(new, evolve(new), result.state, run.now).outcomes == ()


@given(runs, st.data())
def test_settling_is_done_once(run: Running, data: st.DataObject) -> None:
    """Nobody steps more than twice at an event, once for itself and once with its group; and nothing is left to do."""
    result = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now)
    for place in range(len(run.node.routers)):
        own = [outcome for outcome in result.steps if outcome.place == place]
        assert sum(not isinstance(outcome.event, GroupMoved) for outcome in own) <= 1
        assert sum(isinstance(outcome.event, GroupMoved) for outcome in own) <= 1
    assert give(run.node, result.state, [], run.now).state == result.state


@given(runs, st.data())
def test_a_group_is_told_of_exactly_when_its_state_changes(run: Running, data: st.DataObject) -> None:
    result = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now)
    told = {each.group: each.state for each in result.outcomes if isinstance(each, GroupOutcome)}
    for team in run.node.cast.groups:
        before, now = state_of(team.of(run.state.states)), state_of(team.of(result.state.states))
        assert told.get(team.group.name) == (None if before == now else "STOP" if now == "INIT" else now)


@given(runs, st.lists(links(), min_size=2, max_size=3, unique_by=lambda link: link.name))
def test_the_order_of_reports_does_not_matter_to_who_is_at_fault(run: Running, reported: list[Link]) -> None:
    """Faults and priorities are the same in the end, whichever interface is heard of first."""
    ends = []
    for order in (reported, reported[::-1]):
        state = run.state
        for link in order:
            state = node_step(run.node, state, LinkChanged(link.name, link), run.now).state
        ends.append(state)
    first, second = ends
    assert [each.standing for each in first.states] == [each.standing for each in second.states]
    assert [isinstance(each, Fault) for each in first.states] == [isinstance(each, Fault) for each in second.states]


@given(runs, st.data())
def test_places_due_together_may_be_served_in_any_order(run: Running, data: st.DataObject) -> None:
    places = tuple(range(len(run.node.routers)))
    orders = places, tuple(data.draw(st.permutations(places)))
    one, other = (node_step(run.node, run.state, DeadlinesReached(order), run.now) for order in orders)
    assert one.state == other.state


@given(runs)
def test_a_fault_is_shared_and_says_whose_it_is(run: Running) -> None:
    """All members are at fault or none; one that is healthy itself names those that are not."""
    for team in run.node.cast.groups:
        members = zip(team.of(run.node.routers), team.of(run.state.states), strict=True)
        standings = {router.name: state.standing for router, state in members}
        failed = {name for name, standing in standings.items() if any(reason.kind != "group" for reason in standing.faults)}
        for name, standing in standings.items():
            assert {reason.subject for reason in standing.faults if reason.kind == "group"} == failed - {name}
            assert bool(standing.faults) == bool(failed)


@given(runs, st.data())
def test_the_effective_priority_stays_in_range(run: Running, data: st.DataObject) -> None:
    """RFC 3768 5.3.4: 1..254 whatever weights a member and its group track, 255 for an owner always."""
    state = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now).state
    for router, each in zip(run.node.routers, state.states, strict=True):
        assert each.standing.priority == 255 if router.is_owner else 1 <= each.standing.priority <= 254


@given(runs)
def test_nobody_becomes_master_before_all_want_it(run: Running) -> None:
    """A member that is due alone waits, says nothing, and is due again later."""
    for team in run.node.cast.groups:
        backups = [place for place in team.places if isinstance(run.state.states[place], Backup)]
        if len(backups) > 1 and not any(run.state.states[place].waiting for place in backups[1:]):  # type: ignore[union-attr]
            soon = run.state.states[backups[0]]
            assert isinstance(soon, Backup)
            at = max(run.now, soon.master_down_at)
            (outcome,) = node_step(run.node, run.state, DeadlinesReached((backups[0],)), at).steps
            assert (outcome.step.rule, outcome.step.effects) == (rules.GROUP_WAITS, ())
            assert isinstance(outcome.step.state, Backup)
            assert outcome.step.state.master_down_at > at


# Two hosts on several LANs.

LANS = ("eth0", "eth1")


@define
class Pair:
    """Two hosts with a virtual router on each LAN, all of them in one sync group; what one sends on a LAN the other hears there."""

    nodes: tuple[Node, Node]
    delay: Interval
    now: Instant = Instant(0)
    states: list[NodeState] = field(init=False)
    cut: set[str] = field(factory=set)
    queue: list[tuple[Instant, int, int, NodeEvent]] = field(factory=list)
    _numbers: "count[int]" = field(factory=count)

    def __attrs_post_init__(self) -> None:
        self.states = [initial(node, [self.link(host, lan) for lan in LANS]) for host, node in enumerate(self.nodes)]

    @staticmethod
    def link(host: int, lan: str, up: bool = True) -> Link:
        return Link(lan, up, (Address(bytes([10, LANS.index(lan), 0, host + 1])),))

    def take(self, host: int, event: NodeEvent) -> None:
        if isinstance(event, DatagramReceived) and not self.hears(host, event.interface):
            return
        result = node_step(self.nodes[host], self.states[host], event, self.now)
        self.states[host] = result.state
        for outcome in result.steps:
            for effect in outcome.step.effects:
                if isinstance(effect, SendAdvertisement) and self.hears(host, outcome.router.interface):
                    arrival = DatagramReceived(outcome.router.interface, encode_ip(transmit(effect)))
                    heappush(self.queue, (after(self.now, self.delay), next(self._numbers), 1 - host, arrival))

    def hears(self, host: int, lan: str) -> bool:
        return lan not in self.cut and self.states[host].links[lan].up

    def run(self, until: Instant) -> None:
        while True:
            arrival = self.queue[0][0] if self.queue else None
            deadlines = [at for state in self.states if (at := next_deadline(state)) is not None]
            at = min([*deadlines, *([arrival] if arrival is not None else [])], default=None)
            if at is None or at > until:
                break
            self.now = max(self.now, at)
            if arrival == at:
                _, _, host, event = heappop(self.queue)
                self.take(host, event)
                continue
            for host, state in enumerate(self.states):
                if places := due(state, self.now):
                    self.take(host, DeadlinesReached(places))
        self.now = max(self.now, until)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Hosts whose members all prefer the same host; equal priorities too, since the same host's addresses are the higher ones."""
    hosts = []
    for priority in (draw(st.sampled_from((50, 100, 150))), draw(st.sampled_from((100, 150)))):
        preempt, delay = draw(st.booleans()), draw(st.sampled_from((ZERO, Interval(2 * SECOND))))
        hosts.append(
            Node(
                tuple(
                    VirtualRouter(
                        f"VI_{number}", lan, 50 + number, priority, (VirtualAddress(Address(bytes([10, number, 0, 100])), 24, lan),),
                        preempt=preempt, preempt_delay=delay if preempt else ZERO,
                    )
                    for number, lan in enumerate(LANS)
                ),
                (SyncGroup("G", ("VI_0", "VI_1")),),
            )
        )  # fmt: skip
    return Pair((hosts[0], hosts[1]), draw(st.sampled_from((0, 200, 5_000)).map(Interval)))


faults = st.lists(
    st.tuples(
        st.integers(0, 5_000_000), st.sampled_from(("link", "lan", "crash")), st.integers(0, 1), st.sampled_from(LANS), st.booleans()
    ),
    max_size=8,
)
TIME_TO_SETTLE = 25 * SECOND


@given(pairs(), faults)
def test_once_faults_end_one_host_is_master_of_the_whole_group(pair: Pair, history: list[tuple[int, str, int, str, bool]]) -> None:
    """After any history of links that fail, LANs that fall apart and hosts that restart."""
    for host in range(2):
        pair.take(host, Startup())
    for wait, what, host, lan, well in history:
        pair.run(after(pair.now, Interval(wait)))
        if what == "link":
            pair.take(host, LinkChanged(lan, pair.link(host, lan, well)))
        elif what == "lan":
            (pair.cut.discard if well else pair.cut.add)(lan)
        else:
            pair.take(host, Shutdown())
            pair.take(host, Startup())
        assert all(agrees(node, state) for node, state in zip(pair.nodes, pair.states, strict=True))
    pair.cut.clear()
    for host in range(2):
        for lan in LANS:
            pair.take(host, LinkChanged(lan, pair.link(host, lan)))
    pair.run(after(pair.now, Interval(TIME_TO_SETTLE)))
    kinds = sorted([{type(each) for each in state.states} for state in pair.states], key=str)
    assert kinds == [{Backup}, {Master}]
