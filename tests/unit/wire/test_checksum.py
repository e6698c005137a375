"""The Internet checksum on the examples of RFC 1071 and on its corner cases."""

from kaspec.wire.checksum import checksum, is_valid, ones_complement_sum

RFC_1071_EXAMPLE = bytes.fromhex("0001f203f4f5f6f7")


def test_rfc_1071_section_3() -> None:
    """The example of the RFC: the sum is ddf2, the checksum 220d."""
    assert ones_complement_sum(RFC_1071_EXAMPLE) == 0xDDF2
    assert checksum(RFC_1071_EXAMPLE) == 0x220D
    assert is_valid(RFC_1071_EXAMPLE + b"\x22\x0d")


def test_an_odd_byte_is_padded() -> None:
    assert ones_complement_sum(b"\x12\x34\x56") == ones_complement_sum(b"\x12\x34\x56\x00") == 0x1234 + 0x5600


def test_zero_and_its_other_form() -> None:
    """Nothing sums to 0; words that add up to 65535 sum to all ones, not to 0."""
    assert ones_complement_sum(b"") == ones_complement_sum(bytes(8)) == 0
    assert ones_complement_sum(b"\xff\xff") == ones_complement_sum(b"\xff\xfe\x00\x01") == 0xFFFF
    assert not is_valid(bytes(8))
