"""The kernel's synchronisation daemon follows a virtual router.  What there is to do, ``kaspec.lvs.synchronisation`` decides.

The kernel may take its time over it (a module is loaded, a thread of its own is started or waited for), so it is asked in a thread beside
the VRRP loop, one thing after the other.
"""

import errno
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from attrs import define, field

from kaspec.lvs.settings import SyncDaemon
from kaspec.lvs.synchronisation import AFRESH, DaemonCommand, Running, StartDaemon, change, wanted
from kaspec.node import Transition
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import State
from shell import logs
from shell.ipvs import codec
from shell.ipvs.kernel import NO_IPVS, Ipvs

ROLES = {"master": codec.MASTER, "backup": codec.BACKUP}


@define(eq=False)
class Synchronisation:
    """The daemon of this process: ``daemon`` as it is configured, whose kernel's daemon goes with a virtual router's state."""

    daemon: SyncDaemon | None = None
    _running: Running | None = None
    _asker: "_Asker | None" = None

    def adopt(self, daemon: SyncDaemon | None) -> None:
        """Have this daemon, or none, from the next ``follow`` on; a kernel that had no IPVS is asked again."""
        self.daemon = daemon
        if daemon is not None and (self._asker is None or self._asker.in_vain):
            self._asker, self._running = self._asker or _Asker(), None
            self._asker.in_vain = False
            self._asker.ask(AFRESH)

    def take(self, transition: Transition, routers: Sequence[VirtualRouter]) -> None:
        """Something happened to virtual routers, perhaps to the one that the daemon goes with."""
        if self.daemon is not None and any(each.router.name == self.daemon.instance for each in transition.steps):
            self.follow(routers, transition.state.states)

    def follow(self, routers: Sequence[VirtualRouter], states: Sequence[State]) -> None:
        """The virtual routers are in these states: have the daemon that goes with them."""
        if self._asker is not None:
            before, self._running = self._running, wanted(self.daemon, routers, states)
            self._asker.ask(change(before, self._running))

    def close(self, keeping: bool) -> None:
        """Have none any more, unless ``keeping``; waits for the kernel."""
        if self._asker is not None:
            self._asker.ask(() if keeping else change(self._running, None))
            self._asker.close()


@define(eq=False)
class _Asker:
    """The thread that asks the kernel, and what it asks over; ``in_vain`` if the kernel has no IPVS."""

    in_vain: bool = False
    _ipvs: Ipvs | None = None
    _thread: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(1))

    def ask(self, commands: tuple[DaemonCommand, ...]) -> None:
        """Have commands carried out in their turn; what the kernel refuses is logged."""
        if commands:
            self._thread.submit(self._carry_out, commands)

    def close(self) -> None:
        """Wait until all is done, and close."""
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _carry_out(self, commands: tuple[DaemonCommand, ...]) -> None:
        if self._ipvs is None and not self.in_vain:
            self._open()
        if self._ipvs is None:
            return
        for command in commands:
            if isinstance(command, StartDaemon):
                problems = self._ipvs.start_daemon(command.daemon, ROLES[command.role])
            else:
                problems = self._ipvs.stop_daemon(ROLES[command.role])
            for problem in problems:
                logs.info(str(problem))

    def _open(self) -> None:
        logs.info("Initializing ipvs")
        try:
            self._ipvs = Ipvs()
        except OSError as error:
            self.in_vain = True
            why = NO_IPVS if error.errno == errno.ENOENT else os.strerror(error.errno or 0)
            logs.info(f"lvs_sync_daemon cannot be started: {why}.  VRRP goes on without it; reload once the kernel has IPVS")

    def _close(self) -> None:
        if self._ipvs is not None:
            self._ipvs.close()
