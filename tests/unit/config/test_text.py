"""Lines, words, braces and the tree they make."""

import pytest

from kaspec.config.diagnostics import Diagnostic
from kaspec.config.expansion.library import Found, Library, Settings
from kaspec.config.expansion.lines import Expansion, Lines
from kaspec.config.lexer import Report
from kaspec.config.source import Brace, LoneQuote, Stretch
from kaspec.config.tree import DEEPEST, Statement, build


def lines(text: str, report: Report) -> Lines:
    return Expansion(Library(), Settings(), report, follows=False).lines("x", Found(text, "x"))


def words(text: str) -> list[str]:
    """Show the words and braces of a text."""
    shown: list[str] = []
    for _, pieces in lines(text, lambda _: None):
        for piece in pieces:
            match piece:
                case Brace(_, opens):
                    shown.append("{" if opens else "}")
                case LoneQuote():
                    shown.append("?")
                case Stretch():
                    raise AssertionError(f"{text!r} has no block twice")
                case _:
                    shown.extend(word.text for word in piece)
    return shown


def outline(text: str) -> tuple[str, list[str]]:
    """Show the tree of a text and the codes of what is wrong with it."""
    problems: list[Diagnostic] = []
    tree = build(lines(text, problems.append), {"top"}, problems.append)
    return shown(tree), [problem.code for problem in problems]


def shown(statements: tuple[Statement, ...]) -> str:
    parts = (" ".join(word.text for word in each.words) + ("" if each.body is None else f"({shown(each.body)})") for each in statements)
    return ", ".join(parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\tc", ["a", "b", "c"]),
        ("a # b", ["a"]),
        ("a!b", ["a"]),
        (r"a\#b \!c # d", ["a#b", "!c"]),
        ('a "b # c" d', ["a", "b # c", "d"]),
        ('a"b c"d', ["a", "b c", "d"]),
        ('a ""', ["a", ""]),
        ("a{b}c", ["a", "{", "b", "}", "c"]),
        ('a "{"', ["a", "{"]),
        ("a ${b} c", ["a", "${b}", "c"]),
        ('a "b', ["a", "b", "?"]),
        ("a\r\nb", ["a", "b"]),
        ("a\vb\fc", ["a", "b", "c"]),
        ("\ufeffa \u3000b\u00a0# c", ["a", "b"]),
        ("a\u00a0b", ["a\u00a0b"]),
        ("@id a", []),
        ("@^id a", ["a"]),
        ("$A=b {\nc", ["c"]),
        ("$A=b \\\nc \\\nd\ne", ["e"]),
        ("include b\nincludes c", ["includes", "c"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "codes"),
    [
        ("a b {\nc d\ne\n}\nf", "a b(c d, e), f", []),
        ("a\n{\nb\n}", "a(b)", []),
        ("a { b { c } }", "a(b(c))", []),
        ("a {\n}", "a()", []),
        ("a {\nb", "a(b)", ["K005"]),
        ("a {\nb {\ntop c {\n}", "a(b()), top c()", ["K005", "K005"]),
        ("a\n}\nb", "a, b", ["K004"]),
        ("{\na\n}\nb", "b", ["K006"]),
        ("a { } { b }\nc", "a(), c", ["K006"]),
    ],
)
def test_tree(text: str, expected: str, codes: list[str]) -> None:
    assert outline(text) == (expected, codes)


def test_a_tree_has_a_depth() -> None:
    depth = 5 * DEEPEST
    tree, codes = outline("a {\n" * depth + "b\n" + "}\n" * depth)
    assert tree.count("(") == DEEPEST + 1
    assert codes == ["K009"]


def test_too_long_a_line_is_ignored() -> None:
    assert words("a " + "b" * 1022 + "\nc") == ["a", "b" * 1022, "c"]
    assert words("a " + "b" * 1023 + "\nc") == ["c"]
