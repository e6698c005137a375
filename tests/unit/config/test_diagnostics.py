"""What a broken file gets told, word for word, and that every kind of problem can be met."""

from pathlib import Path

import pytest

from kaspec.config import Diagnostic, check_interfaces, read, render_diagnostic
from kaspec.config.diagnostics import KINDS
from kaspec.config.source import Span

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.conf"))
INSTANCE = "vrrp_instance V {{ interface eth0\nvirtual_router_id 1\n{}\nvirtual_ipaddress {{ 192.0.2.1\n}} }}"
ELSEWHERE = {
    "K002": "router_id \0",
    "K007": INSTANCE.format("priority 100 { }"),
    "K009": "a {\n" * 20 + "}\n" * 20,
    "K035": INSTANCE.format("authentication {\nauth_pass 1111\n}"),
    "K039": INSTANCE.format("priority 255\ntrack_interface {\neth1 weight 5\n}"),
    "K050": INSTANCE.format("priority 100"),
}


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_explained(path: Path) -> None:
    text = path.read_text()
    told = "".join(f"{render_diagnostic(each, {path.name: text})}\n" for each in read(text, path.name).diagnostics)
    assert told == path.with_suffix(".expected").read_text()


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_of_problem_can_be_met(code: str) -> None:
    texts = [ELSEWHERE[code]] if code in ELSEWHERE else [path.read_text() for path in BROKEN]
    readings = [read(text, "x") for text in texts]
    met = [each for reading in readings for each in (*reading.diagnostics, *check_interfaces(reading.configuration, frozenset({"lo"})))]
    assert any(each.code == code and each.severity == KINDS[code].severity for each in met)


def told(line: str, column: int, end: int) -> list[str]:
    return render_diagnostic(Diagnostic("error", "K000", "wrong", Span("f", 1, column, end), "mend it"), {"f": line}).split("\n")


def test_the_caret_stands_under_the_place() -> None:
    assert told("state FOO", 7, 10) == ["f:1:7: error: wrong [K000]", "    1 | state FOO", "      |       ^^^", "      = mend it"]


def test_wide_characters_take_two_columns() -> None:
    assert told("# 網站 x", 6, 7)[2] == "      |        ^"


def test_tabs_and_escapes_do_not_move_the_cursor() -> None:
    assert told("\t\x1b[31mx", 6, 7)[1:3] == ["    1 |   [31mx", "      |      ^"]


def test_a_long_line_is_shown_around_the_place() -> None:
    shown, caret = told(f"{'a' * 500}!{'b' * 500}", 501, 502)[1:3]
    assert shown[caret.index("^")] == "!"
    assert len(shown) < 200


def test_an_interface_is_missed_where_it_is_named() -> None:
    text = INSTANCE.format("track_interface {\n  eth8\n}").replace("eth0", "eth7").replace("192.0.2.1", "192.0.2.1 dev eth9")
    missing = check_interfaces(read(text, "x").configuration, frozenset({"eth0"}))
    assert [(each.span.line, each.span.column, each.span.end) for each in missing] == [(1, 29, 33), (4, 3, 7), (6, 35, 39)]
    assert check_interfaces(read(text, "x").configuration, frozenset({"eth7", "eth8", "eth9"})) == ()
