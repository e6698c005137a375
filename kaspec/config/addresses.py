"""Lines of lists into the model: addresses, routes and tracked interfaces, and where they name an interface."""

from collections.abc import Iterable, Iterator
from typing import Any

from kaspec.address import Address, family_of
from kaspec.config.diagnostics import (
    DUPLICATE_ADDRESS,
    IPV4_ONLY,
    KEYWORD_INACTIVE,
    LABEL_ELSEWHERE,
    MALFORMED,
    OPTION_IDLE,
)
from kaspec.config.lexer import Report
from kaspec.config.lines import AddressLine, RouteLine
from kaspec.config.model import InterfaceUse
from kaspec.config.sections import Given
from kaspec.config.terms import TrackLine
from kaspec.frozen import evolve
from kaspec.vrrp.holdings import AddressFlag
from kaspec.vrrp.router import VirtualAddress

HOST_LENGTH = 128
"""The length of an IPv6 address that is its own network."""


def build_addresses(
    lines: Iterable[Given[AddressLine]], interface: str, report: Report, instance: bool = True
) -> tuple[VirtualAddress, ...]:
    """Build the addresses of a list; ``interface`` is where those without ``dev`` go.  Duplicates stay, since a peer compares the list.

    ``instance``: of a ``vrrp_instance``, not static.
    """
    built: list[VirtualAddress] = []
    seen: set[VirtualAddress] = set()
    for given in lines:
        address = _address(given, interface, instance, report)
        if address in seen:
            report(DUPLICATE_ADDRESS.at(given.at(given.value.prefix), "this address is given twice"))
        seen.add(address)
        built.append(address)
    return tuple(built)


def _address(given: Given[AddressLine], interface: str, instance: bool, report: Report) -> VirtualAddress:
    line = given.value
    address, length = line.prefix.value.address, line.prefix.value.length
    for word in line.inactive:
        report(KEYWORD_INACTIVE.at(given.at(word), f"{word.value} is known, but has no effect in this release"))
    device = line.interface.value if line.interface else interface
    if family_of(address) == 6:
        _ipv4_only(given, report)
        return evolve(VirtualAddress(address, length, device), **_ipv6_options(line, length), **_common_options(given, instance, report))
    _ipv6_only(given, report)
    label = line.label.value if line.label else None
    if line.label and not line.label.value.startswith(device):
        report(LABEL_ELSEWHERE.at(given.at(line.label), f"the label '{label}' does not begin with {device}", f"such as {device}:1"))
    virtual = VirtualAddress(address, length, device, label, line.scope, _broadcast(line.broadcast, address, length))
    return evolve(virtual, **_common_options(given, instance, report))


def _ipv4_only(given: Given[AddressLine], report: Report) -> None:
    """Tell of what IPv6 addresses do not have; the kernel knows their scope by itself."""
    for option in ("label", "scope", "broadcast"):
        if placed := given.value.placed(option):
            report(IPV4_ONLY.at(given.at(placed), f"an IPv6 address has no {option}: it is ignored"))


def _ipv6_only(given: Given[AddressLine], report: Report) -> None:
    """Tell of what IPv4 addresses do not have; keepalived ignores it without a word."""
    for option in ("home", "mngtmpaddr", "-nodad", "preferred_lft"):
        if placed := given.value.placed(option):
            report(OPTION_IDLE.at(given.at(placed), f"an IPv4 address has no {option}: it is ignored"))


def _ipv6_options(line: AddressLine, length: int) -> dict[str, Any]:
    """Return what only IPv6 has; an address without a network is not a source of new connections unless that is asked for."""
    lifetime = line.value("preferred_lft")
    preferred = (0 if length == HOST_LENGTH else None) if lifetime is None else None if lifetime == "forever" else lifetime
    return {"duplicate_detection": line.value("-nodad") is not None, "preferred_lifetime": preferred}


def _common_options(given: Given[AddressLine], instance: bool, report: Report) -> dict[str, Any]:
    line = given.value
    ipv6 = len(line.prefix.value.address) == 16
    flags: tuple[AddressFlag, ...] = ("home", "mngtmpaddr", "noprefixroute", "autojoin") if ipv6 else ("noprefixroute", "autojoin")
    options: dict[str, Any] = {"flags": frozenset(flag for flag in flags if line.value(flag)), "tracked": line.value("no_track") is None}
    group, peer = line.placed("track_group"), line.value("peer")
    if group is not None and instance:
        report(OPTION_IDLE.at(given.at(group), "track_group is for static addresses: an instance tracks its own anyway"))
    elif group is not None:
        options["track_group"] = group.value
    if peer is not None and len(peer.address) == len(line.prefix.value.address):
        options |= {"peer": peer.address, "prefix_length": peer.length}
    elif peer is not None:
        report(MALFORMED.at(given.at(line.prefix), "the peer of an address is of its family", "write another peer"))
    return options


def _broadcast(broadcast: Address | str | None, address: Address, length: int) -> Address | None:
    """Compute ``+`` (every host bit set) and ``-`` (none set)."""
    hosts = (1 << (32 - length)) - 1
    match broadcast:
        case "+":
            return Address((int.from_bytes(address) | hosts).to_bytes(4))
        case "-":
            return Address((int.from_bytes(address) & ~hosts).to_bytes(4))
        case bytes():
            return Address(broadcast)
        case _:
            return None


def interfaces_named(lines: Iterable[Given[AddressLine] | Given[RouteLine] | Given[TrackLine]], purpose: str) -> Iterator[InterfaceUse]:
    """Tell which interfaces the lines name, and where."""
    for given in lines:
        if given.value.interface:
            yield InterfaceUse(given.value.interface.value, given.at(given.value.interface), purpose)
