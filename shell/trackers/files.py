"""Tracked files: their directories are watched (inotify(7)), and a file is read when something happened to it.

A directory that cannot be watched, since it does not exist or is of a kind that tells nothing, is looked at every second.
"""

import os
import struct
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Iterable

from attrs import field

from kaspec.config.model import Configuration
from kaspec.frozen import define
from kaspec.report.trackers import unread_line
from kaspec.trackers.file import LONGEST, beginning, read, value_of
from kaspec.trackers.tracked import TrackedFile
from kaspec.tracking import Finding, Tracker
from shell import logs, syscalls
from shell.trackers.scripts import Report

IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x8, 0x40, 0x80, 0x100, 0x200
IN_DELETE_SELF, IN_MOVE_SELF, IN_IGNORED, IN_Q_OVERFLOW, IN_ONLYDIR = 0x400, 0x800, 0x8000, 0x4000, 0x01000000
MASK = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
LOST = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED
HEAD = struct.Struct("=iIII")
BUFFER = 65536
AGAIN = 1.0
"""Seconds until a directory that cannot be watched is looked at again."""


@define(eq=False)
class Files:
    """The files that something tracks, by name, and what was found in them."""

    loop: AbstractEventLoop
    report: Report
    _inotify: int | None = None
    _files: dict[str, TrackedFile] = field(factory=dict)
    _found: dict[str, Finding] = field(factory=dict)
    _watches: dict[int, str] = field(factory=dict)
    _again: TimerHandle | None = None

    @property
    def values(self) -> dict[str, int]:
        """What each file holds."""
        return {name: finding.value for name, finding in self._found.items()}

    def adopt(self, configuration: Configuration, tracked: Iterable[Tracker]) -> None:
        """Watch the files of this configuration that are ``tracked``; new ones are made as they are to begin."""
        names = {name for kind, name in tracked if kind == "file"}
        before, self._files = self._files, {each.name: each for each in configuration.files if each.name in names}
        for name in before.keys() - self._files.keys():
            del self._found[name]
        for name, file in self._files.items():
            if name not in before:
                _begin(file)
        if self._files and self._inotify is None:
            self._inotify = syscalls.inotify_init()
            self.loop.add_reader(self._inotify, self._happened)
        self._watch()
        for file in self._files.values():
            self._look(file)

    def close(self) -> None:
        """Watch nothing any more."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._inotify is not None:
            self.loop.remove_reader(self._inotify)
            os.close(self._inotify)
            self._inotify = None

    def _watch(self) -> None:
        """Watch every directory that a file is in, and no other."""
        if self._inotify is None:
            return
        wanted = {file.directory for file in self._files.values()}
        for watch in [number for number, directory in self._watches.items() if directory not in wanted]:
            del self._watches[watch]
            syscalls.inotify_rm_watch(self._inotify, watch)
        unwatched = False
        for directory in sorted(wanted - set(self._watches.values())):
            try:
                self._watches[syscalls.inotify_add_watch(self._inotify, directory, MASK)] = directory
            except OSError as error:
                unwatched = True
                if self._again is None:
                    logs.info(f"The directory {directory} cannot be watched ({error.strerror}): the files in it are looked at every second")
        if unwatched:
            self._again = self.loop.call_later(AGAIN, self._look_again)
        else:
            self._again = None

    def _look_again(self) -> None:
        watched = set(self._watches.values())
        self._watch()
        for file in self._files.values():
            if file.directory not in watched:
                self._look(file)

    def _happened(self) -> None:
        """Something happened in a directory: read the files that it happened to, each once."""
        touched: set[tuple[str, str]] = set()
        everything = False
        for watch, mask, name in self._events():
            if mask & IN_Q_OVERFLOW or mask & LOST:
                everything = True
                if mask & LOST:
                    self._watches.pop(watch, None)
            elif watch in self._watches:
                touched.add((self._watches[watch], name))
        if everything:
            self._watch()
        for file in self._files.values():
            if everything or (file.directory, file.base) in touched:
                self._look(file)

    def _events(self) -> Iterable[tuple[int, int, str]]:
        assert self._inotify is not None, "we are called by its descriptor"
        try:
            data = os.read(self._inotify, BUFFER)
        except BlockingIOError:
            return
        place = 0
        while place < len(data):
            watch, mask, _, length = HEAD.unpack_from(data, place)
            place += HEAD.size + length
            yield watch, mask, os.fsdecode(data[place - length : place].rstrip(b"\0"))

    def _look(self, file: TrackedFile) -> None:
        text = _text(file.path)
        before = self._found.get(file.name)
        if text is not None and value_of(text) is None:
            logs.info(unread_line(file, text))
        found = read(text, before or Finding.of_file(0))
        self._found[file.name] = found
        if found != before:
            self.report(("file", file.name), found)


def _text(path: str) -> str | None:
    """Return how a file begins, ``None`` if it cannot be read; never waits, whatever it is."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, LONGEST).decode("utf-8", "replace")
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _begin(file: TrackedFile) -> None:
    """Make a file hold what it is to begin with."""
    text = beginning(file, os.path.exists(file.path))
    if text is None:
        return
    try:
        descriptor = os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        logs.info(f"track_file {file.name}: {file.path} cannot be written: {error.strerror}")
