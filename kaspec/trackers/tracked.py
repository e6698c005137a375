"""What is tracked, as the configuration says it: scripts, files and processes, every default filled in.

What becomes of each is its own module's business: ``script``, ``file``, ``process``.
"""

from typing import Literal

from kaspec.frozen import frozen
from kaspec.units import SECOND, ZERO, Interval

ParameterMatch = Literal["exact", "initial", "partial"]
LONGEST_NAME = 15
"""The kernel keeps so many bytes of a process's name."""


@frozen
class Script:
    """A ``vrrp_script``: ``line`` is the command, ``user`` and ``group`` whom to run it as (``None``: script_user).

    ``timeout`` ``None`` is the interval.  ``weight`` and ``reverse`` are what whoever tracks it has, unless it says otherwise.
    """

    name: str
    line: str
    interval: Interval = SECOND
    timeout: Interval | None = None
    weight: int = 0
    reverse: bool = False
    rise: int = 1
    fall: int = 1
    user: str | None = None
    group: str | None = None
    init_fail: bool = False

    @property
    def patience(self) -> Interval:
        """How long it may run."""
        return self.interval if self.timeout is None else self.timeout

    @property
    def best(self) -> int:
        """The highest score."""
        return self.rise + self.fall - 1


@frozen
class TrackedFile:
    """A ``track_file``: ``initial`` is what it is made to hold at the start (``None``: it is left alone) if it does not exist.

    With ``overwrite`` it is if it does, too.  ``weight`` and ``reverse`` are what whoever tracks it has, unless it says otherwise.
    """

    name: str
    path: str
    weight: int = 1
    reverse: bool = False
    initial: int | None = None
    overwrite: bool = False

    @property
    def directory(self) -> str:
        """The directory that the file is in."""
        return self.path.rpartition("/")[0] or "/"

    @property
    def base(self) -> str:
        """The file's name in its directory."""
        return self.path.rpartition("/")[2]


@frozen
class Process:
    """A process as /proc has it: its name, and its arguments, the command first; one of the kernel's own has none."""

    name: str
    arguments: tuple[str, ...] = ()


@frozen
class TrackedProcess:
    """A ``vrrp_track_process``: between ``quorum`` and ``quorum_max`` (``None``: any number) processes must be ``command``.

    ``match`` tells how the parameters are compared; ``None``: exactly, if there are any.
    """

    name: str
    command: str
    parameters: tuple[str, ...] = ()
    match: ParameterMatch | None = None
    full_command: bool = False
    weight: int = 0
    reverse: bool = False
    quorum: int = 1
    quorum_max: int | None = None
    terminate_delay: Interval = ZERO
    fork_delay: Interval = ZERO

    @property
    def reads_arguments(self) -> bool:
        """Whether the command line counts, rather than the process's name."""
        return self.full_command or bool(self.parameters) or self.match is not None

    def matches(self, process: Process) -> bool:
        """Tell whether a process counts.  An ``initial`` match may go on in the last parameter, a ``partial`` one only behind it."""
        if not self.reads_arguments:
            return _shortened(process.name) == _shortened(self.command)
        if process.arguments[:1] != (self.command,):
            return False
        given = process.arguments[1:]
        if not self.parameters:
            return self.match is None or not given
        *firm, last = self.parameters
        if self.match == "initial":
            return given[: len(firm)] == tuple(firm) and given[len(firm) :][:1] != () and given[len(firm)].startswith(last)
        return (given[: len(self.parameters)] if self.match == "partial" else given) == self.parameters

    def suffices(self, count: int) -> bool:
        """Tell whether that many are enough and not too many; with ``quorum_max`` 0, none must run."""
        if self.quorum_max == 0:
            return count == 0
        return count >= self.quorum and (self.quorum_max is None or count <= self.quorum_max)


def _shortened(name: str) -> bytes:
    return name.encode(errors="surrogateescape")[:LONGEST_NAME]
