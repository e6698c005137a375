"""A sequence diagram for a terminal: a column for each lane, an arrow for each message, and what there is to say beside them."""

from collections.abc import Iterator
from textwrap import wrap

from attrs import field

from kaspec.frozen import define
from kaspec.picture.sequence import Look, Message, Sequence
from kaspec.units import in_seconds

TIMES, LANE = 11, 24
LETTERS = 46
"""How many letters of a note fit on a line."""
BARS: dict[Look, str] = {"master": "█", "backup": "│", "init": "·", "fault": "▒", "off": " "}
LEGEND = "█ Master   │ Backup   ▒ FAULT   · not taking part   ──▶ an advertisement   ──× lost   ──▷ discarded"
PAINT: dict[Look | str, str] = {"master": "\x1b[32m", "backup": "\x1b[36m", "fault": "\x1b[31m", "change": "\x1b[1m", "discard": "\x1b[31m"}
PLAIN = "\x1b[0m"


@define
class _Line:
    """A line of characters, each with what it is, which decides its colour."""

    letters: list[str]
    dyes: list[str]
    words: str = ""
    kind: str = ""
    time: str = field(default="")

    def put(self, place: int, text: str, dye: str) -> None:
        """Write over what is there."""
        for number, letter in enumerate(text):
            if 0 <= place + number < len(self.letters):
                self.letters[place + number], self.dyes[place + number] = letter, dye

    def written(self, coloured: bool) -> str:
        """Write the line out."""
        if not coloured:
            return f"{self.time:>{TIMES}} {''.join(self.letters)} {self.words}".rstrip()
        painted = "".join(
            f"{PAINT[dye]}{letter}{PLAIN}" if dye in PAINT else letter for letter, dye in zip(self.letters, self.dyes, strict=True)
        )
        words = f"{PAINT[self.kind]}{self.words}{PLAIN}" if self.kind in PAINT and self.words else self.words
        return f"{self.time:>{TIMES}} {painted} {words}".rstrip()


def render_text(sequence: Sequence, coloured: bool = False) -> str:
    """Draw a diagram in lines of text; ``coloured`` by the escape sequences of a terminal."""
    heads = ([lane.name for lane in sequence.lanes], [lane.note for lane in sequence.lanes])
    lines = [f"{'':{TIMES}} {''.join(_fit(text).center(LANE + 1)[:LANE] for text in head)}".rstrip() for head in heads]
    for place in range(len(sequence.instants)):
        lines += [line.written(coloured) for line in _place(sequence, place)]
    if sequence.again:
        lines.append(f"{'':{TIMES}} {'':{LANE * len(sequence.lanes)}} ... and so on, for ever")
    return "\n".join([*lines, "", f"{'':{TIMES}} {LEGEND}"]) + "\n"


def _fit(text: str) -> str:
    return text if len(text) < LANE else text[: LANE - 2] + "…"


def _place(sequence: Sequence, place: int) -> Iterator[_Line]:
    """Draw a place: first how long nothing happened, then a line for each message or line of words, whichever are more."""
    at = sequence.instants[place]
    waited = at - sequence.instants[place - 1] if place else 0
    if waited:
        yield _rails(sequence, place - 1)
    messages = sequence.messages_at(place)
    words = [(line, note) for note in sequence.notes_at(place) for line in wrap(note.text, LETTERS)]
    lines = [_rails(sequence, place) for _ in range(max(len(messages), len(words), 1))]
    lines[0].time = in_seconds(at) if waited or not place else ""
    for message, line in zip(messages, lines, strict=False):
        _arrow(message, line)
    for (text, note), line in zip(words, lines, strict=False):
        line.words, line.kind = text, "discard" if note.kind == "fault" else note.kind
    _words(sequence, place, lines)
    yield from lines


def _middle(lane: int) -> int:
    return LANE // 2 + lane * LANE


def _rails(sequence: Sequence, place: int) -> _Line:
    """Return a line with nothing on it but what each lane is."""
    width = LANE * len(sequence.lanes)
    line = _Line([" "] * width, [""] * width)
    for lane in range(len(sequence.lanes)):
        span = sequence.span_at(lane, place)
        if span is not None:
            line.put(_middle(lane), BARS[span.look], span.look)
    return line


def _words(sequence: Sequence, place: int, lines: list[_Line]) -> None:
    """Say what a lane becomes, on the first line with room for it."""
    for span in sequence.spans:
        if span.begins == place and span.look != "off":
            first, last = _middle(span.lane) - len(span.word) - 1, _middle(span.lane) - 1
            free = next((line for line in lines if not "".join(line.letters[first:last]).strip()), None)
            if free is None:
                free = _rails(sequence, place)
                lines.append(free)
            free.put(first, span.word, span.look)


def _arrow(message: Message, line: _Line) -> None:
    begin, end = _middle(message.sender), _middle(message.receiver)
    dye = "fault" if message.fate in {"lost", "discarded"} else ""
    reach = abs(end - begin) - 1
    shown = reach * 4 // 5 if message.fate in {"lost", "under-way"} else reach
    right = end > begin
    tip = {"arrives": "▶" if right else "◀", "discarded": "▷" if right else "◁", "lost": "×", "under-way": "…"}[message.fate]
    shaft = f" {message.text} ".center(shown - 1, "─") if len(message.text) + 4 < shown else "─" * (shown - 1)
    line.put(begin + 1 if right else begin - shown, shaft + tip if right else tip + shaft, dye)
