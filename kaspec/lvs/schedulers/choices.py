"""twos: the less busy of two servers drawn by weight (``ip_vs_twos.c``).

The kernel draws at random, so what can be specified is the distribution.  A state carries a seed, which makes one possible run of it.
"""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from kaspec.frozen import frozen
from kaspec.lvs.schedulers.server import Key, Server, Servers
from kaspec.numbers import MASK, mixed


@frozen
class TwoChoices:
    """twos: the seed of the next two draws."""

    seed: int = 0


def draw_two(state: TwoChoices, servers: Servers) -> tuple[TwoChoices, Server | None]:
    """Choose by two draws from the seed."""
    available = tuple(server for server in servers if server.available)
    if not available:
        return state, None
    count = sum(server.weight for server in available) + 1
    first, second = (mixed(state.seed + number) % count for number in (1, 2))
    return TwoChoices((state.seed + 2) & MASK), better_of(available, first, second)


def better_of(available: Servers, first: int, second: int) -> Server:
    """Return the less busy of the two servers that these numbers, 0 up to the sum of the weights, fall on; the first, if it is a tie."""
    one, other = _fall_on(available, first), _fall_on(available, second)
    return other if other.weight * one.overhead > one.weight * other.overhead else one


def distribution(servers: Servers) -> Mapping[Key, Fraction]:
    """Return how likely each server is to be chosen now; nobody, if none is available.

    (Draws count from 0 up to the sum of the weights, both included: the first available server has one more than its share.)
    """
    available = tuple(server for server in servers if server.available)
    if not available:
        return {}
    shares = Counter({server.key: server.weight for server in available})
    shares[available[0].key] += 1
    total = Fraction(1, sum(shares.values()) ** 2)
    likely = dict.fromkeys((server.key for server in servers), Fraction(0))
    for one, other in product(available, repeat=2):
        better = other if other.weight * one.overhead > one.weight * other.overhead else one
        likely[better.key] += shares[one.key] * shares[other.key] * total
    return likely


def _fall_on(available: Servers, number: int) -> Server:
    for server in available:
        number -= server.weight
        if number <= 0:
            return server
    raise AssertionError("a draw is at most the sum of the weights")
