"""Interfaces and their addresses, by netlink, and who else looks after them, by the files of those who do."""

import configparser
from pathlib import Path
from typing import Any

from kaspec.address import Address, parse_address
from kaspec.doctor.machine import HeldAddress, Interface

_UP, _LOOPBACK, _RUNNING, _MULTICAST = 0x1, 0x8, 0x40, 0x1000
"""Flags of interfaces (netdevice(7))."""
_FAILED, _TENTATIVE = 0x08, 0x40
"""Flags of addresses: IFA_F_DADFAILED, IFA_F_TENTATIVE (linux/if_addr.h)."""
NETWORKD, NETWORK_MANAGER = Path("/run/systemd/netif/links"), Path("/run/NetworkManager/devices")
"""Where systemd-networkd and NetworkManager keep a file for each interface, named by its index."""


def look_at_interfaces() -> tuple[Interface, ...]:
    """Ask the kernel for every interface of this network namespace."""
    from pyroute2.iproute.linux import IPRoute

    netlink: Any
    with IPRoute() as netlink:  # type: ignore[no-untyped-call]
        links, addresses = list(netlink.get_links()), list(netlink.get_addr())
    return tuple(_interface(link, [each for each in addresses if each["index"] == link["index"]]) for link in links)


def _interface(link: Any, addresses: list[Any]) -> Interface:
    flags, index = link["flags"], link["index"]
    network_file, keeps = _networkd(index)
    return Interface(
        name=link.get("ifname") or "",
        up=bool(flags & _UP),
        carrier=bool(flags & _RUNNING),
        multicast=bool(flags & _MULTICAST),
        loopback=bool(flags & _LOOPBACK),
        mtu=link.get("mtu") or 0,
        addresses=tuple(_address(each) for each in addresses),
        network_file=network_file,
        keeps_addresses=keeps,
        network_manager=_network_manager(index),
    )


def _address(message: Any) -> HeldAddress:
    flags = message.get("flags") or 0
    address: Address = parse_address(message.get("local") or message.get("address"))
    return HeldAddress(address, message["prefixlen"], bool(flags & _TENTATIVE), bool(flags & _FAILED))


def _networkd(index: int) -> tuple[str | None, bool]:
    """Return the file by which systemd-networkd configures an interface, and whether that keeps static addresses it does not know."""
    try:
        lines = (NETWORKD / str(index)).read_text(errors="replace").splitlines()
        file = next((line.partition("=")[2] for line in lines if line.startswith("NETWORK_FILE=")), None)
        if not file:
            return None, False
        parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        parser.read_string(Path(file).read_text(errors="replace"))
        return file, parser.get("Network", "KeepConfiguration", fallback="no") in {"yes", "static", "true", "on", "1"}
    except (OSError, configparser.Error):
        return None, False


def _network_manager(index: int) -> bool:
    try:
        return "managed=true" in (NETWORK_MANAGER / str(index)).read_text(errors="replace").splitlines()
    except OSError:
        return False
