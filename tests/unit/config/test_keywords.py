"""The keyword table is whole, and what it says of itself holds."""

import pytest

from kaspec.config.argument import Refused, read_argument
from kaspec.config.arguments import BOOLEAN, COMMAND, FLAG, INTERFACE, SERVER, choice, duration, integer
from kaspec.config.keywords import TABLE, Block, Later
from kaspec.config.lines import Server
from kaspec.config.values import similar
from kaspec.units import SECOND, ZERO, Interval


def test_every_keyword_is_described() -> None:
    rows = [row for rows in TABLE.values() for row in rows.values()]
    assert all(row.name == name for rows in TABLE.values() for name, row in rows.items())
    assert all(row.description.since for row in rows)
    assert len({row.name for row in rows}) > 300


def test_every_scope_is_inside_a_block_that_the_table_has() -> None:
    for scope in TABLE:
        parent, _, name = scope.rpartition("/")
        assert not scope or name in TABLE[parent]


def test_an_active_block_has_a_scope() -> None:
    blocks = [row for rows in TABLE.values() for row in rows.values() if isinstance(row, Block)]
    assert blocks
    assert all(block.inside in TABLE for block in blocks)


def test_what_the_table_holds_of_keepalived() -> None:
    assert len(TABLE["global_defs"]) == 140
    assert len(TABLE[""]) == 25
    assert isinstance(TABLE["virtual_server/real_server/HTTP_GET/url"]["digest"], Later)


@pytest.mark.parametrize("text", ["", "x", "1.5", "0", "256", "+", "9" * 30, "0x1f", "1 2"])
def test_a_number_outside_its_range_is_refused(text: str) -> None:
    read = read_argument(integer(1, 255), text)
    assert isinstance(read, Refused) == (text != "1 2")


@pytest.mark.parametrize("text", ["nan", "inf", "1e3", "1.0000001", "11", "-1", "1_0"])
def test_what_is_no_number_of_seconds_is_refused(text: str) -> None:
    assert isinstance(read_argument(duration(ZERO, Interval(10 * SECOND)), text), Refused)


@pytest.mark.parametrize("text", ["eth0/1", "sixteen-letters-", ".", '""'])
def test_what_is_no_interface_name_is_refused(text: str) -> None:
    assert isinstance(read_argument(INTERFACE, text), Refused)


@pytest.mark.parametrize(
    ("text", "value"), [("", True), ("on", True), ("yes", True), ("true", True), ("off", False), ("no", False), ("false", False)]
)
def test_booleans(text: str, value: bool) -> None:
    read = read_argument(BOOLEAN, text)
    assert not isinstance(read, Refused)
    assert read.value is value


def test_other_arguments() -> None:
    assert not isinstance(read_argument(FLAG, ""), Refused)
    server, command = read_argument(SERVER, "mail.example 2525"), read_argument(COMMAND, "'a b' c")
    assert not isinstance(server, Refused)
    assert not isinstance(command, Refused)
    assert (server.value, command.value.line, command.value.user) == (Server("mail.example", 2525), "a b", "c")
    assert isinstance(read_argument(choice({"PASS": 1}), "pass"), Refused)


def test_a_misspelling_is_recognised() -> None:
    assert similar("prioritty", ("priority", "state")) == "did you mean 'priority'?"
    assert similar("prio", ("priority", "state")) == "did you mean 'priority'?"
    assert similar("zork", ("or", "state")) == ""
