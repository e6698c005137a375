"""Laws of the keyword table: whatever it can say is written and read back, and no text makes an argument raise."""

from inspect import getclosurevars
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.config import has_errors, read
from kaspec.config.argument import Accepted, Argument, Refused, read_argument
from kaspec.config.grammar import parse
from kaspec.config.keywords import TABLE, Block, Listing, Row, Setting
from kaspec.config.render import write_section
from kaspec.config.sections import Section
from tests.laws.tables import sections, values


def argument_of(row: Row) -> Argument[Any] | None:
    match row:
        case Setting():
            return row.argument
        case Listing():
            return row.entry
        case Block():
            return row.label


ROWS = [(scope, row) for scope, rows in TABLE.items() for row in rows.values() if scope == row.scope]
ARGUMENTS = {argument: f"{scope}/{row.name}" for scope, row in ROWS if (argument := argument_of(row))}


MEANING = (
    {f"K03{digit}" for digit in range(10)}
    | {"K015", "K020", "K021", "K022", "K023", "K024", "K044", "K045", "K046", "K047", "K048", "K052", "K053", "K054"}
    | {"K070", "K071", "K072", "K134", "K180", "K181", "K182", "K183", "K190", "K191"}
)
"""What is told of what the values mean together, which is not the table's business."""
WITHOUT_EFFECT = {"K040", "K041", "K042", "K080", "K081"}


@pytest.mark.parametrize("argument", [pytest.param(argument, id=name) for argument, name in ARGUMENTS.items()])
def test_every_argument_reads_what_it_writes(argument: Argument[Any]) -> None:
    @given(values(argument))
    def law(value: Any) -> None:
        text = argument.write(value)
        assert read_argument(argument, text) == Accepted(value, len(text))

    law()


@given(sections(""))
def test_every_section_is_read_back_as_it_was_written(section: Section) -> None:
    reading = read(write_section(section), "x")
    assert {each.code for each in reading.diagnostics} <= MEANING | WITHOUT_EFFECT | {"K014"}
    assert reading.section == section


scraps = st.sampled_from(
    ("192.0.2.1", "fe80::1", "/24", "-", "5", "0x5", "9" * 14, "100/200", '"a', "'x", "\\", "\\x", "\\c", "5-4", ":", "=", "")
)
options = st.sampled_from(
    ("weight", "dev", "eth0", "via", "nexthop", "encap", "mpls", "lock", "reverse", "all", "TUN", "type", "gue", "port", "fwmark")
)
texts = st.text() | st.lists(scraps | options, max_size=6).map(" ".join)


@given(texts, st.sampled_from(sorted(ARGUMENTS, key=ARGUMENTS.__getitem__)))
def test_no_text_makes_an_argument_raise(text: str, argument: Argument[Any]) -> None:
    read = read_argument(argument, text.strip())
    match read:
        case Accepted(_, end):
            assert 0 <= end <= len(text.strip())
        case Refused(_, message, _, start, end):
            assert message
            assert 0 <= start <= end <= len(text.strip())


BRIEF = {each: parts for each in ARGUMENTS if (parts := getclosurevars(each.read).nonlocals).get("brief")}
"""The arguments of several words that have a common form, and what each is read with."""


@pytest.mark.parametrize("argument", [pytest.param(argument, id=ARGUMENTS[argument]) for argument in BRIEF])
def test_common_forms_are_read_as_the_grammar_reads_them(argument: Argument[Any]) -> None:
    parts = BRIEF[argument]

    @settings(max_examples=50)
    @given(values(argument).map(argument.write) | texts.map(str.strip).filter(bool))
    def law(text: str) -> None:
        by_grammar = parse(parts["grammar"], parts["form"], parts["known"], text)
        if text:
            assert str(read_argument(argument, text)) == str(by_grammar)  # as text they show their places

    law()


def test_every_keyword_is_reached_by_reading() -> None:
    reached: set[tuple[str, str]] = set()
    for scope, rows in TABLE.items():
        for row in rows.values():
            opening = "".join(f"{name} {{ " for name in labelled(scope))
            body = f"{row.name} x {{ }}" if row.name else "x"
            problems = read(f"{opening}{body}{' }' * opening.count('{')}\n", "x").diagnostics
            assert not {each.code for each in problems} & {"K010", "K011"}, (scope, row.name)
            reached.add((scope, row.name))
    assert has_errors(read("zork\n", "x").diagnostics)
    assert len(reached) == sum(map(len, TABLE.values()))


def labelled(scope: str) -> list[str]:
    """Return the blocks that lead to a scope, each with a label if it has one."""
    path = scope.split("/") if scope else []
    blocks = [TABLE["/".join(path[:depth])][name] for depth, name in enumerate(path)]
    return [f"{row.name} {row.label.example}" if isinstance(row, Block) and row.label else row.name for row in blocks]
