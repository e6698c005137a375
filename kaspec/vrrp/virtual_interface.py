"""Interfaces of a virtual router's own (RFC 3768 7.3, RFC 9568 7.3; keepalived ``use_vmac``, ``use_ipvlan``).

A macvlan with the virtual router's MAC address holds its addresses and sends its advertisements, so that a takeover changes no host's
neighbour cache.  ``kernel_settings`` says what the kernel must be told for hosts to see one router there and not two.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from kaspec.address import Family
from kaspec.frozen import frozen

Mode = Literal["private", "bridge", "vepa"]
_IPV4_PREFIX, _IPV6_PREFIX = bytes.fromhex("00005e0001"), bytes.fromhex("00005e0002")


@frozen(cache_hash=True)
class VirtualInterface:
    """A macvlan or an ipvlan to be made over ``base``.

    ``mac`` is six bytes, ``None`` for an ipvlan, which has its base's.  ``families`` are those of what it carries; IPv6 is switched off
    where it carries none.  ``group`` is the kernel's group of interfaces.
    """

    name: str
    base: str
    kind: Literal["macvlan", "ipvlan"] = "macvlan"
    mac: bytes | None = None
    mode: Mode = "private"
    families: frozenset[Family] = frozenset({4})
    group: int = 0


@frozen
class KernelSetting:
    """A value below /proc/sys/net: ``path`` such as ``ipv4/conf/eth0/arp_ignore``, ``value`` as it is written there."""

    path: str
    value: str


def virtual_mac(family: Family, virtual_router_id: int, prefix: bytes | None = None) -> bytes:
    """Return the virtual router's MAC address: 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6 (RFC 9568 7.3).

    ``prefix`` are other bytes (keepalived): five to put before the VRID, or all six.
    """
    return ((prefix or (_IPV4_PREFIX if family == 4 else _IPV6_PREFIX)) + bytes((virtual_router_id,)))[:6]


def kernel_settings(interfaces: Iterable[VirtualInterface]) -> tuple[KernelSetting, ...]:
    """Return what the kernel must be told about virtual interfaces and the interfaces under them, in the order of the interfaces.

    No interface may answer ARP for another's addresses, nor ask in the name of one, or hosts would learn the wrong MAC address (keepalived
    lets the base ask).  The virtual interface must take what comes from addresses of this host, and keep an address whose subnet's first
    one goes.
    """
    return tuple(dict.fromkeys(setting for interface in interfaces for setting in _settings(interface)))


def _settings(interface: VirtualInterface) -> Iterator[KernelSetting]:
    if 6 not in interface.families:
        yield KernelSetting(f"ipv6/conf/{interface.name}/disable_ipv6", "1")
    yield KernelSetting(f"ipv4/conf/{interface.name}/arp_ignore", "1")
    if 4 not in interface.families:
        return
    for setting, value in (("accept_local", "1"), ("rp_filter", "0"), ("promote_secondaries", "1")):
        yield KernelSetting(f"ipv4/conf/{interface.name}/{setting}", value)
    if interface.kind == "macvlan":
        for setting, value in (("arp_ignore", "1"), ("arp_filter", "1"), ("arp_announce", "2")):
            yield KernelSetting(f"ipv4/conf/{interface.base}/{setting}", value)


def loosened(reverse_path_filters: Mapping[str, int], virtual: Iterable[str]) -> tuple[KernelSetting, ...]:
    """Return the settings that let the interfaces ``virtual`` do without reverse path filtering while all others keep theirs.

    ``reverse_path_filters`` has ``rp_filter`` of every interface, of ``all`` and of ``default``; the kernel applies the greater of an
    interface's own and that of ``all``, so this one must be 0 and the others take its value on.
    """
    everyone = reverse_path_filters.get("all", 0)
    if not everyone:
        return ()
    spared = {"all", *virtual}
    kept = ((name, max(value, everyone)) for name, value in reverse_path_filters.items() if name not in spared and value < everyone)
    return (
        *(KernelSetting(f"ipv4/conf/{name}/rp_filter", str(value)) for name, value in kept),
        KernelSetting("ipv4/conf/all/rp_filter", "0"),
    )
