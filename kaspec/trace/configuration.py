"""A router's configuration block: keepalived's syntax, which may be folded onto fewer lines.

Keepalived wants one statement a line.  In a trace, a line with something behind an opening brace is *folded*, and so are the lines until
that brace closes: in it a brace or two blanks end a statement as a line's end does.  ``unfold`` gives keepalived's own form.
"""

import re
from functools import lru_cache

from kaspec.config import read
from kaspec.frozen import evolve, frozen
from kaspec.trace.language import Configuration, Problem
from kaspec.vrrp.router import PROFILES, ProfileName, VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

_FOLDED = re.compile(r"[^#!\"]*\{\s*[^\s#!]")
_STATEMENT = re.compile(r"[#!].*|\}|(?:(?!  |[{}#!]).)*(?:\{|(?=  |[}#!]|$))")


@frozen
class _Statement:
    """One statement on a line of its own, and where it stood (line and column count from 1)."""

    text: str
    line: int
    column: int


def unfold(text: str) -> str:
    """Return a configuration with one statement a line, as keepalived reads it."""
    return "\n".join(statement.text for statement in _unfold(text))


def block(text: str) -> Configuration:
    """Return a configuration as a trace holds it: without common indentation, blanks at line ends, or empty lines around it."""
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    skipped = next((number for number, line in enumerate(lines) if line), 0)
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return Configuration("\n".join(line[margin:] for line in lines[skipped:]), skipped, margin)


def routers_of(configuration: Configuration, profile: ProfileName, name: str) -> tuple[VirtualRouter, ...] | tuple[Problem, ...]:
    """Read the virtual routers of a block of the trace ``name``; its errors are told at their place in the trace."""
    routers, _, mistakes = _read(configuration.text, profile)
    if not mistakes:
        return routers
    line, margin = configuration.line, configuration.margin
    return tuple(Problem(name, max(line + each.line - 1, 1), margin + each.column, each.text) for each in mistakes)


def groups_of(configuration: Configuration) -> tuple[SyncGroup, ...]:
    """Read the sync groups of a block."""
    _, groups, _ = _read(configuration.text, "keepalived")
    return groups


@lru_cache(maxsize=256)
def _read(text: str, profile: ProfileName) -> tuple[tuple[VirtualRouter, ...], tuple[SyncGroup, ...], tuple[_Statement, ...]]:
    """Return the virtual routers, the sync groups and the mistakes, as their messages in their places.

    One configuration serves many traces.
    """
    statements = _unfold(text)
    reading = read("\n".join(statement.text for statement in statements), "configuration")
    mistakes = []
    for diagnostic in reading.diagnostics:
        if diagnostic.severity == "error":
            at = statements[diagnostic.span.line - 1]
            mistakes.append(_Statement(diagnostic.message, at.line, at.column + diagnostic.span.column - 1))
    found = reading.configuration.routers
    routers = found if profile == "keepalived" else tuple(evolve(router, profile=PROFILES[profile]) for router in found)
    return routers, reading.configuration.groups, tuple(mistakes)


def _unfold(text: str) -> tuple[_Statement, ...]:
    statements, depth = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if depth or _FOLDED.match(line):
            for found in _STATEMENT.finditer(line):
                bare = found.group().strip()
                if bare:
                    statements.append(_Statement(bare, number, found.start() + len(found.group()) - len(found.group().lstrip()) + 1))
                    depth += bare.endswith("{") - (bare == "}")
            depth = max(depth, 0)
        else:
            statements.append(_Statement(line, number, 1))
    return tuple(statements)
