"""The kernel's synchronisation daemon (``lvs_sync_daemon``): directors tell each other of connections, by who is Master.

    MASTER           --->  the daemon that sends
    BACKUP, FAULT    --->  the daemon that receives
    INIT             --->  none

Which daemon there is to be follows from the state alone, so that whatever happened, a start, a stop or a reload, asks for the same thing.
"""

from collections.abc import Sequence
from typing import Literal, assert_never

from kaspec.frozen import evolve, frozen
from kaspec.lvs.settings import SyncDaemon
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State

Role = Literal["master", "backup"]
"""The kernel's words: a master sends, a backup receives."""


@frozen
class Running:
    """A daemon that is to run."""

    daemon: SyncDaemon
    role: Role


@frozen
class StartDaemon:
    """Have the kernel start a daemon."""

    daemon: SyncDaemon
    role: Role


@frozen
class StopDaemon:
    """Have the kernel stop the daemon of that role, if there is one."""

    role: Role


DaemonCommand = StartDaemon | StopDaemon

AFRESH: tuple[DaemonCommand, ...] = (StopDaemon("master"), StopDaemon("backup"))
"""What a process does first: one that died may have left daemons behind."""


def wanted(daemon: SyncDaemon | None, routers: Sequence[VirtualRouter], states: Sequence[State]) -> Running | None:
    """Return the daemon that is to run now; its identifier is by default the virtual router's (keepalived 2.2.7)."""
    if daemon is None:
        return None
    for router, state in zip(routers, states, strict=True):
        if router.name == daemon.instance and (role := role_of(state)) is not None:
            number = router.virtual_router_id if daemon.identifier is None else daemon.identifier
            return Running(evolve(daemon, identifier=number), role)
    return None


def role_of(state: State) -> Role | None:
    """Return which daemon goes with a state."""
    match state:
        case Master():
            return "master"
        case Backup() | Fault():
            return "backup"
        case Initialize():
            return None
        case _:
            assert_never(state)


def change(before: Running | None, after: Running | None) -> tuple[DaemonCommand, ...]:
    """Return what the kernel is to be told: nothing if nothing changes; the old daemon is gone before the new one starts."""
    if before == after:
        return ()
    stop = () if before is None else (StopDaemon(before.role),)
    start = () if after is None else (StartDaemon(after.daemon, after.role),)
    return (*stop, *start)
