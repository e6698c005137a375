"""Virtual servers in the running daemon, as far as it takes no IPVS: what is told of weights and suspended checks, and what is dumped."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.conftest import TwoRouters

SERVER, SERVICE = "[192.168.123.102]:tcp:80", "[192.168.123.100]:tcp:80"
PATIENCE = 15.0
TURNS = 3
"""So many checks of the one make sure that the other was not checked."""
DEFINITIONS = "global_defs {\n script_user root\n}\ntrack_file load {\n file /run/load\n}\n"


def service(check: str, address: str = "192.168.123.100", more: str = "") -> str:
    """A virtual server with one real server of weight 10."""
    return (
        f"virtual_server {address} 80 {{\n delay_loop 1\n warmup 0\n protocol TCP\n lb_algo rr\n lb_kind NAT\n {more}\n"
        f" real_server 192.168.123.102 80 {{\n weight 10\n {check}\n }}\n}}\n"
    )


def misc(script: str, more: str = "") -> str:
    """A MISC_CHECK of a shell command."""
    return f"MISC_CHECK {{\n misc_path \"/bin/sh -c '{script}'\"\n retry 0\n {more}\n }}\n"


def start(host: Host, text: str) -> Process:
    """Ours with a checker."""
    process = KASPEC.start(host, DEFINITIONS + text, ("-C",))
    process.wait_for_line("Startup complete", PATIENCE)
    return process


def says(process: Process, line: str, after: int = 0) -> None:
    process.wait_for_line(re.escape(line), PATIENCE, after)


def weighs(process: Process, before: int, after: int, seen: int = 0) -> None:
    """It tells of another weight, in keepalived's words."""
    says(process, f"Changing weight from {before} to {after} for active service {SERVER} of VS {SERVICE}", seen)


def write(path: Path, text: str) -> None:
    """Write a file at once, as an operator's ``echo 5 > file`` does."""
    path.write_text(text)


def test_the_number_in_a_file_adds_to_a_weight_and_a_very_small_one_takes_the_server_out(lan: TwoRouters) -> None:
    load = lan.a.file("/run/load")
    write(load, "0\n")
    process = start(lan.a, service("FILE_CHECK {\n track_file load\n weight 2\n }"))
    seen = len(process.lines)
    write(load, "-3\n")
    weighs(process, 10, 4, seen)
    write(load, "5\n")
    weighs(process, 4, 20, seen)
    write(load, "-2147483648\n")
    says(process, f"Removing service {SERVER} from VS {SERVICE}", seen)
    says(process, f"Lost quorum 1-0=1 > 0 for VS {SERVICE}", seen)
    write(load, "1\n")
    says(process, f"Adding service {SERVER} to VS {SERVICE}", seen)
    says(process, f"Gained quorum 1+0=1 <= 12 for VS {SERVICE}", seen)


def test_the_exit_status_of_a_dynamic_script_is_the_weight(lan: TwoRouters) -> None:
    status = lan.a.file("/run/status")
    write(status, "0\n")
    process = start(lan.a, service(misc("exit $(cat /run/status)", "misc_dynamic")))
    says(process, f"Misc check for [{SERVER} VS {SERVICE}] by [")
    for told, before, after in (("7", 10, 5), ("255", 5, 253), ("0", 253, 10)):
        seen = len(process.lines)
        write(status, f"{told}\n")
        weighs(process, before, after, seen)
    seen = len(process.lines)
    write(status, "1\n")
    says(process, "failed (exited with status 1)", seen)
    says(process, f"Removing service {SERVER} from VS {SERVICE}", seen)


def turns(path: Path) -> int:
    return path.read_text().count("\n") if path.exists() else 0


def test_nothing_is_checked_while_the_virtual_address_is_elsewhere(lan: TwoRouters) -> None:
    """The other virtual server, without ha_suspend, is checked all the while."""
    ran, other = lan.a.file("/run/ran"), lan.a.file("/run/other")
    suspended = service(misc("echo >> /run/ran"), more="ha_suspend")
    process = start(lan.a, suspended + service(misc("echo >> /run/other"), "192.168.123.99"))
    says(process, f"Suspending healthchecker for service {SERVER} for VS {SERVICE}")
    wait_until(lambda: turns(other) >= TURNS, PATIENCE, "checks of the other")
    assert turns(ran) == 0
    lan.a.set_address("eth0", "192.168.123.100/24")
    says(process, f"Activating healthchecker for service {SERVER} for VS {SERVICE}")
    wait_until(lambda: turns(ran) >= TURNS, PATIENCE, "checks of the one whose address has come")
    seen = len(process.lines)
    lan.a.set_address("eth0", "192.168.123.100/24", present=False)
    says(process, f"Suspending healthchecker for service {SERVER} for VS {SERVICE}", seen)
    before, meanwhile = turns(ran), turns(other)
    wait_until(lambda: turns(other) >= meanwhile + TURNS, PATIENCE, "more checks of the other")
    assert turns(ran) <= before + 1  # one may have been under way
    assert not any("Removing service" in line.text for line in process.lines)


def dumped(host: Host, process: Process, number: int, name: str) -> str:
    """What it writes when it is asked."""
    path = host.file(f"/tmp/{name}")
    path.unlink(missing_ok=True)
    process.program.send_signal(number)
    return wait_until(lambda: path.read_text() if path.exists() else "", PATIENCE, name)


@pytest.mark.parametrize("is_good", [True, False])
def test_an_operator_is_told_what_was_found_and_since_when(lan: TwoRouters, is_good: bool) -> None:
    process = start(lan.a, service(misc(f"exit {int(not is_good)}")))
    says(process, f"Misc check for [{SERVER} VS {SERVICE}]")
    words = f"   Last verdict = {'good' if is_good else 'bad'}: exited with status {int(not is_good)}\n"
    text = dumped(lan.a, process, signal.SIGUSR1, "keepalived_check.data")
    assert words in text
    assert " VS VIP = 192.168.123.100, VPORT = 80\n   Address family = inet\n" in text
    assert f"   quorum_state_up = {int(is_good)}\n   Since = " in text
    (virtual,) = json.loads(dumped(lan.a, process, signal.SIGRTMIN + 2, "keepalived_check.json"))["virtual_servers"]
    (server,) = virtual["real_servers"]
    (check,) = server["checks"]
    told: dict[str, Any] = {"check": "MISC_CHECK", "is_up": is_good, "last_verdict": "good" if is_good else "bad"}
    assert told.items() <= check.items()
    assert 0 < check["since"] <= check["at"]
    assert (virtual["name"], virtual["has_quorum"], server["is_up"], server["weight"]) == (SERVICE, is_good, is_good, 10)
    assert virtual["since"] > 0
