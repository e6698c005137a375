"""Laws of the synchronisation daemon: whatever happens, and whatever a dead process left behind, the kernel runs the one that is wanted."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from kaspec.lvs.settings import SyncDaemon
from kaspec.lvs.synchronisation import AFRESH, DaemonCommand, Role, Running, StartDaemon, change, role_of, wanted
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Initialize, Master, State
from tests.laws.strategies import arbitrary_situations

Kernel = dict[Role, SyncDaemon]
names = st.sampled_from(("VI_1", "VI_1", "VI_1", "VI_2", None))
daemons = st.builds(SyncDaemon, st.sampled_from(("eth0", "eth1")), names, st.none() | st.integers(0, 255))
begun = arbitrary_situations().map(lambda found: (found.router, found.state))
situations = st.integers(0, 4).flatmap(lambda die: begun if die else st.none())
moments = st.lists(st.tuples(st.integers(0, 4).flatmap(lambda die: daemons if die else st.none()), situations), min_size=2, max_size=8)
"""Mostly there is a daemon that goes with the router, so that one follows upon the other."""
leftovers = st.dictionaries(st.sampled_from(("master", "backup")), daemons)


def carry_out(kernel: Kernel, commands: Iterable[DaemonCommand]) -> Kernel:
    """What the kernel holds then; it refuses a second daemon of a role, and one whose identifier it is not told."""
    after = dict(kernel)
    for command in commands:
        if isinstance(command, StartDaemon):
            assert command.role not in after
            assert command.daemon.identifier is not None
            after[command.role] = command.daemon
        else:
            after.pop(command.role, None)
    return after


@given(leftovers, moments)
def test_the_kernel_runs_what_is_wanted_and_nothing_else(
    leftover: Kernel, moments: list[tuple[SyncDaemon | None, tuple[VirtualRouter, State] | None]]
) -> None:
    kernel = carry_out(leftover, AFRESH)
    running: Running | None = None
    assert kernel == {}
    for daemon, situation in moments:
        routers, states = ((situation[0],), (situation[1],)) if situation else ((), ())
        before, running = running, wanted(daemon, routers, states)
        kernel = carry_out(kernel, change(before, running))
        assert kernel == ({} if running is None else {running.role: running.daemon})
        assert change(running, running) == ()


@given(daemons, begun)
def test_a_master_sends_everybody_else_who_takes_part_receives(daemon: SyncDaemon, situation: tuple[VirtualRouter, State]) -> None:
    router, state = situation
    running = wanted(daemon, (router,), (state,))
    if router.name != daemon.instance or isinstance(state, Initialize):
        assert running is None
        return
    assert running is not None
    assert running.role == role_of(state) == ("master" if isinstance(state, Master) else "backup")
    assert running.daemon.identifier == (router.virtual_router_id if daemon.identifier is None else daemon.identifier)
