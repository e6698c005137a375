"""Numbers that look random and are a function of what they are made from (SplitMix64).

Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
"""

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
"""The step of a stream: 2 to the power of 64 by the golden ratio."""


def finished(number: int) -> int:
    """Spread the bits of a number of 64 bits evenly."""
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & MASK
    return number ^ number >> 31


def scatter(number: int) -> int:
    """Return what comes after a number in the stream that it is the state of."""
    return finished((number + GOLDEN) & MASK)


def mixed(number: int) -> int:
    """Spread a counter over 64 bits."""
    return finished(number * GOLDEN & MASK)
