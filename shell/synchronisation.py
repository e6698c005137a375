"""The kernel's synchronisation daemon follows a virtual router.  What there is to do, ``kaspec.lvs.synchronisation`` decides.

The kernel may take its time over it (a module is loaded, a thread of its own is started or waited for), so it is asked in a thread beside
the VRRP loop.  What that takes is imported where there is such a daemon.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kaspec.frozen import define
from kaspec.lvs.settings import SyncDaemon
from kaspec.lvs.synchronisation import AFRESH, Running, change, wanted
from kaspec.node import Transition
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import State

if TYPE_CHECKING:
    from shell.ipvs.asking import Asker


@define(eq=False)
class Synchronisation:
    """The daemon of this process: ``daemon`` as it is configured, whose kernel's daemon goes with a virtual router's state."""

    daemon: SyncDaemon | None = None
    _running: Running | None = None
    _asker: "Asker | None" = None

    def adopt(self, daemon: SyncDaemon | None) -> None:
        """Have this daemon, or none, from the next ``follow`` on; a kernel that had no IPVS is asked again."""
        self.daemon = daemon
        if daemon is not None and (self._asker is None or self._asker.in_vain):
            from shell.ipvs.asking import Asker

            self._asker, self._running = self._asker or Asker(), None
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
