"""Where a device is tested: how it is handled there, and what is seen of it.  Usually in namespaces of this machine."""

import re
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

from attrs import define

from conformance.lab.capture import Capture, capturing, packet_socket
from conformance.lab.holders import Change, Holders, watching
from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.priority import hurry
from conformance.lab.process import Line
from conformance.lab.waiting import wall_clock
from conformance.peers.peer import Device, Peer, Running, with_length
from conformance.replay.acts import watched_of
from kaspec.address import Address, format_address, is_multicast
from kaspec.units import Instant
from kaspec.wire.arp import BROADCAST_MAC
from kaspec.wire.ip import Packet, decode_ip

DEVICE_MAC, NEIGHBOUR_MAC = "02:00:00:00:0{}:0a", "02:00:00:00:1{}:"
NEIGHBOURS = NEIGHBOUR_MAC[:13]
"""How the hardware address begins of whoever is not the device."""
_OF_ROUTER = re.compile(r"(^|: )\([^)]+\) ")
"""A line about a virtual router, as keepalived and ours begin it."""
_making = threading.Lock()


def began_between(log: Iterable[Line], entered: re.Pattern[str]) -> tuple[Instant, Instant] | None:
    """Return between which instants a router began that has entered its first state: it says so when the kernel has done all that it asked.

    What it said of a virtual router before that may be of the same event, and as late.
    """
    since: Instant | None = None
    for line in log:
        if entered.search(line.text):
            return min(line.said, line.said if since is None else since), line.said
        if not _OF_ROUTER.search(line.text):
            since = line.said
    return None


class Ground(Protocol):
    """A device that is not running yet, its LANs, and a neighbour on them who is everybody else."""

    @property
    def captures(self) -> Mapping[str, Capture]:
        """What crosses the LAN of each interface of the device."""
        ...

    @property
    def changes(self) -> Sequence[Change]:
        """When the device got its first virtual address, and lost it, as far as that can be seen."""
        ...

    @property
    def log(self) -> Sequence[Line]:
        """What the device has logged so far."""
        ...

    def start(self) -> None:
        """Configure and start the device."""
        ...

    def began(self) -> tuple[Instant, Instant] | None:
        """Return when it began to work, at the earliest and at the latest, once that is known."""
        ...

    def begun(self) -> None:
        """Hear that it works."""
        ...

    def stop(self) -> Instant:
        """Stop it as an operator does; return when."""
        ...

    def crash(self) -> Instant:
        """End it without a word; return when."""
        ...

    def plug(self, interface: str, connected: bool) -> Instant:
        """Put the cable of an interface in, or pull it; return when."""
        ...

    def send(self, interface: str, datagram: bytes) -> None:
        """Send a datagram, to the device or a group, as a neighbour on that LAN."""
        ...


@runtime_checkable
class Elsewhere(Protocol):
    """A peer that is not run on this machine."""

    def ground(self, device: Device) -> AbstractContextManager[Ground]:
        """Return where a device of it is tested."""
        ...


def ground_of(peer: Peer, device: Device) -> AbstractContextManager[Ground]:
    """Return where a device of a peer is tested.  Raises ``LabUnavailableError`` when entered."""
    return peer.ground(device) if isinstance(peer, Elsewhere) else lab_ground(peer, device)


@define(eq=False)
class LabGround:
    """A host of the lab, on LANs of its own with a neighbour."""

    lab: Lab
    peer: Peer
    device: Device
    host: Host
    neighbour: Host
    captures: dict[str, Capture]
    holders: Holders
    running: Running | None = None

    @property
    def changes(self) -> Sequence[Change]:
        """What its kernel told of the address."""
        return self.holders.changes

    @property
    def log(self) -> Sequence[Line]:
        """What its process wrote."""
        return self.running.process.lines if self.running else ()

    def start(self) -> None:
        """Start its daemons."""
        self.running = self.peer.start(self.host, self.device)

    def began(self) -> tuple[Instant, Instant] | None:
        """Return when its log said so, and when it last said anything before it began."""
        return began_between(self.log, self.peer.entered)

    def begun(self) -> None:
        """Have it run before all else on this machine."""
        hurry(self.host.namespace.inhabitants())

    def stop(self) -> Instant:
        """Ask its process to end."""
        assert self.running is not None
        at = wall_clock()
        self.running.process.signal(signal.SIGTERM)
        return at

    def crash(self) -> Instant:
        """Kill all of its processes."""
        at = wall_clock()
        self.host.kill_everything()
        return at

    def plug(self, interface: str, connected: bool) -> Instant:
        """Let its interface have a carrier, or not."""
        self.lab.plug(self.host, interface, connected=connected)
        return wall_clock()

    def send(self, interface: str, datagram: bytes) -> None:
        """Send it from the neighbour's interface on that LAN."""
        number = list(self.captures).index(interface)
        header = ethernet_header(datagram, DEVICE_MAC.format(number), NEIGHBOUR_MAC.format(number))
        with packet_socket(self.neighbour, interface, protocol=0) as wire:
            wire.send(header + datagram)


@contextmanager
def lab_ground(peer: Peer, device: Device) -> Iterator[LabGround]:
    """Make a host for a device of a peer, and its LANs.  Raises ``LabUnavailableError``."""
    with ExitStack() as stack:
        with _making:
            lab = stack.enter_context(open_lab())
            host, neighbour = lab.host("device"), lab.host("neighbour")
            lans = {link.name: lab.lan(f"lan{number}") for number, link in enumerate(device.links)}
        _make_no_addresses(host)
        for number, (interface, lan) in enumerate(lans.items()):
            lab.connect(host, lan, interface, DEVICE_MAC.format(number), (*peer.besides(device, interface), *device.own(interface)))
            lab.connect(neighbour, lan, interface, NEIGHBOUR_MAC.format(number) + "fe", tuple(_played(device, interface)))
            _accept_own_address(host, interface)
        for link in device.links:
            lab.plug(host, link.name, connected=link.up)
        captures = {interface: stack.enter_context(capturing(lab, lan)) for interface, lan in lans.items()}
        virtual = watched_of(device.node)
        watched = "192.0.2.255" if virtual is None else format_address(virtual)
        holders = stack.enter_context(watching([host], watched))
        yield LabGround(lab, peer, device, host, neighbour, captures, holders)


def _accept_own_address(host: Host, interface: str) -> None:
    """Let the kernel hand over packets whose source is the host's own address, which it drops otherwise (clones do send them)."""
    with host.namespace.entered():
        Path(f"/proc/sys/net/ipv4/conf/{interface}/accept_local").write_text("1")


def _played(device: Device, interface: str) -> Iterator[str]:
    """Return the addresses of whom the device unicasts to: it asks for their hardware addresses, which somebody must tell."""
    for router in device.node.routers:
        yield from (with_length(each.address) for each in router.peers if router.interface == interface)


def _make_no_addresses(host: Host) -> None:
    """Have the kernel make no link-local addresses of its own: a device has those that the trace tells of."""
    with host.namespace.entered(), suppress(FileNotFoundError):  # a kernel without IPv6
        Path("/proc/sys/net/ipv6/conf/default/addr_gen_mode").write_text("1")


def ethernet_header(datagram: bytes, device: str, neighbours: str) -> bytes:
    """Return what stands before a datagram on the LAN, from a neighbour to the device or the group it is sent to.

    Bytes that are no datagram go to everybody, as IPv4 unless they say otherwise.
    """
    packet = decode_ip(datagram)
    ethertype = b"\x86\xdd" if datagram[:1] and datagram[0] >> 4 == 6 else b"\x08\x00"
    if not isinstance(packet, Packet):
        return BROADCAST_MAC + _mac(f"{neighbours}00") + ethertype
    destination = _group_mac(packet.destination) if is_multicast(packet.destination) else _mac(device)
    return destination + _mac(f"{neighbours}{packet.source[-1]:02x}") + ethertype


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _group_mac(group: Address) -> bytes:
    return b"\x33\x33" + group[-4:] if len(group) == 16 else b"\x01\x00\x5e" + bytes([group[1] & 0x7F]) + group[2:]
