"""Laws of the codecs: reading undoes writing, writing undoes reading, and no bytes are too strange to be read."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp, encode_gratuitous_arp
from kaspec.wire.checksum import checksum, is_valid, ones_complement_sum
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Malformed, Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import Advertisement, Undecodable, decode, encode
from tests.laws.strategies import advertisements, hosts, octets

DECODING_RULES = {rules.VERSION, rules.INCOMPLETE, rules.CHECKSUM, rules.TYPE}
packets = st.builds(Packet, hosts, hosts, octets, octets, st.binary(max_size=64))
macs = st.binary(min_size=6, max_size=6)


def naive_sum(data: bytes) -> int:
    """RFC 1071, word by word: add, and fold each carry back in."""
    total = 0
    for at in range(0, len(data), 2):
        total += data[at] << 8 | (data[at + 1] if at + 1 < len(data) else 0)
        total = (total & 0xFFFF) + (total >> 16)
    return total


def sealed(message: bytes) -> bytes:
    """The message with the checksum it should have."""
    blank = message[:6] + b"\0\0" + message[8:]
    return message[:6] + (0xFFFF - naive_sum(blank)).to_bytes(2, "big") + message[8:]


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Bytes laid out as RFC 3768 5.1 says, with any VRID, priority, authentication and interval, and the right checksum."""
    count = draw(st.integers(0, 5) | st.just(255))
    head = bytes([0x21, draw(octets), draw(octets), count, draw(octets), draw(octets), 0, 0])
    return sealed(head + draw(st.binary(min_size=4 * count + 8, max_size=4 * count + 8)))


@given(st.binary(max_size=80))
def test_the_sum_is_that_of_the_naive_loop(data: bytes) -> None:
    """RFC 1071: one division gives what adding word by word with end-around carry gives."""
    assert ones_complement_sum(data) == naive_sum(data)


@given(st.lists(st.binary(min_size=2, max_size=2), max_size=20), st.data())
def test_the_order_of_words_does_not_matter(words: list[bytes], data: st.DataObject) -> None:
    """RFC 1071 2(A): the sum is commutative and associative."""
    shuffled = data.draw(st.permutations(words))
    assert ones_complement_sum(b"".join(words)) == ones_complement_sum(b"".join(shuffled))


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_sum_of_a_whole_is_the_sum_of_its_sums(one: bytes, other: bytes) -> None:
    """RFC 1071 2(C): parts may be summed apart, if the first has whole words."""
    even = one[: len(one) // 2 * 2]
    parts = b"".join(ones_complement_sum(part).to_bytes(2, "big") for part in (even, other))
    assert ones_complement_sum(even + other) == ones_complement_sum(parts)


@given(st.binary(max_size=60).map(lambda data: data[: len(data) // 2 * 2]))
def test_data_with_its_checksum_is_valid(data: bytes) -> None:
    """The checksum is what makes the sum all ones; one flipped bit of a word makes it something else."""
    whole = data + checksum(data).to_bytes(2, "big")
    assert is_valid(whole)
    assert not is_valid(bytes([whole[0] ^ 1]) + whole[1:])


@given(advertisements())
def test_decode_undoes_encode(advertisement: Advertisement) -> None:
    """What was written is read back, and is 16 bytes and four for each address."""
    message = encode(advertisement)
    assert decode(2, message) == advertisement
    assert len(message) == 16 + 4 * len(advertisement.addresses)


@given(messages())
def test_encode_undoes_decode(message: bytes) -> None:
    """A valid message, read and written again, is the same bytes."""
    advertisement = decode(2, message)
    assert isinstance(advertisement, Advertisement)
    assert encode(advertisement) == message


@given(messages(), st.binary(max_size=30))
def test_what_follows_the_message_is_ignored(message: bytes, padding: bytes) -> None:
    """Padding after the authentication data changes nothing."""
    assert decode(2, message + padding) == decode(2, message)


@given(messages(), st.data())
def test_a_truncated_message_is_incomplete(message: bytes, data: st.DataObject) -> None:
    """RFC 3768 7.1: any shorter beginning of a message is discarded as incomplete, the empty one as of no version."""
    cut = message[: data.draw(st.integers(0, len(message) - 1))]
    undecodable = decode(2, cut)
    assert isinstance(undecodable, Undecodable)
    assert undecodable.rule == (rules.INCOMPLETE if cut else rules.VERSION)


@given(messages(), st.data())
def test_a_flipped_bit_is_seen(message: bytes, data: st.DataObject) -> None:
    """Any one flipped bit is found, by the version or the checksum; one of the count, which says where the message ends, need not be."""
    bit = data.draw(st.integers(0, 8 * len(message) - 1).filter(lambda bit: bit // 8 != 3))
    flipped = bytearray(message)
    flipped[bit // 8] ^= 1 << bit % 8
    assert isinstance(decode(2, bytes(flipped)), Undecodable)


@given(st.binary(max_size=80) | messages().flatmap(lambda message: st.integers(0, 255).map(lambda first: bytes([first]) + message[1:])))
def test_decode_is_total(message: bytes) -> None:
    """Any bytes are an advertisement or a broken rule; sealed with a right checksum too."""
    for each in (message, sealed(message) if len(message) >= 8 else message):
        decoded = decode(2, each)
        assert isinstance(decoded, Advertisement) or decoded.rule in DECODING_RULES


@given(packets, st.integers(0, 2**20))
def test_ipv4_is_read_as_written(packet: Packet, identification: int) -> None:
    """A datagram is read back whatever its identification, has a valid header, and link-layer padding is cut off."""
    datagram = encode_ipv4(packet, identification)
    assert decode_ipv4(datagram) == packet
    assert decode_ipv4(datagram + bytes(18)) == packet
    assert is_valid(datagram[:20])


@given(packets, st.binary(min_size=4, max_size=40).map(lambda options: options[: len(options) // 4 * 4]))
def test_ipv4_options_are_skipped(packet: Packet, options: bytes) -> None:
    """A header with options (IHL 6 to 15) is read to the same packet."""
    plain = encode_ipv4(packet)
    length = (len(plain) + len(options)).to_bytes(2, "big")
    assert decode_ipv4(bytes([0x45 + len(options) // 4, plain[1]]) + length + plain[4:20] + options + plain[20:]) == packet


@given(
    st.binary(max_size=60)
    | packets.map(encode_ipv4).flatmap(lambda datagram: st.integers(0, len(datagram)).map(lambda end: datagram[:end]))
)
def test_decoding_ipv4_is_total(datagram: bytes) -> None:
    """Any bytes are a packet, whose payload fits in them, or ``Malformed``."""
    packet = decode_ipv4(datagram)
    assert isinstance(packet, Malformed) or len(packet.payload) <= len(datagram) - 20


@given(advertisements(), hosts)
def test_an_advertisement_survives_the_wire(advertisement: Advertisement, source: Address) -> None:
    """From value to datagram to value."""
    sent = Packet(source, Address(bytes([224, 0, 0, 18])), VRRP_TTL, VRRP_PROTOCOL, encode(advertisement))
    received = decode_ipv4(encode_ipv4(sent))
    assert isinstance(received, Packet)
    assert decode(2, received.payload) == advertisement


@given(hosts, macs, st.binary(max_size=20))
def test_arp_is_read_as_written(address: Address, mac: bytes, padding: bytes) -> None:
    """A gratuitous ARP frame is 42 bytes and is read back, padded or not."""
    frame = encode_gratuitous_arp(GratuitousArp(address, mac))
    assert len(frame) == 42
    assert decode_gratuitous_arp(frame + padding) == GratuitousArp(address, mac)


@given(st.binary(max_size=60), hosts, macs, st.integers(0, 41), octets)
def test_decoding_arp_is_total(noise: bytes, address: Address, mac: bytes, at: int, octet: int) -> None:
    """Any bytes are a gratuitous ARP or ``Malformed``; what is read from a damaged frame is what stands in it."""
    assert isinstance(decode_gratuitous_arp(noise), GratuitousArp | Malformed)
    frame = bytearray(encode_gratuitous_arp(GratuitousArp(address, mac)))
    frame[at] = octet
    read = decode_gratuitous_arp(bytes(frame))
    assert isinstance(read, Malformed) or (read.address, read.mac) == (bytes(frame[28:32]), bytes(frame[22:28]))


@given(advertisements())
def test_equal_values_have_equal_bytes(advertisement: Advertisement) -> None:
    """Encoding is a function of the value: a copy gives the same bytes, another priority others."""
    assert encode(evolve(advertisement)) == encode(advertisement)
    assert encode(evolve(advertisement, priority=advertisement.priority ^ 1)) != encode(advertisement)
