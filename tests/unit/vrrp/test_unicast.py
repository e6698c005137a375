"""Unicast (keepalived ``unicast_peer``): who is heard, from how far away, and who is spoken to."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, Address, parse_address
from kaspec.node import DatagramReceived, Node, Outcome, initial, node_step
from kaspec.rules import Rule
from kaspec.tracking import Link, standing
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Startup
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.reception import receive
from kaspec.vrrp.router import Peer, VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import Packet, encode_ipv4
from kaspec.wire.vrrp import encode
from tests.unit.vrrp.examples import OURS, OWNER, R, at

NEAR, FAR = parse_address("192.0.2.2"), parse_address("198.51.100.2")
UNICAST = evolve(R, peers=(Peer(NEAR), Peer(FAR, 250, 252)), source=OURS)
CHECKED = evolve(UNICAST, checks_peers=True)


def sent(source: Address, destination: Address = OURS, ttl: int = 255, router: VirtualRouter = R) -> Packet:
    return Packet(source, destination, ttl, 112, encode(advertisement(router, 200)))


@pytest.mark.parametrize(
    ("router", "packet", "rule"),
    [
        (UNICAST, sent(NEAR), None),
        (UNICAST, sent(NEAR, ttl=3), None),
        (UNICAST, sent(parse_address("203.0.113.9")), None),
        (UNICAST, sent(NEAR, VRRP_GROUP_V4), rules.DESTINATION),
        (CHECKED, sent(parse_address("203.0.113.9")), rules.PEER_UNKNOWN),
        (CHECKED, sent(NEAR, ttl=1), None),
        (CHECKED, sent(FAR, ttl=251), None),
        (CHECKED, sent(FAR, ttl=249), rules.PEER_TTL),
        (CHECKED, sent(FAR, ttl=253), rules.PEER_TTL),
        (R, sent(NEAR, ttl=3), rules.TTL),
        (R, sent(NEAR), rules.DESTINATION),
        (evolve(R, group=parse_address("224.0.0.99")), sent(NEAR, VRRP_GROUP_V4), rules.DESTINATION),
        (evolve(R, group=parse_address("224.0.0.99")), sent(NEAR, parse_address("224.0.0.99")), None),
    ],
)
def test_who_is_heard(router: VirtualRouter, packet: Packet, rule: Rule | None) -> None:
    verdict = receive(router, packet)
    if rule is None:
        assert isinstance(verdict, AdvertisementReceived)
    else:
        assert isinstance(verdict, AdvertisementDiscarded)
        assert verdict.rule == rule


def test_each_peer_is_sent_its_own() -> None:
    router = evolve(OWNER, peers=UNICAST.peers, unicast_ttl=64, source=OURS)
    node = Node((router,))
    taken = node_step(node, initial(node, (Link("eth0", True, (OURS,)),)), Startup(), at(0))
    effects = (effect for outcome in taken.outcomes if isinstance(outcome, Outcome) for effect in outcome.step.effects)
    packets = [transmit(effect) for effect in effects if isinstance(effect, SendAdvertisement)]
    assert [(packet.destination, packet.ttl, packet.source) for packet in packets] == [(NEAR, 64, OURS), (FAR, 64, OURS)]


def test_instances_of_one_vrid_are_told_apart_by_their_peers_or_groups() -> None:
    """keepalived's own rule; a packet that is for none of several is nobody's."""
    others = (
        evolve(R, name="near", peers=(Peer(NEAR),)),
        evolve(R, name="far", peers=(Peer(FAR),), distinction="far"),
        evolve(R, name="group", distinction="group"),
        evolve(R, name="other group", group=parse_address("224.0.0.99"), distinction="other group"),
    )
    node = Node(others)
    state = node_step(node, initial(node, (Link("eth0", True, (OURS,)),)), Startup(), at(0)).state

    def concerned(packet: Packet) -> str | None:
        taken = node_step(node, state, DatagramReceived("eth0", encode_ipv4(packet)), at(1))
        names = [outcome.router.name for outcome in taken.outcomes if isinstance(outcome, Outcome)]
        return names[0] if names else None

    assert concerned(sent(NEAR)) == "near"
    assert concerned(sent(FAR)) == "far"
    assert concerned(sent(NEAR, VRRP_GROUP_V4)) == "group"
    assert concerned(sent(NEAR, parse_address("224.0.0.99"))) == "other group"
    assert concerned(sent(parse_address("203.0.113.9"))) is None


def test_on_no_interface_only_what_is_sent_to_its_address_is_its_own() -> None:
    lone = evolve(UNICAST, interface="")
    node = Node((lone,))
    link = Link("eth0", True)
    state = node_step(node, initial(node, (link,)), Startup(), at(0)).state
    assert standing(lone, {"eth0": link}).faults == ()
    for destination, count in ((OURS, 1), (FAR, 0)):
        assert len(node_step(node, state, DatagramReceived("", encode_ipv4(sent(NEAR, destination))), at(1)).outcomes) == count


def test_a_source_that_is_tracked_and_peers_that_are_missing_are_faults() -> None:
    here, gone = Link("eth0", True, (OURS,)), Link("eth0", True, (NEAR,))
    tracked = evolve(UNICAST, tracks_source=True)
    assert standing(tracked, {"eth0": here}).faults == ()
    assert [reason.kind for reason in standing(tracked, {"eth0": gone}).faults] == ["source-missing"]
    assert [reason.kind for reason in standing(evolve(R, lacks_peers=True), {"eth0": here}).faults] == ["no-peer"]
