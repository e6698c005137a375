"""``kaspec check`` as an operator runs it: a process of its own, real files, exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = [sys.executable, "-c", "from shell.main import main; main()", "check"]
NOTES = Path(__file__).parents[1] / "config" / "notes"
INSTANCE = (
    "vrrp_instance V {{\n  interface {}\n  virtual_router_id 51\n  priority {}\n  virtual_ipaddress {{\n    192.0.2.100/24\n  }}\n}}\n"
)
FINE = INSTANCE.format("eth0", 100)
WARNED = FINE + "global_defs {\n  router_id a b\n}\n"
WRONG = "bogus\n"


def check(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, *map(str, words)], capture_output=True, text=True, timeout=20, check=False)


def files(directory: Path, *texts: str) -> list[Path]:
    paths = [directory / f"{place}.conf" for place, _ in enumerate(texts, start=1)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (FINE, (), 0),
        (WARNED, (), 0),
        (WARNED, ("--strict",), 1),
        (FINE, ("--strict",), 0),
        (WRONG, (), 1),
        (WRONG, ("--format", "json"), 1),
    ],
)
def test_the_exit_status_says_how_bad_it_is(tmp_path: Path, text: str, options: tuple[str, ...], status: int) -> None:
    assert check(*options, *files(tmp_path, text)).returncode == status


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    (wrong,) = files(tmp_path, WRONG)
    result = check(tmp_path / "missing.conf", wrong)
    assert result.returncode == 2
    assert "missing.conf cannot be read: No such file or directory" in result.stderr
    assert "[K010]" in result.stdout


def test_an_unknown_option_is_a_matter_of_usage(tmp_path: Path) -> None:
    assert check("--bogus", *files(tmp_path, FINE)).returncode == 2


def test_interfaces_are_looked_for_only_if_asked(tmp_path: Path) -> None:
    (path,) = files(tmp_path, INSTANCE.format("no-such-if", 100))
    assert check(path).returncode == check("--assume-interfaces", path).returncode == 0
    result = check("--interfaces", path)
    assert (result.returncode, "[K050]" in result.stdout) == (1, True)


def test_the_notes_master_and_slave_are_compared() -> None:
    result = check(NOTES / "master.conf", NOTES / "slave.conf")
    assert result.returncode == 1
    assert [code for code in ("K150", "K152", "K153") if f"[{code}]" in result.stdout] == ["K150", "K152", "K153"]
    assert check("--no-compare", NOTES / "master.conf", NOTES / "slave.conf").returncode == 0


def test_json_and_sarif_are_the_whole_output(tmp_path: Path) -> None:
    paths = files(tmp_path, WRONG)
    assert json.loads(check("--format", "json", *paths).stdout)["problems"][0]["file"] == str(paths[0])
    assert json.loads(check("--format", "sarif", *paths).stdout)["runs"][0]["results"][0]["ruleId"] == "K010"


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "latin.conf"
    path.write_bytes(b"b\xf6gus\n")
    assert "there is no keyword 'b gus'" in check(path).stdout
    for form in ("json", "sarif"):
        json.loads(check("--format", form, path).stdout)


def test_a_line_with_a_condition_holds_for_its_machine(tmp_path: Path) -> None:
    (path,) = files(tmp_path, f"@here bogus\n{FINE}")
    assert check("-i", "here", path).returncode == 1
    assert check("-i", "there", path).returncode == 0


def test_all_shows_all(tmp_path: Path) -> None:
    (path,) = files(tmp_path, WRONG * 30)
    assert check(path).stdout.count("[K010]") == 20
    assert check("--all", path).stdout.count("[K010]") == 30


def test_support_lists_what_has_no_effect_and_where(tmp_path: Path) -> None:
    (path,) = files(tmp_path, FINE + "linkbeat_use_polling\n")
    result = check("--support", path)
    assert result.stdout.splitlines() == [
        f"{path}:9:1: linkbeat_use_polling has no effect: links are watched through netlink alone, which tells of every change at once",
        f"{path}: 6 keywords used, 5 with effect, 1 without",
    ]
    assert result.returncode == 0


def test_support_of_everything_counts_the_table() -> None:
    assert "vrrp_instance/authentication: 2 of 2 keywords act" in check("--support").stdout


def test_a_code_is_explained() -> None:
    assert check("--explain", "k034").stdout.startswith("K034 (warning): Only the first eight bytes")
    assert check("--explain", "K999").returncode == 2


TRACKED = (
    'vrrp_script chk {\n  script "/bin/true"\n}\nvrrp_sync_group G {\n  group {\n    V\n  }\n  track_script {\n    chk weight 0\n  }\n}\n'
)
SERVED = """virtual_server 192.0.2.100 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.11 80 {
    weight 1
    TCP_CHECK {
      connect_timeout 3
    }
  }
}
"""
HEAVY = frozenset(
    (
        "asyncio",
        "dns",
        "h11",
        "hypothesis",
        "json",
        "logging",
        "pcre2",
        "pyparsing",
        "pyroute2",
        "rich",
        "scapy",
        "socket",
        "ssl",
        "unittest",
    )
)
"""What takes longer to import than a part of the check may take."""
MACHINES = frozenset(
    (
        "bfd.machine",
        "groups",
        "health.machine",
        "node",
        "settling",
        "tracking",
        "trackers.script",
        "vrrp.machine",
        "vrrp.state",
        "wire.vrrp",
    )
)
"""What runs, where only what is configured is asked for; with each come its states, its events and its effects."""
MOST_MODULES = 120
"""Of our own: each takes a millisecond or so, and the whole process 0.3 s at most."""
MOST_WRITTEN = 15
"""Classes of our own whose methods attrs has written: each takes a millisecond, and there are some 150."""


@pytest.mark.parametrize("text", [FINE, TRACKED + FINE, FINE + SERVED], ids=["plain", "tracked", "served"])
def test_what_a_check_does_not_need_it_does_not_import(tmp_path: Path, text: str) -> None:
    (path,) = files(tmp_path, text)
    program = f"""
import linecache, sys
sys.argv = ["kaspec", "check", {str(path)!r}]
from shell.main import main
try:
    main()
except SystemExit:
    print(sum(name.startswith("<attrs generated methods kaspec") for name in linecache.cache))
    print(*sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    said, written, modules = result.stdout.splitlines()[-3:]
    assert "error" not in said
    imported = modules.split()
    assert HEAVY & set(imported) == set()
    assert int(written) <= MOST_WRITTEN
    assert {f"kaspec.{each}" for each in MACHINES} & set(imported) == set()
    assert sum(name.startswith(("kaspec", "shell")) for name in imported) <= MOST_MODULES
