"""Judging: what is not named must not have happened, and what is named must have."""

import pytest

from kaspec.trace import Trace, Verdict, parse, run

HEAD = """\
clause V2-0-00 {polarity}
router a at 192.0.2.2 on eth0
  vrrp_instance VI_1 {{ interface eth0  virtual_router_id 51  virtual_ipaddress {{ 192.0.2.100/24 }} }}
  vrrp_instance VI_2 {{ interface eth0  virtual_router_id 52  priority 255  virtual_ipaddress {{ 192.0.2.101/24 }} }}
"""
START = "0 a startup\n=> ...\n"
OWNER = "sends advert; installs 192.0.2.101/24; announces 192.0.2.101 x5; master"


def judge(timeline: str, polarity: str = "holds") -> Verdict:
    trace = parse(HEAD.format(polarity=polarity) + timeline)
    assert isinstance(trace, Trace), "\n".join(map(str, trace))
    return run(trace)


def complaints(timeline: str, polarity: str = "holds") -> list[tuple[str, str]]:
    return [(difference.expected, difference.got) for difference in judge(timeline, polarity).differences]


def test_every_virtual_router_is_accounted_for() -> None:
    assert judge(f"0 a startup\n=> a/VI_1 backup\n=> a/VI_2 {OWNER}").holds
    assert complaints("0 a startup\n=> a/VI_1 backup") == [("nothing", f"{OWNER}, deadline 1.000000")]
    assert [expected for expected, _ in complaints("0 a startup")] == ["nothing", "nothing"]


@pytest.mark.parametrize("left_out", ["sends advert; ", "installs 192.0.2.101/24; ", "announces 192.0.2.101 x5; "])
def test_every_effect_is_accounted_for(left_out: str) -> None:
    assert complaints(f"0 a startup\n=> a/VI_1 backup\n=> a/VI_2 {OWNER.replace(left_out, '')}") != []


def test_a_change_of_state_is_accounted_for() -> None:
    assert complaints("0 a startup\n=> a/VI_1 deadline 3.609375\n=> a/VI_2 ...") == [("the same state", "backup")]


def test_an_ellipsis_leaves_the_rest_open_but_not_what_is_named() -> None:
    assert judge("0 a startup\n=> a/VI_1 ...\n=> a/VI_2 installs 192.0.2.101/24; ...").holds
    assert not judge("0 a startup\n=> a/VI_1 ...\n=> a/VI_2 installs 192.0.2.100/24; ...").holds
    assert not judge("0 a startup\n=> a/VI_1 ...\n=> a/VI_2 announces 192.0.2.101 x5; sends advert; ...").holds


def test_the_order_of_effects_counts() -> None:
    turned = OWNER.replace("sends advert; installs 192.0.2.101/24", "installs 192.0.2.101/24; sends advert")
    assert not judge(f"0 a startup\n=> a/VI_1 backup\n=> a/VI_2 {turned}").holds


def test_what_is_silent_may_be_named_and_is_then_checked() -> None:
    assert judge(f"0 a startup\n=> a/VI_1 removes 192.0.2.100/24; notifies BACKUP; backup\n=> a/VI_2 {OWNER}").holds
    assert not judge(f"0 a startup\n=> a/VI_1 notifies MASTER; backup\n=> a/VI_2 {OWNER}").holds


def test_an_advertisement_is_compared_whole() -> None:
    assert complaints(f"0 a startup\n=> a/VI_1 backup\n=> a/VI_2 {OWNER.replace('advert', 'advert priority 254')}") == [
        (OWNER.replace("advert", "advert priority 254").removesuffix("; master"), OWNER.removesuffix("; master"))
    ]


def test_a_deadline_that_passes_is_a_difference() -> None:
    assert complaints(START + "1.5 a link eth7 up\n") == [("a deadline of a/VI_2 at 1.000000", "nothing until 1.500000")]


def test_in_a_recording_a_deadline_may_be_late() -> None:
    assert not judge(START + "1.000100 a deadline\n=> a/VI_2 sends advert").holds
    text = "recorded\n" + HEAD.format(polarity="holds") + START + "1.000100 a deadline\n=> a/VI_2 sends advert"
    trace = parse(text)
    assert isinstance(trace, Trace)
    assert run(trace).holds


def test_nothing_means_that_not_even_a_timer_moved() -> None:
    heard = START + "0.5 a/VI_1 receives advert from 192.0.2.1 priority 200\n"
    assert complaints(heard + "=> a/VI_1 nothing") == [("nothing", "backup, deadline 4.109375")]
    assert complaints(heard + "=> a/VI_1 discarded") == [("discarded", "backup, deadline 4.109375")]
    assert judge(heard + "=> a/VI_1 deadline 4.109375").holds


def test_only_a_packet_can_be_discarded() -> None:
    assert not judge(START + "0.5 a deadline\n=> a discarded").holds
    assert judge(START + "0.5 a deadline\n=> a nothing").holds


def test_the_rule_counts_if_it_is_named() -> None:
    assert complaints(START + "0.5 a deadline\n=> a/VI_1 nothing [core.unchanged]") == [("by core.unchanged", "by core.not-due")]


def test_a_violation_that_happens_is_a_difference() -> None:
    heard = START + "0.5 a/VI_1 receives advert from 192.0.2.1 priority 200\n"
    assert judge(heard + "=/> a/VI_1 deadline 3.609375\n", "violated").holds
    assert complaints(heard + "=/> a/VI_1 deadline 4.109375\n", "violated") == [
        ("not what the line says", "just that: the violation was accepted")
    ]
    assert judge(heard + "=/> a/VI_1 discarded\n", "violated").holds


def test_an_advertisement_that_was_never_sent_cannot_be_delivered() -> None:
    assert complaints(START + "0.5 a/VI_1 receives advert of a/VI_1\n") == [("an advertisement to deliver", "none was sent")]


def test_what_was_sent_can_be_delivered_with_a_fault() -> None:
    assert judge(START + "0.5 a/VI_2 receives advert of a/VI_2 from 192.0.2.9 ttl 254\n=> a/VI_2 discarded [rfc3768.7.1.ttl]").holds


def test_a_crash_is_silent_and_forgets() -> None:
    assert judge(START + f"0.5 a crash\n9 a startup\n=> a/VI_1 backup, deadline 12.609375\n=> a/VI_2 {OWNER}, deadline 10").holds


def test_a_virtual_router_that_is_not_there_does_nothing() -> None:
    reload = "0.5 a reload\n   vrrp_instance VI_1 { interface eth0  virtual_router_id 51  virtual_ipaddress { 192.0.2.100/24 } }\n"
    gone = "=> a/VI_2 sends advert priority 0; removes 192.0.2.101/24; init\n"
    assert judge(START + reload + gone).holds
    assert [got for _, got in complaints(START + reload + gone + "=> a/VI_3 nothing")] == ["nobody to do it"]


def test_a_violation_by_a_router_without_virtual_routers_is_accepted_of_nobody() -> None:
    text = "clause V2-7.1-08 violated\n\nrouter a on eth0\n\n0.000000  a startup\n          =/> a nothing\n"
    trace = parse(text, "empty.trace")

    assert isinstance(trace, Trace)
    assert not run(trace).holds
