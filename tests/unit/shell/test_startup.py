"""What keeps the daemon from starting is found all at once and said with what to do."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaspec.config.diagnostics import (
    INCLUDE_MISSING,
    KINDS,
    MISSING_ARGUMENT,
    NO_SUCH_INTERFACE,
    SCRIPT_INSECURE,
    SCRIPT_UNUSABLE,
    SCRIPTS_AS_ROOT,
    TOO_MUCH,
    UNKNOWN_KEYWORD,
    Kind,
)
from kaspec.config.model import Configuration
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.source import Span
from kaspec.vrrp.router import VirtualRouter
from shell import config_test, exits
from shell.configuration import Loaded, Unreadable
from shell.loading import load
from shell.options import Options
from shell.startup import CAPABILITIES, UNRUNNABLE, Refusal, check, is_runnable, missing_capabilities

SPAN = Span("k.conf", 1, 1, 2)
SCRIPTS = (SCRIPT_INSECURE, SCRIPTS_AS_ROOT)
ONE_ROUTER = Configuration(routers=(VirtualRouter("VI_1", "eth0", 5),))


def loaded(kinds: Iterable[Kind] = (), configuration: Configuration = ONE_ROUTER) -> Loaded:
    diagnostics = tuple(kind.at(SPAN, "message") for kind in kinds)
    return Loaded(Reading(configuration, diagnostics, Section("", SPAN), {"f": "text"}))


@given(st.integers(0, (1 << 41) - 1))
def test_each_missing_capability_is_named(effective: int) -> None:
    lines = missing_capabilities(f"Name:\tpython3\nCapInh:\t0\nCapEff:\t{effective:016x}\nCapBnd:\t0\n")
    assert [line.split()[0] for line in lines] == [name for name, (bit, _) in CAPABILITIES.items() if not effective & 1 << bit]


def test_an_interface_that_is_not_there_is_shown_where_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    path.write_text("static_ipaddress {\n  192.0.2.1/24 dev lo\n  192.0.2.2/24 dev nosuch0\n}\n")
    found = load(path, "host")
    assert isinstance(found, Loaded)
    assert [(each.code, each.span.line) for each in found.diagnostics] == [(NO_SUCH_INTERFACE.code, 3)]
    assert f"{path}:3:" in found.lines[0]


@given(st.lists(st.sampled_from(list(KINDS.values()))))
def test_only_what_keepalived_does_not_run_with_keeps_it_from_running(kinds: list[Kind]) -> None:
    assert is_runnable(loaded(kinds)) == (not any(kind.code in UNRUNNABLE for kind in kinds))


def test_errors_that_leave_nothing_to_run_keep_it_from_running() -> None:
    assert not is_runnable(loaded([UNKNOWN_KEYWORD], Configuration()))
    assert is_runnable(loaded([], Configuration()))


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (loaded(), 0),
        (loaded(kind for kind in KINDS.values() if kind.severity != "error" and kind not in SCRIPTS), 0),
        (loaded([SCRIPTS_AS_ROOT]), 6),
        (loaded([SCRIPT_INSECURE]), 6),
        (loaded([SCRIPT_INSECURE, SCRIPT_UNUSABLE]), 5),
        (loaded([UNKNOWN_KEYWORD]), 5),
        (loaded([UNKNOWN_KEYWORD, NO_SUCH_INTERFACE]), 5),
        (loaded([UNKNOWN_KEYWORD, MISSING_ARGUMENT]), 2),
        (loaded([TOO_MUCH, UNKNOWN_KEYWORD]), 4),
        (loaded([INCLUDE_MISSING, UNKNOWN_KEYWORD]), 6),
        (Unreadable("no such file"), 4),
    ],
)
def test_the_status_of_a_config_test_is_keepalived_s(found: Loaded | Unreadable, status: int) -> None:
    assert config_test.status(found) == status


def test_a_missing_file_is_a_reason_not_an_exception(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.conf", tmp_path):
        reason = load(path, "host")
        assert isinstance(reason, Unreadable)
        assert str(path) in reason.reason


@pytest.mark.skipif(os.geteuid() != 0, reason="the other checks come to light only with root's capabilities")
def test_all_problems_are_told_and_the_gravest_gives_the_status(tmp_path: Path) -> None:
    options = Options(pid=tmp_path / "a", vrrp_pid=tmp_path / "b", checkers_pid=tmp_path / "c")
    good = loaded()
    assert check(options, good) is good
    assert check(options, Unreadable("no file")) == Refusal(("no file",), exits.NO_CONFIG)
    refused = check(options, loaded([MISSING_ARGUMENT, NO_SUCH_INTERFACE]))
    assert isinstance(refused, Refusal)
    assert refused.status == exits.CONFIG
    for kind in (MISSING_ARGUMENT, NO_SUCH_INTERFACE):
        assert any(f"[{kind.code}]" in line for line in refused.lines)
