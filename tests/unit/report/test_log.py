"""The words of the log."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, parse_address
from kaspec.node import DatagramReceived, LinkChanged, Node, NodeEvent, initial, node_step
from kaspec.report.log import DISCARDS, SILENT, faults_line, link_lines, log_lines
from kaspec.rules import RULES, Rule
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.events import AdvertisementDiscarded, DeadlineReached, Reconfigured, Startup
from kaspec.vrrp.router import Peer
from kaspec.vrrp.state import Fault, Reason, Standing
from kaspec.wire.ip import VRRP_PROTOCOL, Packet, encode_ipv4
from kaspec.wire.vrrp import encode
from tests.laws.strategies import HOSTS, advertisements, hosts, nodes, octets, worlds
from tests.unit.report.scenes import (
    BACKUP,
    DISCARDED,
    LATE_BACKUP,
    MASTER,
    NOW,
    OURS,
    PATIENT,
    REMARKS,
    ROUTER,
    SCENES,
    VIRTUAL,
    heard,
    outcome,
)

OTHERS = ("rfc588", ".bfd.", "keepalived.script.", "keepalived.process.", ".check.", ".service.", "rfc5321", "rfc1035", "rfc9112")
"""What rules have in their names that no virtual router follows, but what it tracks, or a checker."""


def test_every_rule_is_spoken_of_or_silent_on_purpose() -> None:
    spoken = {rule for rule, scene in SCENES.items() if log_lines(scene, detail=True)}
    assert spoken | SILENT == {rule for rule in RULES if not any(word in rule for word in OTHERS)}
    assert not spoken & SILENT


@pytest.mark.parametrize("rule", sorted(set(SCENES) - set(DISCARDED) - set(REMARKS)))
def test_each_scene_is_of_its_rule(rule: Rule) -> None:
    assert SCENES[rule].step.rule == rule


def test_every_discard_has_words() -> None:
    assert set(DISCARDS) == {*DISCARDED, *REMARKS}


@given(st.sampled_from(sorted(SCENES)))
def test_detail_only_adds_lines(rule: Rule) -> None:
    brief, full = (log_lines(SCENES[rule], detail) for detail in (False, True))
    assert [line for line in full if line in brief] == list(brief)


GARP = tuple(
    line
    for turn in range(5)
    for address in ("192.0.2.100", "192.0.2.101")
    for line in (
        *((f"(VI_1) Sending/queueing gratuitous ARPs on eth0 for {address}",) if turn == 0 else ()),
        f"Sending gratuitous ARP on eth0 for {address}",
    )
)
DETAILED: dict[Rule, tuple[str, ...]] = {
    rules.BACKUP_STARTS: ("(VI_1) removing VIPs.", "(VI_1) Entering BACKUP STATE (init)"),
    rules.OWNER_STARTS: ("(VI_1) Entering MASTER STATE", "(VI_1) setting VIPs.", *GARP),
    rules.FAULT_AT_START: (
        "(VI_1): entering FAULT state (interface eth1 down)",
        "(VI_1) entering FAULT state (no IPv4 address for interface eth0)",
        "(VI_1) entering FAULT state",
        "(VI_1) removing VIPs.",
    ),
    rules.MASTER_DOWN: ("(VI_1) Receive advertisement timeout", "(VI_1) Entering MASTER STATE", "(VI_1) setting VIPs.", *GARP),
    rules.MASTER_STOPS: ("(VI_1) sent 0 priority", "(VI_1) removing VIPs."),
    rules.BACKUP_PRIORITY_ZERO: ("(VI_1) Backup received priority 0 advertisement",),
    rules.BACKUP_LOWER: ("(VI_1) received lower priority (50) advert from 192.0.2.1 - discarding",),
    rules.PREEMPT_DELAY_STARTS: ("(VI_1) start preempt delay (2.000000)",),
    rules.MASTER_PRIORITY_ZERO: ("(VI_1) Master received priority 0 message", *GARP),
    rules.MASTER_YIELDS: (
        "(VI_1) Master received advert from 192.0.2.1 with higher priority 200, ours 100",
        "(VI_1) Entering BACKUP STATE",
        "(VI_1) removing VIPs.",
    ),
    rules.MASTER_YIELDS_TIE: (
        "(VI_1) Master received advert from 192.0.2.9 with same priority 100 but higher IP address than ours",
        "(VI_1) Entering BACKUP STATE",
        "(VI_1) removing VIPs.",
    ),
    rules.MASTER_LOWER: ("(VI_1) Received advert from 192.0.2.1 with lower priority 50, ours 100",),
    rules.MASTER_ASSERTS: ("(VI_1) Received advert from 192.0.2.1 with lower priority 50, ours 100, forcing new election", *GARP),
    rules.OWN_ADDRESS: ("(VI_1) WARNING - equal priority advert received from remote host with our IP address.",),
    rules.GARP_AGAIN: GARP[:6],
    rules.GARP_EXTRA: GARP[:4],
    rules.FAULT_ENTERED: (
        "(VI_1) Entering FAULT STATE (interface eth1 down, no IPv4 address for interface eth0)",
        "(VI_1) sent 0 priority",
        "(VI_1) removing VIPs.",
    ),
    rules.GROUP_WAITS: ("(VI_1) Receive advertisement timeout, but its sync group waits",),
    rules.GROUP_MASTER: ("(VI_1) Entering MASTER STATE", "(VI_1) setting VIPs.", *GARP),
    rules.GROUP_BACKUP: ("(VI_1) Entering BACKUP STATE", "(VI_1) removing VIPs."),
    rules.GROUP_FAULT: ("(VI_1) Entering FAULT STATE (VI_2 of its sync group)", "(VI_1) sent 0 priority", "(VI_1) removing VIPs."),
    rules.FAULT_GOES_ON: ("(VI_1) still in FAULT STATE (interface eth1 down)",),
    rules.FAULT_LEFT: ("(VI_1) Entering BACKUP STATE",),
    rules.PRIORITY_CHANGED: ("(VI_1) Changing effective priority from 100 to 80",),
    rules.STANDING_CHANGED: ("(VI_1) source address is now 192.0.2.9",),
    rules.TTL: ("(VI_1) invalid TTL/HL. Received 64 and expect 255 (from 192.0.2.1)",),
    rules.VERSION: ("(VI_1) wrong version. Received 3 and expect 2 (from 192.0.2.1)",),
    rules.INCOMPLETE: ("(VI_1) vrrp packet too short, length 40 and expect 44 (from 192.0.2.1)",),
    rules.CHECKSUM: ("(VI_1) Invalid VRRPv2 checksum (from 192.0.2.1)",),
    rules.TYPE: ("(VI_1) Invalid packet type. 2 and expect 1 (from 192.0.2.1)",),
    rules.AUTH_TYPE_UNKNOWN: ("(VI_1) Invalid auth type: 9 (from 192.0.2.1)",),
    rules.AUTH_TYPE_MISMATCH: ("(VI_1) received a 0 auth, expecting 1! (from 192.0.2.1)",),
    rules.PASSWORD: ("(VI_1) received an invalid passwd! (from 192.0.2.1)",),
    rules.HEADER_MISSING: ("(VI_1) No AH header but auth type is AH (from 192.0.2.1)",),
    rules.HEADER_UNEXPECTED: ("(VI_1) Received AH header but auth type not AH (from 192.0.2.1)",),
    rules.HEADER_INTEGRITY: ("(VI_1) IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password ! (from 192.0.2.1)",),
    rules.HEADER_SEQUENCE: (
        "(VI_1) IPSEC-AH : sequence number 7 already processed. Packet dropped. Expected more than 9 (from 192.0.2.1)",
    ),
    rules.PEER_UNKNOWN: ("(VI_1) unicast source address 192.0.2.1 not a unicast peer (from 192.0.2.1)",),
    rules.PEER_TTL: ("(VI_1) TTL/HL 64 not in range 254 - 255 (from 192.0.2.1)",),
    rules.ADVERTISEMENT_INTERVAL: ("(VI_1) advertisement interval mismatch mine=1 sec rcv'd=2 sec (from 192.0.2.1)",),
    rules.ADDRESS_LIST: ("(VI_1) received an unexpected ip number count 1, expected 2! (from 192.0.2.1)",),
    rules.ADDRESS_LIST_REPORTED: ("(VI_1) ip address associated with VRID 51 not present in MASTER advert: 192.0.2.101 (from 192.0.2.1)",),
    rules.DESTINATION: ("(VI_1) Expected multicast packet but received unicast packet (from 192.0.2.1)",),
    rules.REARMED_BY_DISCARD: ("(VI_1) invalid TTL/HL. Received 64 and expect 255 (from 192.0.2.1)",),
}


@pytest.mark.parametrize("rule", DETAILED)
def test_with_detail_it_says_what_keepalived_says(rule: Rule) -> None:
    assert DETAILED[rule] == log_lines(SCENES[rule], detail=True)


BRIEF: dict[Rule, tuple[str, ...]] = {
    rules.BACKUP_STARTS: ("(VI_1) Entering BACKUP STATE (init)",),
    rules.MASTER_DOWN: ("(VI_1) Entering MASTER STATE",),
    rules.MASTER_STOPS: (),
    rules.BACKUP_PRIORITY_ZERO: (),
    rules.GARP_AGAIN: (),
    rules.MASTER_ASSERTS: ("(VI_1) Received advert from 192.0.2.1 with lower priority 50, ours 100, forcing new election",),
    rules.FAULT_ENTERED: ("(VI_1) Entering FAULT STATE (interface eth1 down, no IPv4 address for interface eth0)",),
}


@pytest.mark.parametrize("rule", BRIEF)
def test_without_detail_it_says_less(rule: Rule) -> None:
    assert BRIEF[rule] == log_lines(SCENES[rule], detail=False)


def test_a_new_configuration_tells_the_addresses_that_come_and_go() -> None:
    longer, shorter = (evolve(SCENES[rules.RECONFIGURED].router, addresses=each) for each in (VIRTUAL, VIRTUAL[:1]))
    lines = log_lines(SCENES[rules.RECONFIGURED], detail=True)
    assert lines[:2] == ("(VI_1) Changing effective priority from 100 to 90", "(VI_1) setting VIPs.")
    gone = outcome(MASTER, Reconfigured(longer, MASTER.standing), shorter)
    assert log_lines(gone, detail=True) == ("(VI_1) ip address 192.0.2.101/24 dev eth0, no longer exist",)


def test_a_better_master_stops_the_preempt_delay() -> None:
    waiting = evolve(BACKUP, preempt_at=Instant(NOW + SECOND))
    assert log_lines(outcome(waiting, heard(200), PATIENT), detail=False) == ("(VI_1) stop preempt delay",)


def test_a_packet_to_another_group_is_not_called_unicast() -> None:
    strayed = AdvertisementDiscarded(rules.DESTINATION, OURS, "224.0.0.19", "224.0.0.18")
    assert log_lines(outcome(BACKUP, strayed), detail=False) == (
        "(VI_1) Expected multicast packet but received other multicast packet (from 192.0.2.2)",
    )


def test_a_unicast_router_says_that_it_expects_unicast() -> None:
    strayed = AdvertisementDiscarded(rules.DESTINATION, OURS, "224.0.0.18", "a unicast packet")
    assert log_lines(outcome(BACKUP, strayed, evolve(ROUTER, peers=(Peer(OURS),))), detail=False) == (
        "(VI_1) Expected unicast packet but received multicast packet (from 192.0.2.2)",
    )


def test_every_reason_for_a_fault_has_words() -> None:
    reasons = (
        Reason("interface-missing", "eth0"),
        Reason("interface-down", "eth0"),
        Reason("no-address", "eth0"),
        Reason("tracked-up", "eth0"),
        Reason("source-missing", "192.0.2.1"),
        Reason("no-peer", "VI_1"),
    )
    assert faults_line(Fault(Standing(100, None, reasons))) == (
        "interface eth0 does not exist, interface eth0 down, no IPv4 address for interface eth0, interface eth0 up, "
        "source address 192.0.2.1 is gone, unicast without any peers"
    )


def test_an_interface_is_reported_as_netlink_sees_it() -> None:
    address = parse_address("192.0.2.2")
    up, down = Link("eth0", True, (address,)), Link("eth0", False)
    assert link_lines(up, down, detail=True) == ("Netlink reports eth0 down", "Deassigned address 192.0.2.2 from interface eth0")
    assert link_lines(down, up, detail=True) == ("Netlink reports eth0 up", "Assigned address 192.0.2.2 for interface eth0")
    assert link_lines(up, up, detail=True) == ()
    assert link_lines(None, down, detail=False) == ("Interface eth0 added",)
    assert link_lines(up, None, detail=False) == ("Netlink reports eth0 down", "Interface eth0 deleted")
    assert link_lines(None, None, detail=True) == ()


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """Something like an advertisement: any fields, cut short or with an octet changed."""
    message = bytearray(encode(evolve(draw(advertisements()), virtual_router_id=draw(st.sampled_from((1, 51, 255))))))
    if draw(st.booleans()):
        message[draw(st.integers(0, len(message) - 1))] = draw(octets)
    cut = draw(st.none() | st.integers(0, len(message)))
    destination = draw(st.sampled_from((VRRP_GROUP_V4, *HOSTS)))
    return encode_ipv4(Packet(draw(hosts), destination, draw(st.sampled_from((255, 64))), VRRP_PROTOCOL, bytes(message[:cut])))


@given(nodes(), worlds, st.lists(datagrams(), max_size=5), worlds, st.booleans())
def test_whatever_a_node_does_can_be_said_on_single_lines(
    node: Node, links: list[Link], received: list[bytes], later: list[Link], detail: bool
) -> None:
    state = initial(node, links)
    events: tuple[NodeEvent, ...] = (
        Startup(),
        *(DatagramReceived("eth0", each) for each in received),
        *(LinkChanged(each.name, each) for each in later),
    )
    for number, event in enumerate(events):
        taken = node_step(node, state, event, Instant(number * SECOND))
        state = taken.state
        lines = [line for each in taken.steps for line in log_lines(each, detail)]
        assert all(line and "\n" not in line for line in lines)


def test_a_version_3_backup_says_which_interval_it_learns_and_gives_up() -> None:
    router = evolve(ROUTER, version=3)
    quick = evolve(router, advertisement_interval=Interval(SECOND // 4))
    learning = outcome(LATE_BACKUP, heard(200, router=quick), router)
    assert "(VI_1) advertisement interval updated from 1000ms to 250ms by master" in log_lines(learning, detail=False)
    becoming = outcome(evolve(BACKUP, master_adver_interval=quick.advertisement_interval), DeadlineReached(), router)
    assert log_lines(becoming, detail=False) == (
        "(VI_1) Entering MASTER STATE",
        "(VI_1) changing advert interval from 250ms to locally configured 1000ms",
    )
