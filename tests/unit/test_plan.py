"""What is planned for one edit of a configuration, and what it would mean, edit by edit."""

import pytest

from kaspec.config import read
from kaspec.consequences import Consequence
from kaspec.plan import Action, Plan, plan

SEED = """\
global_defs {
    router_id a
}
static_ipaddress {
    192.0.2.200/24 dev eth0
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.100/24
        192.0.2.101/24
    }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.102/24
    }
}
"""


def edited(*replacements: tuple[str, str]) -> Plan:
    """Plan the reload of the seed with some text replaced."""
    text = SEED
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return plan(read(SEED, "old").configuration, read(text, "new").configuration)


def first(made: Plan) -> Action:
    return next(action for action in made.actions if action.instance.router.name.startswith("VI_1"))


def said(action: Action, grade: str) -> list[tuple[str, str]]:
    return [(each.role, each.what) for each in action.consequences if each.grade == grade]


def test_another_layout_is_nothing_to_do() -> None:
    assert edited(("\n    ", "  \n\n ")).is_empty


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("priority 100", "priority 100\n nopreempt"),
        ("priority 100", "priority 100\n garp_master_repeat 1"),
        ("priority 100", "priority 100\n notify /bin/true"),
        ("priority 100", "priority 100\n track_interface { eth2 weight -5 }"),
        ("priority 100", "priority 150"),
        ("priority 100", "priority 50"),
        ("vrrp_instance VI_1", "vrrp_instance VI_1b"),
        ("state BACKUP", "state MASTER"),
    ],
)
def test_what_changes_in_place_interrupts_nothing(old: str, new: str) -> None:
    made = edited((old, new))
    assert [action.kind for action in made.actions] == ["change", "keep"]
    assert not made.interrupts
    assert not made.is_empty


def test_an_address_that_goes_is_an_outage_of_the_master_only() -> None:
    made = edited(("        192.0.2.101/24\n", ""))
    assert said(first(made), "outage") == [("MASTER", "gives up 192.0.2.101 at once")]
    assert made.interrupts


def test_an_address_that_moves_to_another_instance_says_which() -> None:
    made = edited(("        192.0.2.101/24\n", ""), ("192.0.2.102/24", "192.0.2.101/24"))
    assert ("MASTER", "192.0.2.101 now belongs to VI_2: answered only where that is Master") in said(first(made), "outage")


def test_another_prefix_takes_the_address_away_for_a_moment() -> None:
    (outage,) = said(first(edited(("192.0.2.100/24", "192.0.2.100/25"))), "outage")
    assert outage == ("MASTER", "takes 192.0.2.100 away and adds it as it is now: connections may break")


def test_an_address_that_comes_is_announced_and_peers_must_follow() -> None:
    action = first(edited(("192.0.2.100/24", "192.0.2.99/24\n192.0.2.100/24")))
    assert said(action, "note") == [("MASTER", "adds and announces 192.0.2.99 at once")]
    assert [role for role, _ in said(action, "risk")] == ["ANY"]


@pytest.mark.parametrize(
    ("edit", "name"),
    [(("auth_pass 1111", "auth_pass 2222"), "authentication"), (("priority 100", "priority 100\n advert_int 2"), "advert_int")],
)
def test_what_all_routers_must_agree_on_is_a_risk_for_both_roles(edit: tuple[str, str], name: str) -> None:
    risks = said(first(edited(edit)), "risk")
    assert [role for role, _ in risks] == ["MASTER", "BACKUP"]
    assert all(name in what for _, what in risks)


@pytest.mark.parametrize("edit", [("virtual_router_id 51", "virtual_router_id 61"), ("interface eth0", "interface eth9")])
def test_another_place_is_another_virtual_router(edit: tuple[str, str]) -> None:
    action = first(edited(edit))
    assert action.kind == "restart"
    assert said(action, "outage")[-1] == ("MASTER", "gives up 192.0.2.101 at once")
    assert said(action, "note") == [("ANY", "starts as Backup, Master after 3.609375 s unless it hears a better one")]


def test_an_owner_that_starts_is_master_at_once() -> None:
    (note,) = said(first(edited(("virtual_router_id 51", "virtual_router_id 61"), ("priority 100", "priority 255"))), "note")
    assert note == ("ANY", "starts as Master at once, for its priority is 255 (address owner)")


def test_an_instance_that_goes_hands_over_if_it_is_master() -> None:
    made = edited((SEED[SEED.index("vrrp_instance VI_1") : SEED.index("vrrp_instance VI_2")], ""))
    assert [action.kind for action in made.actions] == ["stop", "keep"]
    assert [role for role, _ in said(first(made), "outage")] == ["MASTER", "MASTER", "MASTER"]
    assert said(first(made), "note") == [("BACKUP", "no longer stands by for VRID 51 on eth0")]


def test_a_tracked_interface_without_weight_can_put_it_to_fault() -> None:
    assert said(first(edited(("priority 100", "priority 100\n track_interface { eth2 }"))), "risk") == [
        ("ANY", "goes to FAULT if eth2 is down")
    ]


def test_a_higher_priority_preempts_and_says_when() -> None:
    (note,) = said(first(edited(("priority 100", "priority 200\n preempt_delay 60"))), "note")
    assert note == ("BACKUP", "takes over from a Master of less than 200 after 3.218750 s and preempt_delay 60 s")


def test_a_static_address_that_goes_is_an_outage_whatever_the_state() -> None:
    made = edited(("    192.0.2.200/24 dev eth0\n", ""))
    assert made.consequences == (Consequence("ANY", "outage", "the static address 192.0.2.200 is removed at once"),)


def test_global_settings_are_told_once_and_where_they_are_inherited() -> None:
    made = edited(("router_id a", "router_id b\n vrrp_garp_master_repeat 2"))
    assert [change.name for change in made.definitions] == ["router_id", "garp"]
    assert [[change.name for change in action.changes] for action in made.actions] == [["garp"], ["garp"]]
