"""IPVS's table in the kernel: commands carried out in batches, and the table read back."""

import errno
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kaspec.lvs.model import Service
from kaspec.lvs.plan import TableCommand
from kaspec.lvs.settings import SyncDaemon, Timeouts
from kaspec.lvs.table import Destination, Entry
from kaspec.report.services import command_words
from shell import rtnetlink
from shell.ipvs import codec
from shell.problem import Problem
from shell.requests import BATCH_BYTES, BUFFER, DATAGRAM, open_netlink

if TYPE_CHECKING:
    from kaspec.lvs.counted import TableCounts

_NETLINK_GENERIC = 16
_SOL_NETLINK, _NETLINK_CAP_ACK = 270, 10
NO_IPVS = "this kernel has no IPVS: load the module ip_vs, or run a kernel that has it (CONFIG_IP_VS)"
HINTS = {
    errno.EPERM: "run as root, or with CAP_NET_ADMIN",
    errno.ENOENT: "a scheduler or persistence engine needs a kernel module that is not there, or the server is not in the table",
    errno.EEXIST: "somebody else has put it there",
    errno.ESRCH: "somebody else has removed the virtual server",
    errno.ERANGE: "lthreshold must not exceed uthreshold",
}
"""What an operator can do about a refusal."""


class Ipvs:
    """The table of the network namespace that the process is in when this is made; raises ``OSError`` if the kernel has none."""

    def __init__(self, receive_buffer: int = BUFFER, force: bool = True) -> None:
        self._socket = open_netlink(receive_buffer, force, _NETLINK_GENERIC)
        try:
            self._socket.bind((0, 0))
            self._socket.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
            self._socket.send(codec.family_wanted())
            family = codec.read_family(self._socket.recv(DATAGRAM))
            if family is None:
                raise OSError(errno.ENOENT, NO_IPVS)
        except OSError:
            self._socket.close()
            raise
        self._family = family

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()

    def carry_out(self, commands: Sequence[TableCommand]) -> Iterator[Problem]:
        """Carry out commands in order, in as few system calls as can be; yield a problem for each that the kernel refused."""
        batch: list[TableCommand] = []
        messages: list[bytes] = []
        size = 0
        for command in commands:
            written = codec.write(self._family, command)
            if size + len(written) > BATCH_BYTES:
                yield from self._carry_out(batch, messages)
                batch, messages, size = [], [], 0
            batch.append(command)
            messages.append(written)
            size += len(written)
        if batch:
            yield from self._carry_out(batch, messages)

    def flush(self) -> Iterator[Problem]:
        """Empty the table, whoever put things there."""
        yield from self._ask("cannot empty the IPVS table", codec.flush_wanted(self._family))

    def set_timeouts(self, timeouts: Timeouts) -> Iterator[Problem]:
        """Set the timeouts of connections (``lvs_timeouts``)."""
        yield from self._ask("cannot set lvs_timeouts", codec.timeouts_change(self._family, timeouts))

    def start_daemon(self, daemon: SyncDaemon, state: int) -> Iterator[Problem]:
        """Start the synchronisation daemon (``lvs_sync_daemon``)."""
        yield from self._ask(f"cannot start lvs_sync_daemon on {daemon.interface}", codec.daemon_start(self._family, daemon, state))

    def stop_daemon(self, state: int) -> Iterator[Problem]:
        """Stop the synchronisation daemon of that state; that there is none is fine."""
        yield from self._ask("cannot stop lvs_sync_daemon", codec.daemon_stop(self._family, state), (errno.ESRCH,))

    def read_table(self, only: Callable[[Service], bool] = lambda _: True) -> dict[Service, Entry]:
        """Read the table, or the services that are asked for; raises ``OSError``."""
        found = [each for data in self._dump(codec.services_wanted(self._family)) for each in codec.read_services(self._family, data)]
        table: dict[Service, Entry] = {}
        for report in found:
            if only(report.service):
                table[report.service] = Entry(report.settings, self.destinations(report.service))
        return table

    def destinations(self, service: Service) -> tuple[Destination, ...]:
        """Read the destinations of a service, in the order in which they were added; raises ``OSError``."""
        wanted = codec.destinations_wanted(self._family, service)
        found = [each for data in self._dump(wanted) for each in codec.read_destinations(self._family, data)]
        return tuple(reversed(found))

    def counts(self, only: Callable[[Service], bool]) -> "TableCounts":
        """Read what is counted of the services that are asked for; raises ``OSError``."""
        from kaspec.lvs.counted import ServiceCounted  # few ask
        from shell.ipvs import counters

        dumped = self._dump(codec.services_wanted(self._family))
        found = [each for data in dumped for each in counters.read_services(self._family, data) if only(each[0])]
        counts = dict[Service, ServiceCounted]()
        for service, whole in found:
            dumped = self._dump(codec.destinations_wanted(self._family, service))
            servers = dict(each for data in dumped for each in counters.read_destinations(self._family, data))
            counts[service] = ServiceCounted(whole, servers)
        return counts

    def daemons(self) -> tuple[codec.DaemonReport, ...]:
        """Read the synchronisation daemons; raises ``OSError``."""
        dumped = self._dump(codec.daemons_wanted(self._family))
        return tuple(each for data in dumped for each in codec.read_daemons(self._family, data))

    def timeouts(self) -> Timeouts | None:
        """Read the timeouts; raises ``OSError``."""
        self._socket.send(codec.timeouts_wanted(self._family))
        return codec.read_timeouts(self._family, self._socket.recv(DATAGRAM))

    def version(self) -> str | None:
        """Read IPVS's version; raises ``OSError``."""
        self._socket.send(codec.information_wanted(self._family))
        return codec.read_version(self._family, self._socket.recv(DATAGRAM))

    def _carry_out(self, batch: list[TableCommand], messages: list[bytes]) -> Iterator[Problem]:
        for place, code in self._transact(messages):
            yield Problem(f"cannot {command_words(batch[place])}", code, HINTS.get(code, ""))

    def _ask(self, what: str, message: bytes, fine: tuple[int, ...] = ()) -> Iterator[Problem]:
        for _, code in self._transact([message]):
            if code not in fine:
                yield Problem(what, code, HINTS.get(code, ""))

    def _transact(self, messages: list[bytes]) -> Iterator[tuple[int, int]]:
        """Send one batch; yield the place and the errno of each message that was refused.  The kernel answers within the system call."""
        try:
            self._socket.send(rtnetlink.numbered(messages))
        except OSError as error:
            yield from ((place, error.errno or 0) for place in range(len(messages)))
        with suppress(BlockingIOError):
            while True:
                yield from codec.read_refusals(self._socket.recv(DATAGRAM, socket.MSG_DONTWAIT))

    def _dump(self, request: bytes) -> Iterator[bytes]:
        self._socket.send(request)
        ended = False
        while not ended:
            data = self._socket.recv(DATAGRAM)
            yield data
            ended, code = codec.end_of_dump(data)
            if code:
                raise OSError(code, "the IPVS table cannot be read")
