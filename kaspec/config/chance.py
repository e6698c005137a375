"""Numbers for ``${_RANDOM}``: they look random and are a function of the seed, so that a configuration can be made again."""

from kaspec.numbers import MASK, scatter


def draw(seed: int, count: int, low: int, high: int) -> int:
    """Return the number of ``low`` to ``high`` that is drawn after ``count`` others."""
    return low + scatter(scatter(seed & MASK) + count & MASK) % (high - low + 1)
