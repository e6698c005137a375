"""FRR's zebra, vrrpd and bfdd in a host: another implementation; vrrpd wants its virtual interfaces made beforehand."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from conformance.lab.network import Host
from conformance.lab.peers import SEARCH_PATH
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until

DAEMONS = "/usr/lib/frr"
_MAC = {4: "00:00:5e:00:01:{:02x}", 6: "00:00:5e:00:02:{:02x}"}
_SETTINGS = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.ignore_routes_with_linkdown")
_COMMON = "-u frr -g frr -z /run/frr/zserv.api --vty_socket /run/frr -A 127.0.0.1 --log stdout"
_FLAGS = f"{_COMMON} --log-level debug"

_PATIENCE = 30.0


@frozen
class Frr:
    """A virtual router as vrrpd runs it on eth0: addresses as ``address/length``, the interval in milliseconds."""

    virtual_router_id: int
    priority: int
    milliseconds: int
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    version: int = 3
    preempt: bool = True

    @property
    def available(self) -> bool:
        """Whether the daemons are on this machine."""
        return is_there("vrrpd")

    def start(self, host: Host) -> Process:
        """Make the interfaces and start both daemons in the foreground, logging to the console."""
        _write(host, "vrrpd", self.configuration())
        return Process.start(host, ("sh", "-ec", "\n".join(self._script())), {"PATH": SEARCH_PATH})

    def configuration(self) -> str:
        """Return what vrrpd is told."""
        number = self.virtual_router_id
        return "\n".join(
            (
                "log stdout debugging",
                "debug vrrp protocol",
                "debug vrrp packets",
                "interface eth0",
                f" vrrp {number} version {self.version}",
                f" vrrp {number} priority {self.priority}",
                f" vrrp {number} advertisement-interval {self.milliseconds}",
                *(() if self.preempt else (f"no vrrp {number} preempt",)),
                *(f" vrrp {number} ip {_bare(address)}" for address in self.ipv4),
                *(f" vrrp {number} ipv6 {_bare(address)}" for address in self.ipv6),
                "",
            )
        )

    def _script(self) -> Sequence[str]:
        """Return the shell commands.  zebra comes first; addrgenmode must not stand in the command that adds the interface."""
        return (
            *(f"sysctl -qw {setting}=1" for setting in _SETTINGS),
            *(line for family, held in ((4, self.ipv4), (6, self.ipv6)) if held for line in self._interface(family, held)),
            "chown -R frr:frr /run/frr",
            f"{DAEMONS}/zebra {_FLAGS} -f /run/frr/zebra.conf -i /run/frr/zebra.pid &",
            "while [ ! -S /run/frr/zserv.api ]; do sleep 0.05; done",
            f"exec {DAEMONS}/vrrpd {_FLAGS} -f /run/frr/vrrpd.conf -i /run/frr/vrrpd.pid",
        )

    def _interface(self, family: int, held: Sequence[str]) -> Sequence[str]:
        name = f"vrrp{family}-{self.virtual_router_id}"
        return (
            f"ip link show {name} >/dev/null 2>&1 || ip link add {name} link eth0 type macvlan mode bridge",
            f"ip link set {name} address {_MAC[family].format(self.virtual_router_id)}",
            f"ip link set {name} addrgenmode random",
            *(f"ip addr replace {address} dev {name}{' nodad' if family == 6 else ''}" for address in held),
            f"ip link set {name} up",
        )


@frozen
class Bfdd:
    """A BFD session as bfdd runs it on eth0: the addresses of both ends, the interval in milliseconds either way, the multiplier."""

    own: str
    other: str
    milliseconds: int
    multiplier: int

    def start(self, host: Host) -> Process:
        """Start bfdd in the foreground, and before it zebra, unless that runs in the host already."""
        folder = _write(host, "bfdd", self.configuration())
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "frr", "frr")
        if not (folder / "zserv.api").exists():
            zebra = f"{DAEMONS}/zebra {_COMMON} -f /run/frr/zebra.conf -i /run/frr/zebra.pid"
            Process.start(host, zebra.split(), {"PATH": SEARCH_PATH})
            wait_until((folder / "zserv.api").exists, _PATIENCE, "zebra")
        bfdd = f"{DAEMONS}/bfdd {_COMMON} -f /run/frr/bfdd.conf -i /run/frr/bfdd.pid --bfdctl /run/frr/bfdd.sock"
        return Process.start(host, bfdd.split(), {"PATH": SEARCH_PATH})

    def configuration(self) -> str:
        """Return what bfdd is told."""
        return "\n".join(
            (
                "log stdout",
                "bfd",
                f" peer {self.other} local-address {self.own} interface eth0",
                f"  receive-interval {self.milliseconds}",
                f"  transmit-interval {self.milliseconds}",
                f"  detect-multiplier {self.multiplier}",
                "  no shutdown",
                " !",
                "!",
                "",
            )
        )


def is_there(daemon: str) -> bool:
    """Tell whether a daemon of FRR is on this machine."""
    return shutil.which(daemon, path=DAEMONS) is not None


def _write(host: Host, daemon: str, configuration: str) -> Path:
    """Write what zebra and another daemon are told; return the folder that both go by."""
    folder = host.file("/run") / "frr"
    folder.mkdir(exist_ok=True)
    (folder / "zebra.conf").write_text("log stdout\n")
    (folder / f"{daemon}.conf").write_text(configuration)
    return folder


def _bare(address: str) -> str:
    return address.partition("/")[0]
