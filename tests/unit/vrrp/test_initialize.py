"""RFC 3768 6.4.1: Initialize."""

from attrs import evolve

from kaspec import rules
from kaspec.units import seconds
from kaspec.vrrp.effects import Notify
from kaspec.vrrp.events import DeadlineReached, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.state import Fault, Initialize, Master, Standing, is_urgent, next_deadline, state_name
from tests.unit.vrrp.examples import (
    ANNOUNCE,
    DOWN,
    INSTALL,
    OURS,
    OWNER,
    REMOVE,
    STANDING,
    R,
    at,
    backup,
    heard,
    identity,
    master,
    parts,
    says,
    takes,
)

NEW = Initialize(STANDING)
OWNING = Standing(255, OURS)


def test_a_router_starts_as_backup() -> None:
    """Startup: Master_Down_Timer = Master_Down_Interval, Backup.  A predecessor's addresses are removed first."""
    assert parts(takes(NEW, Startup(), "0")) == (backup("3.609375"), (REMOVE, Notify("BACKUP")), rules.BACKUP_STARTS)


def test_an_owner_starts_as_master() -> None:
    """Startup with 255: advertise, hold, announce, Adver_Timer, Master (VT-11: the first advertisement is sent at 0)."""
    state = Master(OWNING, at(1), at(5), 5)
    assert parts(takes(Initialize(OWNING), Startup(), "0", OWNER)) == (
        state,
        (says(255, OWNER), INSTALL, ANNOUNCE, Notify("MASTER")),
        rules.OWNER_STARTS,
    )


def test_a_router_without_its_interface_starts_in_fault() -> None:
    assert parts(takes(Initialize(DOWN), Startup())) == (Fault(DOWN), (REMOVE, Notify("FAULT")), rules.FAULT_AT_START)


def test_before_startup_only_tracking_counts() -> None:
    for event in (Shutdown(), DeadlineReached(), heard(255)):
        assert parts(takes(NEW, event)) == identity(NEW, rules.NOT_STARTED)
    for told in (StandingChanged(DOWN), Reconfigured(R, DOWN)):
        assert parts(takes(NEW, told)) == (Initialize(DOWN), (), rules.STANDING_CHANGED)
    assert parts(takes(NEW, StandingChanged(STANDING))) == identity(NEW, rules.UNCHANGED)


def test_a_router_without_an_address_holds_and_announces_but_says_nothing() -> None:
    """There is no source to send from (RFC 3768 5.2.1); tracking makes this a fault, the machine copes all the same."""
    silent = takes(Initialize(Standing(255, None)), Startup(), "0", OWNER)
    assert silent.effects == (INSTALL, ANNOUNCE, Notify("MASTER"))


def test_the_second_burst_is_a_choice() -> None:
    """``garp_master_delay`` 0 and no refresh: nothing is due after the first burst.  With a refresh, the refresh is next."""
    never = evolve(OWNER, garp=evolve(OWNER.garp, delay=None))
    assert takes(Initialize(OWNING), Startup(), "0", never).state == Master(OWNING, at(1))
    refreshed = evolve(never, garp=evolve(never.garp, refresh=seconds(60), refresh_repeat=2))
    assert takes(Initialize(OWNING), Startup(), "0", refreshed).state == Master(OWNING, at(1), at(60), 2)


def test_states_have_keepalived_s_names() -> None:
    assert [state_name(state) for state in (NEW, backup(), master(), Fault(DOWN))] == ["INIT", "BACKUP", "MASTER", "FAULT"]
    assert [next_deadline(state) for state in (NEW, Fault(DOWN))] == [None, None]


def test_only_a_backup_s_deadline_is_one_the_network_waits_for() -> None:
    assert [is_urgent(state) for state in (NEW, backup(), master(), Fault(DOWN))] == [False, True, False, False]
