"""Loading a configuration: the core says which files it wants, this module gives them, until the core has read it all."""

import socket
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve, frozen

from kaspec.config.diagnostics import Diagnostic, has_errors, render_diagnostic
from kaspec.config.model import Configuration
from kaspec.config.reader import Reading


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


def load(path: Path, config_id: str, all_config: bool = False) -> Loaded | Unreadable:
    """Read a configuration file with all it includes, and check it against this machine; ``all_config`` is the option ``-e``."""
    from kaspec.config.reader import check_interfaces, in_order

    loaded = read(path, config_id, all_config)
    if isinstance(loaded, Unreadable):
        return loaded
    reading = loaded.reading
    missing = check_interfaces(reading.configuration, frozenset(name for _, name in socket.if_nameindex()))
    return Loaded(evolve(reading, diagnostics=in_order((*reading.diagnostics, *missing))))


def read(path: Path, config_id: str, all_config: bool = False) -> Loaded | Unreadable:  # noqa: ARG001
    """Read a configuration file with all it includes, whatever machine it is for."""
    from kaspec.config.reader import read as read_text

    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        return Unreadable(f"Configuration file {path} cannot be read: {error.strerror}; name another with -f FILE")
    return Loaded(read_text(text, str(path), config_id))
