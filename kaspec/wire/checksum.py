"""The Internet checksum (RFC 1071)."""


def ones_complement_sum(data: bytes) -> int:
    """Return the 16-bit one's complement sum of big-endian words; an odd last byte is padded with zero.

    Since 2**16 is 1 modulo 65535, the end-around-carry sum is the whole number modulo 65535 (with 65535 standing for a
    non-zero multiple), which Python computes in one step.
    """
    number = int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big")
    return number % 0xFFFF or (0xFFFF if number else 0)


def checksum(data: bytes) -> int:
    """Return the checksum of ``data`` whose checksum field is zero: the complement of the sum."""
    return 0xFFFF - ones_complement_sum(data)


def is_valid(data: bytes) -> bool:
    """Tell whether ``data``, checksum field included, sums to all ones."""
    return ones_complement_sum(data) == 0xFFFF
