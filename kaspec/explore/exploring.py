"""Choosing what happens next: a world where one is, as JSON for whoever shows it, and every way on from there.

A way from the beginning is a list of words, one for each move (``"a starts"``, ``"3.609375 s pass"``), so that it can be kept, and sent.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from attrs import field

from kaspec.address import format_address
from kaspec.explore.local import Local, Power
from kaspec.explore.moves import Delivers, Doubles, Drifts, Loses, Move, Overtakes, Passes, Reaches, Way, is_calm, is_fault
from kaspec.explore.picture import picture
from kaspec.explore.playing import Played, Stage, briefly, trace
from kaspec.explore.steps import Steps
from kaspec.explore.tables import NEVER, Tables
from kaspec.explore.telling import told_of
from kaspec.explore.world import FAULTS, STEADY, Faults, World
from kaspec.frozen import define, evolve
from kaspec.picture import render_svg
from kaspec.picture.steps import steps_json
from kaspec.rules import RULES, Rule
from kaspec.units import Interval, in_seconds, seconds
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master, State, next_deadline, state_name
from kaspec.wire.hmac_trailer import TRAILER_BYTES
from kaspec.wire.ip import Malformed, decode_ip
from kaspec.wire.vrrp import Advertisement, decode

OFTEN = 1_000
"""How often each thing may go wrong where one decides oneself."""
LONGEST = 2_000
"""No more moves than these."""
Sort = Literal["time", "usual", "wrong", "mended"]
"""Of a move: time passes, what happens by itself, what goes wrong, what is mended or begins."""


class NoSuchMoveError(ValueError):
    """That cannot happen there: which move, the how-manieth, and what could."""


@define
class Explorer:
    """A world to walk about in."""

    steps: Steps
    names: list[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.names = [host.name for host in self.steps.world.hosts]

    @classmethod
    def of(cls, world: World) -> "Explorer":
        """Begin with a world."""
        return cls(Steps(Tables(world)))

    @classmethod
    def free(cls, world: World) -> "Explorer":
        """Begin with the hosts of a world: each starts when one likes, and everything may go wrong."""
        return cls.of(evolve(world, faults=Faults.counted(dict.fromkeys(FAULTS, OFTEN)), begins="apart"))

    def walk(self, path: Sequence[str]) -> Stage:
        """Make moves from the beginning.  Raises ``NoSuchMoveError``."""
        if len(path) > LONGEST:
            raise NoSuchMoveError(f"{len(path)} moves are too many: {LONGEST} at most")
        stage = Stage.of(self.steps)
        for number, word in enumerate(path):
            self.make(stage, word, number + 1)
        return stage

    def make(self, stage: Stage, word: str, number: int = 1) -> None:
        """Make one move, or let less time pass than there is until something must happen.  Raises ``NoSuchMoveError``."""
        moves = {self.key(move): place for place, move in self.moves(stage)}
        waited, least = _waiting(word), self.steps.until_something_must_happen(stage.state)
        if waited and waited <= least < NEVER:
            stage.wait(waited)
        elif word in moves and not waited:
            stage.take(moves[word])
        else:
            raise NoSuchMoveError(f"move {number}, {word!r}, cannot happen there; what can: {', '.join(moves) or 'nothing'}")

    def moves(self, stage: Stage) -> Iterator[tuple[int, Move]]:
        """Return every move there is, with its number; time may pass until something must happen, where a search would look before."""
        tables, least = self.steps.tables, self.steps.until_something_must_happen(stage.state)
        numbers = [number for number, _ in self.steps.successors(stage.state)]
        if 0 < least < NEVER:
            numbers.append(tables.move(Passes(Interval(least))))
        yield from ((number, tables.moves.values[number]) for number in dict.fromkeys(numbers))

    def key(self, move: Move) -> str:
        """Return the word for a move: no other move there has it."""
        wires = {wire for host in self.steps.world.hosts for wire in host.wires.values()}
        if isinstance(move, Delivers | Loses | Doubles | Overtakes) and len(wires) > 1:
            return f"{briefly(self.names, move)} on {move.way.wire}"
        return briefly(self.names, move)

    def position(self, path: Sequence[str]) -> dict[str, Any]:
        """Return all there is to know of where a path leads, and what can happen there.  Raises ``NoSuchMoveError``."""
        stage = self.walk(path)
        drawn = picture(stage.run)
        return {
            "path": list(path),
            "now": in_seconds(stage.now),
            "hosts": [self._host(stage, host) for host in range(len(self.names))],
            "holders": list(self._holders(stage)),
            "wire": list(self._wire(stage)),
            "cuts": [f"{self.names[receiver]} does not hear {self.names[sender]}" for sender, receiver in sorted(self._cuts(stage))],
            "fired": list(_fired(self.names, stage.played[-1])) if stage.played else [],
            "moves": [{"key": self.key(move), "words": self.words(stage, move), "sort": sort_of(move)} for _, move in self.moves(stage)],
            "svg": render_svg(drawn, "what has happened so far", styled=False),
            "steps": steps_json(drawn),
            "trace": trace(stage.run, ("explored by hand",)) or "",
        }

    def _cuts(self, stage: Stage) -> frozenset[tuple[int, int]]:
        return self.steps.tables.conditions.values[stage.state[0]].cuts

    def local(self, stage: Stage, host: int) -> Local:
        """Return a host as the search has it."""
        return self.steps.tables.locals.values[stage.state[1 + host]]

    def _host(self, stage: Stage, host: int) -> dict[str, Any]:
        local, there = self.local(stage, host), self.steps.world.hosts[host]
        return {
            "name": there.name,
            "power": {"new": "not started yet", "on": "running", "off": "down", "paused": "paused"}[local.power],
            "routers": [
                _router(router, state, is_running(local.power), stage.now)
                for router, state in zip(there.node.routers, stage.nodes[host].states, strict=True)
            ],
            "links": [
                {"name": link.name, "up": link.up, "addresses": [format_address(each) for each in link.addresses]} for link in local.links
            ],
            "tracked": [{"name": " ".join(tracker), "good": finding.good} for tracker, finding in local.findings],
        }

    def _holders(self, stage: Stage) -> Iterator[dict[str, Any]]:
        """Return who has the addresses of each virtual router: better one host than none or two."""
        world = self.steps.world
        for row in world.virtual:
            places = [(host, place) for host, place in enumerate(row) if place is not None]
            held = [
                host for host, place in places
                if is_running(self.local(stage, host).power) and isinstance(stage.nodes[host].states[place], Master)
            ]  # fmt: skip
            router = world.hosts[places[0][0]].node.routers[places[0][1]]
            addresses = [format_address(each.address) for each in router.held_addresses]
            yield {"router": router.name, "addresses": addresses, "hosts": [self.names[host] for host in held]}

    def _wire(self, stage: Stage) -> Iterator[dict[str, Any]]:
        """Return what is under way."""
        tables = self.steps.tables
        for way, number in zip(tables.ways.values, stage.state[self.steps.first_queue :], strict=True):
            for datagram, left in tables.queues.values[number]:
                data = tables.datagrams.values[datagram]
                yield {
                    "from": self.names[way.sender],
                    "to": self.names[way.receiver],
                    "what": _contents(data),
                    "at_most": in_seconds(Interval(left)),
                    "bytes": data.hex(),
                }

    def words(self, stage: Stage, move: Move) -> str:
        """Say what a move is, to somebody who chooses."""
        names = self.names
        match move:
            case Passes(interval):
                return f"{in_seconds(interval)} s pass, until {in_seconds(Interval(stage.now + interval))} s"
            case Reaches(host):
                return f"{names[host]}'s deadline is reached"
            case Delivers(way):
                return f"an advertisement of {names[way.sender]} arrives at {names[way.receiver]}{self._on(way)}"
            case Loses(way) | Doubles(way) | Overtakes(way):
                return told_of(stage.run, move) + self._on(way)
            case _:
                return told_of(stage.run, move)

    def _on(self, way: Way) -> str:
        return f" ({way.wire})" if sum(way.sender == each.sender and way.receiver == each.receiver for each in self.ways) > 1 else ""

    @property
    def ways(self) -> list[Way]:
        """Every way from a host to another."""
        return self.steps.tables.ways.values


_WAITING = re.compile(r"([0-9]{1,9}\.[0-9]{6}) s pass")


def _waiting(word: str) -> Interval | None:
    """Return for how long a word says to wait."""
    found = _WAITING.fullmatch(word)
    return seconds(found[1]) if found else None


def is_running(power: Power) -> bool:
    """Tell whether a host is there, if only asleep."""
    return power in {"on", "paused"}


def sort_of(move: Move) -> Sort:
    """Tell what sort of move it is."""
    if isinstance(move, Passes):
        return "time"
    runs_right_again = isinstance(move, Drifts) and move.rate == STEADY
    return "usual" if is_calm(move) else "wrong" if is_fault(move) and not runs_right_again else "mended"


def _router(router: VirtualRouter, state: State, running: bool, now: int) -> dict[str, Any]:
    due = next_deadline(state) if running else None
    return {
        "name": router.name,
        "state": state_name(state) if running else "off",
        "priority": state.standing.priority,
        "faults": [f"{each.kind} {each.subject}" for each in state.standing.faults] if running else [],
        "deadline": None if due is None else in_seconds(due),
        "in": None if due is None else in_seconds(Interval(due - now)),
    }


def _contents(datagram: bytes) -> str:
    packet = decode_ip(datagram)
    if isinstance(packet, Malformed):
        return "a packet"
    version = 3 if packet.payload[:1] == b"\x31" else 2
    read = decode(version, packet.payload, (packet.source, packet.destination), TRAILER_BYTES)
    if isinstance(read, Advertisement):
        return f"virtual_router_id {read.virtual_router_id}, priority {read.priority}, from {format_address(packet.source)}"
    return f"a packet from {format_address(packet.source)}"


def _fired(names: Sequence[str], played: Played) -> Iterator[dict[str, str]]:
    """Return which rules made the last move what it was."""
    for _, transition in played.done:
        if transition.unclaimed is not None:
            yield _rule(names, played, "", transition.unclaimed.rule)
        for outcome in transition.steps:
            yield _rule(names, played, outcome.router.name, outcome.step.rule)


def _rule(names: Sequence[str], played: Played, router: str, rule: Rule) -> dict[str, str]:
    clause = RULES[rule]
    who = names[played.host] if played.host is not None else ""
    return {"who": f"{who} {router}".strip(), "rule": rule, "source": clause.source, "statement": clause.statement}
