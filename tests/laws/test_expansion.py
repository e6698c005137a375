"""Laws of expansion: it is total and quick, every place it names is written, and it changes only what is to be expanded."""

import ctypes
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.config.diagnostics import render_diagnostic
from kaspec.config.expansion.library import Found, Library, Settings
from kaspec.config.expansion.lines import Expansion
from kaspec.config.expansion.patterns import match
from kaspec.config.reader import Reading, read
from kaspec.config.source import Span
from shell.configuration import answer
from tests.laws.settings.texts import TEXTS, mutations
from tests.unit.config.expansion.cases import CASES
from tests.unit.config.expansion.trees import read_tree

SECONDS = 2000
"""Milliseconds within which any text is read."""

names = st.sampled_from(("main.conf", "a.conf", "b.conf", "sub/a.conf", "sub/c.conf"))
words = st.sampled_from(("A", "B", "_PWD", "_RANDOM", "_HASH", "_ENV X", "C"))
references = st.one_of(words.map(lambda name: f"${{{name}}}"), words.map(lambda name: f"${name}"))
bits = st.one_of(
    references,
    st.sampled_from(("{", "}", '"', "#", "!", "\\", " ", ",", ")", "x", "priority", "vrrp_instance V", "~", "@", "$", "'", "=", "\t", "é")),
)
texts = st.lists(bits, max_size=5).map("".join)
directives = st.one_of(
    st.builds(
        "include{} {}".format,
        st.sampled_from(("", "a", "r", "m", "w", "b")),
        names | st.sampled_from(("*", "sub/*", "{a,b}.conf", "[", "\\")),
    ),
    st.builds("${}={}".format, words, texts),
    st.builds("${}={} \\\n {} \\\n {}".format, words, texts, texts, texts),
    st.builds("~SEQ({},{},{}) {}".format, words, st.integers(-3, 9), st.integers(-99, 99), texts),
    st.builds("~LST({{A,B}},{{{},{}}},{{{}}}) {}".format, texts, texts, texts, texts),
    st.builds("@{} {}".format, st.sampled_from(("", "^", "id", "^id")), texts),
    st.sampled_from(("global_defs {\ninclude_check +match\n}", "random_seed 3", "}")),
    texts,
)
files = st.lists(directives | mutations(), max_size=8).map("\n".join)
trees = st.dictionaries(names, files, max_size=4).map(lambda tree: {"main.conf": "include a.conf", **tree})


def is_written(span: Span, reading: Reading) -> bool:
    lines = reading.texts[span.file].split("\n")
    origins = all(origin.line <= reading.texts[origin.file].count("\n") + 1 for origin in span.chain)
    return origins and 1 <= span.line <= len(lines) and 1 <= span.column < span.end <= len(lines[span.line - 1]) + 1


@given(trees)
@settings(deadline=SECONDS)
def test_every_tree_is_read_soon_and_every_place_is_written(tree: dict[str, str]) -> None:
    reading = read_tree(tree, Settings("id"))
    for diagnostic in reading.diagnostics:
        assert is_written(diagnostic.span, reading), diagnostic
        render_diagnostic(diagnostic, reading.texts)


@given(trees)
@settings(deadline=SECONDS)
def test_a_tree_read_again_reads_the_same(tree: dict[str, str]) -> None:
    first, second = (read_tree(tree, Settings("id", seed=7)) for _ in range(2))
    assert (first.configuration, first.diagnostics) == (second.configuration, second.diagnostics)


@given(mutations().filter(lambda text: not any(mark in text for mark in ("$", "@", "~", "include", "random_seed", "\0"))))
def test_a_text_without_directives_is_its_own_expansion(text: str) -> None:
    lines = Expansion(Library(), Settings(), lambda _: None).lines("x", Found(text, "x"))
    written = text.split("\n")
    for line, _ in lines:
        assert not line.nodes
        assert not line.chain
        assert len(line.text) == len(written[line.number - 1].removesuffix("\r"))
        assert [a for a, b in zip(line.text, written[line.number - 1], strict=False) if a not in {b, " "}] == []


@pytest.mark.parametrize("text", TEXTS)
@given(st.data())
@settings(max_examples=10)
def test_a_configuration_in_parts_is_the_configuration(text: str, data: st.DataObject) -> None:
    """Including the parts of a text in their order is reading the text."""
    lines = text.split("\n")
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(lines)), st.integers(0, len(lines)))))
    parts = ["\n".join(lines[:first]), "\n".join(lines[first:second]), "\n".join(lines[second:])]
    if any("include" in part or part.rstrip().endswith("\\") for part in parts):
        return
    whole = read(text, "x")
    split = read_tree({"main.conf": "include 1\ninclude 2\ninclude 3", **{str(n): part for n, part in enumerate(parts, 1)}})
    assert split.configuration.routers == whole.configuration.routers
    assert [each.code for each in split.diagnostics] == [each.code for each in whole.diagnostics]


@pytest.mark.parametrize("name", CASES)
def test_every_place_in_what_is_expanded_is_written(name: str) -> None:
    text, _ = CASES[name]
    reading = read(text, "x", "cid")
    assert all(is_written(each.span, reading) for each in reading.diagnostics)


# glob(3) of the C library says what a pattern matches.

GLOB_MARK, GLOB_BRACE = 1 << 1, 1 << 10


class GlobResult(ctypes.Structure):
    _fields_ = (("count", ctypes.c_size_t), ("paths", ctypes.POINTER(ctypes.c_char_p)), ("rest", ctypes.c_char * 128))


def c_glob(pattern: str) -> list[str]:
    library, result = ctypes.CDLL(None), GlobResult()
    if library.glob(pattern.encode(), GLOB_BRACE, None, ctypes.byref(result)) != 0:
        return []
    found = [result.paths[index].decode() for index in range(result.count)]
    library.globfree(ctypes.byref(result))
    return found


def our_glob(pattern: str) -> list[str]:
    library = Library()
    while (matches := match(pattern, "", library)).questions:
        library = library.answered({question: answer(question) for question in matches.questions})
    return list(matches.paths)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("glob")
    for name in ("a", "b", "ab", "a-b", ".a", "A1", "[", "{", "a,b", "1/a", "1/b", "2/a", "2/.b", "1/c/a"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("")
    return directory


patterns = st.lists(
    st.sampled_from(
        ("a", "b", "*", "?", "[ab]", "[!a]", "[^a]", "[a-b]", "[[:upper:]]", "{a,b}", "{", ",", "}", "/", "1", ".", "[", "\\*", "-")
    ),
    min_size=1,
    max_size=6,
)


@given(patterns.map("".join).filter(lambda pattern: not pattern.endswith("/")))
@settings(max_examples=300)
def test_a_pattern_matches_what_it_matches_in_c(tree: Path, pattern: str) -> None:
    before = Path.cwd()
    os.chdir(tree)
    try:
        theirs = c_glob(pattern)
        assert our_glob(pattern) == [path for index, path in enumerate(theirs) if path not in theirs[:index]]
    finally:
        os.chdir(before)
