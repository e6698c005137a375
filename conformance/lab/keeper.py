"""A process that outlives us: when we have ended, however that came about, it ends all that lives in our hosts, and removes our files.

A daemon that becomes another user, or forks, is no longer killed by the kernel with whoever started it (prctl(2), PR_SET_PDEATHSIG).

While it waits it does what must not come late, as we may: it takes what a kernel tells without a time stamp to where it gets one.
"""

import gc
import os
import selectors
import shutil
import signal
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Never

from attrs import define

from conformance.lab.priority import hurry
from conformance.lab.stamping import stamped_pair

LARGEST = 1 << 16
LOOKS, PAUSE_SECONDS = 10, 0.05
"""How often nobody must have been found, and how long it waits in between: who was just being started may come in late."""


@define(eq=False)
class Keeper:
    """The end of ours: once it is closed the keeper sets to work, by the kernel if not by us."""

    process: int
    _line: socket.socket

    def watch(self, network: int) -> None:
        """Have it end what lives in a network namespace, given as an open descriptor, when we are gone."""
        socket.send_fds(self._line, [b"+"], [network])

    def stamped(self, told: socket.socket) -> socket.socket:
        """Return a socket that hears the datagrams that another is told, each with the instant (``stamp``); the other is closed."""
        reading, writing = stamped_pair()
        with told, writing:
            socket.send_fds(self._line, [b">"], [told.fileno(), writing.fileno()])
        return reading

    def dismiss(self) -> None:
        """Let it go: nothing is left to do, but to remove our files."""
        self._line.send(b".")
        self._line.close()
        os.waitpid(self.process, 0)


def employ(place: Path | None) -> Keeper:
    """Start a keeper, who removes ``place`` in the end."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = os.fork()
    if process == 0:
        _keep(its, place)
    its.close()
    hurry([process])
    return Keeper(process, ours)


def _keep(line: socket.socket, place: Path | None) -> Never:
    """Be the keeper: apart from our session, whose signals are not for it, and holding nothing of ours open."""
    try:
        gc.disable()
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _hold_only(line.fileno())
        networks, dismissed = _hear(line)
        if not dismissed:
            _end_all(networks)
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
    finally:
        os._exit(0)


def _hold_only(descriptor: int) -> None:
    """Close all but one descriptor: a copy of ours would keep us from being missed."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, os.sysconf("SC_OPEN_MAX"))


def _hear(line: socket.socket) -> tuple[list[int], bool]:
    """Return the network namespaces, and whether the keeper was dismissed, once it is over; take datagrams on until then."""
    networks: list[int] = []
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.data is not None:
                    _take_on(selector, key)
                    continue
                word, descriptors, *_ = socket.recv_fds(line, 1, 2)
                if word == b"+":
                    networks += descriptors
                elif word == b">":
                    selector.register(descriptors[0], selectors.EVENT_READ, descriptors[1])
                else:
                    return networks, word == b"."


def _take_on(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Take a datagram from a socket to one that nobody may listen to any more."""
    told: int = key.fd
    with suppress(OSError):  # the kernel had more to tell than it could hold
        datagram = os.read(told, LARGEST)
        try:
            os.write(key.data, datagram)
        except OSError:
            selector.unregister(told)
            os.close(told)
            os.close(key.data)


def _end_all(networks: list[int]) -> None:
    for _ in range(LOOKS):
        while pids := [pid for network in networks for pid in living_in(network)]:
            kill(pids)
        time.sleep(PAUSE_SECONDS)


def living_in(network: int) -> list[int]:
    """Return the processes that live in a network namespace, given as an open descriptor, orphans included."""
    inode = os.fstat(network).st_ino
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "ns" / "net").stat().st_ino == inode:
                found.append(int(entry.name))
    return sorted(found)


def kill(pids: Iterable[int]) -> None:
    """SIGKILL processes, the youngest first."""
    for pid in sorted(pids, reverse=True):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
