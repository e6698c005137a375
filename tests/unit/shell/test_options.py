"""``kaspec run`` takes keepalived's options, short and long, and means what keepalived means."""

import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs
import click
import pytest
from click.testing import CliRunner

from kaspec.process import ProcessSettings
from shell.commands.run import SIGNUMS, options_from, run
from shell.main import kaspec
from shell.options import NOT_ACTIVE, Options, inactive
from shell.version import VERSION


def options(line: str) -> Options:
    """Return what a command line asks for."""
    given = run.make_context("run", shlex.split(line)).params
    given.pop("config_test")
    return options_from(given)


def test_nothing_given_is_keepalived_s_defaults() -> None:
    assert options("") == Options()
    assert Options().use_file == Path("/etc/keepalived/keepalived.conf")
    assert [Options().pid_file(name) for name in ("keepalived", "vrrp", "checkers")] == [
        Path("/run/keepalived.pid"),
        Path("/run/vrrp.pid"),
        Path("/run/checkers.pid"),
    ]


@pytest.mark.parametrize(
    ("short", "long", "field", "value"),
    [
        ("-f x", "--use-file=x", "use_file", Path("x")),
        ("-P", "--vrrp", "vrrp", True),
        ("-C", "--check", "check", True),
        ("-B", "--no_bfd", "no_bfd", True),
        ("--all", "--all", "all", True),
        ("-l", "--log-console", "log_console", True),
        ("-D", "--log-detail", "log_detail", 1),
        ("-DD", "--log-detail --log-detail", "log_detail", 2),
        ("-S 3", "--log-facility=local3", "log_facility", 19),
        ("-S user", "--log-facility user", "log_facility", 1),
        ("-g", "--log-file", "log_file", Path("/tmp/keepalived.log")),
        ("-gx", "--log-file=x", "log_file", Path("x")),
        ("--flush-log-file", "--flush-log-file", "flush_log_file", True),
        ("-G", "--no-syslog", "no_syslog", True),
        ("-u 027", "--umask=027", "umask", 0o27),
        ("-X", "--release-vips", "release_vips", True),
        ("-V", "--dont-release-vrrp", "dont_release_vrrp", True),
        ("-I", "--dont-release-ipvs", "dont_release_ipvs", True),
        ("-R", "--dont-respawn", "dont_respawn", True),
        ("-n", "--dont-fork", "dont_fork", True),
        ("-d", "--dump-conf", "dump_conf", True),
        ("-p x", "--pid=x", "pid", Path("x")),
        ("-r x", "--vrrp_pid=x", "vrrp_pid", Path("x")),
        ("-c x", "--checkers_pid=x", "checkers_pid", Path("x")),
        ("-b x", "--bfd_pid=x", "bfd_pid", Path("x")),
        ("-a", "--address-monitoring", "address_monitoring", True),
        ("-x", "--snmp", "snmp", True),
        ("-A x", "--snmp-agent-socket=x", "snmp_agent_socket", "x"),
        ("-s x", "--namespace=x", "namespace", "x"),
        ("-m", "--core-dump", "core_dump", True),
        ("-M", "--core-dump-pattern", "core_dump_pattern", ""),
        ("-Mx", "--core-dump-pattern=x", "core_dump_pattern", "x"),
        ("-e", "--all-config", "all_config", True),
        ("-i x", "--config-id=x", "config_id", "x"),
        ("--ignore-sigint", "--ignore-sigint", "ignore_sigint", True),
        ("--record x", "--record=x", "record", Path("x")),
    ],
)
def test_every_option_has_keepalived_s_names(monkeypatch: pytest.MonkeyPatch, short: str, long: str, field: str, value: object) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    wanted: dict[str, Any] = {field: value}
    assert options(short) == options(long) == Options(**wanted)


def test_every_field_has_its_option() -> None:
    """But for what only the configuration can say."""
    assert {field.name for field in attrs.fields(Options)} - {"instance", "use_pid_dir"} <= {parameter.name for parameter in run.params}


def test_short_options_can_be_run_together() -> None:
    assert options("-nlDPf x") == Options(dont_fork=True, log_console=True, log_detail=1, vrrp=True, use_file=Path("x"))


@pytest.mark.parametrize("line", ["--nonsense", "-f", "-u 9", "-S local8", "stray"])
def test_what_keepalived_has_not_is_refused(line: str) -> None:
    with pytest.raises(click.UsageError):
        options(line)


@pytest.mark.parametrize(("line", "vrrp", "checkers"), [("", 1, 1), ("-P", 1, 0), ("-C", 0, 1), ("-P -C", 1, 1)])
def test_which_children_may_run(line: str, vrrp: int, checkers: int) -> None:
    assert (options(line).runs_vrrp, options(line).runs_checkers) == (vrrp, checkers)


def test_a_namespace_has_pid_files_of_its_own() -> None:
    assert options("-s red").pid_file("vrrp") == Path("/run/keepalived/red_vrrp.pid")
    assert options("-s red -r x").pid_file("vrrp") == Path("x")


def test_paths_are_anchored_where_the_command_was_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    anchored = options("-f a -p b -g /c").anchored()
    assert (anchored.use_file, anchored.pid, anchored.log_file) == (tmp_path / "a", tmp_path / "b", Path("/c"))


def test_what_does_not_act_says_so_once_and_nothing_else_does() -> None:
    assert set(NOT_ACTIVE) <= {field.name for field in attrs.fields(Options)}
    assert inactive(Options()) == ()
    assert inactive(options("-n -l -D -x -X -V -a -I")) == ()


@pytest.mark.parametrize(
    ("name", "number"), [("STOP", 15), ("RELOAD", 1), ("DATA", 10), ("STATS", 12), ("JSON", 36), ("STATS_CLEAR", 63), ("TDUMP", 64)]
)
def test_signum_prints_keepalived_s_numbers(name: str, number: int) -> None:
    result = CliRunner().invoke(run, ["--signum", name])
    assert (result.exit_code, result.stdout) == (0, f"{number}\n")
    assert name in SIGNUMS


def test_an_unknown_signum_is_an_error() -> None:
    result = CliRunner().invoke(run, ["--signum", "NONSENSE"])
    assert result.exit_code == 1
    assert "Unknown sigfunc NONSENSE" in result.output


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["run", "-h"], ["version"], ["run", "-v"]])
def test_help_and_version_just_work(words: list[str]) -> None:
    assert CliRunner().invoke(kaspec, words).exit_code == 0


def test_an_unknown_command_is_an_error() -> None:
    result = CliRunner().invoke(kaspec, ["nonsense"])
    assert result.exit_code == 2
    assert "No such command 'nonsense'" in result.output


def test_the_version_is_the_distribution_s() -> None:
    assert version("kaspec") == VERSION


def test_the_configuration_says_where_pid_files_are_unless_the_command_line_does() -> None:
    """keepalived's ``net_namespace``, ``instance`` and ``use_pid_dir``."""
    assert Options().within(ProcessSettings()) == Options()
    told = Options(config_id="").within(ProcessSettings(net_namespace="blue", instance="one"))
    assert told.pid_file("vrrp") == Path("/run/keepalived/blue_one_vrrp.pid")
    assert Options().within(ProcessSettings(use_pid_dir=True)).pid_file("vrrp") == Path("/run/keepalived/vrrp.pid")
    assert Options(namespace="red").within(ProcessSettings(net_namespace="blue")).namespace == "red"
    assert Options(vrrp_pid=Path("/x")).within(ProcessSettings(instance="one")).pid_file("vrrp") == Path("/x")
