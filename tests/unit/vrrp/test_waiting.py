"""keepalived: INIT until everything tracked without a weight has been heard of."""

from kaspec import rules
from kaspec.vrrp.effects import Notify
from kaspec.vrrp.events import DeadlineReached, Reconfigured, Shutdown, StandingChanged, Startup
from kaspec.vrrp.state import Fault, Initialize, Master, Standing, next_deadline, state_name
from tests.unit.vrrp.examples import (
    ANNOUNCE,
    DOWN,
    INSTALL,
    OURS,
    OWNER,
    PENDING,
    REMOVE,
    STANDING,
    WAITING,
    R,
    at,
    backup,
    heard,
    identity,
    parts,
    says,
    takes,
)

WORSE = Standing(100, OURS, pending=(("process", "haproxy"), ("script", "chk")))


def test_startup_waits_for_what_has_not_been_heard_of() -> None:
    """No timer runs, nobody is told; a predecessor's addresses are removed."""
    assert parts(takes(Initialize(PENDING), Startup())) == (WAITING, (REMOVE,), rules.INIT_WAITS)
    assert (state_name(WAITING), next_deadline(WAITING)) == ("INIT", None)


def test_a_fault_does_not_wait() -> None:
    faulty = Standing(100, OURS, DOWN.faults, PENDING.pending)
    assert takes(Initialize(faulty), Startup()).rule == rules.FAULT_AT_START
    assert parts(takes(WAITING, StandingChanged(faulty))) == (Fault(faulty), (Notify("FAULT"),), rules.INIT_FAILED)


def test_all_is_well() -> None:
    """Backup from the moment the last one reported; an owner is Master."""
    assert parts(takes(WAITING, StandingChanged(STANDING), "0")) == (backup("3.609375"), (Notify("BACKUP"),), rules.INIT_LEFT)
    owning = Standing(255, OURS)
    master = takes(Initialize(Standing(255, OURS, pending=PENDING.pending), started=True), StandingChanged(owning), "0", OWNER)
    assert parts(master) == (
        Master(owning, at(1), at(5), 5),
        (says(255, OWNER), INSTALL, ANNOUNCE, Notify("MASTER")),
        rules.INIT_LEFT_OWNER,
    )


def test_some_have_not_reported_yet() -> None:
    assert parts(takes(WAITING, StandingChanged(WORSE))) == (Initialize(WORSE, started=True), (), rules.INIT_WAITS_ON)
    assert parts(takes(WAITING, Reconfigured(R, WORSE))) == (Initialize(WORSE, started=True), (), rules.INIT_WAITS_ON)
    assert parts(takes(WAITING, StandingChanged(PENDING))) == identity(WAITING, rules.UNCHANGED)


def test_the_end_of_a_fault_may_be_a_wait() -> None:
    assert parts(takes(Fault(DOWN), StandingChanged(PENDING))) == (WAITING, (), rules.FAULT_WAITS)


def test_nothing_else_counts() -> None:
    assert parts(takes(WAITING, heard(0))) == identity(WAITING, rules.NOT_STARTED)
    assert parts(takes(WAITING, DeadlineReached())) == identity(WAITING, rules.NOT_STARTED)
    assert parts(takes(WAITING, Startup())) == identity(WAITING, rules.ALREADY_STARTED)


def test_shutdown_ends_it() -> None:
    assert parts(takes(WAITING, Shutdown())) == (Initialize(PENDING), (Notify("STOP"),), rules.INIT_STOPS)


def test_whoever_runs_runs_on() -> None:
    """Something new to track that has not been heard of does not stop a Backup or a Master."""
    result = takes(backup(), StandingChanged(PENDING))
    assert (state_name(result.state), result.rule) == ("BACKUP", rules.STANDING_CHANGED)
