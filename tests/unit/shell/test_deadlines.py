"""The heap that is lazy in one direction, against looking at every deadline."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.units import SECOND, Instant
from shell.deadlines import LEAD, Deadlines

PLACES = 4
instants = st.integers(0, 3 * SECOND).map(Instant)
moves = st.tuples(st.integers(0, PLACES - 1), st.none() | instants)


@given(st.lists(st.tuples(st.lists(moves), instants)))
def test_what_is_due_is_what_looking_at_all_would_find(rounds: list[tuple[list[tuple[int, Instant | None]], Instant]]) -> None:
    deadlines, actual, now = Deadlines(), dict[int, Instant | None](), Instant(0)
    for moved, step in rounds:
        for place, deadline in moved:
            actual[place] = deadline
            deadlines.note(place, deadline)
        now = Instant(now + step)
        due = deadlines.take_due(now, actual.get)

        assert sorted(due) == sorted(place for place, at in actual.items() if at is not None and at <= now)

        for place in due:
            actual[place] = None
            deadlines.note(place, None)


@given(st.lists(moves))
def test_the_alarm_is_never_later_than_the_earliest_deadline(moved: list[tuple[int, Instant | None]]) -> None:
    deadlines, actual = Deadlines(), dict[int, Instant | None]()
    for place, deadline in moved:
        actual[place] = deadline
        deadlines.note(place, deadline)
    earliest = min((at for at in actual.values() if at is not None), default=None)

    alarm = deadlines.earliest()

    assert earliest is None or (alarm is not None and alarm[0] <= earliest)


@given(st.lists(moves), instants)
def test_after_a_look_what_is_next_within_the_lead_is_known_for_certain(moved: list[tuple[int, Instant | None]], now: Instant) -> None:
    deadlines, actual = Deadlines(), dict[int, Instant | None]()
    for place, deadline in moved:
        actual[place] = deadline
        deadlines.note(place, deadline)
    for place in deadlines.take_due(now, actual.get):
        actual[place] = None
        deadlines.note(place, None)
    coming = sorted((at, place) for place, at in actual.items() if at is not None and at <= now + LEAD)

    alarm = deadlines.earliest()

    assert (alarm if alarm and alarm[0] <= now + LEAD else None) == (coming[0] if coming else None)
