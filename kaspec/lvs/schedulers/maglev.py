"""mh: Maglev hashing, which moves few clients when a server comes or goes (``ip_vs_mh.c``).

Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4.
"""

from functools import reduce
from math import gcd

from attrs import field

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.lvs.schedulers.hashing import WORD, fold
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers, find
from kaspec.lvs.schedulers.siphash import hsiphash

SLOTS = 4093
"""The size of the table with CONFIG_IP_VS_MH_TAB_INDEX 12, as Debian has it: a prime."""
WEIGHT_BITS = 6
"""Weights are shifted down to this many bits, to keep turns short."""
FIRST_KEY, SECOND_KEY = 2654435761, 2654446892


@frozen
class Maglev:
    """mh: who has which slot, and the flags ``port`` and ``fallback``."""

    flags: frozenset[Flag] = frozenset()
    slots: tuple[Key | None, ...] = field(default=(None,) * SLOTS, repr=False)


def populate(state: Maglev, servers: Servers) -> Maglev:
    """Fill the table anew: in rounds, each server takes as many free slots of its own permutation as it has turns.

    What counts is the last weight that was not 0: a server that is made quiescent keeps its slots.
    """
    turns = _turns(servers)
    if not any(turns):
        return Maglev(state.flags)
    slots: list[Key | None] = [None] * SLOTS
    places = [_hash(server.key.address, server.key.port, FIRST_KEY) % SLOTS for server in servers]
    skips = [_hash(server.key.address, server.key.port, SECOND_KEY) % (SLOTS - 1) + 1 for server in servers]
    free = SLOTS
    while True:
        for number, server in enumerate(servers):
            for _ in range(turns[number]):
                place = places[number]
                while slots[place] is not None:
                    place = (place + skips[number]) % SLOTS
                slots[place], places[number] = server.key, place
                free -= 1
                if not free:
                    return Maglev(state.flags, tuple(slots))


def by_maglev(state: Maglev, servers: Servers, packet: Packet) -> Server | None:
    """Choose whose slot the source address (with ``port``: and port) falls in.

    If that server is not available: nobody, or with ``fallback`` the first available one that ever other hashes of the source lead to.
    """
    port = packet.source_port if "port" in state.flags else 0
    first = _hash(packet.source, port, FIRST_KEY) % SLOTS
    server = find(servers, state.slots[first])
    if server is None or server.available:
        return server
    if "fallback" not in state.flags or not any(each.available for each in servers):
        return None
    for offset in range(SLOTS):
        slot = _hash(packet.source, port, FIRST_KEY, (offset + first) % SLOTS) % SLOTS
        server = find(servers, state.slots[slot])
        if server is None or server.available:
            return server
    return None


def _hash(address: Address, port: int, key: int, offset: int = 0) -> int:
    return hsiphash(offset + port + fold(address) & WORD, key)


def _turns(servers: Servers) -> list[int]:
    """Return how many slots each server takes in a round: its share of the weights' common divisor, in at most six bits."""
    weights = [server.last_weight for server in servers]
    common = reduce(gcd, weights, 0)
    if common == 0:
        return [0] * len(weights)
    shift = max((max(weights) // common).bit_length() - WEIGHT_BITS, 0)
    return [max((weight // common) >> shift, 1) if weight else 0 for weight in weights]
