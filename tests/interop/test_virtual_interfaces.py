"""Virtual interfaces in the real kernel: made and removed, kernel settings moved and moved back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from conformance.lab.network import Host
from kaspec.vrrp.virtual_interface import VirtualInterface, virtual_mac
from shell.netlink import Kernel
from shell.problem import Problem
from shell.sysctls import Sysctls
from shell.virtual_interfaces import VirtualInterfaces
from tests.interop.conftest import TwoRouters

MACVLAN = VirtualInterface("vrrp.51", "eth0", mac=virtual_mac(4, 51))
MACVLAN_6 = VirtualInterface("vrrp6.51", "eth0", mac=virtual_mac(6, 51), families=frozenset({6}), group=7)
MACVLAN_ELSEWHERE = VirtualInterface("vrrp.9", "eth1", mac=virtual_mac(4, 9))


@pytest.fixture
def kernel(lan: TwoRouters) -> Iterator[Kernel]:
    """Router a's kernel."""
    with lan.a.namespace.entered():
        opened = Kernel()
    yield opened
    opened.close()


def links(host: Host) -> dict[str, tuple[str | None, str | None]]:
    """Return kind and mode of every virtual interface."""
    found = {}
    for link in host.netlink.get_links():
        information = link.get_attr("IFLA_LINKINFO")
        kind = information.get_attr("IFLA_INFO_KIND") if information else None
        if kind in {"macvlan", "ipvlan"}:
            data = information.get_attr("IFLA_INFO_DATA")
            found[link.get_attr("IFLA_IFNAME")] = kind, data.get_attr("IFLA_MACVLAN_MODE") if kind == "macvlan" else None
    return found


def setting(host: Host, path: str, value: str | None = None) -> str:
    """Read, or write, a kernel setting of a host."""
    with host.namespace.entered():
        file = Path("/proc/sys/net") / path
        if value is not None:
            file.write_text(value)
        return file.read_text().strip()


def everything(host: Host) -> dict[str, str]:
    """Return every IPv4 and IPv6 setting of the interfaces that are there from the beginning."""
    with host.namespace.entered():
        files = (each for name in ("all", "default", "eth0", "eth1", "lo") for each in Path("/proc/sys/net").glob(f"ipv?/conf/{name}/*"))
        return {str(file): file.read_text() for file in files if file.name not in {"stable_secret", "mc_forwarding"}}


@frozen
class Inside:
    """Virtual interfaces handled from inside the host: /proc/sys/net is that of the thread that opens it."""

    host: Host
    interfaces: VirtualInterfaces

    def provide(self, *wanted: VirtualInterface) -> tuple[Problem, ...]:
        with self.host.namespace.entered():
            return self.interfaces.provide(wanted)[1]

    def close(self) -> tuple[Problem, ...]:
        with self.host.namespace.entered():
            return self.interfaces.close()


@pytest.fixture
def provided(lan: TwoRouters, kernel: Kernel, tmp_path: Path) -> Inside:
    setting(lan.a, "ipv4/conf/all/rp_filter", "1")
    return Inside(lan.a, VirtualInterfaces(kernel, Sysctls.resume(tmp_path / "ledger")))


def test_they_are_made_as_asked_and_leave_no_trace(lan: TwoRouters, kernel: Kernel, provided: Inside) -> None:
    before = everything(lan.a)
    assert provided.provide(MACVLAN, MACVLAN_6) == ()
    assert links(lan.a) == {"vrrp.51": ("macvlan", "private"), "vrrp6.51": ("macvlan", "private")}
    assert kernel.interfaces["vrrp.51"].mac == virtual_mac(4, 51)
    assert kernel.interfaces["vrrp.51"].link.up
    assert not lan.a.addresses("vrrp6.51"), "it gives itself no address"
    assert {path: setting(lan.a, path) for path in ("ipv4/conf/eth0/arp_ignore", "ipv4/conf/vrrp.51/accept_local")} == {
        "ipv4/conf/eth0/arp_ignore": "1",
        "ipv4/conf/vrrp.51/accept_local": "1",
    }
    assert [setting(lan.a, f"ipv4/conf/{name}/rp_filter") for name in ("all", "eth0", "lo", "vrrp.51")] == ["0", "1", "1", "0"]
    assert provided.close() == ()
    assert links(lan.a) == {}
    assert everything(lan.a) == before


def test_one_that_goes_takes_only_its_own_settings(lan: TwoRouters, provided: Inside) -> None:
    before = everything(lan.a)
    provided.provide(MACVLAN, MACVLAN_ELSEWHERE)
    provided.provide(MACVLAN_ELSEWHERE)
    assert set(links(lan.a)) == {"vrrp.9"}
    assert [setting(lan.a, f"ipv4/conf/{name}/arp_ignore") for name in ("eth0", "eth1")] == ["0", "1"]
    assert [setting(lan.a, f"ipv4/conf/{name}/rp_filter") for name in ("all", "eth0")] == ["0", "1"]
    provided.provide(MACVLAN_6)
    assert everything(lan.a) == before, "IPv6 needs nothing of the kind"


def test_somebody_elses_interface_of_the_name_is_left_alone_and_told(lan: TwoRouters, kernel: Kernel, provided: Inside) -> None:
    lan.a.netlink.link("add", ifname="vrrp.51", kind="macvlan", link=lan.a.index("eth0"), address="02:00:00:00:00:77")
    kernel.catch_up()
    (problem,) = provided.provide(MACVLAN)
    assert "cannot make the interface vrrp.51 over eth0: File exists" in str(problem)
    assert not provided.interfaces.lacking
    provided.close()
    assert "vrrp.51" in links(lan.a)


def test_what_a_killed_process_left_is_taken_over(lan: TwoRouters, kernel: Kernel, provided: Inside, tmp_path: Path) -> None:
    before = everything(lan.a)
    provided.provide(MACVLAN)
    index = lan.a.index("vrrp.51")
    heir = Inside(lan.a, VirtualInterfaces(kernel, Sysctls.resume(tmp_path / "ledger")))
    assert heir.provide(MACVLAN) == ()
    assert lan.a.index("vrrp.51") == index
    heir.close()
    assert everything(lan.a) == before
    assert not (tmp_path / "ledger").exists()


def test_one_that_was_removed_or_whose_base_came_is_lacking(lan: TwoRouters, kernel: Kernel, provided: Inside) -> None:
    late = VirtualInterface("vrrp.9", "eth7", mac=virtual_mac(4, 9))
    assert provided.provide(MACVLAN, late) == ()
    assert not provided.interfaces.lacking
    lan.lab.connect(lan.a, lan.lan, "eth7", "02:00:00:00:07:01")
    kernel.catch_up()
    assert provided.interfaces.lacking
    assert provided.provide(MACVLAN, late) == ()
    assert not provided.interfaces.lacking
    lan.a.netlink.link("del", index=lan.a.index("vrrp.51"))
    kernel.catch_up()
    assert provided.interfaces.lacking


def test_what_somebody_else_set_meanwhile_stays(lan: TwoRouters, provided: Inside) -> None:
    provided.provide(MACVLAN)
    setting(lan.a, "ipv4/conf/eth0/arp_ignore", "2")
    provided.close()
    assert setting(lan.a, "ipv4/conf/eth0/arp_ignore") == "2"
