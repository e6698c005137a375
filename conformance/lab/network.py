"""Hosts on LANs: one namespace each, cables between them and the bridges of a switch."""

import ipaddress
import os
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from pyroute2.iproute.linux import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from conformance.lab.keeper import Keeper, employ, kill
from conformance.lab.namespace import LabUnavailableError, Namespace, make_namespace
from conformance.lab.waiting import wait_until
from kaspec.address import Address, format_address

IFA_F_NODAD = 0x02


@frozen
class Lan:
    """A broadcast domain: the bridge of this name in the switch."""

    bridge: str


@define
class Host:
    """A machine: its own network, /run and /tmp; ``own`` are the addresses it was given, by interface."""

    name: str
    namespace: Namespace
    keeper: Keeper
    _netlink: Any
    own: dict[str, tuple[str, ...]] = field(factory=dict)
    _thread: int = field(factory=threading.get_ident)

    @property
    def netlink(self) -> Any:
        """pyroute2's socket in the host.  In another thread it would silently open one in this machine's own namespace: never."""
        assert threading.get_ident() == self._thread, f"{self.name}'s netlink socket belongs to the thread that made the lab"
        return self._netlink

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Open a socket of this host; it may be used from anywhere."""
        with self.namespace.entered():
            return socket.socket(family, kind, protocol)

    def index(self, interface: str) -> int:
        """Return the index of an interface; raises ``LookupError`` if there is none."""
        found = self.netlink.link_lookup(ifname=interface)
        if not found:
            raise LookupError(f"{self.name} has no interface {interface}")
        return int(found[0])

    def addresses(self, interface: str | None = None) -> list[str]:
        """Return what the kernel holds, as ``address/length``: of one interface or of all but lo."""
        chosen = {} if interface is None else {"index": self.index(interface)}
        return [f"{each.get('address')}/{each['prefixlen']}" for each in self.netlink.get_addr(**chosen) if each["index"] != 1]

    def link_local(self, interface: str) -> str:
        """Return the address that the kernel makes of the interface's hardware address (RFC 4291 2.5.1)."""
        (link,) = self.netlink.get_links(self.index(interface))
        mac = bytes.fromhex(link.get_attr("IFLA_ADDRESS").replace(":", ""))
        return format_address(Address(b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]))

    def holds(self, address: str) -> bool:
        """Tell whether the host has the address (without prefix length) on any interface."""
        return any(each.split("/")[0] == address for each in self.addresses())

    def set_address(self, interface: str, address: str, present: bool = True) -> None:
        """Add or remove an address given as ``address/length``; raises pyroute2's ``NetlinkError``."""
        parsed = ipaddress.ip_interface(address)
        flags = {"flags": IFA_F_NODAD} if present and parsed.version == 6 else {}
        self.netlink.addr(
            "add" if present else "del", index=self.index(interface), address=str(parsed.ip), prefixlen=parsed.network.prefixlen, **flags
        )

    def set_link(self, interface: str, up: bool) -> None:
        """Set an interface administratively up or down."""
        self.netlink.link("set", index=self.index(interface), state="up" if up else "down")

    def file(self, path: str) -> Path:
        """Return where the host's own ``/run/...`` or ``/tmp/...`` is found from outside."""
        return self.namespace.files / path.lstrip("/")

    def kill_everything(self) -> None:
        """SIGKILL every process of the host, the youngest first, and wait until they are gone (a zombie has left its namespaces)."""

        def gone() -> bool:
            pids = self.namespace.inhabitants()
            kill(pids)
            return not pids

        wait_until(gone, 5, f"every process of {self.name} gone")


@define
class Lab:
    """A switch, its LANs and the hosts on them; ``directory`` holds the hosts' files."""

    directory: Path
    keeper: Keeper
    switch: Host
    hosts: dict[str, Host] = field(factory=dict)

    def lan(self, name: str) -> Lan:
        """Add a bridge: no spanning tree, no multicast snooping, so it forwards at once and everything."""
        try:
            self.switch.netlink.link("add", ifname=name, kind="bridge", br_stp_state=0, br_mcast_snooping=0)
        except NetlinkError as error:
            raise LabUnavailableError(f"Cannot make a bridge ({error}). It takes a kernel with bridge and veth.") from error
        self.switch.set_link(name, up=True)
        return Lan(name)

    def host(self, name: str) -> Host:
        """Add a host without any interface but lo."""
        self.hosts[name] = _make_host(name, self.directory, self.keeper)
        return self.hosts[name]

    def connect(self, host: Host, lan: Lan, interface: str, mac: str, addresses: Sequence[str] = ()) -> None:
        """Give the host an interface, plug it into the LAN, and add its addresses (``address/length``)."""
        port = _port(host, interface)
        peer = {"ifname": interface, "address": mac, "net_ns_fd": host.namespace.network}
        self.switch.netlink.link("add", ifname=port, kind="veth", peer=peer)
        self.switch.netlink.link("set", index=self.switch.index(port), master=self.switch.index(lan.bridge), state="up")
        host.set_link(interface, up=True)
        for address in addresses:
            host.set_address(interface, address)
        host.own[interface] = tuple(addresses)

    def plug(self, host: Host, interface: str, connected: bool) -> None:
        """Put the cable in or pull it out: the host's interface gains or loses its carrier."""
        self.switch.set_link(_port(host, interface), up=connected)

    def power_off(self, host: Host) -> None:
        """Let the machine die: every process is killed, its cables fall silent, its kernel and its /run forget.

        (Killing the processes alone would leave the kernel, which is this machine's own, answering for addresses nobody removed.)
        """
        host.kill_everything()
        for interface, own in host.own.items():
            self.plug(host, interface, connected=False)
            for address in set(host.addresses(interface)) - {*own, f"{host.link_local(interface)}/64"}:
                host.set_address(interface, address, present=False)
        for file in host.file("/run").rglob("*"):
            if not file.is_dir():
                file.unlink()

    def power_on(self, host: Host) -> None:
        """Boot it again: it is back on its LANs, with its own addresses and no process."""
        for interface in host.own:
            self.plug(host, interface, connected=True)

    def close(self) -> None:
        """Kill what still runs in the hosts and let go of the namespaces."""
        for host in (*self.hosts.values(), self.switch):
            host.kill_everything()
            host.netlink.close()
            host.namespace.close()


@contextmanager
def open_lab(directory: Path | None = None) -> Iterator[Lab]:
    """Make a lab; when left, its processes are killed and its namespaces vanish, even if this process is.  Raises ``LabUnavailableError``.

    ``directory`` is where the hosts' files go and stay; without it they go to a directory removed at the end.
    """
    place = Path(tempfile.mkdtemp(prefix=f"kaspec-lab-{os.getpid()}-")) if directory is None else directory
    keeper = employ(place if directory is None else None)
    try:
        lab = Lab(place, keeper, _make_host("switch", place, keeper))
        try:
            yield lab
        finally:
            lab.close()
    finally:
        keeper.dismiss()


def _make_host(name: str, directory: Path, keeper: Keeper) -> Host:
    namespace = make_namespace(name, directory / name)
    keeper.watch(namespace.network)
    with namespace.entered():
        netlink: Any = IPRoute()  # type: ignore[no-untyped-call]
    host = Host(name, namespace, keeper, netlink)
    host.set_link("lo", up=True)
    return host


def _port(host: Host, interface: str) -> str:
    return f"{host.name}-{interface}"
