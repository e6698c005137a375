"""A packet capture as a way in a world: the run that sends just what was captured, with the fewest things gone wrong.

A capture says who sent what and when, and nothing of what arrived or who was there.  So runs are tried, those in which the least goes wrong
first, and dropped where they send anything else than the capture has next, or at another time.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from attrs import field

from kaspec.address import Address, format_address
from kaspec.explore.exploring import Explorer, sort_of
from kaspec.explore.following import Followed
from kaspec.explore.moves import Move, Passes
from kaspec.explore.tables import WorldState
from kaspec.explore.world import Faults, Host, World
from kaspec.frozen import define, evolve, frozen
from kaspec.judge import Capture
from kaspec.judge.sightings import Advert
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.reception import virtual_router_id
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip

LATE = Interval(SECOND // 4)
"""How much longer or shorter than by its timer the time between two packets may have been."""
MOST_PACKETS = 40
"""How many advertisements are explained."""
MOST_TRIED = 20_000
"""How many states are looked at."""
COSTS = {"wrong": 2, "mended": 1}
"""What is least likely to have happened."""
POSSIBLE = Faults(loss=6, crash=2, stop=2)
"""What may have gone wrong."""


class Said(NamedTuple):
    """What an advertisement says, as far as it is compared."""

    source: bytes
    virtual_router_id: int | None
    priority: int


@frozen
class Heard:
    """An advertisement of a capture, and how long it came after the one before."""

    said: Said
    waited: Interval


def heard(capture: Capture) -> tuple[Heard, ...]:
    """Return the advertisements of a capture, in their order."""
    found, before = list[Heard](), Instant(0)
    for at, kind in zip(capture.instants, capture.kinds, strict=True):
        shown = capture.sightings[kind]
        said = _said(shown.packet) if isinstance(shown, Advert) else None
        if said is not None:
            found.append(Heard(said, Interval(at - before)))
            before = at
    return tuple(found)


def _said(packet: Packet) -> Said | None:
    if packet.protocol != VRRP_PROTOCOL or len(packet.payload) < 3:
        return None
    return Said(bytes(packet.source), virtual_router_id(packet), packet.payload[2])


def explain(world: World, capture: Sequence[Heard]) -> Followed:
    """Explain a capture as far as it goes; the explorer's world has the addresses of the capture, and everything may happen in it."""
    if not capture:
        return Followed(Explorer.free(world), (), "there is no VRRP advertisement in the capture")
    known = _with_addresses(world, [each.said for each in capture])
    if isinstance(known, str):
        return Followed(Explorer.free(world), (), known)
    explorer = Explorer.free(known)
    search = _Search(Explorer.of(evolve(known, faults=POSSIBLE, begins="together")), capture[:MOST_PACKETS])
    found = search.best()
    path = tuple(explorer.key(move) for move in search.path(found))
    explained = search.ends[found].explained
    if explained < len(capture):
        return Followed(
            explorer, path, f"{explained} of {len(capture)} advertisements are explained; the next one is not, or not soon enough"
        )
    return Followed(explorer, path)


def _with_addresses(world: World, said: Sequence[Said]) -> World | str:
    """Give the hosts the addresses that the capture has: those they have, else by their priorities, else in order."""
    left = dict(enumerate(world.hosts))
    taken = dict[int, bytes]()
    sources = list(dict.fromkeys(each.source for each in said))
    ours = {source: number for number, host in left.items() for link in host.links for source in link.addresses if source in sources}
    for source in sorted(sources, key=lambda source: source not in ours):
        spoken = [each.priority for each in said if each.source == source and each.priority]
        alike = [number for number, host in left.items() if spoken and host.node.routers[0].priority == spoken[0]]
        place = ours.get(Address(source), alike[0] if alike else next(iter(left), -1))
        if left.pop(place, None) is None:
            return f"{format_address(Address(source))} sends as well, and there is no file for it"
        taken[place] = source
    hosts = tuple(_at(host, taken[number]) if number in taken else host for number, host in enumerate(world.hosts))
    return evolve(world, hosts=hosts)


def _at(host: Host, source: bytes) -> Host:
    """Put a host at an address, on the interface that it advertises from."""
    ports = {router.interface for router in host.node.routers}
    links = (evolve(link, addresses=(Address(source),)) if link.name in ports else link for link in host.links)
    return evolve(host, links=tuple(links))


class _End(NamedTuple):
    """Where a run has come to: its state, how much of the capture it explains, and how long ago it sent the last of that."""

    state: WorldState
    explained: int
    since: int


@define
class _Search:
    """Runs by how much goes wrong in them."""

    explorer: Explorer
    capture: Sequence[Heard]
    ends: list[_End] = field(factory=list)
    came: list[tuple[int, Move | None]] = field(factory=list)

    def best(self) -> int:
        """Return the end that explains the most, of those the one with the least gone wrong."""
        seen, heap, tried = set[_End](), list[tuple[int, int, int]](), 0
        self._add(heap, 0, _End(self.explorer.steps.beginning(), 0, 0), -1, None)
        best = 0
        while heap and tried < MOST_TRIED:
            cost, _, number = heappop(heap)
            end = self.ends[number]
            if end in seen:
                continue
            seen.add(end)
            tried += 1
            best = number if end.explained > self.ends[best].explained else best
            if end.explained == len(self.capture):
                break
            for move, after in self._following(end):
                self._add(heap, cost + COSTS.get(sort_of(move), 0), after, number, move)
        return best

    def _add(self, heap: list[tuple[int, int, int]], cost: int, end: _End, parent: int, move: Move | None) -> None:
        self.ends.append(end)
        self.came.append((parent, move))
        heappush(heap, (cost, -end.explained, len(self.ends) - 1))

    def path(self, number: int) -> list[Move]:
        """Return the moves that lead to an end."""
        found = list[Move]()
        while self.came[number][1] is not None:
            number, move = self.came[number]
            assert move is not None
            found.append(move)
        return found[::-1]

    def _following(self, end: _End) -> Iterator[tuple[Move, _End]]:
        """Return every way on that sends nothing else than the capture has next, and not at another time."""
        for move, after in self._moves(end):
            since = end.since + (move.interval if isinstance(move, Passes) else 0)
            explained = end.explained
            for said in self._sent(end.state, after):
                if explained >= len(self.capture) or not self._fits(said, explained, since):
                    break
                explained, since = explained + 1, 0
            else:
                if not (0 < explained < len(self.capture) and since > self.capture[explained].waited + LATE):
                    yield move, _End(after, explained, since if explained else 0)

    def _moves(self, end: _End) -> Iterator[tuple[Move, WorldState]]:
        """Return what a search would do, and to wait until the capture has its next packet, when a host may have been stopped."""
        steps = self.explorer.steps
        yield from ((steps.tables.moves.values[number], after) for number, after in steps.successors(end.state))
        left = self.capture[end.explained].waited - end.since if end.explained else 0
        if 0 < left < steps.until_something_must_happen(end.state) and self.capture[end.explained].said.priority == 0:
            yield Passes(Interval(left)), steps.later(end.state, left)

    def _fits(self, said: Said, index: int, since: int) -> bool:
        wanted = self.capture[index]
        return said == wanted.said and (index == 0 or abs(since - wanted.waited) <= LATE)

    def _sent(self, before: WorldState, after: WorldState) -> list[Said]:
        """Return what was sent in a move: what is on a way and was not, once."""
        steps, sent = self.explorer.steps, dict[tuple[int, int], Said]()
        for number, way in enumerate(self.explorer.ways):
            was, there = (steps.tables.queues.values[state[steps.first_queue + number]] for state in (before, after))
            for datagram, _ in there[len(was) :]:
                packet = decode_ip(steps.tables.datagrams.values[datagram])
                said = _said(packet) if isinstance(packet, Packet) else None
                if said is not None:
                    sent[way.sender, datagram] = said
        return list(sent.values())
