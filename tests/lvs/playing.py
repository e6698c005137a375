"""Both daemons play one story in the kernel lab, each on a stage of its own, step by step at the same time."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define, field

from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.lvs.stage import Stage, open_stage
from tests.lvs.tables import Table, details, table

PATIENCE, AGREEMENT = 60.0, 15.0
LOOK_SECONDS = 0.15
"""Every look at a table is two programs, and the lab has one slow processor."""
DAEMONS = {
    "kaspec": (str(Path(sys.executable).with_name("kaspec")), "run", "-n", "-l", "-D", "-G", "-C"),
    "keepalived": ("keepalived", "-n", "-l", "-D", "-G", "-C"),
}
FILES = ("-f", "/run/keepalived.conf", "-p", "/run/parent.pid", "-c", "/run/checkers.pid")


@define(eq=False)
class Player:
    """A daemon on its stage."""

    name: str
    stage: Stage
    daemon: Process | None = None
    tables: dict[str, list[str]] = field(factory=dict)
    """What the kernel's table was after each step, with details."""
    notes: dict[str, Any] = field(factory=dict)
    """What the story found out, by name; both players' are compared."""

    def start(self, configuration: str) -> None:
        """Start the daemon by a configuration."""
        self.stage.file("keepalived.conf").write_text(configuration)
        self.daemon = Process.start(self.stage.director, [*DAEMONS[self.name], *FILES])

    def reload(self, configuration: str) -> None:
        """Have another configuration read, and wait until it is."""
        assert self.daemon is not None
        self.stage.file("keepalived.conf").write_text(configuration)
        self.daemon.signal(signal.SIGHUP)

    def stop(self) -> int:
        """End the daemon as an operator does; return its exit status."""
        assert self.daemon is not None
        return self.daemon.stop(PATIENCE)

    def wait_for_line(self, pattern: str, after: int = 0) -> str:
        """Wait until the daemon has logged such a line, after that many others; return it."""
        assert self.daemon is not None
        return self.daemon.wait_for_line(pattern, PATIENCE, after).text

    def lines(self, name: str) -> list[str]:
        """Return the lines of a file of the director's /run, none if there is no such file."""
        file = self.stage.file(name)
        return file.read_text().splitlines() if file.exists() else []

    @property
    def log(self) -> list[str]:
        """What the daemon has logged."""
        return [] if self.daemon is None else [line.text for line in self.daemon.lines]


@define(eq=False)
class Play:
    """The players, and who is to be behind each service by now."""

    players: tuple[Player, ...]
    expected: dict[str, list[str]] = field(factory=dict)

    def each(self, act: Callable[[Player], Any]) -> list[Any]:
        """Have something happen on every stage."""
        return [act(player) for player in self.players]

    def note(self, what: str, find: Callable[[Player], Any]) -> None:
        """Find something out on every stage."""
        for player in self.players:
            player.notes[what] = find(player)

    def settle(self, step: str, changes: Mapping[str, Sequence[str]] | None = None, departs: bool = False) -> None:
        """Wait until every table holds these destinations (of services not mentioned, those of the step before); keep it as this step's.

        What is configured with them is there in the same moment, or a little later: if two daemons differ in it, they have some time to
        agree, unless it is known that one ``departs``.  Raises ``AssertionError`` with table and log if destinations are others.
        """
        self.expected |= {service: sorted(destinations) for service, destinations in (changes or {}).items()}

        def agree() -> bool:
            for player in self.players:
                player.tables[step] = [*self._settled(step, player).lines, *details(player.stage.director)]
            return departs or len({tuple(player.tables[step]) for player in self.players}) == 1

        with suppress(TimeoutError):
            wait_until(agree, AGREEMENT, step)

    def forget(self, *services: str) -> None:
        """Expect these services no more."""
        for service in services:
            del self.expected[service]

    def _settled(self, step: str, player: Player) -> Table:
        found = table(player.stage.director)

        def right() -> bool:
            nonlocal found
            found = table(player.stage.director)
            if found.destinations == self.expected:
                return True
            time.sleep(LOOK_SECONDS)
            return False

        try:
            wait_until(right, PATIENCE, step)
        except TimeoutError as error:
            told = "\n".join([f"expected {self.expected}", *found.lines, *player.log[-40:]])
            raise AssertionError(f"{player.name}: {error}\n{told}") from None
        return found

    def answer(self) -> Any:
        """Return what happened: by player: the tables by step, the notes, and the log."""
        return {player.name: {"tables": player.tables, "notes": player.notes, "log": player.log} for player in self.players}


@contextmanager
def play(servers: tuple[int, ...], names: Sequence[str] = tuple(DAEMONS)) -> Iterator[Play]:
    """Build a stage for every daemon."""
    with ExitStack() as stages:
        yield Play(tuple(Player(name, stages.enter_context(open_stage(servers))) for name in names))
