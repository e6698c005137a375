"""The canonical layout, example by example."""

import pytest

from kaspec.config.formatting import format_text
from kaspec.config.lexer import LINE_LIMIT


@pytest.mark.parametrize(
    ("written", "laid_out"),
    [
        pytest.param("a{b}", "a {\n    b\n}\n", id="one statement a line"),
        pytest.param("a\n\n{\nb\n}", "a {\n    b\n}\n", id="the brace follows its keyword"),
        pytest.param("a # c\n# d\n{ # e\nb }", "a { # c\n    # d\n    # e\n    b\n}\n", id="comments around a brace"),
        pytest.param("a {\nb\n} # end\n", "a {\n    b\n} # end\n", id="a comment stays with its brace"),
        pytest.param("\n\na\n\n\n\nb\n\n", "a\n\nb\n", id="one blank line in a row"),
        pytest.param("a {\n\nb\n\n}", "a {\n    b\n}\n", id="no blank lines inside braces"),
        pytest.param("a { }\nb { }", "a {\n}\n\nb {\n}\n", id="blocks stand apart"),
        pytest.param("a { b { }\nc { } }", "a {\n    b {\n    }\n    c {\n    }\n}\n", id="blocks inside blocks need not"),
        pytest.param("a\tb   c\r\n", "a b c\n", id="one blank between words"),
        pytest.param('a  "b  c"d  e', 'a "b  c"d e\n', id="quoted words are untouched, and what touches them"),
        pytest.param("notify  /bin/x  'a  b'\t c ", "notify /bin/x  'a  b'\t c\n", id="commands are untouched"),
        pytest.param("a  'b  c'", "a 'b  c'\n", id="what may be quoted otherwise is untouched"),
        pytest.param("a   # b  c  ", "a # b  c\n", id="comments are untouched"),
        pytest.param("a {\n@x  b   c  \n}", "a {\n    @x  b   c\n}\n", id="conditional lines are kept"),
        pytest.param("a { include  b }", "a { include  b }\n", id="what is no directive does not become one"),
        pytest.param("a {\nb   ${C}  # d\n}", "a {\n    b   ${C}  # d\n}\n", id="references are kept"),
        pytest.param("  $A=b { \\\n  c   d \\\n\n  e", "$A=b { \\\n  c   d \\\n\ne\n", id="definitions are kept to their last line"),
        pytest.param("a {\n  ~SEQ(i, 1, 3) b  {\n}", "a {\n    ~SEQ(i, 1, 3) b  {\n}\n", id="generators are kept"),
        pytest.param("@x a {\n@^x b {\nc\n}", "@x a {\n@^x b {\n    c\n}\n", id="alternatives are one block"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_text_is_laid_out(written: str, laid_out: str) -> None:
    assert format_text(written, "x") == laid_out


@pytest.mark.parametrize("line", [f"a{'  b' * LINE_LIMIT}", "a  \0  b"])
def test_a_line_that_keepalived_ignores_stays_one(line: str) -> None:
    assert format_text(f"c  {{\n{line}\n}}", "x") == f"c {{\n{line}\n}}\n"


@pytest.mark.parametrize("line", ["b   " + "#" * 1015, "b" + "#" * 1023, "b" * 1023, "b # c", "#" * 1024])
def test_no_line_becomes_too_long_to_be_read(line: str) -> None:
    result = format_text(f"a {{ c {{ d {{\n{line}\n}} }} }}", "x")
    assert isinstance(result, str)
    assert max(map(len, result.split("\n"))) <= LINE_LIMIT
    assert format_text(result, "x") == result


@pytest.mark.parametrize(("text", "code", "line"), [("a {\n", "K005", 1), ("a {\n}\n}", "K004", 3), ("{ a }", "K006", 1)])
def test_wrong_braces_are_told_and_nothing_is_laid_out(text: str, code: str, line: int) -> None:
    result = format_text(text, "x")
    assert not isinstance(result, str)
    assert [(each.code, each.span.line) for each in result] == [(code, line)]
