"""Laws of the layout: it changes nothing that matters, and it is its own layout."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaspec.config import read
from kaspec.config.formatting import BRACE_ERRORS, format_text
from kaspec.config.keywords import Row
from kaspec.config.render import render
from kaspec.config.sections import Given, Section
from tests.laws.settings.configurations import configurations
from tests.laws.settings.texts import TEXTS, texts

SAMPLES = sorted(Path("/usr/share/doc/keepalived/samples").glob("keepalived.conf.*"))
COMMENT = re.compile(r'"[^"]*"|\\[!#]|([!#].*)')

comments = st.sampled_from(("# a", "! b", "#", "# c {", "#}", "# \\"))
layouts = st.lists(st.sampled_from((" ", "\n", "\t", "\n\n\n", "", "  # c\n", "\n# d\n", "\r\n")), min_size=1, max_size=30)


@st.composite
def arranged(draw: st.DrawFn) -> str:
    """A configuration with its blanks and line ends changed around braces, and comments strewn in."""
    text = render(draw(configurations())) if draw(st.booleans()) else draw(st.sampled_from(TEXTS))
    between = draw(layouts)
    pieces = re.split(r"(?<=[{}\n])(?=[^\n])|(?=[{}])", text)
    return "".join(piece.rstrip(" ") + between[place % len(between)] for place, piece in enumerate(pieces))


every_text = texts | arranged() | configurations().map(render)


def meaning(text: str, config_id: str) -> tuple[Any, ...]:
    reading = read(text, "x", config_id)
    return reading.configuration, sorted(each.code for each in reading.diagnostics), values(reading.section)


def values(section: Section) -> dict[Row, list[Any]]:
    return {row: [value(each) for each in found] for row, found in section.given.items()}


def value(given: Any) -> Any:
    match given:
        case Section():
            return given.label, values(given)
        case Given():
            return repr(given.value)
        case statement:
            return [word.text for word in statement.words]


def remarks(text: str) -> list[str]:
    return sorted(found[1].rstrip() for line in text.split("\n") for found in COMMENT.finditer(line) if found[1])


def laid_out(text: str) -> str:
    result = format_text(text, "x")
    return result if isinstance(result, str) else text


@given(every_text, st.sampled_from(("", "x", "high")))
@example("a { @x b }", "x")
@example("@x vrrp_instance A {\n@^x vrrp_instance B {\nstate MASTER\n}", "x")
@example('vrrp_instance A\n# c\n{ # d\nnotify "a  b"  "c"\n}', "")
@example("vrrp_instance A {\npriority\\}", "")
def test_the_layout_changes_no_meaning(text: str, config_id: str) -> None:
    assert meaning(laid_out(text), config_id) == meaning(text, config_id)


@given(every_text)
def test_the_layout_of_a_layout_is_itself(text: str) -> None:
    once = laid_out(text)
    assert laid_out(once) == once


@given(every_text)
def test_every_comment_is_kept(text: str) -> None:
    assert remarks(laid_out(text)) == remarks(text)


@given(every_text)
def test_a_text_has_a_layout_or_wrong_braces(text: str) -> None:
    result = format_text(text, "x")
    assert isinstance(result, str) or {each.code for each in result} <= BRACE_ERRORS


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples_of_keepalived_keep_their_meaning(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    result = format_text(text, "x")
    assert isinstance(result, str)
    assert format_text(result, "x") == result
    assert remarks(result) == remarks(text)
    for config_id in ("", "high", "low"):
        assert meaning(result, config_id) == meaning(text, config_id)
