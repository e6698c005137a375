"""Answers to words, remembered: what is already known is not asked again, and what contradicts itself is asked until it is clear."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from attrs import define, field

from conformance.learning.machine import Output, Word

Asked = Callable[[Sequence[Word]], "Sequence[tuple[Output, ...] | None]"]
"""Puts words to a subject, many at a time; ``None`` where something disturbed it."""
CLEAR = 2
"""By how many votes an output must lead any other where there are several."""
ROUNDS = 8


class UnclearError(RuntimeError):
    """A subject answers the same word now so, now so: it is no Mealy machine over this alphabet, or the machine too busy for it."""


@define
class Answers:
    """Everything that a subject has answered so far: for each beginning of a word the outputs seen to its last letter, counted."""

    ask: Asked
    seen: dict[Word, Counter[Output]] = field(factory=dict)
    asked: int = 0
    disturbed: int = 0
    repeated: int = 0

    def of(self, words: Iterable[Word]) -> dict[Word, tuple[Output, ...]]:
        """Return the outputs to each word; raises ``UnclearError``."""
        wanted = list(dict.fromkeys(words))
        doubtful, tries = self._doubtful(wanted), 0
        while doubtful and tries < ROUNDS:
            self.repeated += len(doubtful) if tries else 0
            self._put(doubtful)
            doubtful, tries = self._doubtful(wanted), tries + 1
        if doubtful:
            raise UnclearError(f"{', '.join(doubtful[0])}: {self._doubts(doubtful[0])} after {ROUNDS} tries")
        return {word: tuple(self._output(word[:length]) for length in range(1, len(word) + 1)) for word in wanted}

    def _doubtful(self, words: Iterable[Word]) -> list[Word]:
        return [word for word in words if not self._clear(word)]

    def known(self) -> dict[Word, tuple[Output, ...]]:
        """Return the longest words whose answers are clear, with those."""
        beginnings = {word[:-1] for word in self.seen}
        return self.of(word for word in self.seen if word not in beginnings and self._clear(word))

    def _doubts(self, word: Word) -> str:
        counts = next((self.seen[word[:length]] for length in range(1, len(word) + 1)
                       if word[:length] in self.seen and not self._decided(word[:length])), None)  # fmt: skip
        return "no undisturbed answer" if counts is None else " or ".join(f"{output} ({count}x)" for output, count in counts.most_common())

    def _put(self, words: Sequence[Word]) -> None:
        self.asked += len(words)
        for word, outputs in zip(words, self.ask(words), strict=True):
            if outputs is None:
                self.disturbed += 1
                continue
            for length, output in enumerate(outputs, start=1):
                self.seen.setdefault(word[:length], Counter())[output] += 1

    def _clear(self, word: Word) -> bool:
        return all(word[:length] in self.seen and self._decided(word[:length]) for length in range(1, len(word) + 1))

    def _decided(self, word: Word) -> bool:
        counts = self.seen[word].most_common(2)
        return len(counts) == 1 or counts[0][1] - counts[1][1] >= CLEAR

    def _output(self, word: Word) -> Output:
        return self.seen[word].most_common(1)[0][0]
