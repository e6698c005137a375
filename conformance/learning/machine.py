"""Mealy machines: what answers a word, how two differ, and which words tell whether something is a machine."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import frozen

Letter = str
Word = tuple[Letter, ...]
Output = str
State = TypeVar("State", bound=Hashable)


@frozen
class Mealy:
    """A complete deterministic machine: words begin in state 0; ``moves`` has for each state and letter what follows, and the output."""

    letters: tuple[Letter, ...]
    moves: Mapping[tuple[int, Letter], tuple[int, Output]]

    @property
    def states(self) -> tuple[int, ...]:
        """The states, which are numbered from 0."""
        return tuple(range(len(self.moves) // len(self.letters)))

    def outputs(self, word: Word, state: int = 0) -> tuple[Output, ...]:
        """Return the output of each letter of a word."""
        found = []
        for letter in word:
            state, output = self.moves[state, letter]
            found.append(output)
        return tuple(found)

    def after(self, word: Word, state: int = 0) -> int:
        """Return the state that a word leads to."""
        for letter in word:
            state = self.moves[state, letter][0]
        return state


@frozen
class Difference:
    """After ``word`` but for its last letter, two machines are in states where that letter gives different outputs."""

    word: Word
    one: Output
    other: Output


def differences(one: Mealy, other: Mealy) -> Iterator[Difference]:
    """Walk both machines side by side and return where they answer differently: for each pair of states reached, by a shortest word.

    None if and only if they are bisimilar, that is: answer every word alike.
    """
    assert one.letters == other.letters, "they do not know the same letters"
    ways: dict[tuple[int, int], Word] = {(0, 0): ()}
    queue = deque(ways)
    while queue:
        pair = queue.popleft()
        for letter in one.letters:
            (first, said), (second, answered) = one.moves[pair[0], letter], other.moves[pair[1], letter]
            word = (*ways[pair], letter)
            if said != answered:
                yield Difference(word, said, answered)
            if (first, second) not in ways:
                ways[first, second] = word
                queue.append((first, second))


def deviations(one: Mealy, other: Mealy) -> tuple[Difference, ...]:
    """Return the moves in which another machine is not one, as few as tell all: states that are reached alike are held to be the same.

    Where the outputs are equal, it is where the move leads to that differs.
    """
    ways: dict[int, Word] = {0: ()}
    partner, queue, found = {0: 0}, deque([0]), []
    while queue:
        state = queue.popleft()
        for letter in one.letters:
            (first, said), (second, answered) = one.moves[state, letter], other.moves[partner[state], letter]
            word = (*ways[state], letter)
            if said == answered and first not in partner and second not in partner.values():
                partner[first], ways[first] = second, word
                queue.append(first)
            elif said != answered or partner.get(first) != second:
                found.append(Difference(word, said, answered))
    return tuple(found)


def access_words(machine: Mealy) -> dict[int, Word]:
    """Return a shortest word to each state that can be reached."""
    ways: dict[int, Word] = {0: ()}
    queue = deque(ways)
    while queue:
        state = queue.popleft()
        for letter in machine.letters:
            after = machine.moves[state, letter][0]
            if after not in ways:
                ways[after] = (*ways[state], letter)
                queue.append(after)
    return ways


def distinguishing_words(machine: Mealy) -> tuple[Word, ...]:
    """Return words that together give every two states different outputs (a characterisation set), the shortest found first."""
    found: list[Word] = []
    states = machine.states
    for number, one in enumerate(states):
        for other in states[number + 1 :]:
            if all(machine.outputs(word, one) == machine.outputs(word, other) for word in found):
                word = _telling_apart(machine, one, other)
                if word is not None:
                    found.append(word)
    return tuple(found)


def _telling_apart(machine: Mealy, one: int, other: int) -> Word | None:
    seen = {(one, other)}
    queue: deque[tuple[int, int, Word]] = deque([(one, other, ())])
    while queue:
        first, second, word = queue.popleft()
        for letter in machine.letters:
            (after, said), (then, answered) = machine.moves[first, letter], machine.moves[second, letter]
            if said != answered:
                return (*word, letter)
            if (after, then) not in seen:
                seen.add((after, then))
                queue.append((after, then, (*word, letter)))
    return None


def suite(machine: Mealy, extra: int = 0) -> tuple[Word, ...]:
    """Return words that whatever answers them as the machine does, and has at most ``extra`` states more, must be it (the W-method).

    Words that begin another one are left out.  Chow, Testing software design modeled by finite-state machines, 1978.
    """
    middles: list[Word] = [()]
    for length in range(extra + 1):
        middles += [(*word, letter) for word in middles if len(word) == length for letter in machine.letters]
    ends = distinguishing_words(machine) or ((),)
    words = {begin + middle + end for begin in access_words(machine).values() for middle in middles for end in ends}
    beginnings = {word[:length] for word in words for length in range(len(word))}
    return tuple(sorted(words - beginnings, key=lambda word: (len(word), word)))


def first_differences(one: Mealy, other: Mealy) -> tuple[Difference, ...]:
    """Return of all differences that end with the same letter and outputs the first, which is a shortest."""
    found: dict[tuple[Letter, Output, Output], Difference] = {}
    for each in differences(one, other):
        found.setdefault((each.word[-1], each.one, each.other), each)
    return tuple(found.values())


def read_off(letters: Sequence[Letter], begin: State, move: Callable[[State, Letter], tuple[State, Output]]) -> Mealy:
    """Return the machine that somebody else's states and moves make, numbered in the order in which they are reached."""
    numbers, moves, queue = {begin: 0}, {}, deque([begin])
    while queue:
        state = queue.popleft()
        for letter in letters:
            after, output = move(state, letter)
            if after not in numbers:
                numbers[after] = len(numbers)
                queue.append(after)
            moves[numbers[state], letter] = numbers[after], output
    return Mealy(tuple(letters), moves)


def dot(machine: Mealy, title: str, strange: frozenset[tuple[int, Letter]] = frozenset()) -> str:
    """Draw a machine for graphviz; letters with the same way and output share an arrow, ``strange`` moves are red."""
    arrows: dict[tuple[int, int, Output, bool], list[Letter]] = {}
    for (state, letter), (after, output) in machine.moves.items():
        arrows.setdefault((state, after, output, (state, letter) in strange), []).append(letter)
    lines = [
        f'  {state} -> {after} [label="{", ".join(letters)}\\n/ {output}"{", color=red, fontcolor=red" if odd else ""}];'
        for (state, after, output, odd), letters in arrows.items()
    ]
    head = (
        f"digraph {{\n  label={_quoted(title)}; labelloc=t; rankdir=LR; node [shape=circle]; edge [fontsize=10];",
        "  0 [shape=doublecircle];",
    )
    return "\n".join((*head, *lines, "}")) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
