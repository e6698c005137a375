"""Lines of lists into the model: addresses, routes and tracked interfaces, and where they name an interface."""

from collections.abc import Iterable, Iterator

from kaspec.address import Address, family_of
from kaspec.config.diagnostics import (
    DUPLICATE_ADDRESS,
    DUPLICATE_TRACK,
    IPV4_ONLY,
    KEYWORD_INACTIVE,
    LABEL_ELSEWHERE,
    MALFORMED,
    OWN_INTERFACE_TRACKED,
    OWNER_WEIGHTED,
)
from kaspec.config.lexer import Report
from kaspec.config.lines import AddressLine, RouteLine
from kaspec.config.model import InterfaceUse
from kaspec.config.sections import Given
from kaspec.config.terms import TrackLine
from kaspec.config.values import DEFAULT_ROUTES, Prefix
from kaspec.vrrp.holdings import Route
from kaspec.vrrp.router import InterfaceTrack, VirtualAddress


def build_addresses(lines: Iterable[Given[AddressLine]], interface: str, report: Report) -> tuple[VirtualAddress, ...]:
    """Build the addresses of a list; ``interface`` is where those without ``dev`` go.  Duplicates stay, since a peer compares the list."""
    built: list[VirtualAddress] = []
    seen: set[VirtualAddress] = set()
    for given in lines:
        address = _address(given, interface, report)
        if address in seen:
            report(DUPLICATE_ADDRESS.at(given.at(given.value.prefix), "this address is given twice"))
        seen.add(address)
        built.append(address)
    return tuple(built)


def _address(given: Given[AddressLine], interface: str, report: Report) -> VirtualAddress:
    line = given.value
    address, length = line.prefix.value.address, line.prefix.value.length
    for word in line.inactive:
        report(KEYWORD_INACTIVE.at(given.at(word), f"{word.value} is known, but has no effect in this release"))
    device = line.interface.value if line.interface else interface
    if family_of(address) == 6:
        _ipv4_only(given, report)
        return VirtualAddress(address, length, device)
    label = line.label.value if line.label else None
    if line.label and not line.label.value.startswith(device):
        report(LABEL_ELSEWHERE.at(given.at(line.label), f"the label '{label}' does not begin with {device}", f"such as {device}:1"))
    return VirtualAddress(address, length, device, label, line.scope, _broadcast(line.broadcast, address, length))


def _ipv4_only(given: Given[AddressLine], report: Report) -> None:
    """Tell of what IPv6 addresses do not have; the kernel knows their scope by itself."""
    for option in ("label", "scope", "broadcast"):
        if placed := given.value.placed(option):
            report(IPV4_ONLY.at(given.at(placed), f"an IPv6 address has no {option}: it is ignored"))


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


def build_routes(lines: Iterable[Given[RouteLine]], report: Report) -> tuple[Route, ...]:
    """Build the routes of a list; one that this release would get wrong is left out."""
    return tuple(route for given in lines if (route := _route(given, report)))


def _route(given: Given[RouteLine], report: Report) -> Route | None:
    line = given.value
    if line.destination is None:
        report(MALFORMED.at(given.span, "this route leads nowhere", "begin it with a destination such as 192.0.2.0/24 or default"))
        return None
    for word in line.inactive:
        report(KEYWORD_INACTIVE.at(given.at(word), f"{word.value} is not active in this release, so this route is left out"))
    destination, beside = line.destination.value, [address for address in (line.via, line.source) if address is not None]
    if beside and any(word.text in DEFAULT_ROUTES for word in given.statement.words):
        destination = Prefix(Address(bytes(len(beside[0]))), 0)
    if len({family_of(address) for address in (destination.address, *beside)}) > 1:
        report(MALFORMED.at(given.at(line.destination), "this route mixes IPv4 and IPv6 addresses", "a route leads through one family"))
        return None
    if line.via is None and line.interface is None:
        report(MALFORMED.at(given.span, "this route has neither a gateway nor an interface", "add via ADDRESS or dev INTERFACE"))
        return None
    if isinstance(line.table, str):
        named = line.placed("table")
        report(
            MALFORMED.at(given.at(named or line.destination), f"'{line.table}' is not a known routing table", "write the table's number")
        )
        return None
    if line.inactive:
        return None
    interface = line.interface.value if line.interface else None
    return Route(destination.address, destination.length, line.via, interface, line.source, line.metric, line.table, line.scope)


def build_tracks(lines: Iterable[Given[TrackLine]], own: str, owner: bool, report: Report) -> tuple[InterfaceTrack, ...]:
    """Build the tracked interfaces.

    Left out are the instance's ``own`` interface, which is tracked anyway, those given twice, and, for an address ``owner``, those with a
    weight, since an owner's priority never changes.
    """
    built: dict[str, InterfaceTrack] = {}
    for given in lines:
        name = given.value.interface.value
        place = given.at(given.value.interface)
        if name == own:
            report(OWN_INTERFACE_TRACKED.at(place, f"{name} is the instance's own interface and tracked anyway; this line is ignored"))
        elif name in built:
            report(DUPLICATE_TRACK.at(place, f"{name} is already tracked; this line is ignored"))
        elif owner and given.value.weight:
            report(OWNER_WEIGHTED.at(place, "the priority of an address owner never changes; this line is ignored"))
        else:
            built[name] = InterfaceTrack(name, given.value.weight or 0, given.value.reverse)
    return tuple(built.values())


def interfaces_named(lines: Iterable[Given[AddressLine] | Given[RouteLine] | Given[TrackLine]], purpose: str) -> Iterator[InterfaceUse]:
    """Tell which interfaces the lines name, and where."""
    for given in lines:
        if given.value.interface:
            yield InterfaceUse(given.value.interface.value, given.at(given.value.interface), purpose)
