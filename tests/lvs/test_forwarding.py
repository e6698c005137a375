"""NAT, DR and tunnels with real clients, IPv4 and IPv6; marks with persistence; UDP, SCTP and groups: beside keepalived."""

from typing import Any

import pytest

from conformance.lab.uml import run_job
from tests.lvs import forwarding
from tests.lvs.stage import CLIENT_6, STRANGER

NAMES = ("kaspec", "keepalived")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    answer: dict[str, Any] = run_job(forwarding.forward, timeout=240)
    return answer


def test_the_table_is_keepalived_s_with_every_detail(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert ours == theirs
    assert ours["ended"] == []
    for detail in ("--tun-type gue --tun-port 6080 --tun-csum", "--tun-type gre --tun-csum", "--pe sip", "-o"):
        assert any(detail in line for line in ours["begun"]), detail


def test_clients_get_their_pages_by_nat_dr_and_tunnel_in_both_families(found: dict[str, Any]) -> None:
    """NAT goes to servers 11 and 12, DR to 21, tunnels to 22, one of them IPv4 within IPv6; a group has every address of its range."""
    for name in NAMES:
        assert found[name]["notes"]["pages"] == {
            "198.51.100.100": "11",
            "198.51.100.101": "21",
            "198.51.100.102": "22",
            "198.51.100.103": "22",
            "198.51.100.107": "12",
            "198.51.100.105:8000": "12",
            "2001:db8:1::100": "11",
            "2001:db8:1::101": "21",
            "2001:db8:1::102": "22",
        }


def test_datagrams_are_answered_and_with_ops_each_has_its_turn(found: dict[str, Any]) -> None:
    for name in NAMES:
        assert found[name]["notes"]["datagrams"] == ["11", "21", "22", "12"]


def test_marked_clients_of_one_network_keep_to_one_server_and_others_go_elsewhere(found: dict[str, Any]) -> None:
    for name in NAMES:
        marked = found[name]["notes"]["marked"]
        assert len(set(marked["neighbours"])) == 1
        assert set(marked["stranger"]) == {"11", "12"} - set(marked["neighbours"])
        assert len(set(marked["version 6"])) == 1
    assert found["kaspec"]["notes"]["marked"] == found["keepalived"]["notes"]["marked"]


def test_the_kernel_keeps_networks_of_clients_with_their_servers(found: dict[str, Any]) -> None:
    templates = found["kaspec"]["notes"]["templates"]
    networks = [line.split()[0] for line in templates]
    assert networks == ["198.51.100.0:0", f"{STRANGER.rpartition('.')[0]}.0:0", f"[{CLIENT_6.rpartition('::')[0]}::]:0"]
    assert templates == found["keepalived"]["notes"]["templates"]
