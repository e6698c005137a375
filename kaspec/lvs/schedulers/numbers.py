"""Numbers that look random and are the same every time."""

WORD = 0xFFFFFFFFFFFFFFFF


def mixed(number: int) -> int:
    """Spread a counter over 64 bits (SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014)."""
    number = number * 0x9E3779B97F4A7C15 & WORD
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & WORD
    number = (number ^ number >> 27) * 0x94D049BB133111EB & WORD
    return number ^ number >> 31
