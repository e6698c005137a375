"""Who is looked at in which turn."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.units import Instant, after
from shell.checks.agenda import TURN, Agenda, beginning, turn_of

instants = st.integers(0, 20 * TURN).map(Instant)


@given(instants)
def test_a_turn_begins_when_its_deadlines_have_been_reached_and_no_turn_later(deadline: Instant) -> None:
    turn = turn_of(deadline)
    assert beginning(turn - 1) < deadline <= beginning(turn)


@given(st.lists(instants), st.lists(instants))
def test_everybody_is_taken_once_in_order_and_not_too_early(deadlines: list[Instant], looks: list[Instant]) -> None:
    agenda: Agenda[int] = Agenda()
    for who, deadline in enumerate(deadlines):
        agenda.note(turn_of(deadline), who)
    left = set(range(len(deadlines)))
    for now in (*sorted(looks), after(Instant(20 * TURN), TURN)):
        first = min((beginning(turn_of(deadlines[who])) for who in left), default=None)
        assert agenda.first() == first
        taken = [(turn, who) for turn, noted in agenda.take(now) for who in noted]
        assert taken == sorted(taken, key=lambda each: each[0])
        assert all(turn == turn_of(deadlines[who]) for turn, who in taken)
        due = {who for who in left if beginning(turn_of(deadlines[who])) <= now}
        assert sorted(who for _, who in taken) == sorted(due)
        left -= due
    assert not left
    assert agenda.first() is None
