"""A daemon on a wire, asked many words at once: each word is played at a virtual router of its own.

Slots are measured by the kernel's stamps; a letter that could not be said in time spoils its word, which is then asked again.
"""

import heapq
import select
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice

from attrs import define, field

from conformance.lab.capture import packet_socket, promiscuous
from conformance.lab.network import open_lab
from conformance.lab.priority import hurried
from conformance.lab.process import Process
from conformance.lab.stamping import stamp
from conformance.lab.waiting import wait_until, wall_clock
from conformance.learning.alphabet import HOME, INTERFACE, LINKS, OWN, Alphabet
from conformance.learning.machine import Letter, Output, Word
from conformance.learning.slots import Slot
from conformance.peers.peer import Device, Peer
from kaspec.node import Node
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, decode_ip

DEVICE_MAC, NEIGHBOUR_MAC = "02:00:00:00:00:{:02x}", "02:00:00:00:01:fe"
FIRST_OWN = OWN[-1]
"""The last byte of the first device's address; further devices have those that follow."""
GRACE = Interval(4 * MILLISECOND)
"""How long after a slot's end its last frame may be read."""
MOST_AT_ONCE = 16
"""How many letters are said before the wire is looked at again."""
LONGEST_WAIT = Interval(20 * MILLISECOND)
START_SECONDS, LAST_WORDS = 60, 20
"""How long a daemon may take to start, and how many lines of its log are told if it ends."""


class EndedError(RuntimeError):
    """The daemon is no more; the message has its last words."""


@define
class _Play:
    """A word being played at a virtual router: ``outputs`` of the slots that are over, the first of which is the way home."""

    number: int
    word: Word
    slot: Slot
    outputs: list[Output] = field(factory=list)


@define(eq=False)
class Wire:
    """A running daemon with virtual routers of these numbers, and the neighbour's socket; ``frames`` are what a letter says to each."""

    alphabet: Alphabet
    vrids: range
    frames: dict[tuple[int, Letter], bytes]
    tap: socket.socket
    processes: Sequence[Process]
    _plays: dict[int, _Play] = field(factory=dict)
    _ends: list[tuple[Instant, int]] = field(factory=list)

    def ask(self, words: Sequence[Word]) -> list[tuple[Output, ...] | None]:
        """Play words, as many at a time as there are virtual routers; ``None`` for one that was disturbed."""
        self._read()
        found: list[tuple[Output, ...] | None] = [None] * len(words)
        waiting, free = deque(enumerate(words)), deque(self.vrids)
        looked = wall_clock()
        while waiting or self._plays:
            for number, word in _some(waiting, min(len(free), MOST_AT_ONCE)):
                self._say(_Play(number, (HOME, *word), Slot(self.alphabet.interval, wall_clock())), free.popleft())
            self._wait()
            self._read()
            now = wall_clock()
            if now - looked > LONGEST_WAIT + self.alphabet.interval // 8:
                free.extend(self._give_up())
            looked = now
            for vrid in islice(self._over(), MOST_AT_ONCE):
                play = self._plays[vrid]
                play.outputs.append(play.slot.output)
                if len(play.outputs) == len(play.word):
                    found[play.number] = tuple(play.outputs[1:])
                if len(play.outputs) == len(play.word) or not self._next(play, vrid):
                    del self._plays[vrid]
                    free.append(vrid)
        for process in self.processes:
            if not process.alive:
                raise EndedError("\n".join(line.text for line in process.lines[-LAST_WORDS:]))
        return found

    def _next(self, play: _Play, vrid: int) -> bool:
        """Go on with the next letter, unless it is too late for it."""
        now = wall_clock()
        if now - play.slot.ends > self.alphabet.interval // 10:
            return False
        play.slot = Slot(self.alphabet.interval, now)
        self._say(play, vrid)
        return True

    def _say(self, play: _Play, vrid: int) -> None:
        self._plays[vrid] = play
        frame = self.frames.get((vrid, play.word[len(play.outputs)]))
        if frame is not None:
            self.tap.send(frame)
        heapq.heappush(self._ends, (play.slot.ends, vrid))

    def _wait(self) -> None:
        """Wait until something is there to read or a slot may be over, and not for long."""
        until = self._ends[0][0] + GRACE - wall_clock() if self._ends else 0
        if until > 0:
            select.select([self.tap], [], [], min(until, LONGEST_WAIT) / SECOND)

    def _give_up(self) -> list[int]:
        """Give up every word being played: this machine stood still for a while, and the daemon perhaps too."""
        given_up = list(self._plays)
        self._plays.clear()
        self._ends.clear()
        return given_up

    def _read(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self.tap.recvmsg(2048, 64, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if data[6:12] != _bytes(NEIGHBOUR_MAC):
                self._see(stamp(ancillary), data)

    def _see(self, at: Instant, frame: bytes) -> None:
        packet = decode_ip(frame[14:]) if frame[12:14] == b"\x08\x00" else None
        if isinstance(packet, Packet) and packet.protocol == VRRP_PROTOCOL and len(packet.payload) > 2:
            play = self._plays.get(packet.payload[1])
            if play is not None:
                play.slot = play.slot.saw(at, "advert", packet.payload[2])
            return
        announced = decode_gratuitous_arp(frame)
        if isinstance(announced, GratuitousArp) and (play := self._plays.get(announced.address[-1])) is not None:
            play.slot = play.slot.saw(at, "announcement")

    def _over(self) -> Iterator[int]:
        """Return the virtual routers whose slots are over; one in which something was seen may last longer than it first seemed."""
        now = wall_clock() - GRACE
        while self._ends and self._ends[0][0] <= now:
            _, vrid = heapq.heappop(self._ends)
            ends = self._plays[vrid].slot.ends
            if ends <= now:
                yield vrid
            else:
                heapq.heappush(self._ends, (ends, vrid))


def _some(waiting: deque[tuple[int, Word]], count: int) -> Iterator[tuple[int, Word]]:
    while waiting and count:
        yield waiting.popleft()
        count -= 1


def _frame(datagram: bytes) -> bytes:
    return b"\x01\x00\x5e\x00\x00\x12" + _bytes(NEIGHBOUR_MAC) + b"\x08\x00" + datagram


def _bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


@contextmanager
def running(peer: Peer, alphabet: Alphabet, places: int) -> Iterator[Wire]:
    """Run daemons with so many virtual routers in namespaces of their own, until left: one, or several if one can have one only.

    Raises ``LabUnavailableError``, ``LookupError`` where the peer is not on this machine or cannot be configured so, ``TimeoutError`` if it
    does not start, and ``EndedError``.
    """
    vrids = range(1, places + 1)
    shares = _shares(peer, alphabet, vrids)
    frames = {
        (router.virtual_router_id, letter): _frame(datagram)
        for router in alphabet.routers(vrids)
        for letter in alphabet.letters
        if (datagram := alphabet.datagram(router, letter)) is not None
    }
    with ExitStack() as stack:
        lab = stack.enter_context(open_lab())
        neighbour, lan = lab.host("neighbour"), lab.lan("lan")
        lab.connect(neighbour, lan, INTERFACE, NEIGHBOUR_MAC)
        tap = stack.enter_context(packet_socket(neighbour, INTERFACE))
        promiscuous(tap, neighbour.index(INTERFACE))
        hosts = [lab.host(f"device{number}") for number in range(len(shares))]
        for number, host in enumerate(hosts):
            lab.connect(host, lan, INTERFACE, DEVICE_MAC.format(number), (f"192.0.2.{FIRST_OWN + number}/24",))
        begun = [peer.start(host, device).process for host, device in zip(hosts, shares, strict=True)]
        for process, device in zip(begun, shares, strict=True):
            _wait_for(peer, process, len(device.node.routers))
        stack.enter_context(hurried())
        yield Wire(alphabet, vrids, frames, tap, begun)


def _shares(peer: Peer, alphabet: Alphabet, vrids: range) -> list[Device]:
    """Return what each daemon has to be."""
    if (reason := peer.missing()) is not None:
        raise LookupError(f"{peer.name}: {reason}")
    whole = _device(alphabet, vrids)
    if peer.objection(whole) is None:
        return [whole]
    shares = [_device(alphabet, range(vrid, vrid + 1)) for vrid in vrids]
    if (reason := peer.objection(shares[0])) is not None:
        raise LookupError(f"{peer.name}: {reason}")
    return shares


def _device(alphabet: Alphabet, vrids: range) -> Device:
    return Device(Node(alphabet.routers(vrids)), alphabet.configuration(vrids), LINKS)


def _wait_for(peer: Peer, process: Process, routers: int) -> None:
    def begun() -> bool:
        if not process.alive:
            raise EndedError("\n".join(line.text for line in process.lines[-LAST_WORDS:]))
        return sum(peer.entered.search(line.text) is not None for line in process.lines) >= routers

    wait_until(begun, START_SECONDS, f"{peer.name} started")
