"""The raw sockets, on real interfaces between namespaces."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.lab.capture import Capture
from conformance.lab.inject import inject
from conformance.lab.network import Host
from conformance.lab.waiting import wait_until
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.units import SECOND, Instant
from kaspec.wire.arp import GratuitousArp, decode_gratuitous_arp, encode_gratuitous_arp
from kaspec.wire.ip import VRRP_PROTOCOL, VRRP_TTL, Packet, decode_ipv4, encode_ipv4
from kaspec.wire.vrrp import NO_AUTHENTICATION, Advertisement, encode
from shell import clock
from shell.batch import DATAGRAM_SIZE, RECEIVE_SIZE, SEND_SIZE
from shell.sockets import CREDIBLE_AGE, GratuitousArpSocket, VrrpReceiver, VrrpSender, _arrival
from tests.interop.conftest import TwoRouters

A = parse_address("192.168.123.101")
PATIENCE = 5
MANY = 3 * SEND_SIZE + 7


def advert(virtual_router_id: int = 51, priority: int = 100, destination: Address = VRRP_GROUP_V4) -> bytes:
    """Return a datagram of router a's, complete with its IP header."""
    advertisement = Advertisement(2, virtual_router_id, priority, SECOND, (parse_address("192.168.123.100"),), NO_AUTHENTICATION, bytes(8))
    return encode_ipv4(Packet(A, destination, VRRP_TTL, VRRP_PROTOCOL, encode(advertisement)))


class Wire:
    """Both directions on an interface of a host."""

    def __init__(self, host: Host, interface: str) -> None:
        index = host.index(interface)
        with host.namespace.entered():
            self._receiver, self._sender = VrrpReceiver(interface, index), VrrpSender(interface, index)
        self.receive, self.admit, self.send = self._receiver.receive, self._receiver.admit, self._sender.send

    def close(self) -> None:
        self._receiver.close()
        self._sender.close()


@contextmanager
def wire(host: Host, interface: str = "eth0") -> Iterator[Wire]:
    """Have both sockets on a host."""
    opened = Wire(host, interface)
    try:
        yield opened
    finally:
        opened.close()


def heard(wire: Wire, count: int) -> list[bytes]:
    """Wait for so many datagrams and return their payloads."""
    got: list[bytes] = []

    def enough() -> bool:
        got.extend(datagram for _, datagram in wire.receive(RECEIVE_SIZE))
        return len(got) >= count

    wait_until(enough, PATIENCE, f"{count} datagrams")
    return [datagram[20:] for datagram in got]


@pytest.mark.parametrize("count", [1, 2, SEND_SIZE, SEND_SIZE + 1, MANY])
def test_a_batch_of_any_size_arrives_whole_and_in_order(lan: TwoRouters, count: int) -> None:
    datagrams = [advert(number % 255 + 1, number % 251) for number in range(count)]
    with wire(lan.a) as a, wire(lan.b) as b:
        assert a.send(datagrams) == ()
        assert heard(b, count) == [datagram[20:] for datagram in datagrams]


def test_what_goes_out_has_the_header_the_rfc_asks_for(lan: TwoRouters, capture: Capture) -> None:
    with wire(lan.a) as a:
        a.send([advert()])
        a.send([advert(), advert()])
        wait_until(lambda: len(capture.adverts) == 3, PATIENCE, "three adverts on the LAN")
    for frame in (frame.data for frame in capture.frames if frame.data[23:24] == bytes([VRRP_PROTOCOL])):
        assert frame[:6].hex(":") == "01:00:5e:00:00:12"
        assert frame[6:12].hex(":") == "02:00:00:00:00:01"
        assert frame[14:16] == b"\x45\xc0"
        assert decode_ipv4(frame[14:]) == decode_ipv4(advert())


def test_it_hears_nothing_of_its_own_and_nothing_of_another_interface(lan: TwoRouters) -> None:
    with wire(lan.a) as a, wire(lan.b) as b, wire(lan.b, "eth1") as other:
        for _ in range(3):
            a.send([advert()])
        heard(b, 3)
        assert (a.receive(1), other.receive(1)) == ([], [])


def test_it_hears_unicast_too_for_the_core_judges_the_destination(lan: TwoRouters) -> None:
    datagram = advert(destination=parse_address("192.168.123.102"))
    with wire(lan.b) as b:
        inject(lan.a, "eth0", bytes.fromhex("020000000002020000000001") + b"\x08\x00" + datagram)
        assert heard(b, 1) == [datagram[20:]]


def test_a_datagram_too_long_for_the_buffer_is_cut_and_its_header_shows_it(lan: TwoRouters) -> None:
    for host in (lan.a, lan.b):
        host.netlink.link("set", index=host.index("eth0"), mtu=9000)
    for port in ("front", "a-eth0", "b-eth0"):
        lan.lab.switch.netlink.link("set", index=lan.lab.switch.index(port), mtu=9000)
    with wire(lan.a) as a, wire(lan.b) as b:
        assert a.send([encode_ipv4(Packet(A, VRRP_GROUP_V4, VRRP_TTL, VRRP_PROTOCOL, bytes(4000))), advert()]) == ()
        first, second = heard(b, 2)
        assert (len(first), second) == (DATAGRAM_SIZE - 20, advert()[20:])


def test_each_refused_datagram_is_a_problem_and_the_others_go_out(lan: TwoRouters) -> None:
    with wire(lan.a) as a, wire(lan.b) as b:
        problems = a.send([advert(1), b"no header", advert(2), advert(3) + bytes(2000), advert(4)])
        assert [problem.code for problem in problems] == [errno.EINVAL, errno.EMSGSIZE]
        assert [payload[1] for payload in heard(b, 3)] == [1, 2, 4]


@pytest.mark.parametrize("count", [1, 3])
def test_an_interface_that_is_down_and_then_gone_is_a_problem_for_each_datagram(lan: TwoRouters, count: int) -> None:
    with wire(lan.a) as a:
        lan.a.set_link("eth0", up=False)
        assert [problem.code for problem in a.send([advert()] * count)] == [errno.ENETUNREACH] * count
        assert a.receive(1) == []
        lan.a.netlink.link("del", index=lan.a.index("eth0"))
        (problem, *_) = a.send([advert()] * count)
        assert str(problem) == "cannot send an advertisement on eth0: No such device - the interface is gone"
        assert a.receive(1) == []


def test_it_goes_on_when_the_interface_comes_back_up(lan: TwoRouters) -> None:
    with wire(lan.a) as a, wire(lan.b) as b:
        for up in (False, True):
            lan.b.set_link("eth0", up)
        wait_until(lambda: a.send([advert()]) == () and b.receive(1), PATIENCE, "an advert after the interface came back")


def test_the_kernel_drops_the_virtual_routers_that_are_not_admitted(lan: TwoRouters) -> None:
    everything = [advert()[:21] + bytes([number]) + advert()[22:] for number in range(256)]
    last = advert(7, 77)
    with wire(lan.a) as a, wire(lan.b) as b:

        @settings(max_examples=25)
        @given(st.frozensets(st.integers(0, 255)))
        def only_the_admitted_are_heard(virtual_router_ids: frozenset[int]) -> None:
            admitted = sorted(virtual_router_ids | {7})
            b.admit(admitted)
            assert a.send([*everything, last]) == ()
            assert [payload[1] for payload in heard(b, len(admitted) + 1)] == [*admitted, 7]

        only_the_admitted_are_heard()
        b.admit(None)
        a.send(everything)
        assert len(heard(b, 256)) == 256
        b.admit(())
        a.send(everything)
        assert b.receive(1) == []


def test_a_burst_from_every_virtual_router_there_can_be_is_kept_until_it_is_read(lan: TwoRouters) -> None:
    rounds = 16
    with wire(lan.a) as a, wire(lan.b) as b:
        for number in range(rounds):
            assert a.send([advert(virtual_router_id, number) for virtual_router_id in range(1, 256)]) == ()
        assert len(heard(b, rounds * 255)) == rounds * 255


@pytest.mark.parametrize("direction", [VrrpReceiver, VrrpSender])
def test_an_interface_that_does_not_exist_cannot_be_opened(lan: TwoRouters, direction: type[VrrpReceiver] | type[VrrpSender]) -> None:
    with lan.a.namespace.entered(), pytest.raises(OSError, match="No such device"):
        direction("nope", 99)


def test_gratuitous_arp_goes_out_of_the_interface_it_is_for(lan: TwoRouters, capture: Capture) -> None:
    announcements = [GratuitousArp(parse_address(f"192.168.123.{number}"), bytes.fromhex("020000000001")) for number in range(1, 255)] * 2
    with lan.a.namespace.entered():
        arp = GratuitousArpSocket()
    index, other = lan.a.index("eth0"), lan.a.index("eth1")
    frames = [encode_gratuitous_arp(announcement) for announcement in announcements]
    elsewhere = encode_gratuitous_arp(GratuitousArp(parse_address("10.0.0.1"), bytes(6)))
    problems = arp.send([(other, elsewhere), *((index, frame) for frame in frames), (4711, elsewhere)])
    arp.close()
    assert [str(problem) for problem in problems] == [
        "cannot announce an address out of interface number 4711: No such device or address - the interface is gone"
    ]
    wait_until(lambda: len([frame for frame in capture.frames if frame.data[12:14] == b"\x08\x06"]) >= len(frames), PATIENCE, "all of them")
    seen = [decode_gratuitous_arp(frame.data) for frame in capture.frames if frame.data[12:14] == b"\x08\x06"]
    assert seen == announcements


def test_a_datagram_counts_from_its_arrival_however_late_it_is_read(lan: TwoRouters) -> None:
    with wire(lan.a) as a, wire(lan.b) as b:
        before = clock.now()
        assert a.send([advert(1, 100)]) == ()
        arrived = clock.now()
        wait_until(lambda: clock.now() - arrived > 50_000, PATIENCE, "the datagram has waited")
        ((at, _),) = b.receive(1)

        assert before - 100 <= at <= arrived + 1000


@pytest.mark.parametrize("nanoseconds_ago", [-1, -(10**18), CREDIBLE_AGE + 1, 10**18])
def test_a_stamp_that_the_wall_clock_made_absurd_is_not_believed(nanoseconds_ago: int) -> None:
    assert _arrival(Instant(5_000_000), nanoseconds_ago) == 5_000_000
