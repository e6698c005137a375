"""The reference of the configuration language, made from the keyword table: one entry, or the whole page."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any, assert_never

from kaspec.config.keywords import TABLE, Block, Listing, Row, Setting, within
from kaspec.config.likeness import similar

WIDTH = 100
PROCESSES = {"G": "all processes", "V": "VRRP", "L": "the checker", "B": "BFD"}
"""What acts on a keyword, by the table's letters."""
TIERS = {1: "in nearly every configuration", 2: "common", 3: "rare"}

PAGE_HEAD = """\
# The configuration language

Generated from the keyword table (`kaspec help --page`); `kaspec help KEYWORD` prints one entry. A keyword stands in the block that is its
heading. *Since* is the first keepalived release that has it. *Acts* says whether this release of kaspec does what the keyword says; the
others are read, checked and told of.
"""


def find(keyword: str) -> dict[Row, tuple[str, ...]]:
    """Return the rows of that name, each with the blocks in which it is the same keyword."""
    found: dict[Row, tuple[str, ...]] = {}
    for scope, rows in TABLE.items():
        if keyword in rows:
            found[rows[keyword]] = (*found.get(rows[keyword], ()), scope)
    return found


def names() -> tuple[str, ...]:
    """Return every keyword once, sorted."""
    return tuple(sorted({name for rows in TABLE.values() for name in rows}))


def suggestion(keyword: str) -> str:
    """Return what a word that is no keyword may have meant, as a question, or nothing."""
    return similar(keyword, names())


def entry_lines(row: Row, scopes: tuple[str, ...]) -> Iterator[str]:
    """Describe a keyword, which stands in those blocks, on a terminal."""
    about = row.description
    yield from wrap(f"{row.name}: {', '.join(map(_where, scopes))}", WIDTH, subsequent_indent="    ")
    facts = {
        "form": _form(row),
        "default": _default(row),
        "since": f"keepalived {about.since}, {TIERS[about.tier]}",
        "for": _processes(about.process),
        "acts": _effect(row),
    }
    for name, fact in facts.items():
        first, *more = wrap(fact, WIDTH - 12) or [""]
        yield f"    {name:8}{first}"
        yield from (f"{'':12}{line}" for line in more)
    if about.remark:
        yield from (f"    {line}" for line in wrap(about.remark, WIDTH - 4))
    if isinstance(row, Block):
        yield from (f"    {line}" for line in _columns("inside: ", TABLE.get(row.inside, ())))
    yield ""
    yield from (f"        {line}" for line in example(row, scopes[0]))


def entry(row: Row, scopes: tuple[str, ...]) -> dict[str, object]:
    """Describe a keyword, which stands in those blocks, for a machine."""
    about = row.description
    return {
        "keyword": row.name,
        "blocks": scopes,
        "form": _form(row),
        "default": _default(row),
        "tier": about.tier,
        "processes": _processes(about.process),
        "since": about.since,
        "remark": about.remark,
        "acts": row.acts,
        "idle": about.idle.why if about.idle else None,
        "example": "\n".join(example(row, scopes[0])),
    }


def example(row: Row, scope: str) -> tuple[str, ...]:
    """Return the lines of a small configuration that uses the keyword in that block."""
    lines = list(_usage(row))
    for block in reversed(_around(scope)):
        lines = [_heading(block), *(f"    {line}" for line in lines), "}"]
    return tuple(lines)


def _usage(row: Row) -> tuple[str, ...]:
    if row.description.example:
        return tuple(row.description.example.split("\n"))
    match row:
        case Setting():
            return (f"{row.name} {row.argument.example}".rstrip(),)
        case Block():
            return (_heading(row), "    ...", "}")
        case Listing():
            return (f"{row.name} {{", f"    {row.entry.example}", "}")
        case _:
            assert_never(row)


def _heading(block: Block[Any]) -> str:
    return f"{block.name} {block.label.example} {{" if block.label else f"{block.name} {{"


def page() -> str:
    """Return the reference page, in Markdown."""
    return "".join((PAGE_HEAD, *(_chapter(scope, tuple(rows.values())) for scope, rows in TABLE.items())))


def overview_lines() -> Iterator[str]:
    """List every block and the keywords in it."""
    for scope, rows in TABLE.items():
        yield _where(scope)
        yield from (f"    {line}" for line in _columns("", rows))


def _chapter(scope: str, rows: tuple[Row, ...]) -> str:
    head = f"\n## {scope or 'Top of the file'}\n\n| Keyword | Form | Default | Since | Acts | Remarks |\n|---|---|---|---|---|---|\n"
    return head + "".join(_table_line(row) for row in rows)


def _table_line(row: Row) -> str:
    about = row.description
    remark = "; ".join(filter(None, (about.remark, f"no effect: {about.idle.why}" if about.idle else "")))
    cells = (f"`{row.name}`", _cell(_form(row)), _cell(about.default), about.since, "yes" if row.acts else "no", _cell(remark))
    return f"| {' | '.join(cells)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _form(row: Row) -> str:
    """Return how the whole statement is written."""
    if row.description.form == "flag":
        return row.name
    return f"{row.name} {row.description.form}".rstrip()


def _columns(head: str, words: Iterable[str]) -> list[str]:
    return wrap(head + " ".join(words), WIDTH - 4, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _effect(row: Row) -> str:
    """Return whether the keyword acts, and why not."""
    if row.acts:
        return "yes"
    return f"no: {row.description.idle.why}" if row.description.idle else "no, this release reads it without effect"


def _default(row: Row) -> str:
    """Return what holds without the keyword, and where that comes from."""
    about = row.description
    default = about.default or "none"
    if about.synonym:
        return f"{default}; another word for {about.synonym}"
    if about.inherits and about.inherits[1] not in default:
        return f"{default} ({about.inherits[1]} {_where(about.inherits[0])})"
    return default


def _processes(letters: str) -> str:
    return " and ".join(PROCESSES[letter] for letter in letters.split("/"))


def _where(scope: str) -> str:
    return f"in {scope}" if scope else "at the top of the file"


def _around(scope: str) -> list[Block[Any]]:
    """Return the blocks around a scope, outermost first."""
    found, outer = [], ""
    for name in filter(None, scope.split("/")):
        row = TABLE[outer][name]
        assert isinstance(row, Block), (scope, name)
        found.append(row)
        outer = within(outer, name)
    return found
