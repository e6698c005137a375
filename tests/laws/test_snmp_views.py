"""Laws of what SNMP shows: of any configuration, in any state, everything has a name within what is answered for, and can be sent."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.config import Configuration
from kaspec.config.model import Snmp
from kaspec.groups import GroupOutcome
from kaspec.node import Node, NodeState, initial, node_step
from kaspec.report.stats import tally
from kaspec.snmp.agent import LocalPlace, RemotePlace, master_place, regions, shown
from kaspec.snmp.asked import wanted
from kaspec.snmp.snapshot import Face, Snapshot
from kaspec.snmp.traps import is_telling, notifications
from kaspec.snmp.values import Binding, Syntax
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant
from kaspec.vrrp.events import Startup
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.agentx import LONGEST_PAYLOAD, Notify, Pdu, Response, decode, encode
from tests.laws.settings.configurations import configurations

EVERYTHING = Snmp(enable_snmp_vrrp=True, enable_snmp_rfcv2=True, enable_snmp_rfcv3=True, enable_traps=True)
SETTINGS = st.builds(Snmp, st.booleans(), st.booleans(), st.booleans(), st.booleans())


def links(routers: tuple[VirtualRouter, ...]) -> list[Link]:
    return [Link(router.interface, True, (router.source,) if router.source else ()) for router in routers if router.interface]


def snapshot(configuration: Configuration, started: bool) -> Snapshot:
    """Return a host that has every interface, before or after its start."""
    node = Node(configuration.routers, configuration.groups)
    state: NodeState = initial(node, links(configuration.routers))
    counts = dict[object, int]()
    if started:
        transition = node_step(node, state, Startup(), Instant(0))
        state = transition.state
        counts = {key: 1 for outcome in transition.steps for key in tally(outcome)}
    faces = {router.interface: Face(place, bytes(6)) for place, router in enumerate(configuration.routers, 1)}
    return Snapshot(configuration, state, Instant(9 * SECOND), faces=faces, counts=counts)  # type: ignore[arg-type]


@given(configurations(), st.booleans(), SETTINGS)
def test_everything_is_below_what_is_answered_for_and_can_be_sent(configuration: Configuration, started: bool, settings: Snmp) -> None:
    """Totality, and that a master hears the very values: no number is too large for its type."""
    view = shown(settings, snapshot(configuration, started))
    below = regions(settings)
    assert all(any(name[: len(region)] == region for region in below) for name in view.names)
    assert bool(view.names) == bool(below)
    bindings = tuple(Binding(name, view.objects[name]) for name in view.names)
    pdu = Pdu(1, 1, 1, Response(bindings=bindings))
    data = encode(pdu)
    assert decode(data) == (pdu, len(data)) or len(data) > LONGEST_PAYLOAD


@given(configurations(), SETTINGS)
def test_notifications_name_what_can_be_read(configuration: Configuration, settings: Snmp) -> None:
    """Every object of a notification is below what is enabled; without ``enable_traps`` there is none."""
    node = Node(configuration.routers, configuration.groups)
    transition = node_step(node, initial(node, links(configuration.routers)), Startup(), Instant(0))
    after = snapshot(configuration, started=True)
    for outcome in filter(is_telling, transition.outcomes):
        told = notifications(settings, after, outcome)
        assert settings.enable_traps or not told
        for bindings in told:
            assert bindings[0].value.syntax == Syntax.OBJECT_IDENTIFIER
            assert all(any(each.name[: len(region)] == region for region in regions(settings)) for each in bindings[1:])
            pdu = Pdu(1, 1, 1, Notify(bindings))
            assert decode(encode(pdu)) == (pdu, len(encode(pdu)))


def test_a_group_that_is_not_there_any_more_tells_nobody() -> None:
    outcome = GroupOutcome("gone", "MASTER", rules.GROUP_MASTER, ())
    assert not notifications(EVERYTHING, snapshot(Configuration(), started=False), outcome)


def test_places_are_read_as_net_snmp_writes_them() -> None:
    places = {
        None: LocalPlace("/var/agentx/master"),
        "unix:/run/x": LocalPlace("/run/x"),
        "/run/x": LocalPlace("/run/x"),
        "tcp:192.0.2.1:706": RemotePlace("192.0.2.1", 706),
        "tcp:localhost": RemotePlace("localhost", 705),
        "tcp6:[2001:db8::1]:705": RemotePlace("2001:db8::1", 705),
        "localhost:7": RemotePlace("localhost", 7),
        "udp:192.0.2.1:705": None,
        "tcp:host:99999": None,
        "tcp:": None,
    }
    assert {written: master_place(written) for written in places} == places


@given(SETTINGS)
def test_the_command_line_adds_and_goes_first(settings: Snmp) -> None:
    """keepalived's ``-x`` and ``-A``."""
    chosen = wanted(settings, everything=True, place="/run/x")
    assert (len(regions(chosen)), chosen.snmp_socket, chosen.enable_traps) == (4, "/run/x", settings.enable_traps)
    assert wanted(settings, everything=False, place=None) == settings
