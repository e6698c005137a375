"""The stage for directors in the kernel lab: clients before one, real servers behind it.

    clients 198.51.100.2, .3, 203.0.113.2 --- front --- director --- back --- servers 11, 12, 13 (192.0.2.11, ...)
                                                |                     |
                                                +--- servers 21, 22 --+

Servers 11 to 13 have the director for a gateway, as masquerading needs.  Server 21 has the virtual addresses on lo and answers clients
itself, as DR needs; server 22 has them on tunnels.  Everybody has IPv6 addresses of the same kind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field

from conformance.lab.network import Host, Lab, Lan, open_lab
from tests.lvs.tables import told

CLIENT, SISTER, STRANGER = "198.51.100.2", "198.51.100.3", "203.0.113.2"
"""Clients of one /24, and one of another."""
CLIENT_6 = "2001:db8:1::2"
VIRTUAL = tuple(f"198.51.100.{number}" for number in range(100, 108))
VIRTUAL_6 = tuple(f"2001:db8:1::{number}" for number in range(100, 108))
MASQUERADED, DIRECT, TUNNELED = (11, 12, 13), 21, 22
FORWARDING = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
SILENT = tuple(f"net.ipv4.conf.{each}.{key}" for each in ("all", "eth1") for key in ("arp_ignore=1", "arp_announce=2"))
"""What keeps a server from claiming a virtual address in the LAN of the director."""


@define(eq=False)
class Stage:
    """The hosts of one director, by what they are; its servers by number."""

    lab: Lab
    director: Host
    client: Host
    servers: dict[int, Host] = field(factory=dict)

    def file(self, name: str) -> Path:
        """Return a file of the director's /run."""
        return self.director.file(f"/run/{name}")


@contextmanager
def open_stage(servers: tuple[int, ...]) -> Iterator[Stage]:
    """Build the hosts; of the servers only those that are asked for."""
    with open_lab() as lab:
        front, back = lab.lan("front"), lab.lan("back")
        stage = Stage(lab, lab.host("director"), lab.host("client"))
        _connect_director(stage, front, back)
        lab.connect(stage.client, front, "eth0", "02:00:00:00:00:02", [f"{CLIENT}/24", f"{SISTER}/24", f"{STRANGER}/24", f"{CLIENT_6}/64"])
        for number in servers:
            stage.servers[number] = _connect_server(lab, number, front, back)
        yield stage


def _connect_director(stage: Stage, front: Lan, back: Lan) -> None:
    own = ["198.51.100.1/24", "203.0.113.1/24", "2001:db8:1::1/64"]
    virtual = [f"{each}/24" for each in VIRTUAL] + [f"{each}/64" for each in VIRTUAL_6]
    stage.lab.connect(stage.director, front, "eth0", "02:00:00:00:00:01", [*own, *virtual])
    stage.lab.connect(stage.director, back, "eth1", "02:00:00:00:01:01", ["192.0.2.254/24", "2001:db8:2::254/64"])
    told(stage.director, "sysctl", "-qw", *FORWARDING)


def _connect_server(lab: Lab, number: int, front: Lan, back: Lan) -> Host:
    host = lab.host(f"server{number}")
    lab.connect(host, back, "eth0", f"02:00:00:00:01:{number}", [f"192.0.2.{number}/24", f"2001:db8:2::{number}/64"])
    if number in MASQUERADED:
        told(host, "ip", "route", "add", "default", "via", "192.0.2.254")
        told(host, "ip", "-6", "route", "add", "default", "via", "2001:db8:2::254")
        return host
    lab.connect(host, front, "eth1", f"02:00:00:00:00:{number}", [f"198.51.100.{number}/24", f"2001:db8:1::{number}/64"])
    told(host, "ip", "route", "add", "203.0.113.0/24", "dev", "eth1")
    told(host, "sysctl", "-qw", *SILENT, "net.ipv4.conf.all.rp_filter=0")
    if number == DIRECT:
        _hold(host, "lo", "lo")
    else:
        told(host, "ip", "link", "add", "tunneled", "type", "ipip", "local", f"192.0.2.{number}")
        told(host, "ip", "link", "add", "tunneled6", "type", "ip6tnl", "local", f"2001:db8:2::{number}", "mode", "any")
        for interface in ("tunneled", "tunneled6"):
            told(host, "ip", "link", "set", interface, "up")
        _hold(host, "tunneled", "tunneled6")
    return host


def _hold(host: Host, interface: str, interface_6: str) -> None:
    """Have the virtual addresses at home, where no neighbour asks for them."""
    for address in VIRTUAL:
        host.set_address(interface, f"{address}/32")
    for address in VIRTUAL_6:
        host.set_address(interface_6, f"{address}/128")
