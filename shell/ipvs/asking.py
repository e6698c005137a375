"""A thread that asks the kernel for synchronisation daemons, one thing after the other: it may take its time over each."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor

from attrs import field

from kaspec.frozen import define
from kaspec.lvs.synchronisation import DaemonCommand, StartDaemon
from shell import logs
from shell.ipvs import codec
from shell.ipvs.kernel import NO_IPVS, Ipvs

ROLES = {"master": codec.MASTER, "backup": codec.BACKUP}


@define(eq=False)
class Asker:
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
