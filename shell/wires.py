"""The sockets of the interfaces that virtual routers are on: one pair for each interface and family, as long as the interface is there.

An interface that is replaced by another of the same name gets new ones.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from kaspec.address import Address, Family, format_address
from kaspec.frozen import define
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.authentication import IpAuthenticationHeader
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL
from kaspec.wire.ip import VRRP_PROTOCOL
from shell.netlink import Interface
from shell.problem import Problem
from shell.sockets import RECEIVE_BUFFER, VrrpReceiver, VrrpSender, mtu_of

BURST = 256
"""How many datagrams are taken from a socket before timers get their turn."""
MANY = 32
"""From so many virtual routers on an interface their datagrams are taken by the handful: waking up costs more than a datagram."""
PATIENCE = 50
"""A datagram may then wait for a fiftieth of an advertisement interval; it counts from its arrival, and is heard before any timer."""
ANY_INTERFACE = 0
"""The index of no interface."""


class Place(NamedTuple):
    """Where a virtual router speaks; on no interface, it is ``source`` that it speaks from."""

    interface: str
    family: Family
    source: Address | None = None


def place_of(router: VirtualRouter) -> Place:
    """Return where a virtual router speaks."""
    return Place(router.port, router.family, None if router.port else router.source)


@define
class Wire:
    """The sockets of one place, its interface being as it was when it had this index.

    ``enclosed`` hears what comes in authentication headers, if that is wanted.  The others' datagrams may gather for ``patience`` seconds;
    ``later`` is set while they do.
    """

    index: int
    receiver: VrrpReceiver
    sender: VrrpSender
    enclosed: VrrpReceiver | None = None
    patience: float = 0.0
    later: TimerHandle | None = None


class Wires:
    """Every wire that there is; ``listen`` is called when datagrams wait on one, ``tell`` with what went wrong."""

    def __init__(
        self, loop: AbstractEventLoop, listen: Callable[[Place], None], tell: Callable[[Iterable[Problem]], None], every_router: bool
    ) -> None:
        self._loop, self._listen, self._tell, self._every_router = loop, listen, tell, every_router
        self._buffer: Callable[[Sequence[VirtualRouter], int], int | None] = lambda _routers, _mtu: None
        self._wires: dict[Place, Wire] = {}

    def places(self) -> tuple[Place, ...]:
        """Return where there is a wire."""
        return tuple(self._wires)

    def receive(self, place: Place) -> list[tuple[Instant, bytes]]:
        """Take the datagrams that wait on a wire, oldest first, and leave what comes next to gather if it may."""
        wire = self._wires[place]
        arrivals = wire.receiver.receive(BURST)
        if wire.enclosed:
            arrivals = sorted((*arrivals, *wire.enclosed.receive(BURST)), key=lambda arrival: arrival[0])
        if arrivals and wire.patience and wire.later is None:
            self._loop.remove_reader(wire.receiver.fileno())
            wire.later = self._loop.call_later(wire.patience, self._look_again, place, wire)
        return arrivals

    def send(self, place: Place, datagrams: Sequence[bytes]) -> tuple[Problem, ...]:
        """Send datagrams; where there is no wire, nowhere (that was told when it could not be opened)."""
        wire = self._wires.get(place)
        return wire.sender.send(datagrams) if wire else ()

    def set_policy(self, every_router: bool, buffer: Callable[[Sequence[VirtualRouter], int], int | None]) -> None:
        """From the next ``follow`` on, hear every VRID, or not; ``buffer`` says how many bytes may wait for virtual routers, by the MTU."""
        self._every_router, self._buffer = every_router, buffer

    def follow(self, routers: Sequence[VirtualRouter], interfaces: Mapping[str, Interface]) -> None:
        """Have a wire wherever a virtual router speaks on an interface that exists, and hear what is for the virtual routers there."""
        spoken: dict[Place, list[VirtualRouter]] = {}
        for router in routers:
            spoken.setdefault(place_of(router), []).append(router)
        for place, those in spoken.items():
            interface, wire = interfaces.get(place.interface), self._wires.get(place)
            index = interface.index if interface else None if place.interface else ANY_INTERFACE
            if wire and wire.index != index:
                self._close(place)
            if index is not None and place not in self._wires:
                self._open(place, index)
            if place in self._wires:
                self._attune(place, self._wires[place], those)

    def keep(self, routers: Sequence[VirtualRouter]) -> None:
        """Close every wire on which none of these virtual routers speaks."""
        for place in self._wires.keys() - {place_of(router) for router in routers}:
            self._close(place)

    def _look_again(self, place: Place, wire: Wire) -> None:
        """The moment is over; wait on the socket again if nothing came."""
        wire.later = None
        self._listen(place)
        if wire.later is None:
            self._loop.add_reader(wire.receiver.fileno(), self._listen, place)

    def _attune(self, place: Place, wire: Wire, routers: list[VirtualRouter]) -> None:
        """Hear what is for these virtual routers, as promptly as they need."""
        enclosed = [router for router in routers if isinstance(router.authentication, IpAuthenticationHeader)]
        if enclosed and wire.enclosed is None:
            wire.enclosed = self._listening(place, wire.index, AUTHENTICATION_HEADER_PROTOCOL)
        elif not enclosed and wire.enclosed:
            self._loop.remove_reader(wire.enclosed.fileno())
            wire.enclosed.close()
            wire.enclosed = None
        for receiver, those in ((wire.receiver, routers), (wire.enclosed, enclosed)):
            if receiver:
                receiver.resize(self._buffer(those, mtu_of(place.interface)) or RECEIVE_BUFFER)
                receiver.admit(None if self._every_router else {router.virtual_router_id for router in those})
                if place.interface:
                    self._tell_failure(place, partial(receiver.join, {each.multicast_group for each in those if not each.peers}))
        shortest: Interval = min(router.advertisement_interval for router in routers)
        wire.patience = shortest / SECOND / PATIENCE if len(routers) >= MANY else 0.0

    def _open(self, place: Place, index: int) -> None:
        receiver = self._listening(place, index, VRRP_PROTOCOL)
        if receiver is None:
            return
        try:
            sender = VrrpSender(place.interface, index, place.family)
        except OSError as error:
            self._tell_refusal(place, error)
            self._loop.remove_reader(receiver.fileno())
            receiver.close()
            return
        self._wires[place] = Wire(index, receiver, sender)

    def _listening(self, place: Place, index: int, protocol: int) -> VrrpReceiver | None:
        try:
            receiver = VrrpReceiver(place.interface, index, place.family, protocol, place.source)
        except OSError as error:
            self._tell_refusal(place, error)
            return None
        self._loop.add_reader(receiver.fileno(), self._listen, place)
        return receiver

    def _tell_failure(self, place: Place, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            self._tell_refusal(place, error)

    def _tell_refusal(self, place: Place, error: OSError) -> None:
        hint = "it needs CAP_NET_RAW and CAP_NET_ADMIN" if place.family == 4 else f"it needs CAP_NET_RAW, CAP_NET_ADMIN and {_IPV6_ON}"
        where = place.interface or format_address(place.source or Address(bytes(4)))
        self._tell([Problem(f"open a VRRP socket for IPv{place.family} on {where}", error.errno or 0, hint)])

    def _close(self, place: Place) -> None:
        wire = self._wires.pop(place)
        self._loop.remove_reader(wire.receiver.fileno())
        if wire.later:
            wire.later.cancel()
        wire.receiver.close()
        wire.sender.close()
        if wire.enclosed:
            self._loop.remove_reader(wire.enclosed.fileno())
            wire.enclosed.close()


_IPV6_ON = "IPv6 on the interface (net.ipv6.conf.INTERFACE.disable_ipv6 = 0)"
