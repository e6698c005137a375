"""SipHash-1-3 of a 32-bit number, cut to 32 bits: ``hsiphash`` of linux/siphash.h on a 64-bit machine.

https://www.aumasson.jp/siphash/siphash.pdf (one round a word, three at the end).
"""

MASK = 0xFFFFFFFFFFFFFFFF


def hsiphash(number: int, key: int) -> int:
    """Hash an unsigned 32-bit number, stored little-endian, with both words of the key alike; 32 bits."""
    state = (key ^ 0x736F6D6570736575, key ^ 0x646F72616E646F6D, key ^ 0x6C7967656E657261, key ^ 0x7465646279746573)
    word = (4 << 56) | number
    a, b, c, d = _round(state[0], state[1], state[2], state[3] ^ word)
    a, b, c, d = _round(*_round(*_round(a ^ word, b, c ^ 0xFF, d)))
    return (a ^ b ^ c ^ d) & 0xFFFFFFFF


def _round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a = (a + b) & MASK
    b = _rotate(b, 13) ^ a
    a = _rotate(a, 32)
    c = (c + d) & MASK
    d = _rotate(d, 16) ^ c
    a = (a + d) & MASK
    d = _rotate(d, 21) ^ a
    c = (c + b) & MASK
    b = _rotate(b, 17) ^ c
    c = _rotate(c, 32)
    return a, b, c, d


def _rotate(word: int, by: int) -> int:
    return (word << by | word >> (64 - by)) & MASK
