"""The stage: a device on LANs of its own with a neighbour who plays everybody else, everything that happens on record.

A script's instants are the device's: its clock begins when its log says that it has started, and is set anew by each advertisement that
the script has it send, so what the neighbour does comes when the trace says, seen from the device.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from attrs import define, evolve, field, frozen

from conformance.lab.capture import Capture, Frame, capturing, packet_socket
from conformance.lab.holders import Holders, watching
from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.priority import hurry
from conformance.lab.waiting import wall_clock
from conformance.peers.peer import Device, Peer, Running, with_length
from conformance.replay.acts import Advertised, Done, Held, Told, seen_in, watched_of
from conformance.replay.script import Crashes, Cue, Script, Starts, Stops
from kaspec.address import Address, format_address, is_multicast
from kaspec.node import DatagramReceived, LinkChanged
from kaspec.tracking import Link
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.wire.arp import BROADCAST_MAC
from kaspec.wire.ip import Packet, decode_ip

DEVICE_MAC, NEIGHBOUR_MAC = "02:00:00:00:0{}:0a", "02:00:00:00:1{}:"
NEIGHBOURS = NEIGHBOUR_MAC[:13]
"""How the hardware address begins of whoever is not the device."""
POLL, DOZE = 0.01, 0.1
"""How long to wait before looking again, and how long where nothing but the time is looked for."""
LOOKS_BACK = Interval(400 * MILLISECOND)
"""How much earlier than planned an advertisement may be the one that the script means."""
ASLEEP = Interval(SECOND)
"""Who looks every few milliseconds and finds so much time gone was not let run, and then the device neither."""
START_TIMEOUT = Interval(20 * SECOND)
_making = threading.Lock()


class DisturbedError(RuntimeError):
    """The machine was too busy for what was played to mean anything; the message says how."""


@frozen
class Play:
    """What was played and seen: instants count from when the device began, which by the wall clock of the frames was at ``began``.

    ``links`` are its interfaces with the addresses it sends from; ``log`` has its lines with their instants.
    """

    story: tuple[Told | Done, ...]
    until: Instant
    links: tuple[Link, ...]
    log: tuple[tuple[Instant, str], ...]
    frames: tuple[Frame, ...]
    began: Instant = Instant(0)

    @property
    def adverts(self) -> int:
        """How often it advertised."""
        return sum(isinstance(each, Done) and isinstance(each.act, Advertised) for each in self.story)


@define(eq=False)
class Stage:
    """A device, its neighbour, and what is on their LANs; ``began`` is when the script's clock stood at 0."""

    lab: Lab
    peer: Peer
    device: Device
    host: Host
    neighbour: Host
    captures: dict[str, Capture]
    holders: Holders
    running: Running | None = None
    told: list[Told] = field(factory=list)
    began: Instant = Instant(0)

    def start(self) -> None:
        """Start the device and wait until it has; raises ``TimeoutError``."""
        self.running = self.peer.start(self.host, self.device)
        entered = self._wait(self._entered, Instant(wall_clock() + START_TIMEOUT))
        if entered is None:
            lines = "\n".join(line.text for line in self.running.process.lines)
            raise TimeoutError(f"{self.peer.name} has not started within {START_TIMEOUT // SECOND} s:\n{lines}")
        hurry(self.host.namespace.inhabitants())
        sent = [at for capture in self.captures.values() for at in _sent(capture, entered)]
        self.told.append(Told(min(entered, *sent) if sent else entered, Startup()))

    def _entered(self) -> Instant | None:
        assert self.running is not None
        return next((line.at for line in self.running.process.lines if self.peer.entered.search(line.text)), None)

    def perform(self, cue: Cue) -> None:
        """Do what a cue says, now."""
        match cue.deed:
            case Starts():
                self.start()
            case Stops():
                assert self.running is not None
                self.told.append(Told(wall_clock(), Shutdown()))
                self.running.process.signal(signal.SIGTERM)
            case Crashes():
                self.told.append(Told(wall_clock(), None))
                self.host.kill_everything()
            case DatagramReceived(interface, datagram):
                self._send(interface, datagram)
            case LinkChanged(name, link):
                assert link is not None
                self.lab.plug(self.host, name, connected=link.up)
                self.told.append(Told(wall_clock(), cue.deed))

    def _send(self, interface: str, datagram: bytes) -> None:
        number = list(self.captures).index(interface)
        own = DEVICE_MAC.format(number)
        header = ethernet_header(datagram, own, NEIGHBOUR_MAC.format(number))
        with packet_socket(self.neighbour, interface, protocol=0) as wire:
            wire.send(header + datagram)

    def keep_time(self, cue: Cue) -> None:
        """Wait until it is time for a cue, having set the clock by the last advertisement before it."""
        if cue.after is not None:
            planned = Instant(self.began + cue.after)
            found = self._wait(lambda: self._advertised_near(planned), Instant(planned + self.peer.tolerance(self.device).late))
            if found is not None:
                self.began = Instant(found - cue.after)
        self.wait_until(Instant(self.began + cue.at))

    def _advertised_near(self, planned: Instant) -> Instant | None:
        """Return when the device advertised, at about an instant."""
        sent = [at for capture in self.captures.values() for at in _sent(capture, planned)]
        return min(sent, key=lambda at: abs(at - planned), default=None)

    def wait_until(self, instant: Instant) -> None:
        """Let time pass."""
        self._wait(lambda: None, instant, DOZE)

    def _wait(self, found: Callable[[], Instant | None], until: Instant, poll: float = POLL) -> Instant | None:
        """Return what is found until then, looking again and again; raises ``DisturbedError`` if there was no time to look."""
        pause, looked = threading.Event(), wall_clock()
        while True:
            now = wall_clock()
            if now - looked > ASLEEP:
                raise DisturbedError(f"nothing ran here for {(now - looked) // MILLISECOND} ms")
            if (value := found()) is not None or now >= until:
                return value
            looked = now
            pause.wait(min(poll, (until - now) / SECOND))


def _sent(capture: Capture, planned: Instant) -> Iterator[Instant]:
    earliest = planned - LOOKS_BACK
    for frame in reversed(capture.frames):
        if frame.at < earliest:
            return
        seen = seen_in(frame, "", NEIGHBOURS)
        if isinstance(seen, Done) and isinstance(seen.act, Advertised):
            yield frame.at


def play(script: Script, peer: Peer, tail: Interval, keep: Path | None = None) -> Play:
    """Play a script at a device, and ``tail`` longer than the trace.

    ``keep`` is a folder for packets, log and configuration.  Raises ``LabUnavailableError``, ``DisturbedError``, and ``TimeoutError``
    if the device does not start.
    """
    with _set(peer, script.device) as stage:
        try:
            stage.start()
            stage.began = stage.told[0].at
            for cue in script.cues[1:]:
                stage.keep_time(cue)
                stage.perform(cue)
            stage.wait_until(Instant(stage.began + script.ends + tail + peer.tolerance(script.device).late))
            return _seen(stage, wall_clock())
        finally:
            if keep is not None:
                _keep(stage, keep)


def _seen(stage: Stage, ended: Instant) -> Play:
    held = [Done(change.at, Held(change.held)) for change in stage.holders.changes]
    began = stage.told[0].at
    until = Instant(ended - began - stage.peer.tolerance(stage.device).late)  # what comes later was owed until later
    seen = [
        found
        for interface, capture in stage.captures.items()
        for frame in list(capture.frames)
        if (found := seen_in(frame, interface, NEIGHBOURS)) is not None
    ]
    story = sorted((*stage.told, *seen, *held), key=lambda each: each.at)  # what is told comes before what is done at that instant
    counted = tuple(_since(each, began) for each in story if each.at - began <= until)
    assert stage.running is not None
    log = tuple((Instant(line.at - began), line.text) for line in stage.running.process.lines)
    frames = tuple(frame for capture in stage.captures.values() for frame in capture.frames)
    links = _links(stage, counted)
    return Play(tuple(_sending_from(links, each) for each in counted), until, links, log, frames, began)


def _since(each: Told | Done, began: Instant) -> Told | Done:
    at = Instant(each.at - began)
    return Told(at, each.event) if isinstance(each, Told) else Done(at, each.act)


def _links(stage: Stage, story: Sequence[Told | Done]) -> tuple[Link, ...]:
    """Return the device's interfaces; one that sends from an address that the trace does not know has that one."""
    links, peer = stage.device.links, stage.peer
    lengths = [] if "sends from the interface's own IPv6 address" in peer.abilities else [16]
    lengths += [4, 16] if any(peer.besides(stage.device, link.name) for link in links) else []
    sources = [each.act.packet.source for each in story if isinstance(each, Done) and isinstance(each.act, Advertised)]
    return tuple(Link(link.name, link.up, (sources[0],)) if sources and len(sources[0]) in lengths else link for link in links)


def _sending_from(links: Sequence[Link], each: Told | Done) -> Told | Done:
    """Have an interface that comes or goes do so with the addresses that it really has."""
    if not isinstance(each, Told) or not isinstance(each.event, LinkChanged) or each.event.link is None:
        return each
    addresses = next(link.addresses for link in links if link.name == each.event.name)
    return evolve(each, event=evolve(each.event, link=evolve(each.event.link, addresses=addresses)))


@contextmanager
def _set(peer: Peer, device: Device) -> Iterator[Stage]:
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
        yield Stage(lab, peer, device, host, neighbour, captures, holders)


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


def _keep(stage: Stage, folder: Path) -> None:
    """Write packets, log and configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for interface, capture in stage.captures.items():
        capture.write(folder / f"{interface}.pcap")
    lines = stage.running.process.lines if stage.running else []
    (folder / "device.log").write_text("".join(f"{line.text}\n" for line in lines))
    (folder / "device.conf").write_text(stage.peer.configuration(stage.device))
