"""A machine on which all is well, and a configuration that needs nothing of it but what it has."""

import json
from typing import Any

from attrs import evolve

from kaspec.address import VRRP_GROUP_V4, parse_address
from kaspec.config.model import InterfaceUse
from kaspec.config.source import Span
from kaspec.doctor import Finding, Machine, Needs, examine
from kaspec.doctor.firewall import Listing
from kaspec.doctor.kernel import CAPABILITIES
from kaspec.doctor.machine import File, HeldAddress, Interface
from kaspec.doctor.needs import Instance, Wanted

HERE = Span("k.conf", 7, 5, 9)
PROGRAM, DIRECTORY = 0o100755, 0o040755


def held(text: str, **more: bool) -> HeldAddress:
    address, _, length = text.partition("/")
    return HeldAddress(parse_address(address), int(length), **more)


def wanted(text: str, interface: str = "eth0") -> Wanted:
    address, _, length = text.partition("/")
    return Wanted(parse_address(address), int(length), interface)


LO = Interface("lo", multicast=False, loopback=True, mtu=65536, addresses=(held("127.0.0.1/8"),))
ETH0 = Interface("eth0", addresses=(held("192.0.2.1/24"), held("fe80::1/64")))
INSTANCE = Instance("VI_1", HERE, "eth0", VRRP_GROUP_V4, addresses=(wanted("192.0.2.100/24"),))
INSTANCE_6 = evolve(
    INSTANCE,
    name="VI_6",
    family=6,
    version=3,
    group=parse_address("ff02::12"),
    addresses=(wanted("fe80::100/64"), wanted("2001:db8::100/64")),
)
GOOD = Machine(
    kernel="6.1.0",
    capabilities=frozenset(CAPABILITIES),
    interfaces=(LO, ETH0),
    sysctls={
        "net.ipv4.ip_forward": "0",
        "net.ipv6.conf.all.forwarding": "0",
        "net.ipv4.ip_nonlocal_bind": "0",
        "net.ipv6.ip_nonlocal_bind": "0",
        "net.ipv4.conf.all.arp_ignore": "0",
        "net.ipv4.conf.all.arp_announce": "0",
        "net.ipv4.conf.all.rp_filter": "0",
        "net.ipv4.conf.eth0.rp_filter": "0",
        "net.ipv4.conf.all.promote_secondaries": "0",
        "net.ipv4.conf.eth0.promote_secondaries": "0",
        "net.ipv6.conf.eth0.disable_ipv6": "0",
    },
    files={"/": File(DIRECTORY, 0, 0), "/usr": File(DIRECTORY, 0, 0), "/usr/check": File(PROGRAM, 0, 0)},
    users={"keepalived_script": 990},
)
NEEDS = Needs(file="k.conf", instances=(INSTANCE,), uses=(InterfaceUse("eth0", HERE, "vrrp_instance VI_1"),))


def needs(*instances: Instance, **more: Any) -> Needs:
    return evolve(NEEDS, instances=instances or NEEDS.instances, **more)


def machine(eth0: Interface = ETH0, **more: Any) -> Machine:
    """Return the good machine, changed; ``sysctls`` are changed one by one."""
    sysctls = {**GOOD.sysctls, **more.pop("sysctls", {})}
    return evolve(GOOD, **{"interfaces": (LO, eth0), "sysctls": sysctls, **more})


def nft(*rules: dict[str, Any], policy: str = "accept", hook: str = "input", family: str = "inet", **chain: Any) -> Listing:
    """Return the listing of one base chain."""
    where = {"family": family, "table": "filter"}
    listed = [
        {"table": {"family": family, "name": "filter"}},
        {"chain": {**where, "name": hook, "type": "filter", "hook": hook, "prio": 0, "policy": policy, **chain}},
        *({"rule": {**where, "chain": hook, "handle": number, **rule}} for number, rule in enumerate(rules, 1)),
    ]
    return Listing("nft", "ip", json.dumps({"nftables": listed}))


def found(what: Needs, on: Machine) -> list[str]:
    """Return the codes of what the doctor finds."""
    return [finding.code for finding in examine(what, on)]


def only(what: Needs, on: Machine) -> Finding:
    """Return the one finding there is."""
    (finding,) = examine(what, on)
    return finding
