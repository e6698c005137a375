"""The reference: made from the keyword table, so it is as right as that; its examples are read by the reader."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kaspec.config import read
from kaspec.config.diagnostics import (
    BLOCK_WANTED,
    EXTRA_WORDS,
    MALFORMED,
    MISPLACED_KEYWORD,
    MISSING_ARGUMENT,
    NO_BLOCK_WANTED,
    OUT_OF_RANGE,
    UNKNOWN_KEYWORD,
)
from kaspec.config.keywords import TABLE
from kaspec.report import reference
from shell.commands.help import help as command

PAGE = Path(__file__).parents[3] / "docs" / "keywords.md"
FAULTS = {
    kind.code
    for kind in (
        BLOCK_WANTED,
        EXTRA_WORDS,
        MALFORMED,
        MISPLACED_KEYWORD,
        MISSING_ARGUMENT,
        NO_BLOCK_WANTED,
        OUT_OF_RANGE,
        UNKNOWN_KEYWORD,
    )
}


@pytest.mark.parametrize(("scope", "name"), [(scope, name) for scope, rows in TABLE.items() for name in rows])
def test_every_example_is_read_as_it_stands(scope: str, name: str) -> None:
    text = "\n".join(reference.example(TABLE[scope][name], scope)).replace("...", "")
    assert [each for each in read(text, "example").diagnostics if each.code in FAULTS] == []
    assert name in text


def test_the_page_in_docs_is_the_table_s() -> None:
    """Made by ``kaspec help --page > docs/keywords.md``."""
    assert PAGE.read_text() == reference.page()


def test_every_keyword_has_a_line_on_the_page() -> None:
    lines = [line for line in reference.page().splitlines() if line.startswith("| `")]
    assert len(lines) == sum(len(rows) for rows in TABLE.values())


def test_a_keyword_of_several_blocks_has_an_entry_for_each_meaning() -> None:
    shown = CliRunner().invoke(command, ["weight"])
    assert shown.exit_code == 0
    assert {"weight: in vrrp_script", "weight: in vrrp_track_process"} <= set(shown.output.splitlines())


def test_an_unknown_keyword_is_told_with_what_may_be_meant() -> None:
    shown = CliRunner().invoke(command, ["priority", "virtual_routr_id"])
    assert shown.exit_code == 1
    assert "priority: in vrrp_instance" in shown.output
    assert "there is no keyword 'virtual_routr_id'; did you mean 'virtual_router_id'?" in shown.output


def test_a_machine_gets_every_entry() -> None:
    entries = json.loads(CliRunner().invoke(command, ["--format", "json"]).output)
    assert {(scope, each["keyword"]) for each in entries for scope in each["blocks"]} == {
        (scope, name) for scope, rows in TABLE.items() for name in rows
    }


def test_without_a_keyword_every_block_is_listed() -> None:
    shown = CliRunner().invoke(command, [])
    assert shown.exit_code == 0
    assert "in vrrp_instance" in shown.output.splitlines()
