"""Agreement with an independent codec: scapy's VRRP layer reads what we write, and we read what it writes (version 2)."""

from hypothesis import given
from hypothesis import strategies as st
from scapy.config import conf
from scapy.layers.inet import IP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRP

from kaspec.address import Address, format_address, parse_address
from kaspec.units import SECOND
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp, encode_gratuitous_arp
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import Advertisement, decode, encode
from tests.laws.strategies import advertisements, hosts

conf.max_list_count = 255  # as many addresses as a message can count; scapy alone reads 100


def scapys(advertisement: Advertisement) -> VRRP:
    """The same message as a scapy layer, its checksum left to scapy."""
    data = advertisement.authentication_data
    return VRRP(
        version=advertisement.version,
        type=1,
        vrid=advertisement.virtual_router_id,
        priority=advertisement.priority,
        ipcount=len(advertisement.addresses),
        authtype=advertisement.authentication_type,
        adv=advertisement.advertisement_interval // SECOND,
        addrlist=[format_address(address) for address in advertisement.addresses],
        auth1=int.from_bytes(data[:4], "big"),
        auth2=int.from_bytes(data[4:], "big"),
    )


@given(advertisements(), hosts)
def test_scapy_reads_what_we_write(advertisement: Advertisement, source: Address) -> None:
    """Every field of our datagram, by scapy."""
    ours = Packet(source, parse_address("224.0.0.18"), VRRP_TTL, VRRP_PROTOCOL, encode(advertisement))
    read = IP(encode_ipv4(ours))
    layer = read[VRRP]
    assert (read.src, read.dst, read.ttl, read.tos, read.proto) == (format_address(source), "224.0.0.18", 255, 0xC0, 112)
    assert (layer.version, layer.type, layer.vrid, layer.priority) == (2, 1, advertisement.virtual_router_id, advertisement.priority)
    assert layer.adv * SECOND == advertisement.advertisement_interval
    assert tuple(map(parse_address, layer.addrlist)) == advertisement.addresses
    assert layer.authtype == advertisement.authentication_type
    assert layer.auth1.to_bytes(4, "big") + layer.auth2.to_bytes(4, "big") == advertisement.authentication_data


@given(advertisements())
def test_we_and_scapy_write_the_same_bytes(advertisement: Advertisement) -> None:
    """Our message is scapy's, byte for byte, checksum included; and we read it back."""
    theirs = bytes(scapys(advertisement))
    assert encode(advertisement) == theirs
    assert decode(2, theirs) == advertisement


@given(advertisements(), hosts, st.integers(0, 0xFFFF), st.integers(0, 255))
def test_we_read_what_scapy_sends(advertisement: Advertisement, source: Address, identification: int, ttl: int) -> None:
    """A datagram of scapy's is the packet that it says."""
    sent = IP(src=format_address(source), dst="224.0.0.18", ttl=ttl, id=identification, proto=VRRP_PROTOCOL) / scapys(advertisement)
    assert decode_ipv4(bytes(sent)) == Packet(source, parse_address("224.0.0.18"), ttl, VRRP_PROTOCOL, encode(advertisement))


@given(hosts, st.binary(min_size=6, max_size=6))
def test_we_and_scapy_write_the_same_arp(address: Address, mac: bytes) -> None:
    """A gratuitous ARP frame is scapy's, byte for byte."""
    vip, hardware = format_address(address), mac.hex(":")
    frame = Ether(src=hardware, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=hardware, psrc=vip, hwdst="ff:ff:ff:ff:ff:ff", pdst=vip)
    assert encode_gratuitous_arp(GratuitousArp(address, mac)) == bytes(frame)
    assert decode_gratuitous_arp(bytes(frame)) == GratuitousArp(address, mac)
