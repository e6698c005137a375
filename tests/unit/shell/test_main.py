"""The command line as a whole."""

import gc

import pytest
from click.testing import CliRunner

from shell.main import kaspec


@pytest.mark.parametrize("arguments", [["version"], ["help", "priority"], ["check", "--explain", "K001"], ["run", "-t", "-f", "/dev/null"]])
def test_a_command_leaves_the_collection_of_garbage_to_whoever_calls_it(arguments: list[str]) -> None:
    """Only the console script turns it off: a program that runs commands in itself would grow without end."""
    CliRunner().invoke(kaspec, arguments)
    assert gc.isenabled()
