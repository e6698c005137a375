"""A device on a real wire, of which nothing is known but what it is to be: it is seen only by what it sends."""

import fcntl
import re
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from attrs import define, frozen

from conformance.lab.capture import ETH_P_ALL, Capture, Frame, message_of, promiscuous, recording, stamped
from conformance.lab.holders import Change
from conformance.lab.network import Host
from conformance.lab.process import Line
from conformance.lab.waiting import wall_clock
from conformance.peers.handling import Handler, Verb
from conformance.peers.peer import Ability, Device, Running
from conformance.replay.acts import advertised_in
from conformance.replay.ground import NEIGHBOUR_MAC, NEIGHBOURS, ethernet_header
from conformance.replay.tolerance import Tolerance
from kaspec.units import MILLISECOND, Instant, Interval
from kaspec.wire.arp import BROADCAST_MAC

TOLERANCE = Tolerance(Interval(300 * MILLISECOND), Interval(30 * MILLISECOND), Interval(900 * MILLISECOND))
"""It has a clock of its own, and was started perhaps almost a second before whoever started it says so."""
_SIOCGIFFLAGS, _IS_UP = 0x8913, 1
_NAME_AND_FLAGS = struct.Struct("=16sH14x")
"""The ``ifreq`` of netdevice(7) that asks for an interface's flags."""
_NOTHING = re.compile(r"(?!)")
_ABILITIES: frozenset[Ability] = frozenset({"accounts for address owners", "authenticates by password"})


@frozen
class Remote:
    """Whatever is at the other end of ``interface``; nobody else there speaks VRRP."""

    interface: str
    handler: Handler
    name: str = "remote"
    abilities: frozenset[Ability] = _ABILITIES
    entered: re.Pattern[str] = _NOTHING

    def missing(self) -> str | None:
        """Return what keeps this machine from testing it."""
        try:
            socket.if_nametoindex(self.interface)
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
                flags = fcntl.ioctl(wire, _SIOCGIFFLAGS, _NAME_AND_FLAGS.pack(self.interface.encode(), 0))
        except PermissionError:
            return "it takes root, who may open packet sockets"
        except OSError:
            return f"there is no interface {self.interface} here"
        return None if _NAME_AND_FLAGS.unpack(flags)[1] & _IS_UP else f"{self.interface} is down: ip link set {self.interface} up"

    def version(self) -> str:
        """Return what its handler says of it."""
        return self.handler.version()

    def objection(self, device: Device) -> str | None:
        """Return what cannot be seen or played over one wire, or what its handler says."""
        if len(device.links) != 1:
            return "it is tested over one interface only"
        if any(router.peers for router in device.node.routers):
            return "it would unicast to hosts that are not there"
        return self.handler.objection(device)

    def tolerance(self, device: Device) -> Tolerance:  # noqa: ARG002
        """Return how exact it has to be."""
        return TOLERANCE

    def besides(self, device: Device, interface: str) -> tuple[str, ...]:  # noqa: ARG002
        """Its addresses are the handler's business."""
        return ()

    def configuration(self, device: Device) -> str:
        """Return what its handler is told."""
        return device.text

    def start(self, host: Host, device: Device) -> Running:
        """Never called: it runs in no host of the lab."""
        raise AssertionError(f"{self.name} does not run in {host.name}: {device}")

    @contextmanager
    def ground(self, device: Device) -> Iterator["RemoteGround"]:
        """Listen to the wire, until left; then the device is stopped."""
        with ExitStack() as stack:
            tap, sender = (stack.enter_context(stamped(_packets(), self.interface, protocol)) for protocol in (ETH_P_ALL, 0))
            promiscuous(tap, socket.if_nametoindex(self.interface))
            capture = stack.enter_context(recording(tap))
            ground = RemoteGround(self.handler, device, sender, capture)
            try:
                yield ground
            finally:
                if ground.runs:
                    self.handler.do("stop", device)


@define(eq=False)
class RemoteGround:
    """The wire to the device, and whoever handles it; ``runs``: it was started."""

    handler: Handler
    device: Device
    sender: socket.socket
    capture: Capture
    runs: bool = False
    _began: Instant | None = None
    changes: Sequence[Change] = ()
    log: Sequence[Line] = ()

    @property
    def captures(self) -> Mapping[str, Capture]:
        """What crosses the wire."""
        return {self.device.links[0].name: self.capture}

    def start(self) -> None:
        """Have it started: it began at its first advertisement, or else by the time that its handler says that it has."""
        asked = self._have("start")
        self.runs = True
        self._began = min([wall_clock(), *(at for at, _ in self._adverts(asked))])

    def began(self) -> tuple[Instant, Instant] | None:
        """Return when it began."""
        return None if self._began is None else (self._began, self._began)

    def begun(self) -> None:
        """There is nothing more to do."""

    def stop(self) -> Instant:
        """Have it stopped: that was when it resigned, or else after the last that was heard of it."""
        asked = self._have("stop")
        self.runs = False
        resigned = [at for at, priority in self._adverts(asked) if priority == 0]
        return resigned[0] if resigned else self._last(asked)

    def crash(self) -> Instant:
        """Have its power cut: that was after the last that was heard of it."""
        asked = self._have("crash")
        self.runs = False
        return self._last(asked)

    def plug(self, interface: str, connected: bool) -> Instant:  # noqa: ARG002
        """Have its cable put in, no later than the first that is heard of it, or pulled."""
        asked = self._have("up" if connected else "down")
        return min([wall_clock(), *(at for at, _ in self._adverts(asked))]) if connected else self._last(asked)

    def send(self, interface: str, datagram: bytes) -> None:  # noqa: ARG002
        """Send a datagram as a neighbour on the wire; to the device by the hardware address that it advertised from last."""
        advertised = [frame for frame in self.capture.frames if _priority(frame) is not None]
        mac = advertised[-1].source_mac if advertised else BROADCAST_MAC.hex(":")
        self.sender.send(ethernet_header(datagram, mac, NEIGHBOUR_MAC.format(0)) + datagram)

    def _have(self, verb: Verb) -> Instant:
        """Have something done to it; return when that was asked for."""
        asked = wall_clock()
        self.handler.do(verb, self.device)
        return asked

    def _adverts(self, since: Instant) -> list[tuple[Instant, int]]:
        """Return when it has advertised since then, and with what priority."""
        return [(frame.at, priority) for frame in self.capture.frames if frame.at >= since and (priority := _priority(frame)) is not None]

    def _last(self, since: Instant) -> Instant:
        return max([since, *(at for at, _ in self._adverts(since))])


def _packets() -> socket.socket:
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)


def _priority(frame: Frame) -> int | None:
    """Return the priority in a frame if the device advertised with it."""
    packet = advertised_in(frame, NEIGHBOURS)
    return None if packet is None else next(iter(message_of(packet)[2:3]), None)
