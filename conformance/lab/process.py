"""A process inside a host, with its output as lines one can wait for."""

import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from attrs import define, field, frozen

from conformance.lab.network import Host
from conformance.lab.priority import preferred
from conformance.lab.stamping import BUFFER, stamp, stamped_pair
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import Instant

_EXACTLY, _FORM = re.compile(r"(\w+ \w+ +\d+ [\d:]+\.\d{6} \d{4}): "), "%a %b %d %H:%M:%S.%f %Y"


@frozen
class Line:
    """A line of output and when it was written, by the kernel's stamp."""

    at: Instant
    text: str

    @property
    def said(self) -> Instant:
        """When it was said: what our own daemon writes in its turn may be older, and says so to the microsecond."""
        stamped = _EXACTLY.match(self.text)
        return Instant(round(datetime.strptime(stamped[1], _FORM).timestamp() * 1_000_000)) if stamped else self.at


@define(eq=False)
class Process:
    """A running (or finished) program; ``lines`` is everything it printed so far, on stdout and stderr."""

    host: Host
    program: subprocess.Popen[bytes]
    lines: list[Line] = field(factory=list)
    _arrived: threading.Condition = field(factory=threading.Condition)

    @classmethod
    def start(cls, host: Host, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Self:
        """Run a command in the host, in a session of its own; it dies with the thread that started it."""
        reading, writing = stamped_pair()
        with writing:
            program = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=writing.fileno(),
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=partial(_begin, host),  # noqa: PLW1509  (system calls only, nothing that a thread could hold locked)
            )
        process = cls(host, program)
        threading.Thread(target=process._read, args=(reading,), daemon=True).start()
        return process

    def _read(self, output: socket.socket) -> None:
        """Hear what is written until nobody can write any more; a line was written when its end was."""
        begun = b""
        with output:
            while (heard := output.recvmsg(BUFFER, 64))[1]:  # a write of nothing has a stamp, the end has none
                *whole, begun = (begun + heard[0]).split(b"\n")
                self._note(whole, stamp(heard[1]))
            self._note([begun] if begun else [], wall_clock())

    def _note(self, lines: Sequence[bytes], at: Instant) -> None:
        with self._arrived:
            self.lines += (Line(at, each.decode(errors="replace").removesuffix("\r")) for each in lines)
            self._arrived.notify_all()

    @property
    def pid(self) -> int:
        """The process id, as seen from outside."""
        return self.program.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.program.poll() is None

    def children(self) -> list[int]:
        """Return the process ids of its children."""
        return [child for child in self.host.namespace.inhabitants() if _parent_of(child) == self.pid]

    def wait_for_line(self, pattern: str, timeout: float = 5.0, after: int = 0) -> Line:
        """Return the first line from number ``after`` on that the regular expression is found in.

        Raises ``TimeoutError`` with the whole output.
        """
        wanted = re.compile(pattern)

        def found() -> Line | None:
            return next((line for line in self.lines[after:] if wanted.search(line.text)), None)

        with self._arrived:
            if not self._arrived.wait_for(found, timeout):
                output = "\n".join(line.text for line in self.lines)
                raise TimeoutError(f"no line matches {pattern!r} within {timeout} s in the output of {self.host.name}:\n{output}")
        line = found()
        assert line is not None
        return line

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself."""
        self.program.send_signal(number)

    def stop(self, timeout: float = 5.0) -> int:
        """Ask it to end (SIGTERM) and return its exit status; raises ``subprocess.TimeoutExpired``."""
        self.signal(signal.SIGTERM)
        return self.program.wait(timeout)

    def kill(self) -> None:
        """SIGKILL the process itself; its children are left to what they do then."""
        self.program.kill()
        self.program.wait()

    def kill_children(self) -> list[int]:
        """SIGKILL its children, not itself; return which."""
        children = self.children()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return children

    def wait_for_children(self, count: int = 1, timeout: float = 5.0) -> list[int]:
        """Return its children as soon as there are ``count``; raises ``TimeoutError``."""
        return wait_until(lambda: children if len(children := self.children()) >= count else [], timeout, f"{count} children of {self.pid}")


def _begin(host: Host) -> None:
    """Be in the host, before what else runs here, and hear ^C even if we were started so as not to: between fork and exec."""
    preferred()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    host.namespace.enter()


def _parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
