"""Whom a change of a virtual server is told, byte for byte as keepalived has it."""

from kaspec.address import parse_address
from kaspec.command import Command
from kaspec.config.model import GlobalDefs, Permit
from kaspec.lvs.model import AddressService, RealServer, VirtualServer
from kaspec.lvs.services import QuorumChanged, ServerChanged
from kaspec.lvs.settings import LvsSettings
from kaspec.lvs.telling import ServiceAudience, deliver_change
from kaspec.notification import Mail

UP = Command("/bin/up")
PERMIT = Permit(("/bin/up",), 0, 0, (), 0o77)
KEY = AddressService(parse_address("10.0.0.1"), 80, "TCP")
SERVER = RealServer(parse_address("10.0.0.2"), 80, notify_up=UP)
VIRTUAL = VirtualServer(KEY, (KEY,), (SERVER,), quorum_up=UP)
DEFS = GlobalDefs(router_id="d2", notification_email=("a@example.com",), smtp_server="localhost")
AUDIENCE = ServiceAudience(DEFS, LvsSettings(), {UP: PERMIT})


def test_a_real_server_by_fifo_script_and_mail() -> None:
    """LVS lines end in a NUL, and real servers are mailed of unless something says otherwise."""
    told = deliver_change(AUDIENCE, VIRTUAL, ServerChanged(SERVER, True, "TCP CHECK succeed on service"), 0)
    assert told is not None
    assert told[1].line == b"RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 UP\n\0"
    assert [each.argv for each in told[1].task.scripts] == [("/bin/up",)]
    subject = "[d2] Realserver [10.0.0.2]:tcp:80 of virtual server [10.0.0.1]:tcp:80 - UP"
    assert told[1].mail == Mail(subject, "=> TCP CHECK succeed on service <=")


def test_a_virtual_server_is_not_mailed_of_unless_asked() -> None:
    told = deliver_change(AUDIENCE, VIRTUAL, QuorumChanged(False, 0), 0)
    assert told is not None
    assert (told[1].line, told[1].mail, told[1].task.scripts) == (b"VS [10.0.0.1]:tcp:80 DOWN\n\0", None, ())


def test_how_a_real_server_begins_is_told_for_rs_init_notifies_alone() -> None:
    assert deliver_change(AUDIENCE, VIRTUAL, ServerChanged(SERVER, True, initially=True), 0) is None
