"""A case: one virtual service, what is done to its servers in phases, and the connections that clients open in each."""

from typing import Literal, assert_never

from attrs import field, frozen

from kaspec.address import Address, format_address
from kaspec.lvs.schedulers.persistence import Persistence
from kaspec.lvs.schedulers.scheduling import SCHEDULERS, SchedulerName
from kaspec.lvs.schedulers.server import Flag, Key
from kaspec.units import SECOND

VIRTUAL_PORT, SERVER_PORT = 80, 8000


@frozen
class Added:
    """A server was added with these settings."""

    number: int
    weight: int
    upper: int = 0
    lower: int = 0


@frozen
class Edited:
    """A server was given these settings."""

    number: int
    weight: int
    upper: int = 0
    lower: int = 0


@frozen
class Removed:
    """A server was removed."""

    number: int


Change = Added | Edited | Removed


@frozen
class Asked:
    """A client at ``source`` (its last two bytes) connects from a port to the service's virtual address of this number."""

    source: int
    port: int
    virtual: int = 1


@frozen
class Phase:
    """Changes, then connections; then some of all so far are closed on both sides, others end so that their entries run out at once.

    (Only those whose server is there: the kernel drops what a client sends to one that was removed, a FIN too.)
    """

    changes: tuple[Change, ...]
    asked: tuple[Asked, ...]
    closed: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()


@frozen
class Case:
    """A service and its story; the scheduler and ``number`` (1 to 254) set its addresses apart from those of the others."""

    number: int
    scheduler: SchedulerName
    flags: frozenset[Flag] = frozenset()
    protocol: Literal["tcp", "udp"] = "tcp"
    by_mark: bool = False
    one_packet: bool = False
    persistence: Persistence | None = None
    expire_quiescent: bool = False
    phases: tuple[Phase, ...] = field(default=(), repr=False)

    @property
    def family(self) -> int:
        """The scheduler's number, in the second byte of every address."""
        return SCHEDULERS.index(self.scheduler)

    @property
    def mark(self) -> int:
        """The firewall mark of the service; 0, if it is not by mark."""
        return self.family << 8 | self.number if self.by_mark else 0

    def key(self, number: int) -> Key:
        """Return the real server of this number."""
        return Key(Address(bytes([10, 128 + self.family, self.number, number])), 0 if self.by_mark else SERVER_PORT)

    def present(self, place: int) -> list[Key]:
        """Return the servers that are there in a phase."""
        numbers: list[int] = []
        for change in (change for phase in self.phases[: place + 1] for change in phase.changes):
            if isinstance(change, Added):
                numbers.append(change.number)
            elif isinstance(change, Removed):
                numbers.remove(change.number)
        return [self.key(number) for number in numbers]

    def virtual(self, number: int) -> Address:
        """Return the virtual address of this number."""
        return Address(bytes([10, 64 + self.family, self.number, number]))

    def commands(self) -> list[list[str]]:
        """Return, phase by phase, the lines for ``ipvsadm --restore`` that set the case up and change it."""
        lines = [[self._line(change) for change in phase.changes] for phase in self.phases]
        lines[0].insert(0, self._service_line())
        return lines

    def _service(self) -> str:
        if self.by_mark:
            return f"-f {self.mark}"
        return f"-{self.protocol[0]} {format_address(self.virtual(1))}:{VIRTUAL_PORT}"

    def _service_line(self) -> str:
        words = ["-A", self._service(), "-s", self.scheduler]
        if self.flags:
            words += ["-b", ",".join(f"{self.scheduler}-{flag}" for flag in sorted(self.flags))]
        if self.persistence is not None:
            mask = (0xFFFFFFFF << 32 - self.persistence.prefix_length) & 0xFFFFFFFF
            words += ["-p", str(self.persistence.timeout // SECOND), "-M", format_address(Address(mask.to_bytes(4)))]
        return " ".join([*words, "-o"] if self.one_packet else words)

    def _line(self, change: Change) -> str:
        address = format_address(self.key(change.number).address)
        server = f"{self._service()} -r {address if self.by_mark else f'{address}:{SERVER_PORT}'}"
        match change:
            case Added():
                return f"-a {server} -m -w {change.weight} -x {change.upper} -y {change.lower}"
            case Edited():
                return f"-e {server} -m -w {change.weight} -x {change.upper} -y {change.lower}"
            case Removed():
                return f"-d {server}"
            case _:
                assert_never(change)


def source_address(number: int) -> Address:
    """Return a client's address."""
    return Address(bytes([10, 50]) + number.to_bytes(2))
