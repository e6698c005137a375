"""Patterns of file names: glob(7) with csh braces, on the directories that a ``Library`` knows.

The pattern language is that of glob(3) with ``GLOB_BRACE``: what is in braces are alternatives, each matched for itself and sorted.
"""

import fnmatch
import re
from collections.abc import Iterator
from functools import lru_cache

from kaspec.config.expansion.library import Content, Library, Listing, Question, Unread
from kaspec.expression import expression
from kaspec.frozen import frozen

MOST_ALTERNATIVES = 1024
"""Braces multiply."""

_WILD = expression(r"[*?\[]")
_ESCAPE = expression(r"\\(.)")


@frozen
class Matches:
    """The paths a pattern matches, in glob's order; ``missing`` are the alternatives without wildcards, or with no directory, that failed.

    ``wild`` tells that the pattern has wildcards; ``questions`` must be answered before the rest means anything.
    """

    paths: tuple[str, ...]
    missing: tuple[str, ...]
    wild: bool
    questions: frozenset[Question]


def match(pattern: str, directory: str, library: Library) -> Matches:
    """Find what a pattern matches; a relative one is relative to ``directory``."""
    paths: list[str] = []
    missing: list[str] = []
    wild = False
    questions: set[Question] = set()
    for alternative in alternatives(pattern):
        wild = wild or bool(_WILD.search(alternative))
        found = list(_walk(alternative, directory, library, questions, missing))
        paths += [path for path in found if path not in paths]
    return Matches(tuple(paths), tuple(missing), wild, frozenset(questions))


def join(directory: str, path: str) -> str:
    """Return a path that is relative to a directory."""
    if not directory or path.startswith("/"):
        return path
    return f"{directory.rstrip('/')}/{path}" if path else directory


def directory_of(path: str) -> str:
    """Return the directory a file is in; empty is the working directory."""
    head, slash, _ = path.rpartition("/")
    return head or slash


def alternatives(pattern: str) -> tuple[str, ...]:
    """Write out the braces of a pattern; those without a partner stand for themselves."""
    done: list[str] = []
    todo = [(pattern, 0)]
    while todo and len(done) + len(todo) < MOST_ALTERNATIVES:
        text, begin = todo.pop()
        opening = _find_open(text, begin)
        parts = None if opening is None else _parts(text, opening)
        if opening is None:
            done.append(text)
        elif parts is None:
            todo.append((text, opening + 1))
        else:
            inside, after = parts
            todo += [(text[:opening] + part + text[after:], opening) for part in reversed(inside)]
    return tuple(done)


def _find_open(text: str, begin: int) -> int | None:
    """Return where the next ``{`` is; ``{}`` is none, as for find(1)."""
    for index, character in _unescaped(text, begin):
        if character == "{" and not text.startswith("{}", index):
            return index
    return None


def _parts(text: str, opening: int) -> tuple[list[str], int] | None:
    """Return the alternatives of the brace at ``opening`` and where the text goes on."""
    depth, begin = 0, opening + 1
    inside: list[str] = []
    for index, character in _unescaped(text, opening):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return [*inside, text[begin:index]], index + 1
        elif character == "," and depth == 1:
            inside.append(text[begin:index])
            begin = index + 1
    return None


def _unescaped(text: str, begin: int) -> Iterator[tuple[int, str]]:
    index = begin
    while index < len(text):
        if text[index] == "\\":
            index += 1
        else:
            yield index, text[index]
        index += 1


def _walk(pattern: str, directory: str, library: Library, questions: set[Question], missing: list[str]) -> Iterator[str]:
    """Match one alternative, part by part from its root."""
    if not _WILD.search(pattern):
        path = join(directory, _ESCAPE.sub(r"\1", pattern))
        content = library.contents.get(path)
        if content is None:
            questions.add(Content(path))
        elif isinstance(content, Unread) and content.missing:
            missing.append(pattern)
        else:
            yield path
        return
    places = ["/" if pattern.startswith("/") else directory]
    parts = [part for part in pattern.split("/") if part]
    for part in parts:
        if not _WILD.search(part):
            places = [join(place, _ESCAPE.sub(r"\1", part)) for place in places]
            continue
        listed = [(place, _names(place or ".", library, questions)) for place in places]
        if not any(names is not None for _, names in listed):
            missing.append(pattern)
        places = [join(place, name) for place, names in listed for name in names or () if compiled(part).fullmatch(name)]
    yield from sorted(places) if _WILD.search(parts[-1]) else _existing(places, library, questions)


def _names(directory: str, library: Library, questions: set[Question]) -> tuple[str, ...] | None:
    if directory not in library.listings:
        questions.add(Listing(directory))
        return ()
    return library.listings[directory]


def _existing(places: list[str], library: Library, questions: set[Question]) -> Iterator[str]:
    for place in sorted(places):
        content = library.contents.get(place)
        if content is None:
            questions.add(Content(place))
        elif not (isinstance(content, Unread) and content.missing):
            yield place


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a part of a pattern, as of glob(7), into a regular expression; a leading period must be written."""
    plain = _CLASS.sub(lambda found: _CLASSES.get(found[1], found[0]), pattern.replace("[^", "[!"))
    plain = _ESCAPE.sub(lambda found: f"[{found[1]}]" if found[1] in "*?[" else found[1], plain)
    return re.compile(("" if plain.startswith(".") else r"(?!\.)") + fnmatch.translate(plain))


_CLASS = expression(r"\[:([a-z]+):\]")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""The classes of the C locale that file names are chosen by."""
