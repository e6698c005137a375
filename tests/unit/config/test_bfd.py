"""``bfd_instance`` and ``track_bfd``: what they come to, and what is complained of."""

import pytest

from kaspec.address import parse_address
from kaspec.bfd.session import Session
from kaspec.config import read
from kaspec.config.model import BfdInstance
from kaspec.units import Interval
from kaspec.vrrp.router import TrackerTrack

ROUTER = (
    "vrrp_instance V {{ interface eth0\nvirtual_router_id 1\npriority {}\nvirtual_ipaddress {{ 192.0.2.9\n}}\ntrack_bfd {{\n{}\n}}\n}}\n"
)


def built(text: str) -> tuple[tuple[BfdInstance, ...], list[str]]:
    reading = read(text, "x")
    return reading.configuration.bfd_instances, [each.code for each in reading.diagnostics]


def test_the_defaults_are_keepalived_s() -> None:
    assert built("bfd_instance b { neighbor_ip 192.0.2.1\n}") == ((BfdInstance(Session("b", parse_address("192.0.2.1"))),), [])


def test_every_keyword() -> None:
    text = (
        "bfd_instance b {\nneighbour_ip 2001:db8::1\nsource_ip 2001:db8::2\nmin_rx 50.5\nmin_tx 20\nidle_tx 2000\nmultiplier 3\npassive\n"
        "hoplimit 64\nmax_hops 2\nmultihop\nweight -20 reverse\nvrrp\n}"
    )
    session = Session(
        "b",
        parse_address("2001:db8::1"),
        parse_address("2001:db8::2"),
        Interval(50_500),
        Interval(20_000),
        Interval(2_000_000),
        3,
        passive=True,
        ttl=64,
        max_hops=2,
        multihop=True,
    )
    assert built(text) == ((BfdInstance(session, -20, reverse=True, vrrp=True, checker=False),), [])


@pytest.mark.parametrize(
    ("text", "codes", "names"),
    [
        ("bfd_instance b { }", ["K020"], []),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nsource_ip fe80::1\n}", ["K181"], []),
        ("bfd_instance b { neighbor_ip 192.0.2.1\n}\nbfd_instance b { neighbor_ip 192.0.2.2\n}", ["K021"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\n}\nbfd_instance c { neighbor_ip 192.0.2.1\n}", ["K180"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nmin_rx 10001\n}", ["K182"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nidle_tx 10001\nmin_tx 10000\n}", ["K182"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nmultiplier 11\n}", ["K182"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nmax_hops -1\n}", ["K183"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nttl 5\nmax_hops 6\n}", ["K183"], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nmax_hops 255\n}", [], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nneighbour_ip 192.0.2.2\n}", [], ["b"]),
        ("bfd_instance b { neighbor_ip 192.0.2.1\nmin_tx 0.5\nmultiplier 256\nidle_tx 999\n}", ["K015", "K015", "K015"], ["b"]),
    ],
)
def test_complaints(text: str, codes: list[str], names: list[str]) -> None:
    instances, found = built(text)
    assert (found, [each.session.name for each in instances]) == (codes, names)


@pytest.mark.parametrize(
    ("line", "tracks", "codes"),
    [
        ("b", [TrackerTrack("bfd", "b", -30, reverse=True)], []),
        ("b weight 5", [TrackerTrack("bfd", "b", 5, reverse=True)], []),
        ("b weight 5 noreverse", [TrackerTrack("bfd", "b", 5)], []),
        ("b weight 0 reverse", [TrackerTrack("bfd", "b", 0, reverse=True)], []),
        ("b weight 1\nb weight 2", [TrackerTrack("bfd", "b", 1, reverse=True)], ["K037"]),
        ("c", [], ["K184"]),
        ("nobody", [], []),
    ],
)
def test_tracks(line: str, tracks: list[TrackerTrack], codes: list[str]) -> None:
    """What a line does not say is as the session has it, as keepalived 2.2.7 does; one that VRRP is not told of tracks nothing."""
    sessions = (
        "bfd_instance b { neighbor_ip 192.0.2.1\nweight -30 reverse\n}\nbfd_instance c { neighbor_ip 192.0.2.2\nweight 3\nchecker\n}\n"
    )
    reading = read(sessions + ROUTER.format(100, line), "x")
    assert list(reading.configuration.routers[0].trackers) == tracks
    assert [each.code for each in reading.diagnostics] == codes


def test_an_owners_priority_never_changes() -> None:
    reading = read("bfd_instance b { neighbor_ip 192.0.2.1\nweight 3\n}\n" + ROUTER.format(255, "b"), "x")
    assert (reading.configuration.routers[0].trackers, [each.code for each in reading.diagnostics]) == ((), ["K039"])
