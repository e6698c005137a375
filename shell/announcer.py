"""Announcing where addresses are: frames of gratuitous ARP and neighbour advertisements, paced as configured (``kaspec.pacing``)."""

from collections.abc import Iterable
from functools import lru_cache

from kaspec.address import Address, family_of
from kaspec.pacing import Pacing, Queue, Target, announce, next_due, take_due, withdraw
from kaspec.units import Instant
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.router import VirtualAddress
from kaspec.wire.arp import GratuitousArp, encode_gratuitous_arp
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, encode_unsolicited_neighbor_advertisement
from shell.netlink import Kernel
from shell.problem import Problem
from shell.sockets import GratuitousArpSocket


class Announcer:
    """The socket for frames, and the queue of those whose turn has not come.  Whoever has one rings at ``next_due``."""

    def __init__(self, kernel: Kernel, pacing: Pacing) -> None:
        self.pacing = pacing
        self._kernel = kernel
        self._queue = Queue()
        self._repeats: list[Target] = []
        self._socket = GratuitousArpSocket()

    @property
    def next_due(self) -> Instant | None:
        """When to call ``proceed``; ``None`` if nothing waits."""
        return next_due(self._queue)

    def announce(self, announcements: Iterable[tuple[str, Address, int]], now: Instant) -> tuple[Problem, ...]:
        """Announce (interface, address, repeat): of what may leave at once the first of each does, the others with ``repeat``."""
        targets = [((interface, address), repeat) for interface, address, repeat in announcements]
        self._queue, leaving = announce(self.pacing, self._queue, targets, now)
        first = set[Target]()
        for target in leaving:
            if target in first:
                self._repeats.append(target)
            first.add(target)
        return self._send(dict.fromkeys(leaving))

    def repeat(self) -> tuple[Problem, ...]:
        """Send what was kept back because in a run of takeovers others come first."""
        repeats, self._repeats = self._repeats, []
        return self._send(repeats) if repeats else ()

    def proceed(self, now: Instant) -> tuple[Problem, ...]:
        """Send what is due."""
        self._queue, leaving = take_due(self._queue, now)
        return self._send(leaving) if leaving else ()

    def withdraw(self, changes: Iterable[tuple[bool, Holding]]) -> None:
        """Forget the addresses that are no longer held."""
        gone = frozenset((one.interface, one.address) for install, one in changes if not install and isinstance(one, VirtualAddress))
        self._queue = withdraw(self._queue, gone)
        self._repeats = [each for each in self._repeats if each not in gone]

    def prepare(self, announcements: Iterable[tuple[str, Address, int]]) -> None:
        """Make the frames, so that they are at hand when it matters."""
        self._frames((interface, address) for interface, address, _ in announcements)

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()

    def _send(self, targets: Iterable[Target]) -> tuple[Problem, ...]:
        return self._socket.send(self._frames(targets))

    def _frames(self, targets: Iterable[Target]) -> list[tuple[int, bytes]]:
        """Return frames by interface number; one that is gone, or does not resolve addresses (IFF_NOARP), has none."""
        frames = []
        for name, address in targets:
            if (interface := self._kernel.interfaces.get(name)) and interface.resolves:
                frames.append((interface.index, announcement_frame(address, interface.mac, interface.forwards)))
        return frames


@lru_cache(maxsize=4096)
def announcement_frame(address: Address, mac: bytes, router: bool) -> bytes:
    """Return the Ethernet frame that announces ``address`` at ``mac``: gratuitous ARP, or an unsolicited neighbour advertisement.

    ``router`` says whether it is at a router: a host takes one that no longer says so for a host, and drops it as its default router
    (RFC 4861 7.2.5).
    """
    if family_of(address) == 4:
        return encode_gratuitous_arp(GratuitousArp(address, mac))
    return encode_unsolicited_neighbor_advertisement(UnsolicitedNeighborAdvertisement(address, mac, router))
