"""FIFOs that are written to and never waited for: without a reader, what does not fit is dropped, and that is said."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress

from kaspec.frozen import define

OWNERS_ALONE = stat.S_IRUSR | stat.S_IWUSR
"""A FIFO that we make is its owner's alone, as keepalived's is."""


@define(eq=False)
class Fifo:
    """A FIFO at ``path``, made if it is not there, belonging to ``uid`` and ``gid`` then; ``say`` logs a line.

    It is open for reading too, so that it keeps what was written while no reader has it.
    """

    path: str
    uid: int
    gid: int
    say: Callable[[str], None]
    _descriptor: int | None = None
    _made: tuple[int, int] | None = None
    _dropped: int = 0

    def open(self) -> None:
        """Have it open; what cannot be is said, and lines are dropped."""
        try:
            self._make()
            flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path, flags)
        except OSError as error:
            self.say(f"FIFO {self.path} cannot be opened: {error.strerror}; no events are written to it")
            return
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            self.say(f"{self.path} exists and is no FIFO: no events are written to it; move it away, or name another")
            os.close(descriptor)
            return
        self._descriptor = descriptor

    def write(self, line: bytes) -> None:
        """Write a line whole, or not at all."""
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, line)
        except BlockingIOError:
            self._dropped += 1
            if self._dropped == 1:
                self.say(f"FIFO {self.path} is full, for nobody reads it: events are dropped until somebody does")
            return
        except OSError as error:
            self.say(f"FIFO {self.path} cannot be written: {error.strerror}")
            return
        if self._dropped:
            self.say(f"FIFO {self.path} is read again: {self._dropped} events were dropped")
            self._dropped = 0

    def close(self, for_good: bool = False) -> None:
        """Let go of it.  One that we made is removed if it is no longer wanted (``for_good``); at our end it stays for its readers."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._dropped:
            self.say(f"FIFO {self.path} was not read to the end: {self._dropped} events were dropped")
        if for_good and self._made is not None:
            with suppress(OSError):
                status = os.lstat(self.path)
                if self._made == (status.st_dev, status.st_ino):
                    os.unlink(self.path)

    def _make(self) -> None:
        try:
            os.mkfifo(self.path, OWNERS_ALONE)
        except FileExistsError:
            return
        os.chown(self.path, self.uid, self.gid, follow_symlinks=False)
        os.chmod(self.path, OWNERS_ALONE)
        status = os.lstat(self.path)
        self._made = status.st_dev, status.st_ino
