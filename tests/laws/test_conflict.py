"""Laws of split brain detection: what is evidence, in any order, and when it is over."""

from random import Random

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import Address
from kaspec.node import Outcome
from kaspec.report.conflict import CAUSES, MOST, PEACE, Conflict, Rival, is_split, observe
from kaspec.rules import RULES, Rule
from kaspec.units import Instant
from kaspec.vrrp.events import AdvertisementDiscarded, DeadlineReached, Event
from kaspec.vrrp.machine import step
from kaspec.vrrp.state import Backup, Master
from tests.laws.strategies import HOSTS, Situation, events, situations
from tests.unit.report.scenes import BACKUP, MASTER, NOW, ROUTER, heard, outcome

SHOWN = tuple(rule for rule in CAUSES if not rule.startswith(("rfc9568.6.4.3", "rfc3768.6.4.3", "keepalived.own")))
"""What a discarded packet shows."""
causes = st.sampled_from(SHOWN)
packets = st.lists(st.tuples(causes, st.sampled_from(HOSTS)), max_size=6)
LATER = Instant(NOW + 60_000_000)
QUIET = evolve(MASTER, adver_at=Instant(NOW + 10**9))


def packet(rule: Rule, source: Address, state: Backup | Master = QUIET) -> Outcome:
    return outcome(state, AdvertisementDiscarded(rule, source))


def what(conflict: Conflict) -> tuple[Rival, ...]:
    """The rivals, without how often the cause changed on the way."""
    return tuple(evolve(rival, changes=0) for rival in conflict.rivals)


def fold(seen: list[tuple[Rule, Address]], state: Backup | Master = QUIET) -> tuple[Conflict, list[str]]:
    conflict, said = PEACE, list[str]()
    for rule, source in seen:
        conflict, lines = observe(conflict, packet(rule, source, state), NOW)
        said += lines
    return conflict, said


@given(packets, st.randoms(use_true_random=False))
def test_evidence_of_one_instant_has_no_order(seen: list[tuple[Rule, Address]], random: Random) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert what(fold(seen)[0]) == what(fold(shuffled)[0])


@given(packets)
def test_each_rival_is_told_once_and_ends_once(seen: list[tuple[Rule, Address]]) -> None:
    """Repetitions add no line but a change of cause; after silence nothing is left, and that is told."""
    conflict, said = fold(seen)
    sources = {source for _, source in seen}
    assert sum("is Master too" in line for line in said) == len(sources)
    after, ended = observe(conflict, outcome(QUIET, DeadlineReached(), now=LATER), LATER)
    assert after.rivals == ()
    assert len(ended) == len(sources)


@given(packets)
def test_what_a_backup_discards_explains_why_it_became_master(seen: list[tuple[Rule, Address]]) -> None:
    """While Backup it is no split brain and says nothing; on becoming Master each rival is told."""
    conflict, said = fold(seen, evolve(BACKUP, master_down_at=LATER))
    assert not said
    assert not is_split(BACKUP, conflict)
    became = outcome(BACKUP, DeadlineReached())
    split, lines = observe(conflict, became, NOW)
    assert is_split(became.step.state, split) == bool(seen)
    assert len(lines) == len({source for _, source in seen})
    assert all("became Master while" in line for line in lines)


@given(situations, st.data())
def test_whoever_is_no_master_any_more_has_no_split_brain(situation: Situation, data: st.DataObject) -> None:
    """Over any step: lines are only about a Master that was or is; who is yielded to is no rival; and few are remembered."""
    router, now = situation.router, situation.now
    rivals = [Rival(host, now, now, Instant(now + 1), rules.PASSWORD) for host in sorted(HOSTS)]
    event: Event = data.draw(events(router, reloads=False))
    taken = Outcome(0, router, situation.state, event, step(router, situation.state, event, now))
    conflict, lines = observe(Conflict(tuple(rivals)), taken, now)
    assert len(conflict.rivals) <= MOST
    was, is_now = isinstance(taken.before, Master), isinstance(taken.step.state, Master)
    assert not lines or was or is_now
    assert not (was and not is_now) or len(lines) == len(rivals)


def test_a_lower_master_is_a_rival_until_it_resigns() -> None:
    """It loses each time, so it does not hear us; its priority 0 ends it, and so does ours to yield."""
    conflict, lines = observe(PEACE, outcome(MASTER, heard(50)), NOW)
    assert lines[0].startswith("(VI_1) SPLIT BRAIN: 192.0.2.1 is Master too: it does not hear us")
    assert observe(conflict, outcome(MASTER, heard(50)), NOW)[1] == ()
    resigned, told = observe(conflict, outcome(MASTER, heard(0)), Instant(NOW + 1_500_000))
    assert resigned.rivals == ()
    assert told == ("(VI_1) split brain with 192.0.2.1 is over after 1.500000 s: it resigned",)
    assert observe(conflict, outcome(MASTER, heard(200)), NOW)[1] == (
        "(VI_1) split brain with 192.0.2.1 is over after 0.000000 s: we follow it",
    )


def test_forged_packets_from_everywhere_cost_no_memory_and_few_lines() -> None:
    conflict, lines = PEACE, list[str]()
    for number in range(1000):
        conflict, said = observe(conflict, packet(rules.PASSWORD, Address(number.to_bytes(4, "big"))), NOW)
        lines += said
    assert len(conflict.rivals) == MOST
    assert len(lines) == MOST
    assert ROUTER.name in lines[0]


def test_every_cause_is_a_rule() -> None:
    assert set(CAUSES) <= set(RULES)
