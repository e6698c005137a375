"""Cells of the matrix: which router is the better one, which the other, and how they speak."""

from collections.abc import Iterator, Sequence
from threading import Lock

from attrs import frozen

from conformance.peers.peer import Device, Peer
from kaspec.address import Address, parse_address
from kaspec.config import read
from kaspec.config.model import Configuration
from kaspec.node import Node
from kaspec.tracking import Link
from kaspec.units import Interval
from kaspec.vrrp.intervals import master_down_interval, skew_time
from kaspec.vrrp.router import Version

PRIORITIES = (150, 100)
VRID, INTERFACE = 51, "eth0"
MACS = ("02:00:00:00:00:0a", "02:00:00:00:00:0b")
OWN = {4: ("192.0.2.1", "192.0.2.2"), 6: ("fe80::ff:fe00:a", "fe80::ff:fe00:b")}
"""For IPv6 what the kernel makes of the hardware addresses."""
VIRTUAL = {4: "192.0.2.100/24", 6: "fd99::100/64"}


_reading = Lock()
"""The grammar is read by one thread at a time."""


@frozen
class Manner:
    """How two routers speak: the version, the family, with a virtual MAC or not, to each other or to the group."""

    version: Version
    family: int
    virtual_mac: bool = False
    unicast: bool = False

    def __str__(self) -> str:
        return f"v{self.version} IPv{self.family}" + " vmac" * self.virtual_mac + " unicast" * self.unicast


SPOKEN: tuple[tuple[Version, int], ...] = ((2, 4), (3, 4), (3, 6))
MANNERS = (
    *(Manner(version, family, mac) for version, family in SPOKEN for mac in (False, True)),
    *(Manner(version, family, unicast=True) for version, family in SPOKEN),
)


@frozen
class Cell:
    """``better`` has the higher priority; ``other`` is its Backup."""

    better: Peer
    other: Peer
    manner: Manner

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.better.name} over {self.other.name}, {self.manner}"

    @property
    def peers(self) -> tuple[Peer, Peer]:
        """Both."""
        return self.better, self.other

    def text(self, place: int, virtual_mac: bool) -> str:
        """Return keepalived.conf of one of them."""
        manner, addresses = self.manner, OWN[self.manner.family]
        unicast = f"  unicast_src_ip {addresses[place]}\n  unicast_peer {{\n    {addresses[1 - place]}\n  }}\n" if manner.unicast else ""
        mac = "  use_vmac\n" if virtual_mac else ""
        return (
            f"global_defs {{\n  router_id {'ab'[place]}\n  vrrp_version {manner.version}\n}}\n"
            f"vrrp_instance V {{\n  state BACKUP\n  interface {INTERFACE}\n  virtual_router_id {VRID}\n  priority {PRIORITIES[place]}\n"
            f"  advert_int 1\n{unicast}{mac}"
            f"  virtual_ipaddress {{\n    {VIRTUAL[manner.family]}\n  }}\n}}\n"
        )

    def device(self, place: int) -> Device:
        """Return what one of them has to be; FRR brings its virtual MAC unasked."""
        text = self.text(place, self.manner.virtual_mac and self.peers[place].name != "frr")
        link = Link(INTERFACE, up=True, addresses=(self.address(place),))
        return Device(Node(self._read(text).routers), text, (link,))

    def configuration(self, place: int) -> Configuration:
        """Return one's configuration as the judge has to know it: FRR's with its virtual MAC, announcing once."""
        frr = self.peers[place].name == "frr"
        text = self.text(place, self.manner.virtual_mac or frr)
        if frr:
            text = text.replace("  advert_int 1\n", "  advert_int 1\n  garp_master_repeat 1\n  garp_master_delay 0\n")
        return self._read(text)

    def address(self, place: int) -> Address:
        """Return one's own address."""
        return parse_address(OWN[self.manner.family][place])

    def objection(self) -> str | None:
        """Return why these two cannot be so."""
        for place, peer in enumerate(self.peers):
            if (why := peer.missing() or peer.objection(self.device(place))) is not None:
                return f"{peer.name}: {why}"
        if self.manner.virtual_mac and self.better.name == self.other.name == "frr":
            return "FRR always has its virtual MAC: see the cell without"
        return None

    def _read(self, text: str) -> Configuration:
        with _reading:
            return read(text, f"{self.name}.conf").configuration

    @property
    def interval(self) -> Interval:
        """The advertisement interval."""
        return self.device(0).node.routers[0].advertisement_interval

    def down(self, place: int) -> Interval:
        """Return Master_Down_Interval of one of them."""
        return master_down_interval(self.manner.version, PRIORITIES[place], self.interval)

    def skew(self, place: int) -> Interval:
        """Return Skew_Time of one of them."""
        return skew_time(self.manner.version, PRIORITIES[place], self.interval)


def cells(peers: Sequence[Peer], manners: Sequence[Manner] = MANNERS) -> Iterator[Cell]:
    """Every ordered pair of peers, a peer with itself too, in every manner."""
    for manner in manners:
        yield from (Cell(better, other, manner) for better in peers for other in peers)
