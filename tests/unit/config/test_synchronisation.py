"""Which instance the synchronisation daemon goes with, as the text has it."""

import pytest

from kaspec.config import read
from kaspec.lvs.settings import SyncDaemon

INSTANCE = "vrrp_instance {} {{\n  interface eth0\n  virtual_router_id {}\n  {}\n  virtual_ipaddress {{\n    192.0.2.{}/24\n  }}\n}}\n"
PLAIN = INSTANCE.format("VI_1", 51, "", 51)
OLDER = INSTANCE.format("VI_1", 51, "lvs_sync_daemon_interface eth1", 51)
ANOTHER = INSTANCE.format("VI_2", 52, "lvs_sync_daemon_interface eth2", 52)


def globally(line: str) -> str:
    return f"global_defs {{\n  {line}\n}}\n"


@pytest.mark.parametrize(
    ("text", "daemon"),
    [
        (PLAIN, None),
        (globally("lvs_sync_daemon eth1 VI_1 id 7") + PLAIN, SyncDaemon("eth1", "VI_1", 7)),
        (OLDER, SyncDaemon("eth1", "VI_1", 0)),
        (OLDER + ANOTHER, SyncDaemon("eth1", "VI_1", 0)),
        (globally("lvs_sync_daemon eth0 inst VI_1") + ANOTHER + PLAIN, SyncDaemon("eth0", "VI_1")),
    ],
)
def test_the_global_keyword_counts_else_the_first_instance_with_the_older_one(text: str, daemon: SyncDaemon | None) -> None:
    reading = read(text, "a.conf")
    assert reading.configuration.lvs.lvs_sync_daemon == daemon
    assert reading.diagnostics == ()


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("lvs_sync_daemon eth0", "lvs_sync_daemon names no vrrp_instance, so no daemon is started", "add inst VI_1"),
        ("lvs_sync_daemon eth0 VI_7", "there is no vrrp_instance VI_7, so lvs_sync_daemon starts no daemon", "did you mean 'VI_1'?"),
    ],
)
def test_a_daemon_that_goes_with_nobody_is_told_of(line: str, message: str, hint: str) -> None:
    (problem,) = read(globally(line) + PLAIN, "a.conf").diagnostics
    assert (problem.code, problem.message, problem.hint) == ("K134", message, hint)
