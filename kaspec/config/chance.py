"""Numbers for ``${_RANDOM}``: they look random and are a function of the seed, so that a configuration can be made again."""

MASK = (1 << 64) - 1


def scatter(number: int) -> int:
    """Spread the bits of a number evenly: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators")."""
    number = (number + 0x9E3779B97F4A7C15) & MASK
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & MASK
    return number ^ number >> 31


def draw(seed: int, count: int, low: int, high: int) -> int:
    """Return the number of ``low`` to ``high`` that is drawn after ``count`` others."""
    return low + scatter(scatter(seed & MASK) + count & MASK) % (high - low + 1)
