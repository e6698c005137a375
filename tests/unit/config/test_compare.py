"""Two files compared: which instances belong together, what they disagree on, and where it stands."""

from pathlib import Path

import pytest

from kaspec.config import read
from kaspec.config.compare import compare
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.source import Span

NOTES = Path(__file__).parent / "notes"
LEAST = "vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id {identifier}\npriority {priority}\n{lines}\n}}\n"
ADDRESS = "virtual_ipaddress {\n192.0.2.100/24\n}"


def file(*lines: str, name: str = "V", interface: str = "eth0", identifier: int = 51, priority: int = 100, address: str = ADDRESS) -> str:
    return LEAST.format(name=name, interface=interface, identifier=identifier, priority=priority, lines="\n".join((*lines, address)))


def told(*texts: str) -> tuple[Diagnostic, ...]:
    return compare(tuple(read(text, f"{place}.conf") for place, text in enumerate(texts, start=1)))


def codes(*texts: str) -> list[str]:
    return [each.code for each in told(*texts)]


def test_the_notes_master_and_slave_cannot_agree() -> None:
    master, slave = (read((NOTES / f"{name}.conf").read_text(), f"{name}.conf") for name in ("master", "slave"))
    found = {each.code: each for each in compare((master, slave))}
    assert list(found) == ["K150", "K152", "K153", "K160"]
    assert "virtual_router_id 100 here and 111 on the peer" in found["K150"].message
    assert "auth_type PASS here and no authentication on the peer" in found["K152"].message
    assert "only here: 192.168.123.100; only there: 192.168.123.111" in found["K153"].message
    assert (found["K150"].span, found["K150"].related) == (
        Span("master.conf", 24, 23, 26),
        ((Span("slave.conf", 14, 23, 26), "the peer's"),),
    )


def test_peers_that_agree_are_told_nothing() -> None:
    assert codes(file(priority=150), file(priority=100)) == []


def test_interfaces_may_have_other_names_on_the_peer() -> None:
    assert codes(file(priority=150), file(interface="ens3")) == []


def test_instances_may_have_other_names_on_the_peer() -> None:
    assert codes(file(priority=150), file(name="W")) == []


def test_of_two_interfaces_with_one_id_each_finds_its_own() -> None:
    here = file(priority=150) + file(name="W", interface="eth1", address="virtual_ipaddress {\n192.0.2.200/24\n}")
    there = file(name="W", interface="ens4", priority=50, address="virtual_ipaddress {\n192.0.2.200/24\n}") + file(interface="ens3")
    assert codes(here, there) == []


def test_an_instance_alone_is_told_on_either_side() -> None:
    lone = file(name="W", identifier=52)
    assert [each.span.file for each in told(file(priority=150) + lone, file())] == ["1.conf"]
    assert [each.span.file for each in told(file(priority=150), file() + lone)] == ["2.conf"]


def test_a_file_without_instances_has_nothing_to_compare() -> None:
    assert codes(file(), "global_defs {\n}\n") == []


def test_of_three_files_every_two_are_compared() -> None:
    found = told(file(priority=150), file(priority=100), file(priority=100))
    assert [(each.code, each.span.file, each.related[0][0].file) for each in found] == [("K157", "2.conf", "3.conf")]


PASS = "authentication {{\nauth_type PASS\nauth_pass {}\n}}"


def test_passwords_differ_within_eight_bytes_only() -> None:
    assert codes(file(PASS.format("secretly"), priority=150), file(PASS.format("secretly2"))) == []
    assert codes(file(PASS.format("secret12"), priority=150), file(PASS.format("secret13"))) == ["K152"]


def test_a_password_is_never_in_the_message() -> None:
    (found,) = told(file(PASS.format("hunter1"), priority=150), file(PASS.format("hunter2")))
    assert "hunter" not in found.message + found.hint


def test_an_authentication_that_lacks_its_password_is_none() -> None:
    assert codes(file("authentication {\nauth_type PASS\n}", priority=150), file()) == []


def test_the_order_of_addresses_does_not_matter() -> None:
    ways = ("192.0.2.1\n192.0.2.2", "192.0.2.2/24\n192.0.2.1/24")
    here, there = (file(priority=n, address=f"virtual_ipaddress {{\n{way}\n}}") for n, way in zip((150, 100), ways, strict=True))
    assert codes(here, there) == []


@pytest.mark.parametrize(("weight", "expected"), [(-49, ["K163"]), (-50, ["K163"]), (-51, [])])
def test_a_weight_must_be_greater_than_the_lead(weight: int, expected: list[str]) -> None:
    """A Backup does not take over from a Master with its own priority."""
    assert codes(file(f"track_interface {{\neth1 weight {weight}\n}}", priority=150), file(priority=100)) == expected


def test_weights_add_up() -> None:
    tracks = "track_interface {\neth1 weight -30\neth2 weight -30\n}"
    assert codes(file(tracks, priority=150), file(priority=100)) == []


def test_what_is_tracked_on_both_lifts_both() -> None:
    tracks = "track_interface {\neth1 weight 30\n}"
    assert codes(file(tracks, priority=110), file(tracks, priority=100)) == []
    assert codes(file(tracks, priority=140), file(tracks, priority=100)) == ["K163"]


def test_a_track_without_weight_is_a_fault_and_hands_over_whatever_the_weights() -> None:
    assert codes(file("track_interface {\neth1 weight -1\neth2\n}", priority=150), file(priority=100)) == []


def test_a_peer_with_nopreempt_never_takes_over_for_a_weight() -> None:
    tracks = "track_interface {\neth1 weight -100\n}"
    assert codes(file(tracks, "nopreempt", priority=150), file("nopreempt", priority=100)) == ["K163"]


def test_nopreempt_on_both_is_as_it_should_be() -> None:
    assert codes(file("nopreempt", priority=150), file("nopreempt", priority=100)) == []


def test_two_owners_are_not_told_that_both_begin_as_master() -> None:
    assert codes(file("state MASTER", priority=255), file("state MASTER", priority=255)) == ["K158"]


OTHER = "virtual_ipaddress {\n192.0.2.101/24\n}"
GROUP = "vrrp_sync_group G {{\n{}\ngroup {{\nV\nW\n}}\n}}\n"


def pair_of(first: int, second: int) -> str:
    return file(priority=first) + file(name="W", identifier=52, priority=second, address=OTHER) + GROUP.format("")


def test_members_of_a_group_that_prefer_different_routers_are_told_on_either_side() -> None:
    found = told(pair_of(150, 100), pair_of(120, 120))
    assert [each.code for each in found] == ["K169"]
    assert found[0].message == "the members of sync group G prefer different routers: V this one, W the peer"


def test_members_that_prefer_one_router_or_none_are_not_told() -> None:
    assert codes(pair_of(150, 150), pair_of(100, 100)) == []
    assert "K169" not in codes(pair_of(150, 100), pair_of(100, 100))


UNICAST = "unicast_src_ip {}\nunicast_peer {{\n{}\n}}"


def test_peers_that_unicast_to_each_other_agree() -> None:
    assert codes(file(UNICAST.format("10.0.0.1", "10.0.0.2"), priority=150), file(UNICAST.format("10.0.0.2", "10.0.0.1"))) == []


def test_unicast_on_one_side_only_is_told_once() -> None:
    (found,) = told(file(UNICAST.format("10.0.0.1", "10.0.0.2"), priority=150), file())
    assert (found.code, found.span.file) == ("K164", "1.conf")


def test_a_router_missing_from_its_peers_list_is_told_at_that_list() -> None:
    (found,) = told(file(UNICAST.format("10.0.0.1", "10.0.0.2"), priority=150), file(UNICAST.format("10.0.0.2", "10.0.0.3")))
    assert (found.code, found.span.file, found.related[0][0].file) == ("K165", "2.conf", "1.conf")


def test_without_a_known_address_nothing_can_be_said_of_lists() -> None:
    lists = ("unicast_peer {\n10.0.0.2\n}", "unicast_peer {\n10.0.0.1\n}")
    assert codes(file(lists[0], priority=150), file(lists[1])) == []


def test_the_same_unicast_source_on_both_is_told() -> None:
    both = UNICAST.format("10.0.0.1", "10.0.0.1")
    assert codes(file(both, priority=150), file(both)) == ["K156"]


def test_the_global_group_is_every_instances_own() -> None:
    globally = "global_defs {\nvrrp_mcast_group4 224.0.0.19\n}\n"
    assert codes(globally + file(priority=150), file()) == ["K166"]
    assert codes(globally + file(priority=150), file("mcast_dst_ip 224.0.0.19")) == []
    assert codes(globally + file("mcast_dst_ip 224.0.0.18", priority=150), file()) == []
