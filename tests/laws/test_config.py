"""Laws of the configuration reader: it is total, every place it names exists, and it reads what it renders."""

from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from kaspec.config import Configuration, Diagnostic, has_errors, read, render_diagnostic
from kaspec.config.gathering import in_order
from kaspec.config.lexer import lex, lex_any
from kaspec.config.render import render
from kaspec.units import SECOND
from kaspec.vrrp.router import OWNER_PRIORITY
from tests.laws.settings.configurations import configurations
from tests.laws.settings.texts import mutations, texts

WORDS = (
    "include",
    "random_seed",
    "includes",
    "real_server",
    "192.0.2.1",
    " ",
    "  ",
    "\t",
    " {",
    "{",
    " }",
    "#",
    '"',
    "$A=1",
    "@id",
    "~SEQ",
)


@given(st.text('ab0.:/-_ \t{}"#$@~\\\r\xa0é') | st.lists(st.sampled_from(WORDS)).map("".join))
@example("include" * 60)
def test_usual_lines_are_read_as_any_line_is(text: str) -> None:
    assert lex(text) == lex_any(text)


@given(configurations())
def test_what_is_rendered_is_read_back(configuration: Configuration) -> None:
    reading = read(render(configuration), "x")
    assert not has_errors(reading.diagnostics)
    assert reading.configuration == configuration


def is_inside(diagnostic: Diagnostic, text: str) -> bool:
    lines, span = text.split("\n"), diagnostic.span
    return span.file == "x" and 1 <= span.line <= len(lines) and 1 <= span.column < span.end <= len(lines[span.line - 1]) + 1


@given(texts)
def test_every_text_is_read_and_every_place_is_in_it(text: str) -> None:
    reading = read(text, "x")
    assert all(is_inside(diagnostic, text) for diagnostic in reading.diagnostics)
    assert reading.diagnostics == in_order(reading.diagnostics)
    assert all(is_inside(Diagnostic("error", "", "", use.span), text) for use in reading.configuration.interface_uses)


@given(texts)
def test_every_diagnostic_can_be_shown(text: str) -> None:
    for diagnostic in read(text, "x").diagnostics:
        head, shown, caret, *_ = render_diagnostic(diagnostic, {diagnostic.span.file: text}).split("\n")
        assert head.endswith(f"[{diagnostic.code}]")
        assert "^" in caret
        assert shown.startswith(f"{diagnostic.span.line:>5} |")


@given(texts)
def test_whatever_is_read_can_be_rendered_and_read_again(text: str) -> None:
    configuration = read(text, "x").configuration
    again = read(render(configuration), "x").configuration
    assert evolve(again, has_lvs=configuration.has_lvs) == configuration


@given(texts)
def test_what_is_read_is_fit_for_the_core(text: str) -> None:
    configuration = read(text, "x").configuration
    places = [router.identity for router in configuration.routers]
    assert len(set(places)) == len(places)
    assert len({router.name for router in configuration.routers}) == len(places)
    assert [settings.name for settings in configuration.settings] == [router.name for router in configuration.routers]
    for router in configuration.routers:
        assert 1 <= router.virtual_router_id <= 255
        assert 1 <= router.priority <= OWNER_PRIORITY
        assert router.advertisement_interval >= SECOND
        assert router.advertisement_interval % SECOND == 0


@given(mutations(), st.sampled_from(("# comment", "! comment", "@^x", "   ")))
def test_lines_that_say_nothing_change_nothing(text: str, line: str) -> None:
    """A comment above moves every line down by one and leaves the configuration as it was."""
    before, after = read(text, "x", "x"), read(f"{line}\n{text}", "x", "x")
    assert before.configuration == after.configuration
    assert [(each.code, each.span.line + 1) for each in before.diagnostics] == [(each.code, each.span.line) for each in after.diagnostics]
