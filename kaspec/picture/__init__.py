"""Sequence diagrams: what happened between some parties, drawn for a page (SVG) and for a terminal.

Whoever has something to draw, be it a counterexample, a recorded run or a capture, makes a ``Sequence`` of it::

    from kaspec.picture import Lane, Message, Note, Sequence, Span, render_svg, render_text

    story = Sequence(
        lanes=(Lane("a", "priority 100"), Lane("b", "priority 50")),
        instants=(Instant(0), Instant(3_609_375), Instant(3_610_375)),
        spans=(Span(0, 0, 1, "Backup", "backup"), Span(0, 1, None, "Master", "master"), Span(1, 0, None, "Backup", "backup")),
        messages=(Message(0, 1, 1, 2, "priority 100"),),
        notes=(Note(1, "a becomes Master", 0, "change"),),
    )
    print(render_text(story))
"""

from kaspec.picture.sequence import Fate, Kind, Lane, Look, Message, Note, Sequence, Span, Wait
from kaspec.picture.svg import render_svg
from kaspec.picture.text import render_text

__all__ = ["Fate", "Kind", "Lane", "Look", "Message", "Note", "Sequence", "Span", "Wait", "render_svg", "render_text"]
