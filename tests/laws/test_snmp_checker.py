"""Laws of what SNMP shows of virtual servers: of any configuration, everything has one name below what is answered for, and can be sent."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.config import Configuration
from kaspec.config.model import Snmp
from kaspec.lvs.services import begin
from kaspec.report.directed import Directed
from kaspec.snmp.checker import CHECK, CHECKER_SIDE, checker_cells
from kaspec.snmp.keepalived import GLOBAL
from kaspec.snmp.snapshot import CheckSnapshot
from kaspec.snmp.values import Binding, Syntax
from kaspec.wire.agentx import LONGEST_PAYLOAD, Pdu, Response, decode, encode
from tests.laws.services import lvs_settings, server_groups, services

SETTINGS = st.builds(Snmp, enable_snmp_vrrp=st.booleans(), enable_snmp_checker=st.booleans())


@st.composite
def snapshots(draw: st.DrawFn) -> CheckSnapshot:
    """Virtual servers as they begin; one may not have begun yet."""
    groups = draw(server_groups())
    virtuals = draw(services(groups))
    configuration = Configuration(services=virtuals, server_groups=groups, lvs=draw(lvs_settings))
    begun = virtuals[draw(st.integers(0, 1)) :]
    return CheckSnapshot(configuration, Directed({each.key: begin(each) for each in begun}))


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
def test_nobody_is_notified(snapshot: CheckSnapshot) -> None:
    """keepalived's notifications of virtual servers are not sent yet, and the documentation says so."""
    assert not CHECKER_SIDE.is_telling(snapshot)
    assert CHECKER_SIDE.notifications(Snmp(enable_traps=True), snapshot, snapshot) == ()
