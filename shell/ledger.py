"""What we had the kernel hold, by the keys that its notifications name: so that the loss of one of ours is noticed, and whose work it was.

The kernel says who asked for a change by the port of its netlink socket, which is the process's number unless it has several such sockets.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from kaspec.address import family_of
from kaspec.vrrp.holdings import MAIN_TABLE, Holding, PolicyRule, Route, VirtualAddress
from shell.route_events import Key, route_key, rule_key
from shell.route_messages import masked
from shell.rtnetlink import FAMILIES

_IPV6_METRIC = 1024
_FIRST_UNNAMED_PORT = 1 << 31


def key_of(holding: Holding, indexes: Mapping[str, int]) -> Key | None:
    """Return the kernel's name for an item; ``None`` for an address on an interface that does not exist."""
    match holding:
        case VirtualAddress():
            index = indexes.get(holding.interface)
            return None if index is None else address_key(index, holding.address, holding.prefix_length)
        case Route():
            ipv6, table = family_of(holding.destination) == 6, MAIN_TABLE if holding.table is None else holding.table
            metric = holding.metric or (_IPV6_METRIC if ipv6 else 0)
            network = masked(holding.destination, holding.prefix_length)
            service = 0 if ipv6 else holding.type_of_service
            return route_key(FAMILIES[family_of(holding.destination)], table, network, holding.prefix_length, service, metric)
        case PolicyRule():
            ends = (masked(*end) if end and end[1] else b"" for end in (holding.source, holding.destination))
            return rule_key(FAMILIES[holding.family], holding.priority, *ends)


def address_key(index: int, address: bytes, prefix_length: int) -> Key:
    """Return the name of an address."""
    return "address", index, address, prefix_length


@lru_cache(maxsize=8192)
def _key_of_address(virtual: VirtualAddress, index: int | None) -> Key | None:
    return None if index is None else address_key(index, virtual.address, virtual.prefix_length)


class Ledger:
    """What we hold, by key."""

    def __init__(self) -> None:
        self._held: dict[Key, Holding] = {}

    def note(self, changes: Iterable[tuple[bool, Holding]], indexes: Mapping[str, int]) -> None:
        """Enter what is installed (True), strike what is removed."""
        for install, holding in changes:
            key = (
                _key_of_address(holding, indexes.get(holding.interface))
                if isinstance(holding, VirtualAddress)
                else key_of(holding, indexes)
            )
            if key is not None and install:
                self._held[key] = holding
            elif key is not None:
                self._held.pop(key, None)

    def get(self, key: Key) -> Holding | None:
        """Return the item of that name, if it is ours."""
        return self._held.get(key)

    def items(self) -> Iterator[tuple[Key, Holding]]:
        """Return everything."""
        yield from tuple(self._held.items())

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return tuple(each for each in self._held.values() if isinstance(each, Route))

    def forget_interface(self, index: int) -> None:
        """Strike the addresses of an interface that is gone."""
        for key in [key for key in self._held if key[:2] == ("address", index)]:
            del self._held[key]


def process_words(port: int) -> str:
    """Say whose netlink port that is, as far as /proc still knows."""
    if port == 0:
        return "the kernel"
    if port >= _FIRST_UNNAMED_PORT:
        return f"a process that is not named (netlink port {port})"
    with suppress(OSError):
        return f"process {port} ({Path(f'/proc/{port}/comm').read_text().strip()})"
    return f"process {port}, which has ended"
