"""Whom the configuration tells, line for line as keepalived 2.2.7's ``.data`` has it."""

from attrs import evolve

from kaspec.config import read
from kaspec.config.model import Command, Configuration, Permit
from kaspec.report.told import fifo_lines, security_lines, settings_lines, umask_lines

TEXT = """
global_defs {
    enable_script_security
    notify_fifo /run/fifo
    notify_fifo_script /bin/reader
    vrrp_notify_priority_changes
    smtp_alert
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 7
    notify "/bin/notify 'b c'"
    notify_stop /bin/refused
    notify_deleted
    virtual_ipaddress { 10.7.7.7/24 }
}
"""


def configuration() -> Configuration:
    found = read(TEXT, "x").configuration
    permits = {Command("/bin/notify 'b c'"): ("/bin/notify", "b c"), Command("/bin/reader"): ("/bin/reader",)}
    return evolve(found, permits={command: Permit(argv, 990, 980, (), 0o177) for command, argv in permits.items()})


def test_fifos_and_what_they_get() -> None:
    assert list(fifo_lines(configuration())) == [
        " Global notify fifo = /run/fifo, uid:gid 0:0",
        " Global notify fifo script = '/bin/reader' '/run/fifo', uid:gid 990:980",
        " FIFO write vrrp states on reload = false",
        " VRRP notify priority changes = true",
    ]


def test_security_and_the_mask() -> None:
    assert list(security_lines(configuration())) == [" Script security enabled"]
    assert list(security_lines(Configuration())) == [" Script security disabled"]
    assert list(umask_lines(configuration())) == [" umask = 0177"]


def test_the_scripts_of_an_instance() -> None:
    found = configuration()
    assert list(settings_lines(found, found.settings[0])) == [
        "   Using smtp notification = yes",
        "   Notify deleted = Deleted",
        "   Stop state transition script = '/bin/refused' (not run: it may not)",
        "   Generic state transition script = '/bin/notify' 'b c', uid:gid 990:980",
        "   Notify priority changes = true",
    ]
