"""What the journal lets through."""

from collections.abc import Iterable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.node import Outcome, Unclaimed
from kaspec.report.journal import BLANK, Journal, enter, enter_unclaimed, is_routine
from kaspec.rules import Rule
from kaspec.units import SECOND, Instant
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, DeadlineReached, Event
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import VirtualRouter
from tests.laws.strategies import Situation, arbitrary_situations, events
from tests.unit.report.scenes import (
    ANOTHER,
    BACKUP,
    DISCARDED,
    MASTER,
    NOW,
    PATIENT,
    REMARKED,
    SCENES,
    THEIRS,
    discarded,
    heard,
    outcome,
)


def _reportable(router: VirtualRouter) -> st.SearchStrategy[Event]:
    """Events as reception makes them: a discard's rule has words."""
    return events(router).filter(lambda event: not isinstance(event, AdvertisementDiscarded)) | st.builds(
        lambda rule: discarded(rule).event, st.sampled_from(sorted(DISCARDED))
    )


def told(outcomes: Iterable[Outcome], journal: Journal = BLANK, detail: bool = False) -> list[tuple[str, ...]]:
    """What is said at each outcome in turn."""
    said = []
    for each in outcomes:
        journal, lines = enter(journal, each, NOW, detail)
        said.append(lines)
    return said


def test_a_list_that_is_not_checked_is_told_once_of_each_master() -> None:
    """keepalived's skip_check_adv_addr."""
    trusting = evolve(SCENES[rules.ADDRESS_LIST_REPORTED].router, trusts_address_list=True)
    event = SCENES[rules.ADDRESS_LIST_REPORTED].event
    assert isinstance(event, AdvertisementReceived)
    other = evolve(event, source=ANOTHER)
    said = told([outcome(BACKUP, each, trusting) for each in (*[event] * 20, *[other] * 20)])
    assert [number for number, lines in enumerate(said) if lines] == [0, 20]


def test_of_a_thousand_equal_discards_four_are_logged_with_their_number() -> None:
    said = told([discarded(rules.PASSWORD)] * 1000)
    line = "(VI_1) received an invalid passwd! (from 192.0.2.1)"
    assert {number: lines for number, lines in enumerate(said, 1) if lines} == {
        1: (line,),
        10: (f"{line} [10 times]",),
        100: (f"{line} [100 times]",),
        1000: (f"{line} [1000 times]",),
    }


def test_each_kind_of_discard_is_counted_by_itself() -> None:
    assert all(told(discarded(rule) for rule in DISCARDED))


def test_a_change_of_state_is_never_kept_back_and_starts_afresh() -> None:
    bad, up, down = discarded(rules.TTL), SCENES[rules.MASTER_DOWN], SCENES[rules.MASTER_YIELDS]
    assert all(told([bad, up, bad, down, bad, up, down]))


def test_another_master_is_told_and_starts_afresh() -> None:
    bad = discarded(rules.TTL)
    said = told([outcome(BACKUP, heard(200)), bad, bad, outcome(BACKUP, heard(200, ANOTHER)), bad], detail=True)
    assert [lines[-1] if lines else "" for lines in said] == [
        "(VI_1) master set to 192.0.2.1",
        "(VI_1) invalid TTL/HL. Received 64 and expect 255 (from 192.0.2.1)",
        "",
        "(VI_1) master changed from 192.0.2.1 to 192.0.2.9",
        "(VI_1) invalid TTL/HL. Received 64 and expect 255 (from 192.0.2.1)",
    ]


@pytest.mark.parametrize("detail", [True, False])
def test_ever_changing_masters_cannot_flood_the_log(detail: bool) -> None:
    bad = discarded(rules.TTL)
    flood = [each for number in range(500) for each in (outcome(BACKUP, heard(200, bytes((10, 0, number // 256, number % 256)))), bad)]
    said = [line for lines in told(flood, detail=detail) for line in lines]
    changes = [line for line in said if "master changed" in line]
    assert [line[-11:] for line in changes] == (["to 10.0.0.1", " [10 times]", "[100 times]"] if detail else [])
    assert len(said) - len(changes) <= 10


def test_masters_that_last_are_told_each_time() -> None:
    said: list[str] = []
    journal = BLANK
    for turn in range(4):
        each = outcome(BACKUP, heard(200, (THEIRS, ANOTHER)[turn % 2]))
        journal, lines = enter(journal, each, Instant(turn * 10 * SECOND), detail=True)
        said.extend(lines)
    there, back = "(VI_1) master changed from 192.0.2.1 to 192.0.2.9", "(VI_1) master changed from 192.0.2.9 to 192.0.2.1"
    assert said == ["(VI_1) master set to 192.0.2.1", there, back, there]


def test_the_follower_of_a_winner_knows_whom_it_follows_since_when() -> None:
    journal, lines = enter(BLANK, SCENES[rules.MASTER_YIELDS], Instant(5), detail=True)
    assert journal == Journal(heard(200), Instant(5), Instant(5), up_since=Instant(5))
    assert lines[-1] == "(VI_1) master set to 192.0.2.1"
    assert enter(journal, SCENES[rules.MASTER_DOWN], NOW, detail=False)[0] == Journal(since=NOW, up_since=Instant(5))


def test_a_priority_zero_names_no_master() -> None:
    assert enter(BLANK, SCENES[rules.BACKUP_PRIORITY_ZERO], NOW, detail=True)[0].following is None


def test_whoever_loses_is_not_followed() -> None:
    assert enter(BLANK, SCENES[rules.BACKUP_LOWER], NOW, detail=True)[0].following is None


def test_an_odd_address_list_is_reported_once_in_a_while_although_it_is_used() -> None:
    odd = outcome(BACKUP, REMARKED)
    said = told([odd] * 10)
    assert [bool(lines) for lines in said] == [True, *[False] * 8, True]
    journal, _ = enter(BLANK, odd, NOW, detail=False)
    assert not is_routine(journal, odd)


def test_the_ordinary_is_routine() -> None:
    ordinary = heard(200)
    first, again = outcome(BACKUP, ordinary), outcome(evolve(BACKUP, master_down_at=Instant(NOW + SECOND)), ordinary)
    assert not is_routine(BLANK, first)
    journal, _ = enter(BLANK, first, NOW, detail=False)
    assert is_routine(journal, again)
    assert is_routine(BLANK, outcome(MASTER, DeadlineReached()))
    assert not is_routine(BLANK, outcome(BACKUP, DeadlineReached()))


def test_an_equal_advertisement_changes_nothing_even_if_it_is_another_object() -> None:
    journal, _ = enter(BLANK, outcome(BACKUP, heard(200)), NOW, detail=True)
    assert enter(journal, outcome(BACKUP, heard(200)), NOW, detail=True) == (journal, ())


def test_a_preempt_delay_is_told_once_and_its_running_not_at_all() -> None:
    first = outcome(BACKUP, heard(50), PATIENT)
    running = SCENES[rules.PREEMPT_DELAY_RUNS]
    assert told([first, running, running, first]) == [("(VI_1) start preempt delay (2.000000)",), (), (), ()]


@given(arbitrary_situations(), st.data(), st.booleans())
def test_what_is_routine_says_and_changes_nothing(situation: Situation, data: st.DataObject, detail: bool) -> None:
    router, state = situation.router, situation.state
    journal = BLANK
    for event in data.draw(st.lists(_reportable(router), max_size=6)) * 2:
        taken = step(router, state, event, situation.now)
        each = Outcome(0, router, state, event, taken)
        after, lines = enter(journal, each, situation.now, detail)
        if is_routine(journal, each):
            assert (after, lines) == (journal, ())
        journal, state = after, taken.state


@given(st.lists(st.sampled_from(sorted(DISCARDED)), max_size=300))
def test_memory_does_not_grow_with_packets(found: list[Rule]) -> None:
    journal = BLANK
    for rule in found:
        journal, _ = enter(journal, discarded(rule), NOW, detail=False)
    assert set(journal.repeats) == set(found)


def test_unknown_virtual_routers_are_told_only_if_asked_for() -> None:
    stray = Unclaimed("eth0", rules.VRID, 77)
    assert enter_unclaimed(BLANK, stray, log_unknown_vrids=False) == (BLANK, ())
    journal, lines = enter_unclaimed(BLANK, stray, log_unknown_vrids=True)
    assert lines == ("Unknown VRID(77) received on interface(eth0). ignoring...",)
    assert enter_unclaimed(journal, stray, log_unknown_vrids=True)[1] == ()
    assert enter_unclaimed(journal, evolve(stray, virtual_router_id=78), log_unknown_vrids=True)[1]


def test_malformed_datagrams_are_told_the_first_and_the_tenth_time() -> None:
    for stray in (Unclaimed("eth0", rules.NOT_IP, None), Unclaimed("eth0", rules.VRID, None)):
        journal, said = BLANK, []
        for _ in range(10):
            journal, lines = enter_unclaimed(journal, stray, log_unknown_vrids=False)
            said.append(bool(lines))
        assert said == [True, *[False] * 8, True]
