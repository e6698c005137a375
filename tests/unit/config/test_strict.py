"""Strict mode: what it takes back is said where it is written, with what becomes of it."""

import pytest

from kaspec.config import Reading, read
from kaspec.firewall import needs_firewall

ADDRESS = "virtual_ipaddress {\n192.0.2.100/24\n}"
LINK_LOCAL, GLOBAL = "virtual_ipaddress {\nfe80::1\n2001:db8::1\n}", "virtual_ipaddress {\n2001:db8::1\n}"


def strict(*lines: str, address: str = ADDRESS, globally: str = "vrrp_strict") -> Reading:
    body = "\n".join((*lines, "interface eth0", "virtual_router_id 51", address))
    return read(f"global_defs {{\n{globally}\n}}\nvrrp_instance V {{\n{body}\n}}\n", "x")


def told(reading: Reading) -> list[tuple[str, int, str]]:
    return [(each.code, each.span.line, each.message.removeprefix("V is in strict mode, so ")) for each in reading.diagnostics]


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("state MASTER\npriority 100", "it begins as BACKUP: with priority 100 it does not own the addresses"),
        ("state BACKUP\npriority 255", "it begins as MASTER: with priority 255 it owns the addresses"),
        ("accept", "the virtual addresses accept nothing, not even ping"),
        ("no_accept\npreempt_delay 5", "preempt_delay is removed"),
        ("no_accept\ndown_timer_adverts 5", "down_timer_adverts is 3"),
        ("no_accept\nhigher_prio_send_advert", "a winning advertisement is not answered"),
        ("no_accept\nlower_prio_no_advert no", "a losing advertisement is not answered"),
        ("no_accept\ngarp_lower_prio_repeat 2", "a losing advertisement brings no gratuitous ARP about"),
        ("no_accept\nauthentication {\nauth_type PASS\nauth_pass x\n}", "authentication is removed"),
        ("no_accept\nauth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\nmode permissive\n}", "every packet must have the trailer"),
        ("no_accept\nuse_vmac vrrp.51 02:00:00:00:00:01", "its virtual MAC address is the RFC's"),
        ("no_accept\nuse_vmac\nvmac_xmit_base", "it sends from the virtual MAC address"),
    ],
)
def test_each_rewrite_is_told(line: str, becomes: str) -> None:
    assert becomes in [message for code, _, message in told(strict(line)) if code == "K117"]


def test_what_strict_mode_wants_anyway_is_not_told() -> None:
    assert (
        told(
            strict("no_accept", "state BACKUP", "priority 100", "down_timer_adverts 3", "lower_prio_no_advert", "garp_lower_prio_repeat 0")
        )
        == []
    )


def test_that_addresses_do_not_answer_is_told_once_where_strict_mode_is_written() -> None:
    reading = strict()
    assert told(reading) == [("K117", 2, "strict mode: packets to the virtual addresses of V are dropped, ping and connections included")]
    assert needs_firewall(reading.configuration.routers)


def test_an_owner_accepts_and_version_3_may() -> None:
    for reading in (strict("priority 255"), strict("version 3", "accept")):
        assert told(reading) == []
        assert not needs_firewall(reading.configuration.routers)


def test_an_instance_without_an_address_is_left_out() -> None:
    reading = strict("no_accept", address="")
    assert [code for code, _, _ in told(reading)] == ["K020"]
    assert reading.configuration.routers == ()


def test_the_first_ipv6_address_is_link_local_or_that_is_an_error() -> None:
    assert told(strict("no_accept", address=LINK_LOCAL)) == []
    assert [code for code, _, _ in told(strict("no_accept", address=GLOBAL))] == ["K055"]
    assert len(strict("no_accept", address=GLOBAL).configuration.routers) == 1


def test_unicast_stays_and_is_told() -> None:
    reading = strict("no_accept", "unicast_src_ip 192.0.2.1", "unicast_peer {\n192.0.2.2\n}")
    assert [code for code, _, _ in told(reading)] == ["K117"]
    assert reading.configuration.routers[0].peers


def test_no_means_no() -> None:
    """keepalived 2.2.7 takes ``vrrp_strict no`` for yes."""
    assert strict(globally="vrrp_strict no").configuration == strict(globally="").configuration
    assert strict("strict_mode no").configuration.routers == strict(globally="").configuration.routers
