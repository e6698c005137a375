"""BFD_CHECK in the running daemon: a real server is up while its session is, which the BFD process tells the checker past the parent."""

import os
import re
import signal
from pathlib import Path

import pytest

from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from tests.interop.bfd import COMES_UP, bfd_instance, mute
from tests.interop.conftest import TwoRouters

PEERS = {"kaspec": KASPEC, "keepalived": KEEPALIVED}
SERVER = "[192.168.123.102]:tcp:80"
SERVICE = "[192.168.123.100]:tcp:80"
UP = f"BFD check of [peer] RS({SERVER}) is UP"
ADDING, REMOVING = f"Adding service {SERVER} to VS {SERVICE}", f"Removing service {SERVER} from VS {SERVICE}"


def service(check: str = "", server: str = "") -> str:
    """A virtual server with one real server, which goes by the session ``peer``."""
    return (
        f"virtual_server 192.168.123.100 80 {{\n protocol TCP\n lb_algo rr\n lb_kind NAT\n"
        f" real_server 192.168.123.102 80 {{\n {server}\n BFD_CHECK {{\n name peer\n {check}\n }}\n }}\n}}\n"
    )


def start(lan: TwoRouters, text: str) -> Process:
    """Ours with a checker on a."""
    return KASPEC.start(lan.a, "global_defs {\n script_user root\n}\n" + text, ("-C",))


def says(process: Process, line: str, after: int = 0) -> None:
    process.wait_for_line(re.escape(line), COMES_UP, after)


@pytest.fixture(params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Peer:
    found = PEERS[request.param]
    if not found.available:
        pytest.skip("needs the Debian package keepalived")
    return found


def test_a_server_goes_and_comes_with_its_session_and_scripts_are_told(lan: TwoRouters, peer: Peer) -> None:
    notify = "".join(f"notify_{word} \"/bin/sh -c 'echo {word} >> /run/told'\"\n " for word in ("up", "down"))
    ours = start(lan, bfd_instance("a") + service(server=notify))
    peer.start(lan.b, bfd_instance("b"))
    says(ours, UP)
    seen = len(ours.lines)
    with mute(lan.b):
        says(ours, REMOVING, seen)
        says(ours, f"Lost quorum 1-0=1 > 0 for VS {SERVICE}", seen)
    says(ours, ADDING, seen)
    says(ours, f"Gained quorum 1+0=1 <= 1 for VS {SERVICE}", seen)
    told = lan.a.file("/run/told")
    wait_until(lambda: told.exists() and told.read_text().splitlines()[-2:] == ["down", "up"], COMES_UP, "both scripts")


def test_with_alpha_a_server_waits_for_its_session_and_a_new_checker_asks_how_it_is(lan: TwoRouters, kaspec: Peer) -> None:
    ours = start(lan, bfd_instance("a") + service("alpha"))
    says(ours, "Starting with quorum down")
    assert not [line for line in ours.lines if ADDING in line.text]
    kaspec.start(lan.b, bfd_instance("b"))
    says(ours, ADDING)
    seen = len(ours.lines)
    os.kill(int(lan.a.file("/run/kaspec-checkers.pid").read_text()), signal.SIGKILL)
    says(ours, "Starting with quorum down", seen)
    says(ours, ADDING, seen)


def test_a_new_bfd_process_changes_nothing_while_the_neighbor_is_there(lan: TwoRouters, kaspec: Peer) -> None:
    ours = start(lan, bfd_instance("a") + service())
    kaspec.start(lan.b, bfd_instance("b"))
    says(ours, "(peer) Entering Up state")
    seen = len(ours.lines)
    os.kill(bfd_process(ours), signal.SIGKILL)
    ours.wait_for_line("BFD child process.*died: Respawning", COMES_UP, seen)
    ours.wait_for_line(r"\(peer\) Entering Up state", 2 * COMES_UP, seen)
    assert not [line for line in ours.lines if REMOVING in line.text]


def bfd_process(parent: Process) -> int:
    """The child that speaks BFD."""
    return next(child for child in parent.children() if Path(f"/proc/{child}/comm").read_text() == "kaspec_bfd\n")
