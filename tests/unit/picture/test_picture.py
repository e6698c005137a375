"""A sequence diagram on a page and in a terminal."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as some

from kaspec.picture import Lane, Message, Note, Sequence, Span, Wait, render_svg, render_text
from kaspec.picture.sequence import Fate
from kaspec.units import Instant

SVG = "{http://www.w3.org/2000/svg}"
STORY = Sequence(
    lanes=(Lane("a", "priority 100"), Lane("b", "priority 50")),
    instants=(Instant(0), Instant(3_609_375), Instant(3_609_375), Instant(4_610_375)),
    spans=(Span(0, 0, 1, "Backup", "backup"), Span(0, 1, None, "Master", "master"), Span(1, 0, None, "Backup", "backup")),
    waits=(Wait(0, 0, 1, Instant(3_609_375), reached=True), Wait(1, 0, None, Instant(3_804_687))),
    messages=(Message(0, 1, 1, 2, "priority 100", "lost", "the way"), Message(0, 3, 1, 3, "priority 100")),
    notes=(Note(1, "a <becomes> Master", 0, "change"), Note(2, "lost & gone", None, "fault")),
)
TOLD = """\
                        a                       b
                   priority 100            priority 50
   0.000000      Backup │                Backup │
                        │                       │
   3.609375      Master █                       │            a <becomes> Master
                        █── priority 100 ─×     │            lost & gone
                        █                       │
   4.610375             █──── priority 100 ────▶│
"""


def test_in_a_terminal() -> None:
    drawn = render_text(STORY)
    assert drawn.startswith(TOLD)
    assert "\x1b" not in drawn
    assert "\x1b[32m█" in render_text(STORY, coloured=True)


def classes(svg: str) -> list[str]:
    return [word for element in ElementTree.fromstring(svg).iter() for word in element.get("class", "").split()]


def test_on_a_page_every_message_is_an_arrow_and_what_is_lost_is_crossed() -> None:
    drawn = render_svg(STORY, 'what "happened" & why')
    assert classes(drawn).count("message") == 2
    assert (classes(drawn).count("cross"), classes(drawn).count("tip")) == (1, 1)
    root = ElementTree.fromstring(drawn)
    assert (root.get("aria-label"), root.findtext(f"{SVG}title")) == ('what "happened" & why',) * 2
    assert [each.get("data-place") for each in root.iter(f"{SVG}g")] == ["0", "1", "2", "3"]
    assert "a <becomes> Master" in [each.text for each in root.iter(f"{SVG}text")]


def test_what_goes_on_for_ever_says_so() -> None:
    endless = Sequence((Lane("a"),), (Instant(0), Instant(1)), again=1)
    assert "for ever" in render_svg(endless, "endless")
    assert "for ever" in render_text(endless)
    assert "for ever" not in render_text(STORY)


FATES: tuple[Fate, ...] = ("arrives", "discarded", "lost", "under-way")


@some.composite
def sequences(draw: some.DrawFn) -> Sequence:
    """Whatever can be drawn: several lanes, messages both ways, words of any kind."""
    lanes = draw(some.integers(1, 4))
    waited = draw(some.lists(some.integers(0, 10**10), max_size=8))
    instants = tuple(Instant(sum(waited[: number + 1])) for number in range(len(waited)))
    place, lane = some.integers(0, max(len(instants) - 1, 0)), some.integers(0, lanes - 1)
    text = some.text(some.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=80)
    messages = some.tuples(lane, place, lane, some.none() | place, text, some.sampled_from(FATES)).filter(
        lambda each: each[0] != each[2] and (each[3] is None or each[3] >= each[1])
    )
    return Sequence(
        tuple(Lane(draw(text)) for _ in range(lanes)),
        instants,
        tuple(Span(number, 0, None, "Master", "master") for number in range(lanes)),
        (),
        tuple(Message(*draw(messages)) for _ in range(draw(some.integers(0, 4)) if lanes > 1 and instants else 0)),
        tuple(Note(draw(place), draw(text)) for _ in range(draw(some.integers(0, 4)) if instants else 0)),
        draw(some.integers(0, len(instants))),
    )


@given(sequences())
def test_whatever_there_is_can_be_drawn_within_its_frame(sequence: Sequence) -> None:
    root = ElementTree.fromstring(render_svg(sequence, "anything"))
    width, height = (float(root.get(name, "0")) for name in ("width", "height"))
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "-1")) <= width
        assert 0 <= float(text.get("y", "-1")) <= height
    assert classes(render_svg(sequence, "anything")).count("message") == len(sequence.messages) + bool(sequence.again)
    assert len(render_text(sequence).splitlines()) >= len(sequence.instants)
