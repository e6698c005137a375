"""dh and sh: a table of 256 buckets, looked up by the packet's destination or source (``ip_vs_dh.c``, ``ip_vs_sh.c``)."""

from collections.abc import Iterator

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers, find

BITS = 8
BUCKETS = 1 << BITS
"""CONFIG_IP_VS_DH_TAB_BITS and CONFIG_IP_VS_SH_TAB_BITS as Debian has them."""
GOLDEN_RATIO = 0x61C88647
WORD = 0xFFFFFFFF
EMPTY: tuple[Key | None, ...] = (None,) * BUCKETS


def fold(address: Address) -> int:
    """Return an IPv4 address as a number, an IPv6 address as the exclusive or of its four words."""
    folded = 0
    for start in range(0, len(address), 4):
        folded ^= int.from_bytes(address[start : start + 4])
    return folded


def hash_32(number: int, bits: int) -> int:
    """Return the uppermost ``bits`` of the low word of the number's product with the golden ratio (``hash_32`` of linux/hash.h)."""
    return (number * GOLDEN_RATIO & WORD) >> (32 - bits)


@frozen
class DestinationHash:
    """dh: who has which bucket."""

    buckets: tuple[Key | None, ...] = EMPTY


def deal(servers: Servers) -> DestinationHash:
    """Give each server a bucket in turn, whatever its weight."""
    if not servers:
        return DestinationHash()
    return DestinationHash(tuple(servers[bucket % len(servers)].key for bucket in range(BUCKETS)))


def by_destination(state: DestinationHash, servers: Servers, packet: Packet) -> Server | None:
    """Choose whose bucket the destination address falls in; nobody, if that server is not available."""
    return _available(servers, state.buckets[hash_32(fold(packet.destination), BITS)])


@frozen
class SourceHash:
    """sh: who has which bucket, and the flags ``port`` and ``fallback``."""

    flags: frozenset[Flag] = frozenset()
    buckets: tuple[Key | None, ...] = EMPTY


def deal_by_weight(state: SourceHash, servers: Servers) -> SourceHash:
    """Give each server as many buckets in a row as it has weight (one, if it has none), around and around."""
    if not servers:
        return SourceHash(state.flags)
    dealt = _rows(servers)
    return SourceHash(state.flags, tuple(next(dealt) for _ in range(BUCKETS)))


def _rows(servers: Servers) -> Iterator[Key]:
    while True:
        for server in servers:
            for _ in range(max(server.weight, 1)):
                yield server.key


def by_source(state: SourceHash, servers: Servers, packet: Packet) -> Server | None:
    """Choose whose bucket the source address (with ``port``: and port) falls in.

    If that server is not available: nobody, or with ``fallback`` the first available one in a walk over the buckets.
    """
    number = fold(packet.source) + (packet.source_port if "port" in state.flags else 0)
    first = hash_32(number & WORD, BITS)
    chosen = _available(servers, state.buckets[first])
    if chosen is not None or "fallback" not in state.flags:
        return chosen
    walk = ((offset + first) % BUCKETS for offset in range(BUCKETS))
    tried = (state.buckets[(offset + first) % BUCKETS] for offset in walk)
    return next((server for key in tried if (server := _available(servers, key)) is not None), None)


def _available(servers: Servers, key: Key | None) -> Server | None:
    server = find(servers, key)
    return server if server is not None and server.available else None
