"""A job that counts the commands a director gives the lab's kernel."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from conformance.lab.network import open_lab
from kaspec.config.model import Configuration
from kaspec.config.reader import read
from kaspec.health.reported import CheckReported
from kaspec.lvs.plan import TableCommand
from kaspec.report.services import command_words
from shell.director import Director, Place
from shell.ipvs.kernel import Ipvs
from shell.problem import Problem


class Counted(Ipvs):
    """The kernel's table, and the commands that were sent to it."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[TableCommand] = []

    def carry_out(self, commands: Sequence[TableCommand]) -> Iterator[Problem]:
        """Note the commands, and carry them out."""
        self.commands += commands
        return super().carry_out(commands)


def count(order: Any) -> Any:
    """Direct by ``order``, a configuration; return for each step what was sent to the kernel, and whether its table is as it should be."""
    configuration = read(order, "lab.conf").configuration
    virtual = configuration.services[len(configuration.services) // 2]
    place = Place(virtual.key, virtual.servers[3].key)
    weighed = evolve(virtual, servers=(*virtual.servers[:-1], evolve(virtual.servers[-1], weight=7)))
    services = tuple(weighed if each is virtual else each for each in configuration.services)
    reloaded = evolve(configuration, services=services)
    with open_lab() as lab, lab.host("director").namespace.entered():
        steps: dict[str, list[str]] = {}
        with _directing(configuration) as director:
            steps["start"] = _sent(director)
            director.report(CheckReported(place, 0, is_up=False))
            steps["failure"] = _sent(director)
            director.report(CheckReported(place, 0, is_up=False))
            steps["failure again"] = _sent(director)
            director.report(CheckReported(place, 0, is_up=True))
            steps["recovery"] = _sent(director)
            director.adopt(reloaded, configuration)
            steps["weight"] = _sent(director)
            director.adopt(evolve(reloaded), reloaded)
            steps["same again"] = _sent(director)
        with _directing(reloaded) as successor:
            steps["successor"] = _sent(successor)
        return steps


@contextmanager
def _directing(configuration: Configuration) -> Iterator[Director]:
    """Direct, and leave the table as it is."""
    director = Director(Counted())
    director.begin(configuration)
    yield director
    director.end(configuration.lvs, keeping=True)


def _sent(director: Director) -> list[str]:
    """Return what was sent since the last call; the kernel's table must be what it came to."""
    assert isinstance(director.ipvs, Counted)
    sent, director.ipvs.commands = director.ipvs.commands, []
    director.look()
    assert not director.ipvs.commands, "what was sent has made the table whole"
    return [command_words(each) for each in sent]
