"""The scenes that are measured: two routers on one LAN, 1 or 255 virtual routers, one daemon under test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve, frozen

from conformance.lab.capture import Capture, capturing
from conformance.lab.network import Host, Lab, Lan, open_lab
from conformance.lab.peers import KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, Family
from kaspec.config.values import plain_seconds
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import Version
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp
from kaspec.wire.ndisc import UnsolicitedNeighborAdvertisement, decode_unsolicited_neighbor_advertisement

MASTER_PRIORITY, BACKUP_PRIORITY, OWNER_PRIORITY = 200, 100, 255
STANDS_MASTER_SECONDS = 8.0
MAC_A, MAC_B = "02:00:00:00:00:01", "02:00:00:00:00:02"
A, B = 1, 2
"""The last byte of the addresses that routers a and b send from, in either family."""


@frozen
class Speech:
    """What the virtual routers speak: version, family, and how often."""

    version: Version = 2
    family: Family = 4
    interval: Interval = SECOND

    def down(self, priority: int) -> Interval:
        """Return Master_Down_Interval."""
        return master_down_interval(self.version, priority, self.interval)

    def virtual_address(self, vrid: int) -> str:
        """Return the address of a VRID, its last byte."""
        return f"10.99.100.{vrid}/16" if self.family == 4 else f"fe80::100:{vrid:x}/64"


USUAL = Speech()


@frozen
class Network:
    """Two routers and the LAN between them."""

    lab: Lab
    lan: Lan
    a: Host
    b: Host


@frozen
class Takeover:
    """Microseconds beyond Master_Down_Interval, worst of all virtual routers: first advertisement, first gratuitous ARP."""

    advert: float
    announcement: float


@frozen
class Work:
    """What a daemon did in a while: CPU microseconds of its VRRP process, and adverts that crossed the LAN."""

    cpu: float
    adverts: int

    @property
    def each(self) -> float:
        """CPU microseconds per advert."""
        return self.cpu / self.adverts


def quiet(peer: Peer) -> Peer:
    """Return the daemon with its output thrown away: it logs all the same, but no reader's pace is measured with it.

    Nor syslog's: without a syslog daemon the C library writes each line to a console that may be a slow serial line.
    """
    return evolve(peer, command=("sh", "-c", 'exec "$0" "$@" -G >/dev/null 2>&1', *peer.command))


def configuration(count: int, priority: int, speech: Speech = USUAL) -> str:
    """Return a configuration of ``count`` instances, each with one address."""
    blocks = (
        f"vrrp_instance V{vrid} {{\n interface eth0\n virtual_router_id {vrid}\n priority {priority}\n"
        f" advert_int {plain_seconds(speech.interval)}\n virtual_ipaddress {{\n  {speech.virtual_address(vrid)}\n }}\n}}\n"
        for vrid in range(1, count + 1)
    )
    return f"global_defs {{\n vrrp_version {speech.version}\n}}\n" + "".join(blocks)


@contextmanager
def network() -> Iterator[Network]:
    """Make the LAN and its routers."""
    with open_lab() as lab:
        lan = lab.lan("lan0")
        a, b = lab.host("a"), lab.host("b")
        for number, (host, mac) in enumerate(((a, MAC_A), (b, MAC_B)), 1):
            lab.connect(host, lan, "eth0", mac, [f"10.99.0.{number}/16"])
        yield Network(lab, lan, a, b)


def takeover(peer: Peer, count: int, speech: Speech = USUAL) -> Takeover:
    """A Master (always keepalived) dies with its machine; how late is the Backup under test?"""
    with network() as net, capturing(net.lab, net.lan) as seen:
        quiet(KEEPALIVED).start(net.a, configuration(count, MASTER_PRIORITY, speech))
        _all_advertise(seen, A, count)
        start_of_backup = wall_clock()
        peer.start(net.b, configuration(count, BACKUP_PRIORITY, speech))
        wait_until(lambda: wall_clock() - start_of_backup > 3_000_000, 10, "the Backup is settled")
        net.lab.power_off(net.a)
        _all_advertise(seen, B, count)
        _all_announced(seen, MAC_B, count)
        return _lateness(seen, count, speech)


def _lateness(seen: Capture, count: int, speech: Speech) -> Takeover:
    last, first = dict[int, Instant](), dict[int, Instant]()
    for advert in seen.adverts:
        vrid = advert.advertisement.virtual_router_id
        if advert.source[-1] == A:
            last[vrid] = advert.at
        else:
            first.setdefault(vrid, advert.at)
    announced = _announced(seen, MAC_B)
    down = speech.down(BACKUP_PRIORITY)
    vrids = range(1, count + 1)
    return Takeover(max(first[vrid] - last[vrid] - down for vrid in vrids), max(announced[vrid] - last[vrid] - down for vrid in vrids))


def working(peer: Peer, count: int, as_master: bool, speech: Speech = USUAL, seconds: float = 10.0) -> Work:
    """How much CPU does the daemon under test use for sending (as Master) or receiving (as Backup) adverts?"""
    with network() as net, capturing(net.lab, net.lan) as seen:
        master, backup = (peer, quiet(KEEPALIVED)) if as_master else (quiet(KEEPALIVED), peer)
        processes = {True: master.start(net.a, configuration(count, MASTER_PRIORITY, speech))}
        _all_advertise(seen, A, count)
        processes[False] = backup.start(net.b, configuration(count, BACKUP_PRIORITY, speech))
        if as_master:
            processes[False].kill()
            net.b.kill_everything()
        begun = wall_clock()
        wait_until(lambda: wall_clock() - begun > STANDS_MASTER_SECONDS * 1e6, 20, "second announcements are over")
        worker = vrrp_process(processes[as_master])
        adverts, cpu, started = len(seen.adverts), cpu_microseconds(worker), wall_clock()
        wait_until(lambda: wall_clock() - started > seconds * 1e6, seconds + 5, "the measurement is over")
        return Work(cpu_microseconds(worker) - cpu, len(seen.adverts) - adverts)


def start_up(peer: Peer) -> float:
    """Return seconds from exec to an address owner's first advertisement."""
    with network() as net, capturing(net.lab, net.lan) as seen:
        begun = wall_clock()
        peer.start(net.a, configuration(1, OWNER_PRIORITY))
        wait_until(lambda: seen.adverts, 10, "the first advertisement")
        return (seen.adverts[0].at - begun) / 1e6


def memory(peer: Peer, count: int) -> float:
    """Return mebibytes of all its processes, shared pages divided among those that share them."""
    with network() as net, capturing(net.lab, net.lan) as seen:
        peer.start(net.a, configuration(count, OWNER_PRIORITY))
        _all_advertise(seen, A, count)
        _all_announced(seen, MAC_A, count)
        return sum(proportional_kibibytes(pid) for pid in net.a.namespace.inhabitants()) / 1024


def vrrp_process(process: Process) -> int:
    """Return the VRRP child of a daemon."""
    return process.wait_for_children(1)[0]


def cpu_microseconds(pid: int) -> float:
    """Return the CPU time all threads of a process have used (proc(5), schedstat: nanoseconds)."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1000


def proportional_kibibytes(pid: int) -> int:
    """Return a process's proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _all_advertise(seen: Capture, last_byte: int, count: int) -> None:
    def heard() -> bool:
        return len({each.advertisement.virtual_router_id for each in tuple(seen.adverts) if each.source[-1] == last_byte}) == count

    wait_until(heard, 30, f"router {last_byte} advertises {count} virtual routers")


def _all_announced(seen: Capture, mac: str, count: int) -> None:
    wait_until(lambda: len(_announced(seen, mac)) == count, 30, f"{mac} announces {count} addresses")


def _announced(seen: Capture, mac: str) -> dict[int, Instant]:
    """Return when a machine first announced each VRID's address."""
    first: dict[int, Instant] = {}
    for frame in tuple(seen.frames):
        if frame.source_mac == mac and (address := _announces(frame.data)):
            first.setdefault(address[-1], frame.at)
    return first


def _announces(frame: bytes) -> Address | None:
    """Return the address that a gratuitous ARP or an unsolicited neighbour advertisement announces."""
    match decode_gratuitous_arp(frame), decode_unsolicited_neighbor_advertisement(frame):
        case (GratuitousArp(address, _), _) | (_, UnsolicitedNeighborAdvertisement(address, _, _)):
            return address
    return None
