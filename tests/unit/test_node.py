"""A node of two virtual routers: what comes in, who it concerns, what a reload does."""

from attrs import evolve

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, parse_address
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeState,
    Unclaimed,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.reconfiguration import reconfigure
from kaspec.tracking import Link
from kaspec.units import Instant, seconds
from kaspec.vrrp.effects import InstallAddresses, Notify, RemoveAddresses, SendAdvertisement
from kaspec.vrrp.events import AddressesAppeared, AdvertisementDiscarded, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import InterfaceTrack, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master
from kaspec.wire.ip import Packet, encode_ipv4
from kaspec.wire.vrrp import encode

X, Y = (VirtualAddress(parse_address(f"192.0.2.{host}"), 24, "eth0") for host in (100, 101))
A = VirtualRouter("A", "eth0", 51, priority=100, addresses=(X,))
B = VirtualRouter("B", "eth0", 52, priority=200, addresses=(Y,))
NODE = Node((A, B))
ETH0 = Link("eth0", up=True, addresses=(parse_address("192.0.2.1"),))
PEER = parse_address("192.0.2.9")


def at(amount: str) -> Instant:
    return Instant(seconds(amount))


def started(node: Node = NODE) -> NodeState:
    return node_step(node, initial(node, (ETH0,)), Startup(), at("0")).state


def masters(node: Node = NODE) -> NodeState:
    """Every router Master at 4 s."""
    state = started(node)
    return node_step(node, state, DeadlinesReached(due(state, at("4"))), at("4")).state


def datagram(router: VirtualRouter, priority: int, ttl: int = 255) -> bytes:
    return encode_ipv4(Packet(PEER, VRRP_GROUP_V4, ttl, 112, encode(advertisement(router, priority))))


def test_the_earliest_deadline_is_the_node_s() -> None:
    state = started()
    assert next_deadline(state) == at("3.21875")
    assert due(state, at("3.21875")) == (1,)
    assert due(state, at("3.609375")) == (0, 1)


def test_a_datagram_goes_to_its_virtual_router() -> None:
    state = started()
    taken = node_step(NODE, state, DatagramReceived("eth0", datagram(B, 201)), at("1"))
    (outcome,) = taken.steps
    assert (outcome.place, outcome.router, outcome.step.rule) == (1, B, rules.BACKUP_REFRESHED)
    assert taken.state.states[0] is state.states[0]
    assert next_deadline(taken.state) == at("3.609375")


def test_a_discarded_datagram_names_its_router_and_moves_nothing() -> None:
    state = started()
    taken = node_step(NODE, state, DatagramReceived("eth0", datagram(A, 255, ttl=64)), at("1"))
    assert taken.steps[0].event == AdvertisementDiscarded(rules.TTL, PEER, "64", "255")
    assert taken.state == state


def test_what_nobody_claims() -> None:
    state = started()
    stranger = datagram(evolve(A, virtual_router_id=7), 200)
    for interface, received, rule, virtual_router_id in (
        ("eth0", stranger, rules.VRID, 7),
        ("eth1", datagram(A, 200), rules.VRID, 51),
        ("eth0", encode_ipv4(Packet(PEER, VRRP_GROUP_V4, 255, 112, b"\x21")), rules.INCOMPLETE, None),
        ("eth0", b"", rules.NOT_IP, None),
    ):
        taken = node_step(NODE, state, DatagramReceived(interface, received), at("1"))
        assert (taken.steps, taken.unclaimed) == ((), Unclaimed(interface, rule, virtual_router_id))
        assert taken.state is state


def test_a_link_that_fails_is_every_router_s_affair() -> None:
    state = masters()
    down = node_step(NODE, state, LinkChanged("eth0", evolve(ETH0, up=False)), at("5"))
    assert [type(each) for each in down.state.states] == [Fault, Fault]
    gone = node_step(NODE, down.state, LinkChanged("eth0", None), at("6"))
    assert [outcome.step.rule for outcome in gone.steps] == [rules.FAULT_GOES_ON] * 2
    assert gone.state.links == {}
    back = node_step(NODE, gone.state, LinkChanged("eth0", ETH0), at("7"))
    assert [type(each) for each in back.state.states] == [Backup, Backup]


def test_a_tracked_link_changes_one_priority() -> None:
    node = Node((evolve(A, tracks=(InterfaceTrack("eth1", 50),)), B))
    state = started(node)
    moved = node_step(node, state, LinkChanged("eth1", Link("eth1", up=True)), at("1"))
    (outcome,) = moved.steps
    assert (outcome.place, outcome.step.rule) == (0, rules.PRIORITY_CHANGED)
    assert moved.state.states[0].standing.priority == 150


def test_the_echo_of_a_takeover_changes_nothing() -> None:
    """The kernel reports the virtual address that we installed: it is nobody's source."""
    state = masters()
    echo = node_step(NODE, state, LinkChanged("eth0", evolve(ETH0, addresses=(X.address, *ETH0.addresses))), at("5"))
    assert echo.steps == ()
    assert echo.state.states == state.states
    assert echo.state.links["eth0"].addresses == (X.address, *ETH0.addresses)


def test_a_second_host_address_changes_nothing_and_the_first_one_does() -> None:
    state, extra = started(), parse_address("192.0.2.7")
    second = node_step(NODE, state, LinkChanged("eth0", evolve(ETH0, addresses=(*ETH0.addresses, extra))), at("1"))
    assert second.steps == ()
    first = node_step(NODE, second.state, LinkChanged("eth0", evolve(ETH0, addresses=(extra,))), at("2"))
    assert [outcome.step.rule for outcome in first.steps] == [rules.STANDING_CHANGED] * 2


def test_shutdown_stops_all() -> None:
    stopped = node_step(NODE, masters(), Shutdown(), at("5"))
    assert all(isinstance(each, Initialize) for each in stopped.state.states)
    assert next_deadline(stopped.state) is None


def test_a_reload_stops_what_is_gone_and_starts_what_is_new() -> None:
    """A stays untouched, B says its last word, C starts as Backup."""
    state, third = masters(), evolve(A, name="C", virtual_router_id=53)
    result = reconfigure(NODE, Node((third, A)), state, at("5"))
    assert [(outcome.place, outcome.router.name) for outcome in result.steps] == [(None, "B"), (0, "C")]
    gone, new = (outcome.step.effects for outcome in result.steps)
    assert isinstance(gone[0], SendAdvertisement)
    assert gone[0].advertisement.priority == 0
    assert new[-1] == Notify("BACKUP")
    assert result.state.states[1] is state.states[0]


def test_a_reload_that_changes_a_router_tells_it() -> None:
    state, changed = masters(), evolve(A, priority=150)
    result = reconfigure(NODE, Node((changed, B)), state, at("5"))
    (outcome,) = result.steps
    assert (outcome.event, outcome.step.rule) == (Reconfigured(A, result.state.states[0].standing), rules.RECONFIGURED)
    assert isinstance(result.state.states[0], Master)
    assert result.state.states[0].standing.priority == 150


def test_a_reload_that_makes_our_only_address_virtual_is_a_fault() -> None:
    """A itself did not change; that the interface's address now moves is a matter of its standing."""
    greedy = evolve(B, addresses=(Y, evolve(X, address=ETH0.addresses[0])))
    result = reconfigure(NODE, Node((A, greedy)), masters(), at("5"))
    assert isinstance(result.steps[0].event, StandingChanged)
    assert [outcome.step.rule for outcome in result.steps] == [rules.FAULT_ENTERED] * 2


def test_an_address_may_move_from_one_master_to_another() -> None:
    """A reload swaps X and Y: neither is taken away at any moment, both are announced anew."""
    swapped = Node((evolve(A, addresses=(Y,)), evolve(B, addresses=(X,))))
    result = reconfigure(NODE, swapped, masters(), at("5"))
    effects = [effect for outcome in result.steps for effect in outcome.step.effects]
    assert [effect.addresses for effect in effects if isinstance(effect, InstallAddresses)] == [(Y,), (X,)]
    assert all(effect.addresses == () for effect in effects if isinstance(effect, RemoveAddresses))


def test_an_address_that_somebody_else_adds_is_told_while_nobody_of_ours_is_master() -> None:
    """Once, when it comes; the echo of a Master's own address is none."""
    seen = LinkChanged("eth0", evolve(ETH0, addresses=(*ETH0.addresses, X.address)))
    intruded = node_step(NODE, started(), seen, at("1"))
    (outcome,) = intruded.steps
    assert (outcome.router, outcome.event, outcome.step.rule) == (A, AddressesAppeared((X,)), rules.ADDRESSES_FOREIGN)
    assert (intruded.state.states, outcome.step.effects) == (started().states, ())
    assert not node_step(NODE, intruded.state, seen, at("2")).steps
    assert not node_step(NODE, masters(), seen, at("5")).steps
