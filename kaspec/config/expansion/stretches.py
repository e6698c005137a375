"""The lines of a text, and blocks in it that are written again and again.

A thousand real servers have the same few checkers: what stands between their braces is the same text, and so means the same wherever it
stands, if nothing in it is to be expanded.  Such a stretch of lines is taken at once, and what is made of it is made once.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate

from attrs import field

from kaspec.config.lexer import Lexed
from kaspec.config.source import Brace, Stretch
from kaspec.frozen import define

LONGEST = 2048
"""Characters of a stretch; a longer one is hardly written twice."""
MOST = 4096
"""So many different ones are remembered."""


class RawLines:
    """The lines of a text with their numbers, as ``text.split("\\n")`` has them."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._number = text, 0, 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        start, text = self._at, self._text
        if start > len(text):
            raise StopIteration
        end = text.find("\n", start)
        self._at = end + 1 if end >= 0 else len(text) + 1
        self._number += 1
        return self._number, text[start : self._at - 1]

    def ahead(self, ending: str) -> str:
        """Return the lines from the next one to the first that begins with ``ending``, if that is near; else nothing."""
        found = self._text.find(f"\n{ending}", self._at - 1, self._at + LONGEST)
        if found < 0:
            return ""
        end = self._text.find("\n", found + 1)
        return self._text[self._at : end if end >= 0 else len(self._text)]

    def skip(self, stretch: Stretch) -> None:
        """Pass over a stretch that is ahead, and the empty lines after it."""
        at, text = self._at + len(stretch.text) + 1, self._text
        number = self._number + len(stretch.lines)
        while text.startswith("\n", at):
            at, number = at + 1, number + 1
        self._at, self._number = at, number


@define
class Stretches:
    """The stretches of plain lines that were met before: those met twice are made, so that what is unique costs little."""

    lex: Callable[[str], Lexed]
    _once: set[int] = field(factory=set)
    _known: dict[str, Stretch | None] = field(factory=dict)

    def take(self, opening: str, raws: RawLines) -> Stretch | None:
        """Take what follows an opening line up to the brace below its beginning, if that is a whole block and was met before."""
        text = raws.ahead(opening[: len(opening) - len(opening.lstrip())] + "}")
        if not text:
            return None
        if text in self._known:
            stretch = self._known[text]
        elif hash(text) in self._once and len(self._known) < MOST:
            stretch = self._known[text] = self._made(text)
        else:
            self._once.add(hash(text))
            return None
        if stretch is not None:
            raws.skip(stretch)
        return stretch

    def forget(self) -> None:
        """Let go of the memory."""
        self._once.clear()
        self._known.clear()

    def _made(self, text: str) -> Stretch | None:
        """Make a stretch of lines that are all plain and end with the brace that closes what was open before them."""
        lines = tuple(self.lex(raw) for raw in text.split("\n"))
        if not all(each.plain for each in lines) or len(lines[-1].pieces) != 1:
            return None
        braces = (piece for line in lines for piece in line.pieces if isinstance(piece, Brace))
        depths = tuple(accumulate((1 if brace.opens else -1 for brace in braces), initial=1))
        whole = depths[-1] == 0 and 0 not in depths[:-1]
        return Stretch(text, tuple((each.text, each.pieces) for each in lines), max(depths)) if whole else None
