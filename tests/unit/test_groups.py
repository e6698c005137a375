"""Sync groups as real keepalived 2.2.7 was seen to move them, outcome by outcome."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, parse_address
from kaspec.groups import GroupOutcome, move, state_of, teams
from kaspec.node import DatagramReceived, DeadlinesReached, LinkChanged, Node, NodeEvent, NodeState, Transition, initial, node_step
from kaspec.reconfiguration import reconfigure
from kaspec.report.log import as_told, group_lines
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, seconds
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import InterfaceTrack, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, Reason, Standing, state_name
from kaspec.vrrp.sync_group import SyncGroup
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, encode_ip
from kaspec.wire.vrrp import encode


def instance(name: str, interface: str, priority: int = 150) -> VirtualRouter:
    number = int(name[-1])
    virtual = VirtualAddress(parse_address(f"10.{number}.0.100"), 24, interface)
    return VirtualRouter(name, interface, 50 + number, priority, (virtual,))


ONE, TWO, THREE = instance("VI_1", "eth0"), instance("VI_2", "eth1"), instance("VI_3", "eth2")
GROUP = SyncGroup("G1", ("VI_1", "VI_2"))
NODE = Node((ONE, TWO), (GROUP,))
LINKS = tuple(Link(f"eth{number}", True, (parse_address(f"10.{number + 1}.0.1"),)) for number in range(3))
MASTER_DOWN = "3.414063"


def run(node: Node, events: Sequence[tuple[str, NodeEvent]], state: NodeState | None = None) -> Transition:
    """Take events at instants; the last transition."""
    result = Transition(state or initial(node, LINKS))
    for at, event in events:
        result = node_step(node, result.state, event, Instant(seconds(at)))
    return result


def told(transition: Transition) -> list[str]:
    """What scripts and FIFOs would hear, in order, and from whom."""
    return [
        f"{each.group} {each.state}" if isinstance(each, GroupOutcome) else f"{each.router.name} {state_name(each.step.state)}"
        for each in transition.outcomes
    ]


def sent(transition: Transition) -> list[tuple[str, int]]:
    return [
        (outcome.router.name, effect.advertisement.priority)
        for outcome in transition.steps
        for effect in outcome.step.effects
        if isinstance(effect, SendAdvertisement)
    ]


def advert(interface: str, router: VirtualRouter, priority: int) -> DatagramReceived:
    number = int(router.name[-1])
    message = encode(advertisement(router, priority))
    return DatagramReceived(interface, encode_ip(Packet(parse_address(f"10.{number}.0.2"), VRRP_GROUP_V4, 255, VRRP_PROTOCOL, message)))


MASTERS = run(NODE, [("0", Startup()), (MASTER_DOWN, DeadlinesReached((0, 1)))]).state


def test_a_group_starts_before_its_members() -> None:
    assert told(run(NODE, [("0", Startup())])) == ["G1 BACKUP", "VI_1 BACKUP", "VI_2 BACKUP"]


def test_who_expires_first_waits_and_the_last_takes_all_with_it() -> None:
    first = run(NODE, [("0", Startup()), (MASTER_DOWN, DeadlinesReached((0,)))])
    assert (told(first), first.steps[0].step.rule) == (["VI_1 BACKUP"], rules.GROUP_WAITS)
    last = run(NODE, [("3.5", DeadlinesReached((1,)))], first.state)
    assert told(last) == ["VI_2 MASTER", "VI_1 MASTER", "G1 MASTER"]
    assert sent(last) == [("VI_2", 150), ("VI_1", 150)]
    assert [outcome.step.rule for outcome in last.steps] == [rules.MASTER_DOWN, rules.GROUP_MASTER]


def test_members_that_expire_at_once_do_not_wait_for_each_other() -> None:
    result = run(NODE, [("0", Startup()), (MASTER_DOWN, DeadlinesReached((0, 1)))])
    assert told(result) == ["VI_1 MASTER", "VI_2 MASTER", "G1 MASTER"]


def test_an_advertisement_ends_the_waiting() -> None:
    waiting = run(NODE, [("0", Startup()), (MASTER_DOWN, DeadlinesReached((0,)))]).state
    heard = run(NODE, [("3.45", advert("eth0", ONE, 200))], waiting).state
    assert told(run(NODE, [("3.5", DeadlinesReached((1,)))], heard)) == ["VI_2 BACKUP"]


def test_one_that_yields_takes_the_others_with_it_in_silence() -> None:
    result = run(NODE, [("4", advert("eth1", TWO, 200))], MASTERS)
    assert told(result) == ["VI_2 BACKUP", "VI_1 BACKUP", "G1 BACKUP"]
    assert sent(result) == []


def test_a_fault_of_one_is_a_fault_of_all_and_everyone_says_priority_zero() -> None:
    result = run(NODE, [("4", LinkChanged("eth1", evolve(LINKS[1], up=False)))], MASTERS)
    assert told(result) == ["VI_2 FAULT", "VI_1 FAULT", "G1 FAULT"]
    assert sent(result) == [("VI_2", 0), ("VI_1", 0)]
    assert result.state.states[0].standing.faults == (Reason("group", "VI_2"),)
    assert result.state.states[1].standing.faults == (Reason("interface-down", "eth1"),)


def test_only_when_all_are_healthy_again_do_they_return() -> None:
    down = run(NODE, [("4", LinkChanged(link.name, evolve(link, up=False))) for link in LINKS[:2]], MASTERS).state
    first = run(NODE, [("5", LinkChanged("eth0", LINKS[0]))], down)
    assert told(first) == ["VI_1 FAULT", "VI_2 FAULT"]
    assert first.state.states[0].standing.faults == (Reason("group", "VI_2"),)
    assert told(run(NODE, [("6", LinkChanged("eth1", LINKS[1]))], first.state)) == ["VI_2 BACKUP", "VI_1 BACKUP", "G1 BACKUP"]


def test_all_stop_and_then_the_group() -> None:
    result = run(NODE, [("4", Shutdown())], MASTERS)
    assert (told(result), sent(result)) == (["VI_1 INIT", "VI_2 INIT", "G1 STOP"], [("VI_1", 0), ("VI_2", 0)])


@pytest.mark.parametrize(("priority", "starts"), [(150, "BACKUP"), (255, "MASTER")])
def test_an_owner_starts_as_master_among_owners_only(priority: int, starts: str) -> None:
    node = Node((evolve(ONE, priority=255), evolve(TWO, priority=priority)), (GROUP,))
    down, up = (LinkChanged("eth1", evolve(LINKS[1], up=up)) for up in (False, True))
    started: list[tuple[str, NodeEvent]] = [("0", Startup())]
    for events in (started, [*started, ("1", down), ("2", up)]):
        assert {state_name(state) for state in run(node, events).state.states} == {starts}


def test_the_log_tells_of_the_group_behind_the_first_member() -> None:
    result = run(NODE, [("4", advert("eth1", TWO, 200))], MASTERS)
    first, group, second = as_told(result.outcomes)
    assert isinstance(group, GroupOutcome)
    assert group_lines(group) == ("VRRP_Group(G1) Syncing instances to BACKUP state",)
    assert [first, second] == list(result.steps)


def test_weights_of_members_do_not_count_those_of_the_group_do() -> None:
    weighted = evolve(ONE, tracks=(InterfaceTrack("eth2", -20),))
    group = evolve(GROUP, tracks=(InterfaceTrack("eth2", -30),))
    down = (*LINKS[:2], evolve(LINKS[2], up=False))
    for one, each, priorities in (
        (weighted, GROUP, [150, 150]),
        (weighted, evolve(GROUP, tracking_weight=True), [130, 150]),
        (ONE, group, [120, 120]),
        (weighted, evolve(group, tracking_weight=True), [100, 120]),
    ):
        states = initial(Node((one, TWO), (each,)), down).states
        assert [state.standing.priority for state in states] == priorities


def test_a_member_that_joins_a_master_is_master() -> None:
    new = Node((ONE, TWO, THREE), (SyncGroup("G1", ("VI_1", "VI_2", "VI_3")),))
    result = reconfigure(NODE, new, MASTERS, Instant(5 * SECOND))
    assert told(result) == ["VI_3 BACKUP", "VI_3 MASTER"]


def test_a_backup_that_joins_takes_the_group_down() -> None:
    apart = Node((ONE, TWO, THREE), (GROUP,))
    state = run(apart, [("0", Startup()), (MASTER_DOWN, DeadlinesReached((0, 1)))]).state
    new = evolve(apart, groups=(SyncGroup("G1", ("VI_1", "VI_2", "VI_3")),))
    result = reconfigure(apart, new, state, Instant(seconds("3.5")))
    assert told(result) == ["VI_1 BACKUP", "VI_2 BACKUP", "G1 BACKUP"]


def test_a_group_that_is_removed_stops_and_its_members_stay() -> None:
    result = reconfigure(NODE, evolve(NODE, groups=()), MASTERS, Instant(5 * SECOND))
    assert (told(result), result.state) == (["G1 STOP"], MASTERS)
    back = reconfigure(evolve(NODE, groups=()), NODE, MASTERS, Instant(5 * SECOND))
    assert (told(back), back.state) == (["G1 MASTER"], MASTERS)


def test_one_without_a_group_of_its_own() -> None:
    """Names nobody has, an instance in a second group, a second group of the same name: the first counts."""
    groups = (SyncGroup("G1", ("VI_1", "VI_9", "VI_1")), SyncGroup("G2", ("VI_1", "VI_2")), SyncGroup("G1", ("VI_3",)), SyncGroup("G3", ()))
    assert [(team.group.name, team.places) for team in teams((ONE, TWO, THREE), groups)] == [("G1", (0,)), ("G2", (1,))]


STANDING = Standing(100, None)
BACKUP, MASTER = Backup(STANDING, Instant(0), SECOND), Master(STANDING, Instant(0))
WAITING = evolve(BACKUP, waiting=True)
INIT, FAULT = Initialize(STANDING), Fault(STANDING)


@pytest.mark.parametrize(
    ("states", "goes"),
    [
        ((BACKUP, BACKUP), None),
        ((WAITING, BACKUP), None),
        ((WAITING, WAITING), "MASTER"),
        ((WAITING, MASTER), "MASTER"),
        ((MASTER, MASTER), None),
        ((MASTER, BACKUP), "BACKUP"),
        ((FAULT, FAULT), None),
        ((WAITING, INIT), None),
        ((MASTER, INIT), None),
        ((MASTER, BACKUP, INIT), "BACKUP"),
    ],
)
def test_where_a_group_goes(states: tuple[Backup | Master | Fault | Initialize, ...], goes: str | None) -> None:
    assert move(dict(enumerate(states))) == goes


def test_the_state_of_a_group_is_that_of_the_members_that_started() -> None:
    assert [state_of(states) for states in ((INIT, INIT), (MASTER, INIT), (BACKUP, MASTER), (FAULT, MASTER))] == [
        "INIT",
        "MASTER",
        "BACKUP",
        "FAULT",
    ]
