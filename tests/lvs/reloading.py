"""Reloads and deaths in the kernel lab: what stays as it is keeps its connections."""

import os
import signal
from typing import Any

from attrs import define, field

from tests.lvs.asking import Visitor
from tests.lvs.playing import Play, Player, play
from tests.lvs.serving import HEALTH, Web
from tests.lvs.stage import CLIENT
from tests.lvs.tables import Connection, active, connections, told

HTTP = f"HTTP_GET {{\n url {{\n path {HEALTH}\n }}\n warmup 0\n connect_timeout 2\n delay_before_retry 1\n }}\n"
TCP = "TCP_CHECK {\n warmup 0\n connect_timeout 2\n retry 0\n }\n"
OTHER_TCP = TCP.replace("connect_timeout 2", "connect_timeout 3")


def server(number: int, port: int, check: str, weight: int = 1, more: str = "") -> str:
    """Return a real server."""
    return f"real_server 192.0.2.{number} {port} {{\n weight {weight}\n {more}\n {check} }}\n"


def virtual(number: int, servers: str, scheduler: str = "rr", more: str = "") -> str:
    """Return a virtual server."""
    head = f"delay_loop 1\n protocol TCP\n lb_algo {scheduler}\n lb_kind NAT\n {more}\n"
    return f"virtual_server 198.51.100.{number} 80 {{\n {head} {servers} }}\n"


FIRST, SECOND = server(11, 80, HTTP), server(12, 80, HTTP)
LIMITED = server(13, 80, HTTP, more="uthreshold 100\n lthreshold 50")
PLAIN = virtual(100, FIRST + SECOND)
FAILING = virtual(101, server(11, 81, TCP) + server(12, 81, TCP))
ADDED = virtual(100, FIRST + SECOND + LIMITED) + FAILING + virtual(102, server(11, 82, TCP))
HEAVIER, WIDER = server(11, 80, HTTP, weight=5), server(13, 80, HTTP, more="uthreshold 200\n lthreshold 50")
CHANGED = (
    virtual(100, HEAVIER + SECOND + WIDER, "wrr", "persistence_timeout 60")
    + virtual(101, server(11, 81, OTHER_TCP) + server(12, 81, OTHER_TCP))
    + virtual(102, server(11, 82, TCP, more="inhibit_on_failure"))
)
REMOVED = virtual(100, HEAVIER + SECOND, "wrr", "persistence_timeout 60") + virtual(
    101, server(11, 81, OTHER_TCP) + server(12, 81, OTHER_TCP)
)
WEB, FAILED, FRESH = (f"TCP 198.51.100.{number}:80" for number in (100, 101, 102))
PLACES = ((11, 80), (12, 80), (13, 80), (11, 81), (12, 81), (11, 82))


@define(eq=False)
class Scene:
    """What a player's servers and visitors are."""

    webs: dict[tuple[int, int], Web]
    visitors: list[Visitor] = field(factory=list)

    def visit(self, player: Player) -> None:
        """Let two clients come, each to another server, and stay."""
        self.visitors = [Visitor.arrive(player.stage.client, CLIENT, "198.51.100.100") for _ in range(2)]


def reload(order: Any) -> Any:  # noqa: ARG001  (a job has one)
    """Play the story; returns what ``Play.answer`` does."""
    with play((11, 12, 13)) as now:
        scenes = {player: _furnished(player) for player in now.players}
        now.each(lambda player: player.start(PLAIN + FAILING))
        now.settle("begun", {WEB: _behind(80, "11 1", "12 1"), FAILED: _behind(81, "11 1", "12 1")})
        now.each(lambda player: scenes[player].visit(player))
        now.each(lambda player: scenes[player].webs[12, 81].stop())
        now.settle("failed", {FAILED: _behind(81, "11 1")})
        _note_visitors(now, scenes, "before")
        now.each(lambda player: player.reload(PLAIN + FAILING))
        now.settle("reloaded as it was")
        _note_visitors(now, scenes, "reloaded as it was")
        now.each(lambda player: player.reload(ADDED))
        now.settle("added", {WEB: _behind(80, "11 1", "12 1", "13 1"), FRESH: _behind(82, "11 1")})
        _note_visitors(now, scenes, "added")
        now.each(lambda player: player.reload(CHANGED))
        now.settle("changed", {WEB: _behind(80, "11 5", "12 1", "13 1")}, departs=True)
        _note_visitors(now, scenes, "changed")
        now.each(lambda player: player.reload(REMOVED))
        now.forget(FRESH)
        now.settle("removed", {WEB: _behind(80, "11 5", "12 1")})
        _note_visitors(now, scenes, "removed")
        now.each(_kill_checker)
        now.settle("killed")
        _note_visitors(now, scenes, "killed")
        now.each(_disturb)
        now.settle("put right")
        now.each(lambda player: scenes[player].webs[11, 81].stop())
        now.settle("fails to the new checker", {FAILED: []})
        _note_visitors(now, scenes, "at the end")
        now.note("exit", lambda player: player.stop())
        now.forget(WEB, FAILED)
        now.settle("ended")
        return now.answer()


def _furnished(player: Player) -> Scene:
    scene = Scene({(number, port): Web(player.stage.servers[number], port, f"{number}:{port}") for number, port in PLACES})
    for web in scene.webs.values():
        web.start()
    return scene


def _behind(port: int, *servers: str) -> list[str]:
    """Return destinations: ``11 5`` is server 11 with weight 5."""
    return [f"192.0.2.{number}:{port} Masq {weight}" for number, weight in (each.split() for each in servers)]


def _kill_checker(player: Player) -> None:
    os.kill(int(player.stage.file("checkers.pid").read_text()), signal.SIGKILL)


def _disturb(player: Player) -> None:
    """Let somebody else delete a destination; kaspec finds it when it looks, keepalived never would."""
    if player.name == "kaspec":
        told(player.stage.director, "ipvsadm", "-d", "-t", "198.51.100.101:80", "-r", "192.0.2.11:81")
        player.wait_for_line("Somebody else changed the IPVS table: add")


def _note_visitors(now: Play, scenes: dict[Player, Scene], step: str) -> None:
    """Have visitors ask again over their connections; note who answered, and how the kernel lists them."""

    def listed(player: Player) -> list[Connection]:
        ports = [visitor.port for visitor in scenes[player].visitors]
        found = {each.client: each for each in connections(player.stage.director)}
        return [found[f"{CLIENT}:{port}"] for port in ports]

    def find(player: Player) -> Any:
        answers = [visitor.ask() for visitor in scenes[player].visitors]
        lines = [(each.protocol, each.state, each.virtual, each.server) for each in listed(player)]
        return {"answers": answers, "listed": lines, "active": [active(player.stage.director, f"192.0.2.{each}:80") for each in (11, 12)]}

    now.note(step, find)
