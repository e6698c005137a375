"""What a broken file gets told, word for word."""

from pathlib import Path

import pytest

from kaspec.config import Diagnostic, check_interfaces, read, render_diagnostic
from kaspec.config.gathering import in_order
from kaspec.config.lint import lint
from kaspec.config.source import Span
from tests.unit.config.expansion.trees import read_tree

BROKEN_FILES = Path(__file__).parent / "broken"
BROKEN = sorted(BROKEN_FILES.glob("*.conf"))
INSTANCE = "vrrp_instance V {{ interface eth0\nvirtual_router_id 1\n{}\nvirtual_ipaddress {{ 192.0.2.1\n}} }}"


@pytest.mark.parametrize(("said", "told"), [("", 1), ("dynamic_interfaces", 0), ("dynamic_interfaces allow_if_changes", 0)])
def test_an_interface_may_come_later_if_the_text_says_so(said: str, told: int) -> None:
    reading = read("global_defs {\n" + said + "\n}\n" + INSTANCE.format("priority 100"), "x")
    assert len(check_interfaces(reading.configuration, frozenset({"lo"}))) == told


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_explained(path: Path) -> None:
    reading = read(path.read_text(), path.name)
    found = in_order((*reading.diagnostics, *lint(reading)))
    told = "".join(f"{render_diagnostic(each, reading.texts)}\n" for each in found)
    assert told == path.with_suffix(".expected").read_text()


def test_a_mistake_in_an_included_file_is_explained_with_how_it_came_to_be_read() -> None:
    root = BROKEN_FILES / "included"
    reading = read_tree({str(path.relative_to(root)): path.read_text() for path in root.rglob("*.conf")})
    told = "".join(f"{render_diagnostic(each, reading.texts)}\n" for each in reading.diagnostics)
    assert told == (root / "expected").read_text()


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


def test_a_related_place_is_shown_after_the_hint() -> None:
    diagnostic = Diagnostic("error", "K000", "wrong", Span("f", 1, 1, 2), "mend it", ((Span("g", 2, 3, 5), "see here"),))
    shown = render_diagnostic(diagnostic, {"f": "x", "g": "1\n  ab"}).split("\n")
    assert shown[3:] == ["      = mend it", "  g:2:3: see here", "    2 |   ab", "      |   ^^"]


def test_severity_caret_and_hint_are_painted_by_their_role() -> None:
    diagnostic = Diagnostic("error", "K000", "wrong", Span("f", 1, 1, 2), "mend it")
    painted = render_diagnostic(diagnostic, {"f": "x"}, lambda text, role: f"<{role}>{text}</>")
    assert painted == "f:1:1: <error>error</>: wrong [K000]\n    1 | x\n      | <error>^</>\n<hint>      = mend it</>"


def test_what_the_text_and_the_argument_both_say_is_told_once() -> None:
    reading = read('vrrp_instance V {\nnotify "x\n}', "x")
    assert [each.code for each in reading.diagnostics if "quote" in each.message] == ["K001"]
