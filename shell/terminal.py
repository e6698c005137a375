"""What commands say on standard error: how far they have come, and what keeps them from their work."""

import sys
from typing import NoReturn

import click

WIDEST = 200
"""How many characters of a line are shown: one that wraps could not be written over."""


class StatusLine:
    """A line of the terminal that is written over as work goes on; where standard error is no terminal, nothing is."""

    def __init__(self, title: str = "") -> None:
        self._title, self._shows = title, sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Say this after the title, in place of what it said."""
        self._write(f"{self._title}{text}"[:WIDEST])

    def clear(self) -> None:
        """Leave nothing of it."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._shows:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)


class Tally(StatusLine):
    """A status line that counts what is done of so many things."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self._wanted, self._done = wanted, 0

    def one_more(self, text: str = "") -> None:
        """Count one, of which there is this to say; the last one's line stays."""
        self._done += 1
        self.show(f"{self._done} of {self._wanted}{text}")
        if self._done == self._wanted and self._shows:
            click.echo(err=True)


def give_up(complaint: str, status: int) -> NoReturn:
    """Say what keeps the command from its work, and end it."""
    click.echo(complaint, err=True)
    sys.exit(status)
