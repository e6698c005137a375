"""Laws of a node: its virtual routers are independent, any bytes are taken, and a reload does exactly the difference."""

from typing import Any

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    NodeState,
    TrackerReported,
    Transition,
    due,
    initial,
    next_deadline,
    node_step,
    take_datagram,
)
from kaspec.reconfiguration import reconfigure
from kaspec.rules import RULES
from kaspec.succession import places
from kaspec.tracking import Link, standing
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.effects import InstallAddresses, InstallRoutes, InstallRules, RemoveAddresses, RemoveRoutes, RemoveRules, SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, HoldingsLost, Shutdown, Startup
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, VirtualAddress
from kaspec.vrrp.machine import advertisement, step
from kaspec.vrrp.router import KEEPALIVED, RFC3768, Identity, VirtualRouter
from kaspec.vrrp.state import Fault, Initialize, Master, State
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, encode_ipv4
from kaspec.wire.vrrp import encode
from tests.laws.strategies import (
    RECEPTION_RULES,
    findings,
    findings_of,
    hosts,
    interfaces,
    links,
    nodes,
    octets,
    tracked,
    waits,
    well_formed,
    worlds,
)


@frozen
class Running:
    """A node that started and has run for a while."""

    node: Node
    state: NodeState
    now: Instant


@st.composite
def datagrams(draw: st.DrawFn, node: Node) -> bytes:
    """A datagram that one of the node's routers might take, perhaps with one damaged byte; or noise."""
    if not node.routers or draw(st.integers(0, 4)) == 0:
        return draw(st.binary(max_size=64))
    router = draw(st.sampled_from(node.routers))
    message = encode(advertisement(router, draw(octets)))
    packet = Packet(draw(hosts), VRRP_GROUP_V4, VRRP_TTL, VRRP_PROTOCOL, message)
    datagram = bytearray(encode_ipv4(packet))
    if draw(st.booleans()):
        datagram[draw(st.integers(0, len(datagram) - 1))] = draw(octets)
    return bytes(datagram[: draw(st.just(len(datagram)) | st.integers(0, len(datagram)))])


tracker_reports = tracked.flatmap(lambda tracker: st.builds(TrackerReported, st.just(tracker), st.none() | findings_of(tracker)))


def node_events(node: Node) -> st.SearchStrategy[NodeEvent]:
    return st.one_of(
        st.sampled_from((Startup(), Shutdown())),
        links().map(lambda link: LinkChanged(link.name, link)),
        interfaces.map(lambda name: LinkChanged(name, None)),
        tracker_reports,
        st.builds(DatagramReceived, interfaces, datagrams(node)),
        st.lists(st.integers(0, max(len(node.routers) - 1, 0)), max_size=len(node.routers), unique=True).map(
            lambda places: DeadlinesReached(tuple(places))
        ),
    )


@st.composite
def running(draw: st.DrawFn, started: bool = True, of: st.SearchStrategy[Node] | None = None) -> Running:
    """A node after up to eight events; a third of the waits end at its deadline."""
    node = draw(nodes() if of is None else of)
    state, now = initial(node, draw(worlds), draw(findings)), Instant(0)
    if started:
        state = node_step(node, state, Startup(), now).state
    for wait in draw(waits):
        deadline = next_deadline(state)
        if wait is None and deadline is not None:
            now = max(now, deadline)
            state = node_step(node, state, DeadlinesReached(due(state, now)), now).state
        else:
            now = after(now, wait or Interval(0))
            state = node_step(node, state, draw(node_events(node).filter(lambda event: not isinstance(event, Shutdown))), now).state
    return Running(node, state, now)


@given(running(), st.data())
def test_node_step_is_total(run: Running, data: st.DataObject) -> None:
    """Any event gives well-formed states, outcomes that chain from what was to what is, and rules from the table."""
    result = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now)
    assert len(result.state.states) == len(run.node.routers)
    assert all(well_formed(router, state) for router, state in zip(run.node.routers, result.state.states, strict=True))
    for outcome in result.steps:
        assert outcome.place is not None
        assert (outcome.router, outcome.before) == (run.node.routers[outcome.place], run.state.states[outcome.place])
        assert outcome.step == step(outcome.router, outcome.before, outcome.event, run.now)
        assert outcome.step.state == result.state.states[outcome.place]
        assert outcome.step.rule in RULES


@given(running(), st.data())
def test_virtual_routers_are_independent(run: Running, data: st.DataObject) -> None:
    """What happens to one router changes no other: only the places in the outcomes differ afterwards."""
    result = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now)
    touched = {outcome.place for outcome in result.steps}
    assert all(place in touched or result.state.states[place] is each for place, each in enumerate(run.state.states))


@given(running(), st.data())
def test_a_node_is_its_routers_side_by_side(run: Running, data: st.DataObject) -> None:
    """A node of many does to each what a node of that one alone does, if the virtual addresses are the same."""
    event = data.draw(st.one_of(st.just(Shutdown()), st.builds(DatagramReceived, interfaces, datagrams(run.node))))
    whole = node_step(run.node, run.state, event, run.now)
    for place, router in enumerate(run.node.routers):
        alone = NodeState((run.state.states[place],), run.state.links, run.state.findings)
        assert node_step(Node((router,)), alone, event, run.now).state.states == (whole.state.states[place],)


@given(running(), interfaces, st.data())
def test_any_datagram_is_taken(run: Running, interface: str, data: st.DataObject) -> None:
    """Any bytes on any interface: one router takes or discards them, or nobody claims them; discarded, they change nothing (I7)."""
    result = take_datagram(run.node, run.state, interface, data.draw(datagrams(run.node)), run.now)
    assert (result.unclaimed is None) == (len(result.steps) == 1)
    for outcome in result.steps:
        assert outcome.router.interface == interface
        assert outcome.router.profile in {KEEPALIVED, RFC3768}
        if isinstance(outcome.event, AdvertisementDiscarded):
            assert outcome.step.state is outcome.before
            assert outcome.step.effects == ()
    if result.unclaimed is not None:
        assert result.state is run.state
        assert result.unclaimed.rule in {rules.NOT_IP, *RECEPTION_RULES[: RECEPTION_RULES.index(rules.VRID) + 1]}


@given(running(), interfaces, st.binary(max_size=1200))
def test_noise_changes_nothing(run: Running, interface: str, noise: bytes) -> None:
    """Random bytes, with an IPv4 and VRRP header before them too, are no advertisement to anybody."""
    headed = encode_ipv4(
        Packet(Address(b"\xc0\x00\x02\x09"), VRRP_GROUP_V4, VRRP_TTL, VRRP_PROTOCOL, b"\x21\x33" + noise[: 2 * (len(noise) // 4)])
    )
    for datagram in (noise, headed):
        assert take_datagram(run.node, run.state, interface, datagram, run.now).state == run.state


@given(running(), st.data())
def test_the_tracked_world_is_the_standing(run: Running, data: st.DataObject) -> None:
    """After any event, what every router stands by is what tracking makes of the interfaces last reported."""
    state = node_step(run.node, run.state, data.draw(node_events(run.node)), run.now).state
    for router, each in zip(run.node.routers, state.states, strict=True):
        assert each.standing == standing(router, state.links, run.node.virtual_addresses, state.findings)
        assert isinstance(each, Initialize) or isinstance(each, Fault) == bool(each.standing.faults)


@given(running(started=False) | running())
def test_the_same_configuration_again_is_silence(run: Running) -> None:
    """A reload that changes nothing does nothing, before Startup too: no outcome, the same states, the same deadlines."""
    result = reconfigure(run.node, evolve(run.node), run.state, run.now)
    tracked_now = {track.tracker for router in run.node.routers for track in router.trackers}
    known = {each: found for each, found in run.state.findings.items() if each in tracked_now}
    assert result == Transition(evolve(run.state, findings=known))
    assert all(new is old for new, old in zip(result.state.states, run.state.states, strict=True))


@given(running(), nodes())
def test_a_reload_stops_starts_and_keeps(run: Running, new: Node) -> None:
    """What is gone stops, what is new starts, what stays is asked to stay: each exactly once, the gone before the rest."""
    result = reconfigure(run.node, new, run.state, run.now)
    old_places, new_places = places(run.node.routers), places(new.routers)
    gone = [outcome.router for outcome in result.steps if outcome.place is None]
    assert gone == [router for place, router in enumerate(run.node.routers) if key(router) not in new_places]
    assert [outcome.place is None for outcome in result.steps] == sorted((outcome.place is None for outcome in result.steps), reverse=True)
    started = [outcome.router for outcome in result.steps if isinstance(outcome.event, Startup)]
    assert started == [router for router in new.routers if key(router) not in old_places]
    assert all(well_formed(router, state) for router, state in zip(new.routers, result.state.states, strict=True))
    for router, state in zip(new.routers, result.state.states, strict=True):
        assert state.standing == standing(router, result.state.links, new.virtual_addresses, result.state.findings)
    assert result.state.links == run.state.links
    tracked_now = {track.tracker for router in new.routers for track in router.trackers}
    assert result.state.findings == {each: found for each, found in run.state.findings.items() if each in tracked_now}


@given(running(), st.data())
def test_what_a_reload_does_not_change_does_not_flap(run: Running, data: st.DataObject) -> None:
    """An unchanged router of unchanged standing keeps its state and its timers, whatever comes or goes around it."""
    kept = data.draw(st.sets(st.sampled_from(range(len(run.node.routers))))) if run.node.routers else set()
    others = [router for router in data.draw(nodes()).routers if key(router) not in places(run.node.routers)]
    survivors = [run.node.routers[place] for place in kept]
    new = Node(tuple(data.draw(st.permutations([*survivors, *others]))))
    result = reconfigure(run.node, new, run.state, run.now)
    for router in survivors:
        before = run.state.states[places(run.node.routers)[key(router)]]
        if standing(router, run.state.links, new.virtual_addresses, run.state.findings) == before.standing:
            assert result.state.states[places(new.routers)[key(router)]] is before
            assert router not in [outcome.router for outcome in result.steps]


@given(running())
def test_renaming_is_no_outage(run: Running) -> None:
    """Routers are matched by interface and VRID: under another name, Masters stay Masters, nothing is sent, no timer is later."""
    renamed = Node(tuple(evolve(router, name=f"{router.name}_renamed") for router in run.node.routers))
    result = reconfigure(run.node, renamed, run.state, run.now)
    assert [type(state) for state in result.state.states] == [type(state) for state in run.state.states]
    assert not [effect for outcome in result.steps for effect in outcome.step.effects]
    before, now = next_deadline(run.state), next_deadline(result.state)
    assert before == now or (before is not None and now is not None and now < before)


def key(router: VirtualRouter) -> Identity:
    return router.identity


def wanted(node: Node, states: tuple[State, ...]) -> frozenset[Holding]:
    """What the Masters of a node hold together."""
    pairs = zip(node.routers, states, strict=True)
    return frozenset(holding for router, state in pairs if isinstance(state, Master) for holding in router.holdings)


def carried_out(held: set[Holding], transition: Transition) -> None:
    """Do to a kernel what a transition wants, in order."""
    for effect in (effect for outcome in transition.steps for effect in outcome.step.effects):
        match effect:
            case InstallAddresses(items) | InstallRoutes(items) | InstallRules(items):
                held.update(items)
            case RemoveAddresses(items) | RemoveRoutes(items) | RemoveRules(items):
                held.difference_update(items)
            case _:
                pass


@given(running(), nodes())
def test_after_a_reload_the_kernel_holds_what_the_masters_hold(run: Running, new: Node) -> None:
    """Carried out in order, a reload's effects leave the union of the Masters' holdings, also if one moved between two routers."""
    held = set(wanted(run.node, run.state.states))
    result = reconfigure(run.node, new, run.state, run.now)
    carried_out(held, result)
    assert held == wanted(new, result.state.states)


@given(running(started=False), st.data())
def test_what_is_installed_less_what_is_removed_is_what_the_masters_hold(run: Running, data: st.DataObject) -> None:
    """Along any run, of virtual routers that share nothing: a thief's work is mended at once, or waits for a deadline."""
    node = Node(tuple(evolve(each, **_own_holdings(place)) for place, each in enumerate(run.node.routers)))
    state, held, now = initial(node, run.state.links.values()), set[Holding](), Instant(0)
    for _ in range(data.draw(st.integers(0, 12))):
        now = after(now, data.draw(st.sampled_from((Interval(0), Interval(50_000), Interval(4_000_000)))))
        stolen = tuple(data.draw(st.lists(st.sampled_from(sorted(held, key=repr)), max_size=2))) if held else ()
        held.difference_update(stolen)
        plain: tuple[NodeEvent, ...] = (Startup(), Shutdown(), DeadlinesReached(due(state, now)))
        ordinary = st.sampled_from(plain) | node_events(node)
        result = node_step(node, state, HoldingsLost(stolen) if stolen else data.draw(ordinary), now)
        carried_out(held, result)
        state = result.state
        waiting = {loss.holding for each in state.states if isinstance(each, Master) for loss in each.losses if loss.missing}
        assert held | waiting == wanted(node, state.states)


def _own_holdings(place: int) -> dict[str, Any]:
    """Addresses, a route and a rule that only the virtual router at that place has."""
    addresses = tuple(VirtualAddress(parse_address(f"10.{place}.0.{host}"), 24, f"eth{host % 3}", tracked=False) for host in range(3))
    route = Route(parse_address(f"10.{place}.1.0"), 24, interface="eth0", tracked=False)
    return {"addresses": addresses[:2], "excluded": addresses[2:], "routes": (route,), "rules": (PolicyRule(4, place, target=100),)}


@given(running())
def test_the_last_word_of_a_master_is_priority_zero(run: Running) -> None:
    """A clean stop: every Master with an address says priority 0 once, nobody else says anything, and no deadline is left."""
    result = node_step(run.node, run.state, Shutdown(), run.now)
    sent = [effect for outcome in result.steps for effect in outcome.step.effects if isinstance(effect, SendAdvertisement)]
    masters = [state for state in run.state.states if isinstance(state, Master) and state.standing.address is not None]
    assert [each.advertisement.priority for each in sent] == [0] * len(masters)
    assert next_deadline(result.state) is None


@given(worlds, st.none() | links("eth0"))
def test_an_empty_node_does_nothing(world: list[Link], link: Link | None) -> None:
    """Without virtual routers there are no outcomes and no deadline; the interfaces are remembered all the same."""
    node = Node()
    result = node_step(node, initial(node, world), LinkChanged("eth0", link), Instant(0))
    assert (result.outcomes, next_deadline(result.state), due(result.state, Instant(0))) == ((), None, ())
    assert result.state.links.get("eth0") == link
