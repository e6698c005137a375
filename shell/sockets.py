"""Raw sockets: VRRP in and out of one interface, gratuitous ARP out of any (raw(7), packet(7)).

Nothing here blocks and no send raises: what the kernel refuses comes back as ``Problem`` values, one for each datagram it refused.
"""

import errno
import fcntl
import socket
import time
from collections.abc import Collection, Sequence, Set
from functools import lru_cache
from struct import pack, unpack_from

from kaspec.address import Address, Family, format_address, is_link_local, is_multicast, vrrp_group
from kaspec.units import Instant
from kaspec.wire.authentication_header import AUTHENTICATION_HEADER_PROTOCOL, HEADER_BYTES
from kaspec.wire.ip import VRRP_PROTOCOL
from shell import clock
from shell.ancillary import HeaderedBatch
from shell.batch import RECEIVE_SIZE, ReceiveBatch, SendBatch
from shell.bpf import attach, everything_passes, nothing_passes, virtual_router_ids_pass
from shell.problem import Problem

RECEIVE_BUFFER = 4 << 20
"""Bytes of kernel memory: the kernel charges some 768 for an advert, so a good 5000 fit; 255 routers send 255 a second."""
SEND_BUFFER = 1 << 20

CREDIBLE_AGE = 1_000_000_000
"""Nanoseconds a datagram may have waited for us."""

ETHERNET_MTU = 1500

_SIOCGIFMTU = 0x8921
_IP_MULTICAST_ALL, _IPV6_MULTICAST_ALL = 49, 29
_IP_FREEBIND, _IPV6_FREEBIND = 15, 78
_SO_TIMESTAMPNS = 35
_SO_SNDBUFFORCE = 32
_SO_RCVBUFFORCE = 33
_ETHERNET = 1
_TC_PRIO_CONTROL = 7
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class VrrpReceiver:
    """Hears VRRP of one family on one interface, whoever it is sent to; datagrams come with their IP header.

    Without an ``interface`` it hears what is sent to the address ``source`` on any.  ``protocol`` 51 is VRRP in authentication headers.
    Raises ``OSError`` if it cannot be opened: EPERM without CAP_NET_RAW, ENODEV if there is no such interface.
    """

    def __init__(
        self, interface: str, index: int, family: Family = 4, protocol: int = VRRP_PROTOCOL, source: Address | None = None
    ) -> None:
        self._family, self._index, self._groups = family, index, frozenset[Address]()
        self._behind = HEADER_BYTES if protocol == AUTHENTICATION_HEADER_PROTOCOL else 0
        self._socket = socket.socket(_FAMILIES[family], socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        try:
            attach(self._socket, nothing_passes())  # until bound, it hears every interface
            self._bind(interface, source)
            self.resize(RECEIVE_BUFFER)
            _hear_own_groups_only(self._socket, family)
            if interface:
                self.join({vrrp_group(family)})
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._batch = ReceiveBatch(self._socket.fileno()) if family == 4 else HeaderedBatch(self._socket)
            while self._batch.receive():
                pass
            self.admit(None)
        except OSError:
            self._socket.close()
            raise

    def _bind(self, interface: str, source: Address | None) -> None:
        if interface:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        elif source is not None:  # which may yet have to come
            level, option = (socket.IPPROTO_IP, _IP_FREEBIND) if self._family == 4 else (socket.IPPROTO_IPV6, _IPV6_FREEBIND)
            self._socket.setsockopt(level, option, 1)
            self._socket.bind((format_address(source), 0))

    def resize(self, size: int) -> None:
        """Let so many bytes of what was not taken yet wait in the kernel."""
        _enlarge(self._socket, socket.SO_RCVBUF, size)

    def join(self, groups: Set[Address]) -> None:
        """Be a member of these groups on the interface, and of no others."""
        for group in groups - self._groups:
            _member(self._socket, self._family, group, self._index, joins=True)
        for group in self._groups - groups:
            _member(self._socket, self._family, group, self._index, joins=False)
        self._groups = frozenset(groups)

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def admit(self, virtual_router_ids: Collection[int] | None) -> None:
        """Let the kernel drop what is for other virtual routers, so that it costs no Python; ``None`` lets everything pass.

        Replaces what was admitted before, atomically.
        """
        if virtual_router_ids is None:
            attach(self._socket, everything_passes())
        else:
            attach(self._socket, virtual_router_ids_pass(virtual_router_ids, self._family, self._behind))

    def receive(self, limit: int) -> list[tuple[Instant, bytes]]:
        """Return what has come in and when, oldest first: up to ``limit`` datagrams, rounded up to whole batches."""
        taken = self._batch.receive()
        while 0 < len(taken) < limit and len(taken) % RECEIVE_SIZE == 0 and (more := self._batch.receive()):
            taken += more
        now, wall = clock.now(), time.time_ns()
        return [(_arrival(now, wall - stamp), datagram) for stamp, datagram in taken]

    def close(self) -> None:
        """Leave the group and free the descriptor."""
        self._socket.close()


class VrrpSender:
    """Sends complete datagrams of one family on one interface (or by any, if ``interface`` is empty), and does not hear them itself.

    Each goes where its header says: mostly to the VRRP group, else to another group or a peer.  In IPv4 the kernel fills in the header
    checksum, and the identification if it is 0.  Raises ``OSError`` if it cannot be opened.
    """

    def __init__(self, interface: str, index: int, family: Family = 4) -> None:
        self._interface, self._index, self._place = interface, index, slice(16, 20) if family == 4 else slice(24, 40)
        self._socket = socket.socket(_FAMILIES[family], socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.IPPROTO_RAW)
        try:
            if interface:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
                _aim(self._socket, family, index)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, _TC_PRIO_CONTROL)  # ahead of traffic in our own queue
            _enlarge(self._socket, socket.SO_SNDBUF, SEND_BUFFER)
        except OSError:
            self._socket.close()
            raise
        self._usual, group = vrrp_group(family), format_address(vrrp_group(family))
        self._group = (group, 0) if family == 4 else (group, 0, 0, index)
        self._batch = SendBatch(self._socket.fileno(), socket.MSG_DONTROUTE, _name(family, index))

    def send(self, datagrams: Sequence[bytes]) -> tuple[Problem, ...]:
        """Send all of them in order, in as few system calls as can be; return a problem for each that could not go out.

        Those that go elsewhere than to the usual group go one by one, first; none waits for another.
        """
        elsewhere = [each for each in datagrams if each[self._place] not in {self._usual, b""}]
        if elsewhere:
            refused = tuple(problem for each in elsewhere for problem in self._send_elsewhere(each))
            usual = [each for each in datagrams if each[self._place] in {self._usual, b""}]
            return (*refused, *self.send(usual)) if usual else refused
        if len(datagrams) == 1:
            return self._send_one(datagrams[0])
        return tuple(self._refused(code) for _, code in self._batch.send(datagrams))

    def _send_one(self, datagram: bytes) -> tuple[Problem, ...]:
        """Do without the batch's fixed cost, which is half as much again as the send itself."""
        try:
            self._socket.sendto(datagram, socket.MSG_DONTROUTE, self._group)
        except OSError as error:
            return (self._refused(error.errno or 0),)
        return ()

    def _send_elsewhere(self, datagram: bytes) -> tuple[Problem, ...]:
        """A peer may be behind a gateway; a group is on the link."""
        destination = Address(datagram[self._place])
        name = format_address(destination)
        flags = socket.MSG_DONTROUTE if is_multicast(destination) else 0
        scope = self._index if len(destination) == 16 and (is_multicast(destination) or is_link_local(destination)) else 0
        try:
            self._socket.sendto(datagram, flags, (name, 0) if len(destination) == 4 else (name, 0, 0, scope))
        except OSError as error:
            on = f" on {self._interface}" if self._interface else ""
            return (_refused(f"cannot send an advertisement to {name}{on}", error.errno or 0),)
        return ()

    def _refused(self, code: int) -> Problem:
        return _refused(f"cannot send an advertisement on {self._interface}", code)

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()


class GratuitousArpSocket:
    """Sends Ethernet frames, gratuitous ARP or neighbour advertisements, out of any interface.

    Raises ``OSError`` if it cannot be opened (EPERM without CAP_NET_RAW).
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)  # protocol 0 hears nothing
        _enlarge(self._socket, socket.SO_SNDBUF, SEND_BUFFER)
        self._batch = SendBatch(self._socket.fileno())

    def send(self, frames: Sequence[tuple[int, bytes]]) -> tuple[Problem, ...]:
        """Send each frame out of the interface with that index; return a problem for each that could not go out."""
        refused = self._batch.send_to([(_link_layer(index, frame[:6], frame[12:14]), frame) for index, frame in frames])
        return tuple(_refused(f"cannot announce an address out of interface number {frames[place][0]}", code) for place, code in refused)

    def close(self) -> None:
        """Free the descriptor."""
        self._socket.close()


def _arrival(now: Instant, nanoseconds_ago: int) -> Instant:
    """Return when a datagram arrived, on our clock; one that seems older than is credible, or from the future, arrived now.

    The kernel stamps by the wall clock, which may be set between arrival and reading; so no more than that little is ever believed.
    """
    return Instant(now - nanoseconds_ago // 1000) if 0 <= nanoseconds_ago <= CREDIBLE_AGE else now


def _enlarge(target: socket.socket, option: int, size: int) -> None:
    """Ask for a buffer beyond net.core.[rw]mem_max, which needs CAP_NET_ADMIN; else take what the limit allows."""
    force = _SO_SNDBUFFORCE if option == socket.SO_SNDBUF else _SO_RCVBUFFORCE
    try:
        target.setsockopt(socket.SOL_SOCKET, force, size)
    except PermissionError:
        target.setsockopt(socket.SOL_SOCKET, option, size)


def mtu_of(interface: str) -> int:
    """Return the MTU of an interface (netdevice(7) SIOCGIFMTU); of none, or one that is gone, Ethernet's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _SIOCGIFMTU, pack("16si12x", interface.encode(), 0))
        except OSError:
            return ETHERNET_MTU
    return int(unpack_from("i", answer, 16)[0])


def _hear_own_groups_only(target: socket.socket, family: Family) -> None:
    """Hear no group that another socket of this host joined."""
    if family == 4:
        target.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    else:
        target.setsockopt(socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL, 0)


def _member(target: socket.socket, family: Family, group: Address, index: int, joins: bool) -> None:
    """Become a member of a group on the interface, or leave it."""
    if family == 4:
        option = socket.IP_ADD_MEMBERSHIP if joins else socket.IP_DROP_MEMBERSHIP
        target.setsockopt(socket.IPPROTO_IP, option, pack("4s4si", group, bytes(4), index))
    else:
        option = socket.IPV6_JOIN_GROUP if joins else socket.IPV6_LEAVE_GROUP
        target.setsockopt(socket.IPPROTO_IPV6, option, pack("=16si", group, index))


def _aim(target: socket.socket, family: Family, index: int) -> None:
    """Send multicast out of the interface, and not to ourselves."""
    if family == 4:
        target.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, pack("4s4si", bytes(4), bytes(4), index))
        target.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    else:
        target.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        target.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        target.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
        target.bind(("fe80::", 0, 0, index))  # spares the kernel the search for a source, which an interface without addresses has not


def _name(family: Family, index: int) -> bytes:
    """Return the ``sockaddr`` of the group (ip(7), ipv6(7))."""
    if family == 4:
        return pack("=HH4s8x", socket.AF_INET, 0, vrrp_group(4))
    return pack("=HHI16sI", socket.AF_INET6, 0, 0, vrrp_group(6), index)


@lru_cache(maxsize=4096)
def _link_layer(index: int, destination: bytes, ethertype: bytes) -> bytes:
    """Return the ``sockaddr_ll`` of a frame out of an interface (packet(7))."""
    return pack("=H2siHBB8s", socket.AF_PACKET, ethertype, index, _ETHERNET, 0, len(destination), destination)


def _refused(what: str, code: int) -> Problem:
    return Problem(what, code, _HINTS.get(code, ""))


_HINTS = {
    errno.ENETDOWN: "the interface is down",
    errno.ENXIO: "the interface is gone",
    errno.ENODEV: "the interface is gone",
    errno.ENETUNREACH: "the interface is down or has no address of that family",
    errno.EHOSTUNREACH: "nobody there answers ARP or neighbour discovery",
    errno.EPERM: "a packet filter of this host drops it: let protocol 112 to the VRRP group out",
    errno.EAGAIN: "the interface's queue is full",
    errno.ENOBUFS: "the interface's queue is full",
    errno.EMSGSIZE: "it is longer than the interface's MTU: fewer virtual addresses, or some as virtual_ipaddress_excluded",
}
