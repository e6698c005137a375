"""Learning the machine of a subject by L*, whose table and counterexample processing are AALpy's.

A word takes as long as its slots, but hundreds can be played at once.  So whatever the table is about to ask is asked beforehand, all
together; AALpy then finds every answer there.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aalpy.base import SUL
from aalpy.learning_algs.deterministic.CounterExampleProcessing import rs_cex_processing
from aalpy.learning_algs.deterministic.ObservationTable import ObservationTable
from attrs import define, field

from conformance.learning.answers import ROUNDS, Answers, UnclearError
from conformance.learning.machine import Letter, Mealy, Output, Word, read_off, suite

Heard = Callable[[str], None]
"""Is told how far it has come."""


def learn(
    letters: Sequence[Letter], answers: Answers, patience: Sequence[Word] = (), extra: int = 0, heard: Heard = lambda _: None
) -> Mealy:
    """Return the machine that answers every word asked as the subject did.

    Whatever answers otherwise has more than ``extra`` states more (``suite``).  ``patience`` are words that tell states apart which short
    ones do not: those that wait for timers.  Raises ``UnclearError``.
    """
    ends, stale = list(patience), 0
    wrong: Word = ()
    while stale < ROUNDS:
        table = _Table(letters, answers, ends)
        machine = table.closed(heard)
        wrong = next((word for more in range(extra + 1) if (word := _wrong(machine, answers, more, heard))), ())
        if not wrong:
            return machine
        heard(f"not so: {', '.join(wrong)}")
        new = table.learn_of(wrong)
        stale += not new
        ends += new
    raise UnclearError(f"{', '.join(wrong)}: what the answers to it say has changed {ROUNDS} times while the machine was made of them")


def _wrong(machine: Mealy, answers: Answers, extra: int, heard: Heard) -> Word:
    """Return a word of the suite, or of those asked before, that the subject answers otherwise than the machine, up to where it does."""
    words = suite(machine, extra)
    heard(f"{len(machine.states)} states, {len(words)} words to test them")
    for word, outputs in (answers.of(words) | answers.known()).items():
        for length in range(1, len(word) + 1):
            if machine.outputs(word[:length])[-1] != outputs[length - 1]:
                return word[:length]
    return ()


@define
class _Table:
    """The observation table, and the hypothesis read off it last."""

    letters: Sequence[Letter]
    answers: Answers
    patience: Sequence[Word]
    table: Any = field(init=False)
    hypothesis: Any = None

    def __attrs_post_init__(self) -> None:
        self.table = ObservationTable(list(self.letters), _Remembered(self.answers), "mealy", prefixes_in_cell=True)
        self.table.E += self.patience
        self._fill((), self.table.E)

    def closed(self, heard: Heard) -> Mealy:
        """Ask until the table is closed; return what it says."""
        while (rows := self.table.get_rows_to_close("shortest_first")) is not None:
            self.table.S += rows
            heard(f"{len(self.table.S)} states so far")
            self._fill([(*row, letter) for row in rows for letter in self.letters], self.table.E)
        self.hypothesis = self.table.gen_hypothesis()
        numbers = {state.state_id: number for number, state in enumerate(self.hypothesis.states)}
        states = self.hypothesis.states

        def move(number: int, letter: Letter) -> tuple[int, Output]:
            return numbers[states[number].transitions[letter].state_id], str(states[number].output_fun[letter])

        return read_off(self.letters, numbers[self.hypothesis.initial_state.state_id], move)

    def learn_of(self, wrong: Word) -> list[Word]:
        """Return the ends that tell states apart by what a word says against the hypothesis (Rivest and Schapire, 1993).

        There are none if the table had an answer of it that others have outvoted since: then it is the table that must be made anew.
        """
        self.answers.of(_access(self.hypothesis, wrong[:length]) + wrong[length:] for length in range(len(wrong)))
        suffixes = rs_cex_processing(self.table.sul, wrong, self.hypothesis)
        return [tuple(each) for each in suffixes if tuple(each) not in self.table.E]

    def _fill(self, rows: Sequence[Word], ends: Sequence[Word]) -> None:
        asked = rows or [*self.table.S, *self.table.s_dot_a()]
        self.answers.of((*row, *end) for row in asked for end in ends)
        self.table.update_obs_table(list(rows) or None, list(ends))


def _access(hypothesis: Any, word: Word) -> Word:
    """Return the table's own word to the state that a word leads to."""
    hypothesis.reset_to_initial()
    for letter in word:
        hypothesis.step(letter)
    return tuple(hypothesis.current_state.prefix)


class _Remembered(SUL):  # type: ignore[misc]
    """A subject as AALpy has it, all of whose answers are known by the time it asks."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers

    def query(self, word: Iterable[Letter]) -> list[Output]:
        asked = tuple(word)
        return list(self.answers.of([asked])[asked])

    def pre(self) -> None:
        raise AssertionError("words are asked as a whole")

    post = pre

    def step(self, letter: Letter) -> Output:
        raise AssertionError(f"words are asked as a whole, not {letter}")
