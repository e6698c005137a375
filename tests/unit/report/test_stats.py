"""Counting, and what keepalived calls the counts."""

from collections import Counter

import pytest
from attrs import asdict, evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.node import Outcome
from kaspec.report.stats import Key, Statistics, render_stats, statistics, tally
from kaspec.rules import Rule
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived
from kaspec.vrrp.machine import step
from kaspec.vrrp.state import Backup, Master
from tests.laws.strategies import Situation, events, situations
from tests.unit.report.scenes import BACKUP, DISCARDED, MASTER, REMARKED, ROUTER, SCENES, discarded, heard, outcome

NOTHING = Statistics(*[0] * 14)


def counted(*outcomes: Outcome) -> Statistics:
    """The statistics of ROUTER after some outcomes."""
    counts: Counter[Key] = Counter()
    for each in outcomes:
        counts.update(tally(each))
    return statistics(ROUTER, counts)


@given(situations, st.data())
def test_the_counters_agree_with_what_happened(situation: Situation, data: st.DataObject) -> None:
    router, state = situation.router, situation.state
    event = data.draw(events(router))
    assume(not isinstance(event, AdvertisementDiscarded) or event.rule in DISCARDED)
    taken = step(router, state, event, situation.now)
    counts = Counter(tally(Outcome(0, router, state, event, taken)))
    found = statistics(router, counts)
    sent = [effect.advertisement.priority for effect in taken.effects if isinstance(effect, SendAdvertisement)]
    has_address = state.standing.address is not None and taken.state.standing.address is not None
    if has_address:
        assert found.advertisements_sent == len(sent)
        assert found.priority_zero_sent == sent.count(0)
    if not isinstance(event, AdvertisementDiscarded):
        listening = isinstance(state, Backup | Master)
        assert found.advertisements_received == (isinstance(event, AdvertisementReceived) and listening)
        assert found.became_master == (isinstance(taken.state, Master) and not isinstance(state, Master))
        assert found.released_master == (isinstance(state, Master) and not isinstance(taken.state, Master))
        assert found.priority_zero_received == (
            isinstance(event, AdvertisementReceived) and event.advertisement.priority == 0 and listening
        )


@pytest.mark.parametrize("rule", sorted(set(SCENES) - set(DISCARDED)))
def test_each_rule_counts_what_its_scene_shows(rule: Rule) -> None:
    scene = SCENES[rule]
    found = statistics(scene.router, Counter(tally(scene)))
    was_master, is_master = (isinstance(state, Master) for state in (scene.before, scene.step.state))
    assert found.advertisements_sent == sum(isinstance(effect, SendAdvertisement) for effect in scene.step.effects)
    assert found.advertisements_received == (isinstance(scene.event, AdvertisementReceived) and isinstance(scene.before, Backup | Master))
    assert (found.became_master, found.released_master) == (is_master > was_master, was_master > is_master)


def test_each_discard_feeds_its_counter() -> None:
    fed = {
        rules.INCOMPLETE: "length_errors",
        rules.TTL: "ttl_errors",
        rules.TYPE: "invalid_type",
        rules.ADVERTISEMENT_INTERVAL: "interval_errors",
        rules.ADDRESS_LIST: "address_list_errors",
        rules.AUTH_TYPE_UNKNOWN: "invalid_authentication_type",
        rules.AUTH_TYPE_MISMATCH: "authentication_type_mismatch",
        rules.PASSWORD: "authentication_failure",
    }
    for rule, counter in fed.items():
        for state in (BACKUP, MASTER):
            found = asdict(counted(discarded(rule, state)))
            assert {name for name, times in found.items() if times} - {"advertisements_received"} == {counter}
    silent = {rules.NOT_VRRP, rules.VERSION, rules.CHECKSUM, rules.VRID, rules.OWNER, rules.DESTINATION}
    assert counted(*map(discarded, silent)) == NOTHING


def test_another_address_list_counts_whether_used_or_not() -> None:
    assert counted(outcome(BACKUP, REMARKED)) == evolve(NOTHING, advertisements_received=1, address_list_errors=1)
    assert counted(discarded(rules.ADDRESS_LIST)) == evolve(NOTHING, advertisements_received=1, address_list_errors=1)


def test_nothing_counts_in_fault_or_before_startup() -> None:
    assert counted(SCENES[rules.FAULT_DEAF], SCENES[rules.NOT_STARTED]) == NOTHING


def test_a_backup_that_fails_releases_nothing() -> None:
    assert counted(SCENES[rules.FAULT_ENTERED]).released_master == 1
    failed = outcome(BACKUP, SCENES[rules.FAULT_ENTERED].event)
    assert failed.step.rule == rules.FAULT_ENTERED
    assert counted(failed) == NOTHING


def test_a_renamed_virtual_router_keeps_its_counts() -> None:
    renamed = evolve(ROUTER, name="VI_2")
    assert statistics(renamed, Counter(tally(outcome(BACKUP, heard(200))))).advertisements_received == 1


def test_the_form_is_keepalived_s() -> None:
    other = evolve(ROUTER, name="VI_2", virtual_router_id=52)
    counts: Counter[Key] = Counter(tally(discarded(rules.PASSWORD)))
    block = """\
VRRP Instance: {}
  Advertisements:
    Received: 0
    Sent: 0
  Became master: 0
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 0
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 0
    Failure: {}
  Priority Zero:
    Received: 0
    Sent: 0
"""
    assert render_stats((ROUTER, other), counts) == block.format("VI_1", 1) + block.format("VI_2", 0)
    assert render_stats((), counts) == ""
