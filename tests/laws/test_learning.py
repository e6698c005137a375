"""Laws of learning: what is learnt answers as its subject does, a suite of words tells every other machine, and bisimilar is equal."""

from collections.abc import Sequence
from functools import cache
from itertools import count, cycle

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.departures import KNOWN, changed
from conformance.learning import core
from conformance.learning.alphabet import ALPHABETS, VERSION_3, timed
from conformance.learning.answers import Answers, UnclearError
from conformance.learning.learner import learn
from conformance.learning.machine import Mealy, Word, differences, read_off, suite
from conformance.learning.report import PATIENCE, machine_of_core
from kaspec.vrrp.router import KEEPALIVED, Profile

LETTERS = ("a", "b")
OUTPUTS = ("x", "y")


@cache
def of_core(milliseconds: int = 1000, profile: Profile = KEEPALIVED) -> Mealy:
    return machine_of_core(timed(VERSION_3, milliseconds), profile)


profiles = st.sampled_from((KEEPALIVED, *(changed(KEEPALIVED, (each,)) for each in KNOWN if each.changes)))


@st.composite
def machines(draw: st.DrawFn) -> Mealy:
    """Any machine of a few states, without those that are never reached and those that do as another does."""
    size = draw(st.integers(1, 5))
    moves = {
        (state, letter): (draw(st.integers(0, size - 1)), draw(st.sampled_from(OUTPUTS))) for state in range(size) for letter in LETTERS
    }
    return _least(read_off(LETTERS, 0, lambda state, letter: moves[state, letter]))


def _least(machine: Mealy) -> Mealy:
    """Merge the states that no word tells apart."""
    words = [word for length in range(1, 6) for word in _words(length)]
    rows = {state: tuple(machine.outputs(word, state) for word in words) for state in machine.states}
    first = {row: state for state, row in reversed(rows.items())}
    return read_off(
        LETTERS, first[rows[0]], lambda state, letter: (first[rows[machine.moves[state, letter][0]]], machine.moves[state, letter][1])
    )


def _words(length: int) -> list[Word]:
    return [()] if length == 0 else [(*word, letter) for word in _words(length - 1) for letter in LETTERS]


@given(machines())
def test_a_machine_is_learnt_from_its_answers(machine: Mealy) -> None:
    answers = Answers(lambda words: [machine.outputs(word) for word in words])
    assert not list(differences(machine, learn(LETTERS, answers, extra=len(machine.states) - 1)))


@given(machines(), machines())
def test_a_difference_is_one_and_none_is_none(one: Mealy, other: Mealy) -> None:
    found = list(differences(one, other))
    for each in found:
        assert (one.outputs(each.word)[-1], other.outputs(each.word)[-1]) == (each.one, each.other)
        assert each.one != each.other
    assert bool(found) == any(one.outputs(word) != other.outputs(word) for word in _words(9))


@given(machines(), st.data())
def test_the_suite_tells_a_machine_with_no_more_states(machine: Mealy, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(machine.moves)))
    after, output = data.draw(st.tuples(st.sampled_from(machine.states), st.sampled_from(OUTPUTS)))
    mutant = evolve(machine, moves={**machine.moves, key: (after, output)})
    if list(differences(machine, mutant)):
        assert any(machine.outputs(word) != mutant.outputs(word) for word in suite(machine))


@settings(max_examples=20)
@given(profiles, st.lists(st.sampled_from(VERSION_3.letters), max_size=14))
def test_the_learnt_machine_answers_any_word_as_the_core_does(profile: Profile, letters: list[str]) -> None:
    word = tuple(letters)
    assert of_core(profile=profile).outputs(word) == core.answer(VERSION_3, word, profile)


@given(st.sampled_from((200, 400, 2000)))
@settings(max_examples=3)
def test_the_machine_does_not_depend_on_the_interval(milliseconds: int) -> None:
    assert not list(differences(of_core(), of_core(milliseconds)))


@given(machines(), st.sets(st.integers(0, 60), max_size=12))
def test_learning_ends_where_some_answers_are_lies(machine: Mealy, lies: set[int]) -> None:
    """A lie in the table that is outvoted later leaves a hypothesis that nothing new to ask would mend."""
    turns, told = count(), list[str]()

    def lying(words: Sequence[Word]) -> list[tuple[str, ...]]:
        return [tuple("lie" if next(turns) in lies else output for output in machine.outputs(word)) for word in words]

    def heard(line: str) -> None:
        told.append(line)
        assert len(told) < 200, told[-5:]

    answers = Answers(lying)
    try:
        learnt = learn(LETTERS, answers, heard=heard)
    except UnclearError:
        return
    assert all(learnt.outputs(word) == outputs for word, outputs in answers.known().items())


def test_a_wrong_answer_is_outvoted() -> None:
    told = iter(("lie", "x", "x", "x"))
    answers = Answers(lambda words: [(next(told), *"yyy"[: len(word) - 1]) for word in words])
    answers.of([("a",)])
    assert answers.of([("a", "b")]) == {("a", "b"): ("x", "y")}
    assert answers.repeated


def test_who_answers_now_so_now_so_is_no_machine() -> None:
    told = cycle(("x", "y"))
    answers = Answers(lambda words: [(next(told), "z") for _ in words])
    answers.of([("a", "a")])
    with pytest.raises(UnclearError, match=r"x \(\d+x\) or y"):
        answers.of([("a", "b")])


def test_patience_is_what_short_words_lack() -> None:
    alphabet = ALPHABETS[3]
    hasty = learn(alphabet.letters, Answers(lambda words: [core.answer(alphabet, word) for word in words]))
    assert len(hasty.states) < len(of_core().states)
    assert len(PATIENCE[0]) == 5
