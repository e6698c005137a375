"""Laws of the version 3 codec: both families, every form of checksum; and agreement with scapy, which is not ours."""

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.vrrp import VRRPv3

from kaspec import rules
from kaspec.address import Address, Family, format_address, vrrp_group
from kaspec.units import CENTISECOND, Interval
from kaspec.wire.checksum import CHECKSUM_FORMS, ChecksumForm
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, encode_ip
from kaspec.wire.vrrp import Advertisement, Ends, Undecodable, checksum_form, decode, encode
from tests.laws.strategies import hosts_of, octets

DECODING_RULES = {rules.VERSION, rules.INCOMPLETE, rules.CHECKSUM, rules.TYPE}
families: st.SearchStrategy[Family] = st.sampled_from((4, 6))
forms: st.SearchStrategy[ChecksumForm] = st.sampled_from(CHECKSUM_FORMS)
Sent = tuple[Advertisement, Ends, ChecksumForm]


@st.composite
def sent(draw: st.DrawFn, form: Literal["pseudo-header"] | None = None) -> Sent:
    """Any version 3 message that can be written, from whom to whom, and the form of its checksum."""
    family = draw(families)
    count = draw(st.integers(0, 6) | st.just(255))
    addresses = draw(st.lists(hosts_of[family], min_size=min(count, 6), max_size=min(count, 6)))
    listed = tuple(addresses) if count <= 6 else tuple(addresses[:1]) * count
    interval = Interval(draw(st.integers(0, 4095)) * CENTISECOND)
    chosen: ChecksumForm = draw(forms) if family == 4 and form is None else "pseudo-header"
    ends = draw(hosts_of[family]), draw(st.just(vrrp_group(family)) | hosts_of[family])
    return Advertisement(3, draw(octets), draw(octets), interval, listed), ends, chosen


@given(sent())
def test_decode_undoes_encode(packet: Sent) -> None:
    advertisement, ends, form = packet
    message = encode(advertisement, ends, form)
    assert decode(3, message, ends) == advertisement
    assert len(message) == 8 + len(ends[0]) * len(advertisement.addresses)


@given(sent())
def test_the_form_of_checksum_is_found(packet: Sent) -> None:
    """The first form that fits, for two may give the same sum; it writes the same bytes."""
    advertisement, ends, form = packet
    message = encode(advertisement, ends, form)
    found = checksum_form(message, ends)
    assert found is not None
    assert encode(advertisement, ends, found) == message


@given(sent(), st.data())
def test_a_truncated_message_is_incomplete(packet: Sent, data: st.DataObject) -> None:
    advertisement, ends, form = packet
    message = encode(advertisement, ends, form)
    cut = decode(3, message[: data.draw(st.integers(0, len(message) - 1))], ends)
    assert isinstance(cut, Undecodable)
    assert cut.rule in {rules.INCOMPLETE, rules.VERSION}


@given(sent(), st.data())
def test_a_flipped_bit_is_seen(packet: Sent, data: st.DataObject) -> None:
    """One of the count, which says where the message ends, need not be; with three forms in IPv4 a flip may turn one into another."""
    advertisement, ends, form = packet
    message = bytearray(encode(advertisement, ends, form))
    bit = data.draw(st.integers(0, 8 * len(message) - 1).filter(lambda bit: bit // 8 != 3))
    message[bit // 8] ^= 1 << bit % 8
    read = decode(3, bytes(message), ends)
    assert isinstance(read, Undecodable) or checksum_form(bytes(message), ends) != form


@given(st.binary(max_size=80) | sent().map(lambda packet: encode(*packet)), families, st.data())
def test_decode_is_total(message: bytes, family: Family, data: st.DataObject) -> None:
    ends = data.draw(hosts_of[family]), vrrp_group(family)
    read = decode(3, message, ends)
    assert isinstance(read, Advertisement) or read.rule in DECODING_RULES


@given(sent("pseudo-header"))
def test_we_and_scapy_write_the_same_bytes(packet: Sent) -> None:
    """A whole datagram of ours is scapy's, checksum included; scapy's VRRPv3 takes the pseudo-header in, as RFC 5798 was read first."""
    advertisement, (source, destination), _ = packet
    message = encode(advertisement, (source, destination))
    ours = encode_ip(Packet(source, destination, VRRP_TTL, VRRP_PROTOCOL, message))
    layer = VRRPv3(
        version=3,
        type=1,
        vrid=advertisement.virtual_router_id,
        priority=advertisement.priority,
        ipcount=len(advertisement.addresses),
        adv=advertisement.advertisement_interval // CENTISECOND,
        addrlist=[format_address(address) for address in advertisement.addresses],
    )
    assert bytes(_around(source, destination) / layer) == ours


def _around(source: Address, destination: Address) -> IP | IPv6:
    theirs, ours = format_address(destination), format_address(source)
    if len(source) == 4:
        return IP(src=ours, dst=theirs, ttl=255, tos=0xC0, id=0, proto=VRRP_PROTOCOL)
    return IPv6(src=ours, dst=theirs, hlim=255, tc=0xC0, nh=VRRP_PROTOCOL)


@given(sent("pseudo-header"))
def test_scapy_reads_what_we_write(packet: Sent) -> None:
    advertisement, (source, destination), _ = packet
    layer = VRRPv3(encode(advertisement, (source, destination)))
    assert (layer.version, layer.vrid, layer.priority) == (3, advertisement.virtual_router_id, advertisement.priority)
    assert layer.adv * CENTISECOND == advertisement.advertisement_interval
    assert layer.ipcount == len(advertisement.addresses)
