"""Which files an include reads, in which order, and what is told of the rest."""

import pytest

from kaspec.config.diagnostics import (
    ENDLESS,
    INCLUDE_COMPUTED,
    INCLUDE_MISSING,
    INCLUDE_NOT_FOLLOWED,
    INCLUDE_SKIPPED,
    MALFORMED,
    TOO_MUCH,
    UNKNOWN_KEYWORD,
    Kind,
)
from kaspec.config.expansion.library import Settings
from kaspec.config.expansion.patterns import alternatives
from kaspec.config.reader import read
from tests.unit.config.expansion.trees import EXECUTABLE, read_tree

TREE = {
    "etc/a.conf": "in_a",
    "etc/sub/b.conf": "in_b\ninclude c.conf",
    "etc/sub/c.conf": "in_c",
    "etc/d/1.conf": "in_1",
    "etc/d/2.conf": "in_2",
    "etc/d/.hidden.conf": "in_hidden",
    "etc/d/run.sh": EXECUTABLE,
    "other/e.conf": "in_e",
}


def included(text: str, settings: Settings = Settings()) -> tuple[list[str], list[str]]:  # noqa: B008
    """Return the words that stand in the files read, in their order, and the other codes that are told."""
    reading = read_tree({**TREE, "etc/main.conf": text}, settings, "etc/main.conf")
    words = [each.message.split("'")[1] for each in reading.diagnostics if each.code == UNKNOWN_KEYWORD.code]
    return words, [each.code for each in reading.diagnostics if each.code != UNKNOWN_KEYWORD.code]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x\ninclude a.conf\ny", ["x", "in_a", "y"]),
        ("include sub/b.conf", ["in_b", "in_c"]),
        ("include ../other/e.conf", ["in_e"]),
        ("include d/*.conf", ["in_1", "in_2"]),
        ("include d/[^2].conf # comment", ["in_1"]),
        ("include {d/2,a}.conf", ["in_2", "in_a"]),
        ("include */?.conf", ["in_1", "in_2", "in_b", "in_c"]),
        ("include none*.conf", []),
        ("  include a.conf\r", ["in_a"]),
        ("includea a.conf", ["in_a"]),
    ],
)
def test_what_an_include_reads(text: str, words: list[str]) -> None:
    assert included(text) == (words, [])


@pytest.mark.parametrize(
    ("directive", "pattern", "is_error"),
    [
        ("include", "none.conf", False),
        ("includer", "none.conf", False),
        ("includem", "none.conf", True),
        ("includeb", "none.conf", False),
        ("includew", "none.conf", True),
        ("includea", "none.conf", True),
        ("include", "{a.conf,none.conf}", False),
        ("includem", "{a.conf,none.conf}", False),
        ("includeb", "{a.conf,none.conf}", True),
        ("includeb", "{none1,none2}", True),
        ("include", "nowhere/*.conf", False),
        ("includem", "nowhere/*.conf", True),
        ("includew", "d/none*", True),
        ("include", "d", False),
        ("includer", "d", True),
        ("include", "d/run.sh", False),
        ("includer", "d/run.sh", True),
        ("include", '"a.conf"', False),
    ],
)
def test_what_cannot_be_read_is_an_error_as_the_letter_says(directive: str, pattern: str, is_error: bool) -> None:
    """keepalived -t ends with 6 for each that is an error here, with 0 for the others."""
    assert included(f"{directive} {pattern}")[1] == [(INCLUDE_MISSING if is_error else INCLUDE_SKIPPED).code]


@pytest.mark.parametrize("directive", ["includem", "includer", "includeb", "include"])
def test_no_match_of_a_pattern_is_no_error_but_for_includew(directive: str) -> None:
    assert included(f"{directive} d/none*") == ([], [])


def test_a_brace_that_must_match_reads_nothing_if_it_does_not() -> None:
    assert included("includeb {a.conf,none.conf}")[0] == []
    assert included("include {a.conf,none.conf}")[0] == ["in_a"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", INCLUDE_MISSING),
        ("match", INCLUDE_MISSING),
        ("+match", INCLUDE_MISSING),
        ("+match -match", INCLUDE_SKIPPED),
        ("read", INCLUDE_SKIPPED),
        ("+wildcard_match +brace_match", INCLUDE_SKIPPED),
    ],
)
def test_include_check_holds_from_its_line_on(given: str, code: Kind) -> None:
    text = f"include none1\nglobal_defs {{\ninclude_check {given}\n}}\ninclude none2"
    _, codes = included(text)
    assert [each for each in codes if each in {INCLUDE_MISSING.code, INCLUDE_SKIPPED.code}] == [INCLUDE_SKIPPED.code, code.code]


def test_include_check_of_an_included_file_ends_with_it() -> None:
    reading = read_tree({"main.conf": "include a.conf\ninclude none", "a.conf": "global_defs {\ninclude_check\n}\ninclude none"})
    assert [each.code for each in reading.diagnostics if each.code.startswith("K06")] == [INCLUDE_MISSING.code, INCLUDE_SKIPPED.code]


def test_the_option_e_checks_everything() -> None:
    assert included("include none*", Settings(all_checks=True))[1] == [INCLUDE_MISSING.code]


@pytest.mark.parametrize(
    "text", ["@^other include a.conf", "$F=a\ninclude ${F}.conf", "~LST(F,a) include ${F}.conf", "$M= \\\n include a.conf \\\n\n$M"]
)
def test_an_include_that_is_made_is_read_once_in_its_place_and_told(text: str) -> None:
    assert included(f"{text}\ny") == (["in_a", "y"], [INCLUDE_COMPUTED.code])


def test_definitions_hold_in_included_files_and_after_them() -> None:
    files = {"main.conf": "$A=one\ninclude a.conf\nx${B}", "a.conf": "w${A}\n$B=two"}
    assert [each.message.split("'")[1] for each in read_tree(files).diagnostics] == ["wone", "xtwo"]


def test_a_definition_ends_with_its_file() -> None:
    files = {"main.conf": "include a.conf\nx\n$A", "a.conf": "$A=one \\\n two \\"}
    assert sorted(each.message.split("'")[1] for each in read_tree(files).diagnostics) == ["one", "two", "x"]


def test_the_directory_is_that_of_the_file() -> None:
    files = {"main.conf": "include sub/a.conf\nx${_PWD}", "sub/a.conf": "w${_PWD}"}
    told = [each.message.split("'")[1] for each in read_tree(files, Settings(directory="/etc")).diagnostics]
    assert told == ["w/etc/sub", "x/etc"]


@pytest.mark.parametrize(
    "files",
    [
        {"main.conf": "include main.conf"},
        {"main.conf": "include a.conf", "a.conf": "include sub/../main.conf", "sub/x": ""},
        {"main.conf": "include a*.conf", "a.conf": "include b.conf", "b.conf": "include a.conf"},
    ],
)
def test_files_that_include_each_other_are_told_where_the_circle_closes(files: dict[str, str]) -> None:
    (told,) = read_tree(files).diagnostics
    assert told.code == ENDLESS.code
    assert all(origin.how == "included" for origin in told.span.chain)


def test_files_are_included_only_so_deep() -> None:
    files = {"main.conf": "include f1", **{f"f{n}": f"include f{n + 1}" for n in range(1, 90)}, "f90": ""}
    assert [each.code for each in read_tree(files).diagnostics] == [TOO_MUCH.code]


def test_files_that_are_included_again_and_again_are_a_bomb() -> None:
    files = {"main.conf": "include f1", **{f"f{n}": f"include f{n + 1}\ninclude f{n + 1}" for n in range(1, 40)}, "f40": "$A=1"}
    assert [each.code for each in read_tree(files).diagnostics] == [TOO_MUCH.code]


def test_an_include_needs_a_name() -> None:
    assert included("include\nincludea ")[1] == [MALFORMED.code, MALFORMED.code]


def test_a_text_that_stands_alone_includes_nothing() -> None:
    assert [each.code for each in read("include a.conf", "x").diagnostics] == [INCLUDE_NOT_FOLLOWED.code]


def test_what_is_wrong_is_told_in_the_order_of_reading() -> None:
    assert included("x\ninclude sub/b.conf\ny\ninclude a.conf\nz")[0] == ["x", "in_b", "in_c", "y", "in_a", "z"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", ["a"]),
        ("{a,b}", ["a", "b"]),
        ("x{a,b}y{1,2}", ["xay1", "xay2", "xby1", "xby2"]),
        ("{a,{b,c}}", ["a", "b", "c"]),
        ("{a,}x", ["ax", "x"]),
        ("{a", ["{a"]),
        ("a}", ["a}"]),
        ("{}", ["{}"]),
        (r"\{a,b}", [r"\{a,b}"]),
    ],
)
def test_braces_are_alternatives(pattern: str, expected: list[str]) -> None:
    assert list(alternatives(pattern)) == expected
