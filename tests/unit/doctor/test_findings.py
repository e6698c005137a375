"""Every finding: one machine that shows it, and one that nearly does."""

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.config.model import InterfaceUse
from kaspec.doctor import Machine, Needs
from kaspec.doctor.findings import KINDS
from kaspec.doctor.firewall import Listing, Unseen
from kaspec.doctor.machine import File, Interface, Process
from kaspec.doctor.needs import Script, VirtualServer
from tests.unit.doctor.examples import (
    DIRECTORY,
    ETH0,
    GOOD,
    HERE,
    INSTANCE,
    INSTANCE_6,
    LO,
    NEEDS,
    PROGRAM,
    found,
    held,
    machine,
    needs,
    nft,
    only,
    wanted,
)

VIP = parse_address("192.0.2.100")
PEER = parse_address("192.0.2.2")
SCRIPT = Script("/usr/check", "notify", HERE)
VIRTUAL_SERVER = VirtualServer(HERE, VIP, 4, translates=True)
KEEPALIVED = (Process(10, "keepalived"), Process(11, "keepalived"))
MAIL = ("mail.example.org", HERE)
DROP = {"expr": [{"drop": None}]}
MAYBE = {"expr": [{"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 7}}, {"drop": None}]}
ACCEPT_TCP = {"expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"accept": None}]}
ONLY_THE_PEER = {
    "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "192.0.2.2"}}, {"accept": None}]
}
TWO_OF_A_SUBNET = evolve(INSTANCE, addresses=(wanted("10.0.0.1/24"), wanted("10.0.0.2/24")))


def with_file(path: str, file: File | Unseen | None) -> Machine:
    return machine(files={**GOOD.files, path: file})


def test_a_good_machine_has_nothing_to_tell() -> None:
    assert found(NEEDS, GOOD) == []
    assert found(needs(INSTANCE, INSTANCE_6), GOOD) == []
    assert found(Needs(general=True), GOOD) == []


SHOWS: dict[str, tuple[Needs, Machine]] = {
    "D001": (needs(errors=2), GOOD),
    "D002": (NEEDS, machine(capabilities=frozenset({"CAP_NET_ADMIN"}))),
    "D003": (NEEDS, machine(processes=KEEPALIVED, pid_files={"/run/keepalived.pid": 10})),
    "D004": (NEEDS, machine(processes=KEEPALIVED)),
    "D005": (NEEDS, machine(processes=(Process(10, "keepalived", None),))),
    "D006": (NEEDS, machine(capabilities=frozenset({"CAP_NET_ADMIN"}), root=False)),
    "D010": (needs(uses=(*NEEDS.uses, InterfaceUse("eth9", HERE, "track_interface of VI_1"))), GOOD),
    "D011": (NEEDS, machine(evolve(ETH0, up=False))),
    "D012": (NEEDS, machine(evolve(ETH0, carrier=False))),
    "D013": (NEEDS, machine(evolve(ETH0, addresses=(held("fe80::1/64"),)))),
    "D014": (NEEDS, machine(evolve(ETH0, multicast=False))),
    "D015": (needs(evolve(INSTANCE, source=parse_address("192.0.2.77"))), GOOD),
    "D016": (needs(INSTANCE_6), machine(sysctls={"net.ipv6.conf.eth0.disable_ipv6": "1"})),
    "D017": (needs(INSTANCE_6), machine(evolve(ETH0, addresses=(held("fe80::1/64", tentative=True),)))),
    "D018": (needs(INSTANCE_6), machine(evolve(ETH0, addresses=(held("fe80::1/64", tentative=True, failed=True),)))),
    "D019": (needs(evolve(INSTANCE, addresses=INSTANCE.addresses * 20)), machine(evolve(ETH0, mtu=115))),
    "D020": (NEEDS, machine(rules=(nft(ACCEPT_TCP, policy="drop"),))),
    "D021": (NEEDS, machine(rules=(nft(ACCEPT_TCP, policy="drop", hook="output"),))),
    "D022": (NEEDS, machine(rules=(nft(MAYBE),))),
    "D023": (NEEDS, machine(rules=(Listing("nft", "ip", Unseen("not permitted", needs_root=True)),))),
    "D030": (NEEDS, machine(evolve(ETH0, addresses=(*ETH0.addresses, held("192.0.2.100/24"))))),
    "D031": (needs(TWO_OF_A_SUBNET), GOOD),
    "D032": (
        needs(virtual_servers=(evolve(VIRTUAL_SERVER, address=parse_address("10.1.1.1"), translates=False),)),
        machine(interfaces=(evolve(LO, addresses=(held("10.1.1.1/32"),)), ETH0), sysctls={"net.ipv4.conf.all.arp_ignore": "1"}),
    ),
    "D044": (needs(evolve(INSTANCE, timed=True)), machine(synchronised=False)),
    "D040": (needs(virtual_servers=(VIRTUAL_SERVER,)), GOOD),
    "D041": (needs(binds=((VIP, HERE),)), GOOD),
    "D042": (needs(evolve(INSTANCE, virtual_mac=True)), machine(sysctls={"net.ipv4.conf.eth0.rp_filter": "1"})),
    "D043": (needs(virtual_servers=(evolve(VIRTUAL_SERVER, translates=False),)), machine(ip_vs=False)),
    "D050": (NEEDS, machine(evolve(ETH0, network_file="/etc/systemd/network/eth0.network"))),
    "D051": (NEEDS, machine(evolve(ETH0, network_manager=True))),
    "D060": (needs(scripts=(SCRIPT,)), with_file("/usr/check", None)),
    "D061": (needs(scripts=(SCRIPT,)), with_file("/usr/check", File(0o100644, 0, 0))),
    "D062": (needs(scripts=(SCRIPT,), secure=True), with_file("/usr", File(DIRECTORY | 0o002, 0, 0))),
    "D063": (needs(scripts=(evolve(SCRIPT, user="root"),), secure=True), machine(
        files={**GOOD.files, "/usr/check": File(PROGRAM, 1000, 0)}, users={"root": 0, "keepalived_script": 990})),
    "D064": (needs(scripts=(SCRIPT,)), machine(users={"keepalived_script": None})),
    "D065": (needs(scripts=(SCRIPT,)), with_file("/usr/check", Unseen("Permission denied", needs_root=True))),
    "D066": (needs(scripts=(evolve(SCRIPT, user="nobody-here"),)), machine(users={"keepalived_script": 990, "nobody-here": None})),
    "D070": (needs(smtp_server=MAIL), machine(names={"mail.example.org": False})),
    "D071": (needs(smtp_server=MAIL), GOOD),
}  # fmt: skip

NEARLY: dict[str, tuple[Needs, Machine]] = {
    "the daemon itself is where its virtual address is": (NEEDS, machine(
        evolve(ETH0, addresses=(*ETH0.addresses, held("192.0.2.100/24"))), processes=KEEPALIVED, pid_files={"/run/keepalived.pid": 10})),
    "a daemon of another network namespace": (NEEDS, machine(processes=(Process(10, "keepalived", False),))),
    "an interface nobody names is down": (NEEDS, machine(interfaces=(LO, ETH0, Interface("eth1", up=False)))),
    "an instance with a source address of its own": (
        needs(evolve(INSTANCE, source=PEER)),
        machine(interfaces=(evolve(LO, addresses=(held("192.0.2.2/32"),)), evolve(ETH0, addresses=())))),
    "no multicast, but peers": (needs(evolve(INSTANCE, peers=(PEER,))), machine(evolve(ETH0, multicast=False))),
    "IPv6 is off, and nobody needs it": (NEEDS, machine(sysctls={"net.ipv6.conf.eth0.disable_ipv6": "1"})),
    "an advertisement that just fits": (needs(evolve(INSTANCE, addresses=INSTANCE.addresses * 20)), machine(evolve(ETH0, mtu=116))),
    "a filter that drops elsewhere": (NEEDS, machine(rules=(nft(DROP, family="ip6"), nft(DROP, hook="forward")))),
    "a filter that lets the only peer in": (
        needs(evolve(INSTANCE, peers=(PEER,))), machine(rules=(nft(ONLY_THE_PEER, policy="drop"),))),
    "a doubt that changes nothing": (NEEDS, machine(rules=(nft({"expr": [*MAYBE["expr"][:1], {"accept": None}]}),))),
    "no filter can be seen, and nothing runs that needs to": (
        evolve(NEEDS, instances=()), machine(rules=(Listing("nft", "ip", Unseen("not permitted")),))),
    "two addresses of a subnet that the interface is in anyway": (
        needs(evolve(INSTANCE, addresses=(wanted("192.0.2.100/24"), wanted("192.0.2.101/24")))), GOOD),
    "two addresses of a subnet, promoted": (needs(TWO_OF_A_SUBNET), machine(sysctls={"net.ipv4.conf.all.promote_secondaries": "1"})),
    "two addresses of a subnet, promoted by the instance": (needs(evolve(TWO_OF_A_SUBNET, promotes=True)), GOOD),
    "two addresses without a subnet": (needs(evolve(INSTANCE, addresses=(wanted("10.0.0.1/32"), wanted("10.0.0.2/32")))), GOOD),
    "a real server that answers no ARP": (
        needs(virtual_servers=(evolve(VIRTUAL_SERVER, address=parse_address("10.1.1.1"), translates=False),)),
        machine(interfaces=(evolve(LO, addresses=(held("10.1.1.1/32"),)), ETH0),
                sysctls={"net.ipv4.conf.all.arp_ignore": "1", "net.ipv4.conf.all.arp_announce": "2"})),
    "direct routing needs no forwarding": (needs(virtual_servers=(evolve(VIRTUAL_SERVER, translates=False),)), GOOD),
    "IPv6 by NAT needs no IPv4 forwarding": (
        needs(virtual_servers=(evolve(VIRTUAL_SERVER, family=6),)), machine(sysctls={"net.ipv6.conf.all.forwarding": "1"})),
    "a clock that nobody needs": (NEEDS, machine(synchronised=False)),
    "a clock of which the kernel says nothing": (needs(evolve(INSTANCE, timed=True)), machine(synchronised=None)),
    "a checker bound to an address of its own": (needs(binds=((PEER, HERE),)), GOOD),
    "loose reverse path filtering": (needs(evolve(INSTANCE, virtual_mac=True)), machine(
        sysctls={"net.ipv4.conf.all.rp_filter": "1", "net.ipv4.conf.eth0.rp_filter": "2"})),
    "IPVS that can be loaded": (needs(virtual_servers=(evolve(VIRTUAL_SERVER, translates=False),)), machine(ip_vs=None)),
    "systemd-networkd that keeps addresses": (NEEDS, machine(
        evolve(ETH0, network_file="/etc/systemd/network/eth0.network", keeps_addresses=True))),
    "a script as it should be": (needs(scripts=(SCRIPT,), secure=True), GOOD),
    "a script in a directory with the sticky bit": (needs(scripts=(SCRIPT,)), with_file("/usr", File(0o041777, 0, 0))),
    "a script that PATH has to find": (needs(scripts=(evolve(SCRIPT, path="killall"),)), GOOD),
    "scripts whose user is named": (
        needs(scripts=(SCRIPT,), script_user="ops"), machine(users={"keepalived_script": None, "ops": 1000})),
    "a mail server by address": (needs(smtp_server=("192.0.2.25", HERE)), GOOD),
    "a mail server that has an address": (needs(smtp_server=MAIL), machine(names={"mail.example.org": True})),
}  # fmt: skip
ALLOWED = {"the daemon itself is where its virtual address is": ["D003"]}


@pytest.mark.parametrize("code", SHOWS)
def test_it_is_found_alone_and_with_its_fix(code: str) -> None:
    finding = only(*SHOWS[code])
    assert finding.code == code
    assert finding.severity == KINDS[code].severity
    assert finding.fixes
    assert all(command for fix in finding.fixes for command in fix.commands)


@pytest.mark.parametrize("name", NEARLY)
def test_nothing_is_found_in(name: str) -> None:
    assert found(*NEARLY[name]) == ALLOWED.get(name, [])


def test_every_kind_of_finding_is_shown() -> None:
    assert set(SHOWS) == set(KINDS)


def test_the_gravest_comes_first() -> None:
    codes = found(needs(smtp_server=MAIL), machine(evolve(ETH0, up=False), rules=(nft(MAYBE),), processes=KEEPALIVED))
    assert codes == ["D011", "D004", "D022", "D071"]


def test_without_a_configuration_every_interface_that_could_run_vrrp_is_tried() -> None:
    dropping = machine(interfaces=(LO, ETH0, Interface("eth1", addresses=(held("10.0.0.1/8"),))), rules=(nft(DROP),))
    assert found(Needs(general=True), dropping) == ["D020", "D020"]


def test_ipvs_is_missed_by_its_synchronisation_daemon_too() -> None:
    assert only(needs(synchronises=True), machine(ip_vs=False)).code == "D043"
