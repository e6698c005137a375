"""The clauses as written: a TOML file for each RFC, with a table for each clause.

::

    [[clause]]
    id = "V2-5.2.3-02"
    section = "5.2.3"
    level = "MUST"
    statement = "Discard a packet whose TTL is not 255."
    applies = "version 2"

``lower_case`` is set where the RFC writes the key word so.  Traces name the clauses that they show, so they are not repeated here;
``holds`` and ``violated`` name tests (``tests/file.py::function``) that do, and ``exception = { whose = ..., reason = ... }`` says why
there are none.  ``superseded`` names the clause that RFC 9568 has instead, or ``none``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from conformance.clauses.clause import Beyond, Clause, Evidence, Level, Whose

HERE = Path(__file__).parent
FILES: Mapping[str, str] = {"rfc3768": "V2", "rfc2338": "V2A", "rfc5798": "V3", "rfc9568": "V9"}
"""By file, how the identifiers of its clauses begin."""
NEEDED = {"id", "section", "level", "statement", "applies"}
KNOWN = NEEDED | {"lower_case", "superseded", "holds", "violated", "exception"}


class MiswrittenError(ValueError):
    """A clause is not written as one."""


def read() -> tuple[Clause, ...]:
    """Return every clause, in the order of the files.  Raises ``MiswrittenError``."""
    return tuple(clause for name, table in FILES.items() for clause in read_file((HERE / f"{name}.toml").read_text(), table))


def read_file(text: str, table: str) -> Iterator[Clause]:
    """Return the clauses of one file, whose identifiers begin so.  Raises ``MiswrittenError``."""
    seen = set[str]()
    for written in tomllib.loads(text)["clause"]:
        clause = _clause(written, table)
        if clause.identifier in seen:
            raise MiswrittenError(f"{clause.identifier} is there twice")
        seen.add(clause.identifier)
        yield clause


def _clause(written: Mapping[str, Any], table: str) -> Clause:
    name = written.get("id", "a clause without id")
    if missing := NEEDED - set(written):
        raise MiswrittenError(f"{name} has no {', '.join(sorted(missing))}")
    if strange := set(written) - KNOWN:
        raise MiswrittenError(f"{name}: {', '.join(sorted(strange))} is none of {', '.join(sorted(KNOWN))}")
    if not name.startswith(f"{table}-{written['section'].partition('/')[0]}-"):
        raise MiswrittenError(f"{name} is not named for section {written['section']} of {table}")
    if written["level"] not in get_args(Level):
        raise MiswrittenError(f"{name}: {written['level']!r} is none of {', '.join(get_args(Level))}")
    tests = Evidence(tuple(written.get("holds", ())), tuple(written.get("violated", ())))
    return Clause(name, written["level"], written["statement"], written["section"], written["applies"], written.get("superseded", ""),
                  tests, _exception(name, written.get("exception")))  # fmt: skip


def _exception(name: str, written: Mapping[str, str] | None) -> Beyond | None:
    if written is None:
        return None
    whose = written.get("whose", "")
    for each in get_args(Whose):
        if each == whose and written.get("reason"):
            return Beyond(each, written["reason"])
    raise MiswrittenError(f"{name}: an exception has a reason, and whose it is: one of {', '.join(get_args(Whose))}")
