"""keepalived's FAULT: deaf and dumb until nothing tracked is at fault."""

from kaspec import rules
from kaspec.vrrp.effects import Notify
from kaspec.vrrp.events import AdvertisementDiscarded, DeadlineReached, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.state import Fault, Initialize, Master, Reason, Standing
from tests.unit.vrrp.examples import (
    ANNOUNCE,
    DOWN,
    HIGHER,
    INSTALL,
    OURS,
    OWNER,
    STANDING,
    R,
    at,
    backup,
    heard,
    identity,
    parts,
    says,
    takes,
)

FAULT = Fault(DOWN)
WORSE = Standing(100, None, (Reason("interface-missing", "eth0"),))


def test_fault_is_deaf() -> None:
    for event in (heard(0), heard(255), AdvertisementDiscarded(rules.TTL, HIGHER)):
        assert parts(takes(FAULT, event)) == identity(FAULT, rules.FAULT_DEAF)
    assert parts(takes(FAULT, Startup())) == identity(FAULT, rules.ALREADY_STARTED)
    assert parts(takes(FAULT, DeadlineReached())) == identity(FAULT, rules.NOT_DUE)


def test_fault_goes_on_with_other_reasons() -> None:
    for event in (StandingChanged(WORSE), Reconfigured(R, WORSE)):
        assert parts(takes(FAULT, event)) == (Fault(WORSE), (), rules.FAULT_GOES_ON)
    assert parts(takes(FAULT, StandingChanged(DOWN))) == identity(FAULT, rules.UNCHANGED)


def test_the_end_of_the_last_fault_starts_again_as_backup() -> None:
    """With a whole Master_Down_Interval; by a reload too."""
    for event in (StandingChanged(STANDING), Reconfigured(R, STANDING)):
        assert parts(takes(FAULT, event, "1")) == (backup("4.609375"), (Notify("BACKUP"),), rules.FAULT_LEFT)


def test_an_owner_returns_as_master() -> None:
    well = Standing(255, OURS)
    assert parts(takes(Fault(Standing(255, OURS, DOWN.faults)), StandingChanged(well), "1", OWNER)) == (
        Master(well, at(2), at(6), 5),
        (says(255, OWNER), INSTALL, ANNOUNCE, Notify("MASTER")),
        rules.FAULT_LEFT_OWNER,
    )


def test_fault_stops_in_silence() -> None:
    assert parts(takes(FAULT, Shutdown())) == (Initialize(DOWN), (Notify("STOP"),), rules.FAULT_STOPS)
