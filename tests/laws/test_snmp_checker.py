"""Laws of what SNMP shows of virtual servers: of any configuration, everything has one name below what is answered for, and can be sent."""

from collections.abc import Iterator

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.config import Configuration
from kaspec.config.model import Snmp
from kaspec.lvs.counted import Counted, ServiceCounted, Traffic, of_virtual
from kaspec.lvs.services import QuorumChanged, ServerChanged, begin
from kaspec.report.directed import Directed
from kaspec.snmp.check_agent import CHECKER_SIDE, Ended, Happened, began, ended
from kaspec.snmp.checker import CHECK, checker_cells
from kaspec.snmp.keepalived import GLOBAL
from kaspec.snmp.snapshot import CheckSnapshot
from kaspec.snmp.traps import TRAP_NAME
from kaspec.snmp.values import Binding, Syntax
from kaspec.wire.agentx import LONGEST_PAYLOAD, Notify, Pdu, Response, decode, encode
from tests.laws.services import lvs_settings, server_groups, services

SETTINGS = st.builds(Snmp, enable_snmp_vrrp=st.booleans(), enable_snmp_checker=st.booleans())

NUMBERS = st.integers(0, (1 << 64) - 1)
TRAFFIC = st.builds(Traffic, *(NUMBERS,) * 5)
COUNTED = st.builds(ServiceCounted, st.builds(Counted, TRAFFIC, TRAFFIC))


@st.composite
def snapshots(draw: st.DrawFn) -> CheckSnapshot:
    """Virtual servers as they begin; one may not have begun yet."""
    groups = draw(server_groups())
    virtuals = draw(services(groups))
    configuration = Configuration(services=virtuals, server_groups=groups, lvs=draw(lvs_settings))
    begun = virtuals[draw(st.integers(0, 1)) :]
    counts = {service: draw(COUNTED) for virtual in begun for service in virtual.services} if draw(st.booleans()) else None
    return CheckSnapshot(configuration, Directed({each.key: begin(each) for each in begun}), counts=counts)


@given(snapshots(), SETTINGS)
def test_everything_is_below_what_is_answered_for_and_can_be_sent(snapshot: CheckSnapshot, settings: Snmp) -> None:
    below = CHECKER_SIDE.regions(settings)
    assert below == (() if not settings.enable_snmp_checker else (CHECK,) if settings.enable_snmp_vrrp else (GLOBAL, CHECK))
    view = CHECKER_SIDE.shown(Snmp(settings.enable_snmp_vrrp, enable_snmp_checker=True), snapshot)
    expected = (CHECK,) if settings.enable_snmp_vrrp else (GLOBAL, CHECK)
    assert all(any(name[: len(region)] == region for region in expected) for name in view.names)
    pdu = Pdu(1, 1, 1, Response(bindings=tuple(Binding(name, view.objects[name]) for name in view.names)))
    data = encode(pdu)
    assert decode(data) == (pdu, len(data)) or len(data) > LONGEST_PAYLOAD


@given(snapshots())
def test_every_object_is_there_once_and_every_server_has_a_row(snapshot: CheckSnapshot) -> None:
    """A row for each virtual server that has begun, for each of its real servers and its sorry server."""
    cells = list(checker_cells(snapshot, with_global=True))
    names = [(*column, *index) for column, index, _ in cells]
    assert len(set(names)) == len(names)
    begun = [each for each in snapshot.configuration.services if each.key in snapshot.directed.states]
    assert sum(column == (*CHECK, 3, 1, 2) for column, _, _ in cells) == len(begun)
    assert sum(column == (*CHECK, 4, 1, 2) for column, _, _ in cells) == sum(
        len(each.servers) + (each.sorry_server is not None) for each in begun
    )
    entries = sum(len(group.entries) for group in snapshot.configuration.server_groups)
    assert sum(column == (*CHECK, 2, 1, 2) for column, _, _ in cells) == entries
    weights = [value for column, _, value in cells if column == (*CHECK, 4, 1, 7)]
    assert all(value.syntax == Syntax.INTEGER and isinstance(value.content, int) and value.content >= 0 for value in weights)


@given(snapshots())
def test_rates_of_a_virtual_server_are_put_together_from_their_halves(snapshot: CheckSnapshot) -> None:
    cells = {(*column, *index): value.content for column, index, value in checker_cells(snapshot, with_global=False)}
    for number, virtual in enumerate(snapshot.configuration.services, 1):
        low, high = (cells.get((*CHECK, 3, 1, column, number)) for column in (41, 42))
        if snapshot.counts is None or virtual.key not in snapshot.directed.states:
            assert low is high is None
        else:
            assert isinstance(low, int)
            assert isinstance(high, int)
            rate = of_virtual(snapshot.counts, virtual).rate.connections
            assert (high << 32) + low == rate or (rate >= 1 << 64 and high == 0xFFFF_FFFF)


TELLING = Snmp(enable_snmp_checker=True, enable_traps=True)


def happenings(snapshot: CheckSnapshot) -> Iterator[Happened]:
    """Yield a change of each real server and of each quorum, for better and for worse."""
    for virtual in snapshot.configuration.services:
        if (state := snapshot.directed.states.get(virtual.key)) is not None:
            for up in (True, False):
                yield from (Happened(virtual, ServerChanged(server, up), state) for server in virtual.servers)
                yield Happened(virtual, QuorumChanged(up, 1), state)


@given(snapshots())
def test_a_notification_tells_what_changed_by_values_that_a_walk_finds(snapshot: CheckSnapshot) -> None:
    there = CHECKER_SIDE.shown(Snmp(enable_snmp_checker=True), snapshot).objects
    read = {*there.items(), *((name[: len(CHECK) + 3], value) for name, value in there.items())}
    for happened in happenings(snapshot):
        assert CHECKER_SIDE.is_telling(happened)
        ((trap, *bindings),) = CHECKER_SIDE.notifications(TELLING, snapshot, happened)
        quorum = isinstance(happened.effect, QuorumChanged)
        assert (trap.name, trap.value.content) == (TRAP_NAME, (*CHECK, 5, 0, 2 if quorum else 1))
        status = (*CHECK, 3, 1, 23) if quorum else (*CHECK, 4, 1, 6)
        (told,) = (each.value.content for each in bindings if each.name[: len(status)] == status)
        assert isinstance(happened.effect, ServerChanged | QuorumChanged)
        assert told == (1 if happened.effect.is_up else 2)
        assert all((each.name, each.value) in read for each in bindings if each.name != status)
        data = encode(pdu := Pdu(1, 1, 1, Notify((trap, *bindings))))
        assert decode(data) == (pdu, len(data))


@given(snapshots())
def test_nobody_is_notified_unasked_or_of_what_is_gone(snapshot: CheckSnapshot) -> None:
    for happened in happenings(snapshot):
        assert isinstance(happened.effect, ServerChanged | QuorumChanged)
        at_first = evolve(happened, effect=evolve(happened.effect, initially=True))
        told = isinstance(happened.effect, QuorumChanged) or snapshot.configuration.lvs.rs_init_notifies
        assert bool(CHECKER_SIDE.notifications(TELLING, snapshot, at_first)) == told
        for settings in (evolve(TELLING, enable_traps=False), evolve(TELLING, enable_snmp_checker=False)):
            assert CHECKER_SIDE.notifications(settings, snapshot, happened) == ()
        assert CHECKER_SIDE.notifications(TELLING, evolve(snapshot, configuration=Configuration()), happened) == ()


@given(snapshots())
def test_a_beginning_is_counted_up_and_an_end_down_to_nothing(snapshot: CheckSnapshot) -> None:
    for virtual in snapshot.configuration.services:
        if (state := snapshot.directed.states.get(virtual.key)) is not None:
            first, last = tuple(began(virtual, state)), tuple(ended(virtual, state))
            counts = [[sum(each.is_up for each in happened.state.servers) for happened in those] for those in (first, last)]
            up = sum(each.is_up for each in state.servers)
            assert counts[0] == sorted(counts[0])
            assert counts[1] == [*range(up - 1, -1, -1), 0]
            assert sum(isinstance(happened.effect, Ended) for happened in last) == 1
            assert CHECKER_SIDE.notifications(TELLING, snapshot, last[-1])
