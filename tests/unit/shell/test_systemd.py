"""systemd is told what it waits for, and is never waited for."""

import os
import socket
from pathlib import Path

import pytest

from shell import systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_hears_of_every_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    address = f"@{tmp_path}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        systemd.ready()
        systemd.reloading()
        systemd.stopping()
        heard = [manager.recv(4096).decode() for _ in range(3)]
    assert heard[0] == f"READY=1\nMAINPID={os.getpid()}"
    assert heard[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert heard[2] == "STOPPING=1"


@pytest.mark.parametrize("address", ["", "/nonexistent/notify"])
def test_no_service_manager_is_no_trouble(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.ready()


def test_a_service_manager_that_does_not_read_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        for _ in range(1000):
            systemd.ready()
