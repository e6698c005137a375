"""``include`` and its variants: which files are read in its place, and what is wrong if some cannot be.

A plain ``include`` takes what there is and goes on; the letters after it, ``include_check`` and the option ``-e`` say what must be there.
"""

import re
from collections.abc import Iterable

from kaspec.config.diagnostics import INCLUDE_MISSING, INCLUDE_SKIPPED, Kind
from kaspec.config.expansion.library import Content, Found, Library, Question, Unread
from kaspec.config.expansion.patterns import match
from kaspec.expression import expression
from kaspec.frozen import frozen

Checks = frozenset[str]
"""What must hold of an include: words of ``include_check``."""

READ, MATCH, WILDCARD, BRACE = "read", "match", "wildcard_match", "brace_match"
ALL_CHECKS: Checks = frozenset((READ, MATCH, WILDCARD, BRACE))
CHECKS_OF: dict[str, Checks] = {
    "": frozenset(),
    "r": frozenset((READ,)),
    "m": frozenset((READ, MATCH)),
    "w": frozenset((READ, MATCH, WILDCARD)),
    "b": frozenset((READ, BRACE)),
    "a": ALL_CHECKS,
}
"""By the letter after ``include``."""

INCLUDE = expression(r"include([ambrw]?)(?:[ \t]+(.*)|$)", re.DOTALL)


@frozen
class Complaint:
    """Why something is not included."""

    kind: Kind
    message: str
    hint: str


@frozen
class Included:
    """The files to read, by path, and what is wrong with the rest; ``questions`` must be answered first."""

    files: tuple[tuple[str, Found], ...] = ()
    complaints: tuple[Complaint, ...] = ()
    questions: frozenset[Question] = frozenset()


def include(pattern: str, directory: str, checks: Checks, library: Library) -> Included:
    """Find the files that an include of ``pattern`` in a file of ``directory`` reads."""
    matches = match(pattern, directory, library)
    questions = set(matches.questions)
    files: list[tuple[str, Found]] = []
    complaints: list[Complaint] = []
    for path in matches.paths:
        content = library.contents.get(path)
        if content is None:
            questions.add(Content(path))
        elif isinstance(content, Unread):
            complaints.append(_complaint(READ in checks, f"{path} {content.reason}, so it is not included", "name regular files only"))
        else:
            files.append((path, content))
    if questions:
        return Included(questions=frozenset(questions))
    if matches.missing:
        complaint, is_wanted = _missing(matches.missing, bool(matches.paths), directory, checks)
        return Included(() if is_wanted else tuple(files), (*complaints, complaint))
    if not matches.paths and WILDCARD in checks:
        message = f"no file matches {pattern} in {directory or 'the working directory'}"
        complaints.append(_complaint(True, message, "put one there, or write include if there may be none"))
    return Included(tuple(files), tuple(complaints))


def _missing(missing: tuple[str, ...], some: bool, directory: str, checks: Checks) -> tuple[Complaint, bool]:
    """Say what is missing, and tell whether keepalived then includes nothing at all."""
    wanted = BRACE in checks if some or len(missing) > 1 else MATCH in checks
    names, where = ", ".join(missing[:3]), directory or "the working directory"
    quoted = any(name.startswith('"') for name in missing)
    hint = "leave out the quotes: keepalived takes them as part of the name" if quoted else f"relative names are looked up in {where}"
    return _complaint(wanted, f"there is no {names}{', ...' if len(missing) > 3 else ''} to include", hint), wanted and some


def _complaint(is_error: bool, message: str, hint: str) -> Complaint:
    return Complaint(INCLUDE_MISSING if is_error else INCLUDE_SKIPPED, message, hint)


def changed_checks(checks: Checks, words: Iterable[str]) -> Checks:
    """Return what ``include_check WORD ...`` makes of the checks: ``+`` adds, ``-`` takes away, else the word alone; none at all is all."""
    given = tuple(words)
    for index, word in enumerate(given):
        bare = word.lstrip("+-")
        if bare not in ALL_CHECKS:
            continue
        if word.startswith("+"):
            checks |= {bare}
        elif word.startswith("-"):
            checks -= {bare}
        elif index == 0:
            checks = frozenset((READ, bare))
    return checks if given else ALL_CHECKS
