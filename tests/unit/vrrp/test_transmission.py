"""RFC 3768 7.2: what leaves the router, byte for byte as keepalived 2.2.7 sends it."""

from attrs import evolve

from kaspec.address import parse_address
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ipv4

VIPS = tuple(VirtualAddress(parse_address(f"10.99.0.{host}"), 24, "eth0") for host in (100, 101))
KEEPALIVED = VirtualRouter("VI_1", "eth0", 51, priority=150, addresses=VIPS)
FIRST = "45c0002c00010000ff70d02a0a630001e0000012" + "213396020001333a0a6300640a6300650000000000000000"
WITH_PASSWORD = "45c0002c00010000ff70d02a0a630001e0000012" + "21339602010128200a6300640a6300657333637233740000"
LAST = "45c0002c00060000ff70d0250a630001e0000012" + "213300020001c93a0a6300640a6300650000000000000000"


def datagram(router: VirtualRouter, priority: int, identification: int) -> str:
    sent = SendAdvertisement(advertisement(router, priority), parse_address("10.99.0.1"))
    return encode_ipv4(transmit(sent), identification).hex()


def test_whole_datagrams_are_keepalived_s() -> None:
    """From a configuration to the bytes of the capture: the first advertisement, one with a password, the last one."""
    assert datagram(KEEPALIVED, 150, 1) == FIRST
    assert datagram(evolve(KEEPALIVED, authentication=SimplePassword.of("s3cr3t")), 150, 1) == WITH_PASSWORD
    assert datagram(KEEPALIVED, 0, 6) == LAST
