"""A sequence diagram as SVG: time downwards, stretched so that nothing overlaps and compressed where nothing happens.

Every place is a group of class ``place`` with its number in ``data-place`` and its lower edge in ``data-bottom``; the rectangle of class
``veil`` covers nothing until a page moves it there, which is how one steps through a diagram.  Colours are CSS variables with a light and
a dark value.
"""

from collections.abc import Iterator
from math import log10
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from attrs import field

from kaspec.frozen import define
from kaspec.picture.sequence import Message, Note, Sequence, Span, Wait
from kaspec.units import in_seconds

TIMES, LANE, WORDS = 92, 190, 430
"""Widths: of the column of instants, of a lane, of the column of words."""
HEAD, LINE, PADDING = 58, 17, 10
BAR = 12
LETTERS = 64
"""How many letters of a note fit on a line."""

STYLE = """
.sequence{--ink:#1c2430;--soft:#5d6876;--line:#c9d0d8;--paper:#fff;--master:#0b7a4b;--backup:#7fa8d9;--init:#cfd6dd;--fault:#c0392b;
--message:#33507a;--bad:#c0392b;--change:#0b6b43;font-family:system-ui,sans-serif;font-size:12px}
@media (prefers-color-scheme:dark){.sequence{--ink:#e4e9ef;--soft:#9aa7b5;--line:#3c4754;--paper:#151b22;--master:#3ccf8e;
--backup:#4a78b0;--init:#4b5663;--fault:#ef6f61;--message:#9fc0ee;--bad:#ff8474;--change:#57d79e}}
.sequence text{fill:var(--ink)}
.sequence .soft{fill:var(--soft)}
.sequence .head{font-weight:600;font-size:13px}
.sequence .mono{font-family:ui-monospace,monospace;font-size:11px}
.sequence .paper,.sequence .veil{fill:var(--paper)}
.sequence .veil{opacity:.82}
.sequence .rail{stroke:var(--line);stroke-dasharray:2 4}
.sequence .row{stroke:var(--line);opacity:.5}
.sequence .master{fill:var(--master)}
.sequence .backup{fill:var(--backup)}
.sequence .init{fill:var(--init)}
.sequence .fault{fill:var(--fault)}
.sequence .off{fill:none;stroke:var(--line);stroke-dasharray:3 3}
.sequence .message{stroke:var(--message);stroke-width:1.5;fill:none}
.sequence .lost,.sequence .discarded{stroke:var(--bad)}
.sequence .lost,.sequence .under-way{stroke-dasharray:5 3}
.sequence .tip{fill:var(--message);stroke:none}
.sequence .tip.discarded{fill:var(--bad)}
.sequence .cross{stroke:var(--bad);stroke-width:2.5}
.sequence .said{fill:var(--message);stroke:none;font-size:11px}
.sequence .said.lost,.sequence .said.discarded{fill:var(--bad)}
.sequence .wait{stroke:var(--soft);stroke-dasharray:1 3;stroke-width:1.5}
.sequence .due{fill:var(--soft)}
.sequence .word-fault,.sequence .word-discard{fill:var(--bad)}
.sequence .word-change{fill:var(--change);font-weight:600}
""".replace("\n", "")


@define
class _Layout:
    """Where everything is: ``tops`` and ``bottoms`` of the places, and their middles, where arrows and words are."""

    sequence: Sequence
    words: list[list[tuple[str, Note]]] = field(init=False)
    tops: list[int] = field(init=False)
    bottoms: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        sequence = self.sequence
        notes = (sequence.notes_at(place) for place in range(len(sequence.instants)))
        self.words = [[(line, note) for note in there for line in wrap(note.text, LETTERS)] for there in notes]
        self.tops, self.bottoms = [], []
        y = HEAD
        for place, lines in enumerate(self.words):
            y += self.gap(place)
            self.tops.append(y)
            y += max(len(lines), 1 + bool(sequence.messages_at(place))) * LINE + PADDING
            self.bottoms.append(y)

    def gap(self, place: int) -> int:
        """Return how much room the time before a place takes: by its logarithm, so that a millisecond and an hour both show."""
        waited = self.sequence.instants[place] - self.sequence.instants[place - 1] if place else 0
        return round(6 * log10(1 + waited / 1000)) if waited else 0

    def middle(self, place: int) -> int:
        """Return where a place's arrows are."""
        return self.tops[place] + LINE if self.tops else HEAD

    def x(self, lane: int) -> int:
        """Return the middle of a lane."""
        return TIMES + LANE // 2 + lane * LANE

    @property
    def words_at(self) -> int:
        return TIMES + LANE * len(self.sequence.lanes) + 10

    @property
    def width(self) -> int:
        return self.words_at + WORDS

    @property
    def height(self) -> int:
        return (self.bottoms[-1] if self.bottoms else HEAD) + (2 * LINE if self.sequence.again else LINE)


def render_svg(sequence: Sequence, title: str, styled: bool = True) -> str:
    """Draw a diagram; ``title`` is what is read to those who do not see it.  Without ``styled`` the page must have ``STYLE``."""
    layout = _Layout(sequence)
    size = f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sequence" role="img" aria-label={quoteattr(title)} {size}>',
        f"<title>{escape(title)}</title>",
        *([f"<style>{STYLE}</style>"] if styled else []),
        f'<rect class="paper" width="{layout.width}" height="{layout.height}"/>',
        *_heads(layout),
        *(line for span in sequence.spans for line in _span(layout, span)),
        *(line for wait in sequence.waits for line in _wait(layout, wait)),
        *(line for place in range(len(sequence.instants)) for line in _place(layout, place)),
        *_forever(layout),
        f'<rect class="veil" x="0" y="{layout.height}" width="{layout.width}" height="{layout.height}"/>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _heads(layout: _Layout) -> Iterator[str]:
    for number, lane in enumerate(layout.sequence.lanes):
        x = layout.x(number)
        yield f'<text class="head" x="{x}" y="20" text-anchor="middle">{escape(lane.name)}</text>'
        yield f'<text class="soft" x="{x}" y="37" text-anchor="middle">{escape(lane.note)}</text>'
        yield f'<path class="rail" d="M{x} {HEAD - 10}V{layout.height - 4}"/>'


def _span(layout: _Layout, span: Span) -> Iterator[str]:
    x, top, bottom = layout.x(span.lane), *_reach(layout, span.begins, span.ends)
    if bottom <= top:
        return
    label = f"{layout.sequence.lanes[span.lane].name}: {span.word}"
    yield (
        f'<rect class="{span.look}" x="{x - BAR // 2}" y="{top}" width="{BAR}" height="{bottom - top}" rx="3">'
        f"<title>{escape(label)}</title></rect>"
    )
    if span.look != "off":
        yield f'<text class="soft" x="{x - BAR // 2 - 5}" y="{top + LINE - 2}" text-anchor="end">{escape(span.word)}</text>'


def _reach(layout: _Layout, begins: int, ends: int | None) -> tuple[int, int]:
    bottom = layout.height - LINE if ends is None else layout.middle(ends)
    return layout.middle(begins), bottom


def _wait(layout: _Layout, wait: Wait) -> Iterator[str]:
    x, top, bottom = layout.x(wait.lane) + BAR, *_reach(layout, wait.begins, wait.ends)
    if bottom - top < LINE:
        return
    yield f'<path class="wait" d="M{x} {top + 3}V{bottom - 3}"><title>waits until {in_seconds(wait.due)} s</title></path>'
    if wait.reached:
        yield f'<circle class="due" cx="{x}" cy="{bottom}" r="3"/>'


def _place(layout: _Layout, place: int) -> Iterator[str]:
    sequence, y = layout.sequence, layout.middle(place)
    yield f'<g class="place" data-place="{place}" data-bottom="{layout.bottoms[place]}">'
    yield f'<path class="row" d="M{TIMES} {layout.bottoms[place]}H{layout.width}"/>'
    at = sequence.instants[place]
    if not place or at != sequence.instants[place - 1]:
        yield f'<text class="mono" x="{TIMES - 8}" y="{y + 4}" text-anchor="end">{in_seconds(at)}</text>'
    for message in sequence.messages_at(place):
        yield from _message(layout, message)
    for number, (line, note) in enumerate(layout.words[place]):
        words = f'<text class="word-{note.kind}" x="{layout.words_at}" y="{y + 4 + number * LINE}">{escape(line)}</text>'
        yield words
    yield "</g>"


def _message(layout: _Layout, message: Message) -> Iterator[str]:
    ends = message.sent if message.ends is None else message.ends
    begin, end = layout.x(message.sender), layout.x(message.receiver)
    way = 1 if end > begin else -1
    begin, end = begin + way * (BAR // 2 + 2), end - way * (BAR // 2 + 2)
    if message.fate in {"lost", "under-way"}:
        end = begin + (end - begin) * 2 // 3
    above, below = layout.middle(message.sent), layout.middle(ends)
    told = f"{layout.sequence.lanes[message.sender].name} to {layout.sequence.lanes[message.receiver].name}: {message.text}"
    told += f" ({message.fate}{': ' + message.why if message.why else ''})" if message.fate != "arrives" else ""
    yield f'<path class="message {message.fate}" d="M{begin} {above}L{end} {below}"><title>{escape(told)}</title></path>'
    if message.fate == "lost":
        yield f'<path class="cross" d="M{end - 6} {below - 6}l12 12m0 -12l-12 12"/>'
    else:
        yield f'<path class="tip {message.fate}" d="M{end} {below}l{-8 * way} -4v8z"/>'
    if abs(message.sender - message.receiver) == 1 or message.fate != "arrives":
        middle, y = (begin + end) // 2, (above + below) // 2 - (5 if above == below else 9)
        yield f'<text class="said {message.fate}" x="{middle}" y="{y}" text-anchor="middle">{escape(message.text)}</text>'


def _forever(layout: _Layout) -> Iterator[str]:
    sequence = layout.sequence
    if not sequence.again:
        return
    first, x = len(sequence.instants) - sequence.again, layout.words_at - 8
    top, bottom = layout.tops[first], layout.bottoms[-1]
    yield f'<path class="message" d="M{x} {top}h-6V{bottom}h6"/>'
    yield f'<text class="soft" x="{layout.words_at}" y="{bottom + LINE}">... and so on, for ever</text>'
