"""Twenty thousand packets that no router should heed: nobody changes state, no timer moves, no memory grows, no log floods."""

import re
import signal
from collections.abc import Iterable
from functools import partial
from itertools import count, islice, pairwise
from pathlib import Path

import pytest
from attrs import frozen

from conformance.lab.capture import Advert, packet_socket
from conformance.lab.holders import Change
from conformance.lab.inject import inject
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.priority import hurry
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import MILLISECOND, SECOND, Instant
from tests.interop.hostility import advert, frame_of, hostile_frames
from tests.interop.scenes import Performances, Scene, is_steady, perform

pytestmark = pytest.mark.alone

PACKETS, WARM_UP = 20_000, 30_000
PACE = 20 * MILLISECOND
"""Packets come in batches so often: a timer that a packet could move would never run out."""
MOST_LINES = 100
MOST_GROWTH = 1024
"""KiB of memory: the allocator's noise.  Remembering but the bytes of every packet would take more."""


@frozen
class Fire:
    """How many packets, a batch of so many at a time, after how many to warm up."""

    packets: int
    batch: int
    warm_up: int = 0


HEAVY, LIGHT = Fire(PACKETS, 100, WARM_UP), Fire(800, 4)


@frozen
class Witness:
    """One router: what it logged under fire, its memory in KiB before and after, its statistics in the end."""

    lines: list[str]
    memory: tuple[int, int]
    statistics: str


@frozen
class Siege:
    """What was seen from the first hostile packet to some seconds after the last."""

    adverts: list[Advert]
    changes: list[Change]
    witnesses: dict[str, Witness]


def fire(scene: Scene, batch: int, frames: Iterable[bytes]) -> None:
    """Send the frames at an even pace."""
    began, supply = wall_clock(), iter(frames)
    with packet_socket(scene.h, "eth0", protocol=0) as wire:
        for turn in count():
            wait_until(partial(_reached, Instant(began + turn * PACE)), 5, "the next batch's time")
            if not (salvo := tuple(islice(supply, batch))):
                return
            for frame in salvo:
                wire.send(frame)


def _reached(instant: Instant) -> bool:
    return wall_clock() >= instant


def memory(process: Process) -> int:
    """Return the memory of the VRRP child's own, in KiB: pages of its files come and go as the kernel likes."""
    (child,) = process.children()
    (found,) = re.findall(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text())
    return int(found)


def statistics(host: Host, process: Process) -> str:
    """Ask for ``.stats`` and return it."""
    file = host.file("/tmp/keepalived.stats")
    process.signal(signal.SIGUSR2)
    return wait_until(lambda: text if file.exists() and (text := file.read_text()).count("Sent:") == 2 else "", 5, "the statistics")


def siege(peer: Peer, planned: Fire, scene: Scene) -> Siege:
    """Fire at a Master and a Backup, then send one valid advert."""
    processes = dict(zip("ab", scene.start_pair(peer, peer), strict=True))
    hurry(child for process in processes.values() for child in process.children())
    fire(scene, planned.batch, hostile_frames(2338, planned.warm_up))
    scene.hear(scene.a, 1)
    before = {name: (len(process.lines), memory(process)) for name, process in processes.items()}
    began, changes = wall_clock(), len(scene.holders.changes)
    fire(scene, planned.batch, hostile_frames(3768, planned.packets))
    scene.hear(scene.a, 4)
    witnesses = {}
    for name, process in processes.items():
        lines, used = before[name]
        logged = [line.text for line in process.lines[lines:]]
        witnesses[name] = Witness(logged, (used, memory(process)), statistics(scene.lab.hosts[name], process))
    adverts = [*scene.adverts(scene.a, began), *scene.adverts(scene.b, began)]
    changed = scene.holders.changes[changes:]
    inject(scene.h, "eth0", frame_of(advert(255)))
    wait_until(lambda: not scene.holders.now(), 2, "the Master to give in to a valid advert")
    return Siege(adverts, changed, witnesses)


@pytest.fixture(scope="module")
def performances() -> Performances[Siege]:
    sieges = {KASPEC: partial(siege, KASPEC, HEAVY), KEEPALIVED: partial(siege, KEEPALIVED, LIGHT)}
    return perform({peer.name: play for peer, play in sieges.items() if peer.available})


@pytest.fixture
def ours(performances: Performances[Siege]) -> Siege:
    return performances.of("kaspec")


def _count(statistics: str, name: str) -> int:
    (found,) = re.findall(rf"^    {name}: (\d+)$", statistics, re.MULTILINE)
    return int(found)


def test_a_backup_stays_backup_and_a_master_stays_master(ours: Siege) -> None:
    assert ours.changes == []
    assert {each.advertisement.priority for each in ours.adverts} == {100}


def test_no_timer_moves(ours: Siege) -> None:
    assert len(ours.adverts) > 5
    assert is_steady(ours.adverts)


@pytest.mark.parametrize("router", "ab")
def test_the_packets_were_heard_and_counted(ours: Siege, router: str) -> None:
    counted = ours.witnesses[router].statistics
    for name in ("Length", "TTL", "Advertisement Interval", "Type Mismatch", "Failure"):
        assert _count(counted, name) > PACKETS / 30, counted


@pytest.mark.parametrize("router", "ab")
def test_no_memory_is_lost(ours: Siege, router: str) -> None:
    before, after = ours.witnesses[router].memory
    assert after - before <= MOST_GROWTH


@pytest.mark.parametrize("router", "ab")
def test_the_log_is_neither_flooded_nor_silent_nor_a_traceback(ours: Siege, router: str) -> None:
    lines = ours.witnesses[router].lines
    assert 0 < len(lines) < MOST_LINES
    assert not [line for line in lines if "Traceback" in line or "bug" in line]


def test_fewer_such_packets_silence_a_real_keepalived(performances: Performances[Siege]) -> None:
    """What we do not copy: each rejected advert arms its advertisement timer anew.  (So the tests above can fail.)"""
    if "keepalived" not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    real = performances.of("keepalived")
    assert any(later.at - earlier.at > 2 * SECOND for earlier, later in pairwise(real.adverts)) or real.changes
    assert len(real.witnesses["a"].lines) > MOST_LINES
