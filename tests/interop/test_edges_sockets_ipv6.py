"""The raw sockets of IPv6, on real interfaces between namespaces: what comes in is a whole datagram, as it was on the wire."""

import errno
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.lab.capture import Capture
from conformance.lab.waiting import wait_until
from kaspec.address import VRRP_GROUP_V6, Address, parse_address
from kaspec.units import SECOND
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, decode_ipv6, encode_ipv6
from kaspec.wire.ndisc import (
    UnsolicitedNeighborAdvertisement,
    decode_unsolicited_neighbor_advertisement,
    encode_unsolicited_neighbor_advertisement,
)
from kaspec.wire.vrrp import Advertisement, encode
from shell import clock
from shell.ancillary import PAYLOAD_SIZE
from shell.batch import RECEIVE_SIZE, SEND_SIZE
from shell.sockets import GratuitousArpSocket, VrrpReceiver, VrrpSender
from tests.interop.conftest import TwoRouters

A, VIRTUAL = parse_address("fe80::ff:fe00:1"), parse_address("fe80::100")
PATIENCE = 5


def packet(virtual_router_id: int = 51, priority: int = 100, addresses: int = 1) -> Packet:
    """Return an advertisement of router a's, from its link-local address."""
    advertisement = Advertisement(3, virtual_router_id, priority, SECOND, (VIRTUAL,) * addresses)
    return Packet(A, VRRP_GROUP_V6, VRRP_TTL, VRRP_PROTOCOL, encode(advertisement, (A, VRRP_GROUP_V6)))


def advert(virtual_router_id: int = 51, priority: int = 100) -> bytes:
    return encode_ipv6(packet(virtual_router_id, priority))


@pytest.fixture
def sender(lan: TwoRouters) -> Iterator[VrrpSender]:
    index = lan.a.index("eth0")
    with lan.a.namespace.entered():
        opened = VrrpSender("eth0", index, 6)
    yield opened
    opened.close()


@pytest.fixture
def receiver(lan: TwoRouters) -> Iterator[VrrpReceiver]:
    index = lan.b.index("eth0")
    with lan.b.namespace.entered():
        opened = VrrpReceiver("eth0", index, 6)
    yield opened
    opened.close()


def heard(receiver: VrrpReceiver, count: int) -> list[bytes]:
    got: list[bytes] = []

    def enough() -> bool:
        got.extend(datagram for _, datagram in receiver.receive(RECEIVE_SIZE))
        return len(got) >= count

    wait_until(enough, PATIENCE, f"{count} datagrams")
    return got


@pytest.mark.parametrize("count", [1, 2, 3 * SEND_SIZE + 7])
def test_what_is_sent_is_what_is_heard_byte_for_byte(sender: VrrpSender, receiver: VrrpReceiver, count: int) -> None:
    datagrams = [advert(number % 255 + 1, number % 251) for number in range(count)]
    assert sender.send(datagrams) == ()
    assert heard(receiver, count) == datagrams


def test_what_goes_out_has_the_header_the_rfc_asks_for(sender: VrrpSender, capture: Capture) -> None:
    assert sender.send([advert()]) == ()

    def ours() -> list[bytes]:
        return [frame.data for frame in capture.frames if frame.data[12:14] == b"\x86\xdd" and frame.data[20] == VRRP_PROTOCOL]

    wait_until(lambda: len(ours()) == 1, PATIENCE, "an advert on the LAN")
    (frame,) = ours()
    assert frame[:6].hex(":") == "33:33:00:00:00:12"
    assert frame[14:16] == b"\x6c\x00"
    assert decode_ipv6(frame[14:]) == packet()


def test_hop_limit_and_destination_are_the_core_s_to_judge(lan: TwoRouters, receiver: VrrpReceiver) -> None:
    """Sent by the kernel's own means, to the receiver alone and not as VRRP says."""
    lan.b.set_address("eth0", "fd00::2/64")
    lan.a.set_address("eth0", "fd00::1/64")
    with lan.a.socket(socket.AF_INET6, socket.SOCK_RAW, VRRP_PROTOCOL) as plain:
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 7)
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 0x28)
        wait_until(lambda: _sent(plain, b"\x31\x07abcdef"), PATIENCE, "a neighbour")
    (datagram, *_) = heard(receiver, 1)
    expected = Packet(parse_address("fd00::1"), parse_address("fd00::2"), 7, VRRP_PROTOCOL, b"\x31\x07abcdef")
    assert decode_ipv6(datagram) == expected
    assert datagram[:2] == b"\x62\x80"


def _sent(plain: socket.socket, payload: bytes) -> bool:
    return plain.sendto(payload, ("fd00::2", 0)) == len(payload)


def test_it_hears_nothing_of_its_own(lan: TwoRouters, sender: VrrpSender, receiver: VrrpReceiver) -> None:
    index = lan.a.index("eth0")
    with lan.a.namespace.entered():
        own = VrrpReceiver("eth0", index, 6)
    assert sender.send([advert()]) == ()
    heard(receiver, 1)
    assert own.receive(1) == []
    own.close()


def test_the_kernel_drops_the_virtual_routers_that_are_not_admitted(sender: VrrpSender, receiver: VrrpReceiver) -> None:
    everything, last = [advert(number) for number in range(256)], advert(7, 77)

    @settings(max_examples=25)
    @given(st.frozensets(st.integers(0, 255)))
    def only_the_admitted_are_heard(virtual_router_ids: frozenset[int]) -> None:
        admitted = sorted(virtual_router_ids | {7})
        receiver.admit(admitted)
        assert sender.send([*everything, last]) == ()
        assert [datagram[41] for datagram in heard(receiver, len(admitted) + 1)] == [*admitted, 7]

    only_the_admitted_are_heard()
    receiver.admit(None)
    sender.send(everything)
    assert len(heard(receiver, 256)) == 256


def test_the_longest_message_is_kept_whole(lan: TwoRouters, sender: VrrpSender, receiver: VrrpReceiver) -> None:
    for host in (lan.a, lan.b):
        host.netlink.link("set", index=host.index("eth0"), mtu=9000)
    for port in ("front", "a-eth0", "b-eth0"):
        lan.lab.switch.netlink.link("set", index=lan.lab.switch.index(port), mtu=9000)
    longest, longer = encode_ipv6(packet(addresses=255)), encode_ipv6(Packet(A, VRRP_GROUP_V6, VRRP_TTL, VRRP_PROTOCOL, bytes(8000)))
    assert sender.send([longest, longer, advert()]) == ()
    first, second, third = heard(receiver, 3)
    assert (first, len(second), third) == (longest, 40 + PAYLOAD_SIZE, advert())


def test_each_refused_datagram_is_a_problem_and_the_others_go_out(sender: VrrpSender, receiver: VrrpReceiver) -> None:
    problems = sender.send([advert(1), advert(2) + bytes(2000), advert(3)])
    assert [problem.code for problem in problems] == [errno.EMSGSIZE]
    assert [datagram[41] for datagram in heard(receiver, 2)] == [1, 3]


def test_a_datagram_counts_from_its_arrival_however_late_it_is_read(sender: VrrpSender, receiver: VrrpReceiver) -> None:
    before = clock.now()
    assert sender.send([advert()]) == ()
    arrived = clock.now()
    wait_until(lambda: clock.now() - arrived > 50_000, PATIENCE, "the datagram has waited")
    ((at, _),) = receiver.receive(1)
    assert before - 100 <= at <= arrived + 1000


def test_neighbour_advertisements_go_out_whole(lan: TwoRouters, capture: Capture) -> None:
    announcement = UnsolicitedNeighborAdvertisement(VIRTUAL, bytes.fromhex("020000000001"), router=False)
    with lan.a.namespace.entered():
        announcer = GratuitousArpSocket()
    assert announcer.send([(lan.a.index("eth0"), encode_unsolicited_neighbor_advertisement(announcement))] * 3) == ()
    announcer.close()

    def seen() -> list[object]:
        read = (decode_unsolicited_neighbor_advertisement(frame.data) for frame in capture.frames)
        return [each for each in read if each == announcement]

    wait_until(lambda: len(seen()) == 3, PATIENCE, "three neighbour advertisements")


def test_a_source_address_is_not_the_socket_s_business(sender: VrrpSender, receiver: VrrpReceiver) -> None:
    """The core says where an advertisement comes from; a virtual MAC's may be an address that this interface has not."""
    elsewhere = Packet(Address(parse_address("fe80::abcd")), VRRP_GROUP_V6, VRRP_TTL, VRRP_PROTOCOL, packet().payload)
    assert sender.send([encode_ipv6(elsewhere)]) == ()
    assert heard(receiver, 1) == [encode_ipv6(elsewhere)]
