"""Captures as every tool writes them: both byte orders, micro- and nanoseconds, pcapng; and what is none."""

from struct import pack

import pytest

from kaspec.units import Instant
from kaspec.wire.ip import Malformed
from kaspec.wire.pcap import Captured, Frame, decode_captured, encode_pcap

AT = Instant(1_795_367_777_644_535)
SECONDS, MICROSECONDS = divmod(AT, 1_000_000)


def read(data: bytes) -> list[Captured]:
    found = decode_captured(data)
    assert not isinstance(found, Malformed), found
    return list(found)


def test_what_is_written_is_read() -> None:
    frames = [Frame(AT, b"one"), Frame(Instant(AT + 1), b"another")]

    assert read(encode_pcap(frames)) == [(AT, 1, b"one"), (AT + 1, 1, b"another")]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("magic", "scale"), [(0xA1B2C3D4, 1), (0xA1B23C4D, 1000)])
def test_either_byte_order_and_resolution(order: str, magic: int, scale: int) -> None:
    head = pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, 113)
    record = pack(f"{order}IIII", SECONDS, MICROSECONDS * scale, 4, 4) + b"seen"

    assert read(head + record) == [(AT, 113, b"seen")]


def test_a_capture_that_was_cut_off_is_read_up_to_there() -> None:
    whole = encode_pcap([Frame(AT, b"one"), Frame(AT, b"another")])

    assert [read(whole[:-cut]) for cut in (1, 7, 8, 20)] == [[(AT, 1, b"one")]] * 4


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return pack(f"{order}II", kind, len(body) + 12) + body + pack(f"{order}I", len(body) + 12)


def section(order: str, *blocks: bytes) -> bytes:
    return block(order, 0x0A0D0D0A, pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)) + b"".join(blocks)


def interface(order: str, link_type: int, *options: tuple[int, bytes]) -> bytes:
    written = b"".join(pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options)
    return block(order, 1, pack(f"{order}HHI", link_type, 0, 0) + written)


def packet(order: str, number: int, ticks: int, data: bytes) -> bytes:
    return block(order, 6, pack(f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)) + data)


@pytest.mark.parametrize("order", "<>")
def test_pcapng_with_its_interfaces_each_with_its_own_resolution(order: str) -> None:
    data = section(
        order,
        interface(order, 1),
        interface(order, 101, (9, b"\x09"), (14, pack(f"{order}q", 1_000_000_000))),
        packet(order, 0, AT, b"micro"),
        block(order, 5, b"statistics"),
        packet(order, 1, (AT - 1_000_000_000_000_000) * 1000, b"nano"),
        packet(order, 7, AT, b"of no interface"),
    )

    assert read(data) == [(AT, 1, b"micro"), (AT, 101, b"nano")]


def test_a_second_section_may_have_another_byte_order() -> None:
    one, other = (section(order, interface(order, 1), packet(order, 0, AT, order.encode())) for order in "<>")

    assert read(one + other) == [(AT, 1, b"<"), (AT, 1, b">")]


def test_pcapng_that_was_cut_off_is_read_up_to_there() -> None:
    whole = section("<", interface("<", 1), packet("<", 0, AT, b"one"), packet("<", 0, AT, b"two"))

    assert read(whole[:-3]) == [(AT, 1, b"one")]


@pytest.mark.parametrize(("data", "why"), [(b"", "neither"), (b"GET / HTTP/1.1\r\n" * 9, "neither"), (b"\x1f\x8b" + bytes(30), "gzip")])
def test_what_is_no_capture_is_said_to_be_none(data: bytes, why: str) -> None:
    found = decode_captured(data)

    assert isinstance(found, Malformed)
    assert why in found.reason
