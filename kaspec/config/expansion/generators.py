"""``~SEQ``, ``~SEQx`` and ``~LST``: a line repeated, with names that stand for something else each time."""

import re
from collections.abc import Callable, Sequence

from kaspec.config.source import Text
from kaspec.expression import expression
from kaspec.frozen import frozen

_SEQUENCE = expression(r"~SEQ(?P<hex>x?)[ \t]*\([ \t]*(?P<name>[^ \t,()]+)[ \t]*,(?P<numbers>[^)]*)\)[ \t]*")
_NUMBER = expression(
    r"[ \t]*(?P<sign>[+-]?)(?:0[xX](?P<hex>[0-9a-fA-F]{1,15})|(?P<octal>0[0-7]{0,19})|(?P<decimal>[1-9][0-9]{0,17}))[ \t]*"
)
_LIST = expression(
    r"~LST[ \t]*\([ \t]*(?:\{(?P<names>[^{}()]*)\}|(?P<name>[^ \t,{}()]+))[ \t]*"
    r"(?P<values>(?:,[ \t]*(?:\{[^{}()]*\}|[^ \t,{}()]*)[ \t]*)+)\)[ \t]*"
)
_VALUES = expression(r",[ \t]*(?:\{(?P<several>[^{}]*)\}|(?P<one>[^ \t,{}]*))[ \t]*")
_ITEM = expression(r"[ \t]*([^,]*?)[ \t]*(?:,|$)")
_NAME = expression(r"[A-Za-z_]\w*", re.ASCII)

GENERATOR = expression(r"~(?:SEQ|LST)")


@frozen
class Generator:
    """What a generator says: the names, what they stand for each time, and where the repeated text begins.

    ``values`` holds a text for each name, for each repetition; of a sequence, its numbers.
    """

    word: str
    names: tuple[str, ...]
    values: Sequence[tuple[Text, ...]] | range
    hexadecimal: bool
    body: int

    def texts(self, index: int) -> tuple[Text, ...]:
        """Return what the names stand for at a repetition."""
        if isinstance(self.values, range):
            number = self.values[index]
            return (Text(f"{number:x}" if self.hexadecimal else str(number)),)
        return self.values[index]


@frozen
class Malformed:
    """What is wrong with a generator, about ``string[start:end]``."""

    message: str
    hint: str
    start: int
    end: int


SEQUENCE_HINT = "the form is: ~SEQ(NAME, [[START, [STEP,]] END) text with ${NAME}"
LIST_HINT = "the form is: ~LST(NAME, VALUE, ...) text, or ~LST({NAME, NAME}, {VALUE, VALUE}, ...) text"


def read_generator(text: Text, resolve: Callable[[str], str]) -> Generator | Malformed:
    """Read the generator a text begins with; ``resolve`` replaces the references in the numbers of a sequence."""
    if text.string.startswith("~LST"):
        return _list(text)
    found = _SEQUENCE.match(text.string)
    if found is None:
        return Malformed("this is no ~SEQ", SEQUENCE_HINT, 0, len(text.string))
    if not _NAME.fullmatch(found["name"]):
        return Malformed(f"{found['name']} is no name", "write the name alone: letters, digits and _", *found.span("name"))
    numbers = [_number(word) for word in resolve(found["numbers"]).split(",")]
    given = tuple(number for number in numbers if number is not None)
    if len(given) < len(numbers) or len(given) > 3:
        return Malformed("one to three numbers are wanted here", SEQUENCE_HINT, *found.span("numbers"))
    start, step, end = _completed(given)
    if step == 0 or (end - start) * step < 0:
        message = f"steps of {step} do not lead from {start} to {end}"
        return Malformed(message, "give a step in the direction of the end", *found.span("numbers"))
    if found["hex"] and min(start, end) < 0:
        return Malformed("~SEQx has no negative numbers", "use ~SEQ", *found.span("numbers"))
    values = range(start, end + (1 if step > 0 else -1), step)
    return Generator(f"~SEQ{found['hex']}", (found["name"],), values, bool(found["hex"]), found.end())


def _completed(given: tuple[int, ...]) -> tuple[int, int, int]:
    """Return start, step and end; what is not given is as in keepalived."""
    match given:
        case (end,):
            return (-1 if end < 0 else 1), (-1 if end < 1 else 1), end
        case (start, end):
            return start, (1 if start <= end else -1), end
        case (start, step, end):
            return start, step, end
        case _:
            raise AssertionError(given)


def _number(word: str) -> int | None:
    """Read a number as C writes it: decimal, 0x or octal."""
    found = _NUMBER.fullmatch(word)
    if found is None:
        return None
    digits, base = next((found[name], base) for name, base in (("hex", 16), ("octal", 8), ("decimal", 10)) if found[name])
    return int(found["sign"] + digits, base)


def _list(text: Text) -> Generator | Malformed:
    found = _LIST.match(text.string)
    if found is None:
        return Malformed("this is no ~LST", LIST_HINT, 0, len(text.string))
    names = tuple(each.strip() for each in (found["names"] or found["name"]).split(","))
    for name in names:
        if not _NAME.fullmatch(name):
            return Malformed(f"'{name}' is no name", LIST_HINT, *found.span("names" if found["names"] is not None else "name"))
    values: list[tuple[Text, ...]] = []
    for value in _VALUES.finditer(text.string, *found.span("values")):
        texts = _items(text, value)
        if len(texts) > len(names):
            return Malformed("here are more values than names", LIST_HINT, *value.span())
        values.append(texts + (Text(""),) * (len(names) - len(texts)))
    return Generator("~LST", names, values, False, found.end())


def _items(text: Text, value: re.Match[str]) -> tuple[Text, ...]:
    """Return the texts of a value; what names lack one is empty."""
    if value["several"] is None:
        return (text.cut(*value.span("one")),)
    begin = value.start("several")
    return tuple(text.cut(begin + found.start(1), begin + found.end(1)) for found in _ITEM.finditer(value["several"]) if found[0])
