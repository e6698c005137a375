"""Laws of time: only differences between instants matter, and waiting has no seams."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kaspec import rules
from kaspec.node import DeadlinesReached, Node, NodeState, due, initial, node_step
from kaspec.node import next_deadline as node_deadline
from kaspec.tracking import Link
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.effects import Effect
from kaspec.vrrp.events import DeadlineReached, Startup
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import State, next_deadline, rebase
from tests.laws.strategies import (
    Situation,
    arbitrary_situations,
    deadline_of,
    events,
    intervals,
    nodes,
    reachable_situations,
    shifts,
    situations,
    worlds,
)

Timeline = tuple[tuple[Instant, Effect], ...]


def advance(router: VirtualRouter, state: State, until: Instant) -> tuple[State, Timeline]:
    """Wait: deliver every deadline up to ``until`` at its own instant; an overdue one cannot be, so instants start at the deadline."""
    seen: list[tuple[Instant, Effect]] = []
    for _ in range(10_000):
        at = next_deadline(state)
        if at is None or at > until:
            return state, tuple(seen)
        taken = step(router, state, DeadlineReached(), at)
        state = taken.state
        seen.extend((at, effect) for effect in taken.effects)
    raise AssertionError("time stands still")


@settings(max_examples=1000)
@given(situations, shifts | st.just(Interval(1)), st.data())
def test_translating_time_commutes_with_step(situation: Situation, by: Interval, data: st.DataObject) -> None:
    """To move every instant and then step is to step and then move every instant; effects and rule do not see the clock."""
    router, state, now = situation.router, situation.state, situation.now
    event = data.draw(events(router))
    here = step(router, state, event, now)
    there = step(router, rebase(state, by), event, after(now, by))
    assert (there.state, there.effects, there.rule) == (rebase(here.state, by), here.effects, here.rule)


@given(situations, shifts, shifts)
def test_translations_are_a_group_action(situation: Situation, one: Interval, other: Interval) -> None:
    """Translating by nothing is the identity, translating twice is translating by the sum, and the deadline moves along."""
    state = situation.state
    assert rebase(state, Interval(0)) == state
    assert rebase(rebase(state, one), other) == rebase(state, Interval(one + other))
    deadline = next_deadline(state)
    assert next_deadline(rebase(state, one)) == (None if deadline is None else deadline + one)


@given(situations, intervals, intervals)
def test_waiting_in_two_parts_equals_waiting_once(situation: Situation, one: Interval, other: Interval) -> None:
    """Waiting a and then b gives the state and the effects, at their instants, of waiting a + b; polling in between changes nothing."""
    router, state, now = situation.router, situation.state, situation.now
    halfway, first = advance(router, state, after(now, one))
    polled = step(router, halfway, DeadlineReached(), after(now, one)).state
    end, second = advance(router, polled, after(now, Interval(one + other)))
    assert (end, first + second) == advance(router, state, after(now, Interval(one + other)))


@given(situations, st.integers(1, 10**7))
def test_before_the_deadline_nothing_happens(situation: Situation, early: int) -> None:
    """``DeadlineReached`` before ``next_deadline`` is the identity, and so it is where there is no deadline."""
    deadline = next_deadline(situation.state)
    now = situation.now if deadline is None else Instant(deadline - early)
    taken = step(situation.router, situation.state, DeadlineReached(), now)
    assert (taken.state, taken.effects) == (situation.state, ())
    assert taken.rule in {rules.NOT_DUE, rules.NOT_STARTED}


TIMERS = 4
"""A Master's: advertisements, announcements, those elsewhere, what somebody took away."""


@given(situations, intervals)
def test_a_deadline_is_never_met_twice(situation: Situation, late: Interval) -> None:
    """No Zeno: at one instant, on time or late, each timer fires at most once, and then the next deadline lies ahead."""
    deadline = next_deadline(situation.state)
    assume(deadline is not None)
    assert deadline is not None
    now = after(deadline, late)
    fired, state = list[rules.Rule](), situation.state
    while next_deadline(state) is not None and len(fired) <= TIMERS:
        taken = step(situation.router, state, DeadlineReached(), now)
        state = taken.state
        if taken.rule == rules.NOT_DUE:
            break
        fired.append(taken.rule)
    assert fired
    assert len(set(fired)) == len(fired) <= TIMERS
    ahead = next_deadline(state)
    assert ahead is None or ahead > now


@given(situations)
def test_the_deadline_is_the_earliest_instant_of_the_state(situation: Situation) -> None:
    """``next_deadline`` is Master_Down_Timer, or the earlier of Adver_Timer and the next announcement; a preempt_delay wakes nobody."""
    assert next_deadline(situation.state) == deadline_of(situation.state)


@given(reachable_situations())
def test_a_state_that_was_reached_has_its_deadline_ahead(situation: Situation) -> None:
    """Once its due timers were served, a state that events led to has no deadline in the past."""
    state, now = situation.state, situation.now
    served, _ = advance(situation.router, state, now)
    deadline = next_deadline(served)
    assert deadline is None or deadline > now


@given(arbitrary_situations(), st.data())
def test_step_is_a_function(situation: Situation, data: st.DataObject) -> None:
    """The same arguments give the same step: nothing outside them is read or remembered."""
    event = data.draw(events(situation.router))
    once, again = (step(situation.router, situation.state, event, situation.now) for _ in range(2))
    assert once == again


@given(nodes(), worlds, st.integers(1, 6))
def test_a_node_is_due_exactly_at_its_earliest_deadline(node: Node, world: list[Link], rounds: int) -> None:
    """The node's deadline is the earliest of its routers'; before it nobody is due, at it somebody is, and only the due ones move."""
    state: NodeState = node_step(node, initial(node, world), Startup(), Instant(0)).state
    for _ in range(rounds):
        deadline = node_deadline(state)
        assert deadline == min((at for each in state.states if (at := deadline_of(each)) is not None), default=None)
        if deadline is None:
            return
        assert due(state, Instant(deadline - 1)) == ()
        places = due(state, deadline)
        assert places
        transition = node_step(node, state, DeadlinesReached(places), deadline)
        assert tuple(outcome.place for outcome in transition.steps) == places
        assert all(transition.state.states[place] == each for place, each in enumerate(state.states) if place not in places)
        state = transition.state
