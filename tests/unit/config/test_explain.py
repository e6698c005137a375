"""Where the values of a configuration came from, one way after the other."""

from kaspec.config import read
from kaspec.config.explain import Explained, explain
from kaspec.report.explain import render_tables, tables


def explained(*lines: str, globally: str = "") -> dict[str, Explained]:
    body = "\n".join(("interface eth0", "virtual_router_id 51", *lines))
    text = f"global_defs {{\n{globally}\n}}\nvrrp_instance V {{\n{body}\n}}\n"
    (instance,) = explain(read(text, "x")).instances
    return {each.keyword: each for each in instance.settings}


def origin(explanation: Explained) -> tuple[str, str, int | None, str]:
    whence = explanation.provenance
    return explanation.value, whence.kind, whence.span.line if whence.span else None, whence.why


def test_a_value_is_given_inherited_or_the_default() -> None:
    assert origin(explained("garp_master_repeat 2")["garp_master_repeat"]) == ("2", "given", 7, "")
    inherited = explained(globally="vrrp_garp_master_repeat 3")["garp_master_repeat"]
    assert origin(inherited) == ("3", "inherited", 2, "vrrp_garp_master_repeat")
    assert origin(explained()["garp_master_repeat"]) == ("5", "default", None, "")


def test_what_an_instance_gives_counts_before_what_it_inherits() -> None:
    assert origin(explained("down_timer_adverts 4", globally="vrrp_down_timer_adverts 5")["down_timer_adverts"]) == ("4", "given", 7, "")


def test_a_default_may_be_another_setting() -> None:
    """The global one, not the instance's own, as keepalived has it."""
    found = explained("garp_master_delay 9", globally="vrrp_garp_master_delay 7")
    assert origin(found["garp_lower_prio_delay"]) == ("7", "inherited", 2, "vrrp_garp_master_delay")


def test_one_global_setting_may_stand_for_several() -> None:
    found = explained(globally="vrrp_min_garp")
    assert origin(found["garp_master_repeat"]) == ("1", "inherited", 2, "vrrp_min_garp")
    assert origin(found["garp_master_delay"]) == ("0", "inherited", 2, "vrrp_min_garp")


def test_a_nice_value_is_nobody_s_vrrp_priority() -> None:
    assert origin(explained(globally="vrrp_priority -5")["priority"]) == ("100", "default", None, "")


def test_rewrites_say_why() -> None:
    found = explained("state MASTER", "nopreempt", "preempt_delay 5", "advert_int 1.5", "track_interface {", "eth0", "}")
    whys = {name: found[name].provenance.why for name in ("priority", "preempt", "preempt_delay", "advert_int", "track_interface")}
    assert {found[name].provenance.kind for name in whys} == {"rewritten"}
    assert "state MASTER without a priority" in whys["priority"]
    assert "nopreempt does not work with state MASTER" in whys["preempt"]
    assert "preempt_delay does not work" in whys["preempt_delay"]
    assert "whole seconds" in whys["advert_int"]
    assert "own interface" in whys["track_interface"]
    assert [found[name].value for name in ("priority", "preempt", "preempt_delay", "advert_int")] == ["255", "yes", "0", "2"]


def test_an_owner_without_a_state_is_master() -> None:
    assert origin(explained("priority 255")["state"]) == ("MASTER", "rewritten", 7, "priority 255 without a state means MASTER")


def test_the_later_of_preempt_and_nopreempt_counts() -> None:
    assert origin(explained("preempt", "nopreempt")["preempt"]) == ("no", "given", 8, "")
    assert origin(explained("nopreempt", "preempt")["preempt"]) == ("yes", "given", 8, "")


def test_a_password_is_not_shown() -> None:
    found = explained("authentication {", "auth_type PASS", "auth_pass s3cret", "}")
    assert origin(found["authentication auth_pass"]) == ("(not shown)", "given", 9, "")
    assert explained("auth_hmac {", "key 1 s3cret", "}")["auth_hmac key"].value == "(not shown)"


def test_what_goes_without_saying_is_said_of_an_address() -> None:
    assert explained("virtual_ipaddress {", "192.0.2.1", "}")["virtual_ipaddress"].value == "192.0.2.1/32 dev eth0"


def test_the_text_is_three_columns() -> None:
    text = "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n}\n"
    lines = list(render_tables(tables(explain(read(text, "x")), "V")))
    assert lines[:3] == [
        "vrrp_instance V (x:1)",
        "    state                       BACKUP                     default",
        "    interface                   eth0                       x:2",
    ]
    assert "    Master_Down_Interval         3.609375 s                         3 intervals and Skew_Time" in lines
