"""Loading a configuration: the core says which files it wants, this module gives them, until the core has read it all."""

import gc
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import assert_never

from kaspec.config.diagnostics import Diagnostic, has_errors, render_diagnostic
from kaspec.config.expansion.library import Answer, Content, Found, Library, Listing, Question, Settings, Unread
from kaspec.config.model import Configuration
from kaspec.config.reader import Reading, Wanted, read_files
from kaspec.frozen import frozen
from shell.host import short_host_name

SEED = int(time.time())
"""For ``${_RANDOM}``, as in keepalived, but the same for all the process reads: a reload of what has not changed changes nothing."""


@frozen
class Loaded:
    """A configuration as read, with everything that is wrong with it."""

    reading: Reading

    @property
    def configuration(self) -> Configuration:
        """What the daemon takes."""
        return self.reading.configuration

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong, in the text's order."""
        return self.reading.diagnostics

    @property
    def texts(self) -> Mapping[str, str]:
        """Every file by its name."""
        return self.reading.texts

    @property
    def lines(self) -> tuple[str, ...]:
        """The diagnostics as lines to print or log."""
        return tuple(line for each in self.diagnostics for line in render_diagnostic(each, self.texts).splitlines())

    @property
    def has_errors(self) -> bool:
        """Whether any diagnostic is an error."""
        return has_errors(self.diagnostics)


@frozen
class Unreadable:
    """The file cannot be read: ``reason`` says so in a line."""

    reason: str


def read(path: str | os.PathLike[str], config_id: str | None, all_config: bool = False) -> Loaded | Unreadable:
    """Read a configuration file with all it includes, whatever machine it is for.

    ``config_id`` is what ``@ID`` lines are compared with, ``None`` the short name of this host; ``all_config`` the option ``-e``.
    """
    settings = Settings(short_host_name() if config_id is None else config_id, os.getcwd(), os.environ, SEED, all_config)
    library = Library().answered({Content(str(path)): _main_content(path)})
    with without_collecting():
        while isinstance(found := read_files(library, str(path), settings), Wanted):
            library = library.answered({question: answer(question) for question in found.questions})
    if isinstance(found, Unread):
        return Unreadable(f"Configuration file {path} {found.reason}; name another with -f FILE")
    return Loaded(found)


def answer(question: Question) -> Answer:
    """Read what the core wants to know."""
    match question:
        case Content(path):
            return _content(path)
        case Listing(directory):
            try:
                return tuple(sorted(os.listdir(directory)))
            except OSError:
                return None
        case _:
            assert_never(question)


def _content(path: str) -> Found | Unread:
    """Return an included file; keepalived takes regular files that are not executable."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return Unread("is a directory" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
        if status.st_mode & 0o111:
            return Unread("is executable, which keepalived takes no configuration to be (chmod -x)")
        return Found(_text(path), f"{status.st_dev}:{status.st_ino}")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        return Unread(f"cannot be read: {error.strerror}", missing)
    except ValueError:  # a NUL in the name
        return Unread("is no file name", missing=True)


def _main_content(path: str | os.PathLike[str]) -> Found | Unread:
    """Return the file the command line names: whatever can be read, a pipe too."""
    try:
        text = _text(path)
        status = os.stat(path)
    except OSError as error:
        return Unread(f"cannot be read: {error.strerror}")
    return Found(text, f"{status.st_dev}:{status.st_ino}")


def _text(path: str | os.PathLike[str]) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        return file.read()


@contextmanager
def without_collecting() -> Iterator[None]:
    """Make many values that stay: looking for garbage among them takes as long as making them, and so they count as old at once."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if was:
            gc.enable()
