"""A Master among real processes: one that overslept, a split brain, the pace of announcements, the dump as JSON, the end without a word."""

import json
import os
import signal
from itertools import groupby
from pathlib import Path
from typing import Any

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import MILLISECOND, SECOND, Instant
from tests.interop.scenes import DOWN, EARLY_BY_LOG, EVER, LATE, SEED, Programme, Scene, source_of

together = Programme()

JITTER = 20 * MILLISECOND
"""How much sooner than its pace a frame is seen if the one before it was held up on its way out."""
DUMPED = """
global_defs {
    vrrp_garp_interval 0.1
    vrrp_startup_delay 1
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    nopreempt
    lower_prio_no_advert
    garp_master_repeat 2
    garp_master_delay 30
    authentication {
        auth_type PASS
        auth_pass secret12
    }
    virtual_ipaddress {
        192.168.123.100/24 label eth0:1
        192.168.123.110/24
    }
    track_interface {
        eth1 weight 2
    }
}
vrrp_instance VI_6 {
    interface eth0
    version 3
    virtual_router_id 52
    advert_int 0.5
    preempt_delay 2
    virtual_ipaddress {
        192.168.123.120/24
    }
}
"""
""".json is to have the same keys, in the same order, of the same types, with the same values but for times and secrets."""


def vrrp_process(process: Process) -> int:
    """Return the one of a daemon's processes that speaks VRRP."""

    def found() -> int | None:
        names = {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pid in process.children()}
        return next((pid for pid, name in names.items() if name.endswith("_vrrp")), None)

    pid = wait_until(found, 5, "the VRRP process")
    assert pid is not None
    return pid


@together
def test_a_master_that_overslept_listens_before_it_speaks(scene: Scene) -> None:
    """SIGSTOP and SIGCONT of the VRRP process: its Backup takes over once, it comes back once, and they never take turns."""
    master, _ = scene.start_pair(KASPEC, KASPEC)
    pid = vrrp_process(master)
    os.kill(pid, signal.SIGSTOP)
    asleep = wall_clock()
    scene.wait_for_advert(scene.b, asleep, count=2)
    os.kill(pid, signal.SIGCONT)
    awake = wall_clock()
    master.wait_for_line("overslept: another router must have taken over by now")
    master.wait_for_line("A thread timer expired")
    back = scene.wait_for_advert(scene.a, awake)
    scene.settle(scene.a, awake)
    assert back.at - awake >= DOWN["a"] - EARLY_BY_LOG
    spoken = [advert.source for advert in scene.capture.adverts if advert.at > asleep]
    assert [source for source, _ in groupby(spoken)] == [source_of(scene.b), source_of(scene.a)]


@together
def test_an_overslept_master_without_others_takes_over_again(scene: Scene) -> None:
    """Nobody else is there: a Master_Down_Interval after it woke it is Master again."""
    master = scene.start(scene.a, KASPEC)
    scene.settle(scene.a, EVER)
    pid = vrrp_process(master)
    os.kill(pid, signal.SIGSTOP)
    scene.holders.now()
    asleep = wall_clock()
    wait_until(lambda: wall_clock() - asleep > DOWN["a"], 10, "a Master_Down_Interval to pass")
    os.kill(pid, signal.SIGCONT)
    awake = wall_clock()
    back = scene.settle(scene.a, awake)
    assert DOWN["a"] - EARLY_BY_LOG <= back.at - awake <= DOWN["a"] + 4 * LATE


@together
def test_a_split_brain_is_told_with_its_cause_and_its_end(scene: Scene) -> None:
    """Another password at b: both become Master, and each says why; when b stops, a says that it is over."""
    one = scene.start(scene.a, KASPEC)
    scene.settle(scene.a, EVER)
    other = scene.start(scene.b, KASPEC, SEED["b"].replace("auth_pass 1111", "auth_pass 2222"))
    other.wait_for_line(r"SPLIT BRAIN: became Master while 192\.168\.123\.101 advertises: its auth_pass is not ours", timeout=10)
    one.wait_for_line(r"SPLIT BRAIN: 192\.168\.123\.102 is Master too: its auth_pass is not ours")
    shown = dump(one, scene.a, signal.SIGUSR1, "keepalived.data")
    assert "   Split brain with 192.168.123.102 since " in shown
    (instance,) = json.loads(dump(one, scene.a, signal.SIGRTMIN + 2, "keepalived.json"))
    assert [rival["with"] for rival in instance["data"]["split_brain"]] == ["192.168.123.102"]
    other.stop()
    one.wait_for_line(r"split brain with 192\.168\.123\.102 is over after [\d.]+ s: it is silent", timeout=10)
    assert sum("SPLIT BRAIN" in line.text for line in one.lines) == 1


@together
def test_announcements_keep_their_pace_and_all_are_sent(scene: Scene) -> None:
    """``vrrp_garp_interval`` 0.1: two addresses twice, and one five times, on one interface; adverts are on time meanwhile."""
    scene.start(scene.a, KASPEC, DUMPED)
    wait_until(lambda: len(announced(scene)) >= 9, 15, "every announcement of the first bursts")
    frames = announced(scene)[:9]
    since_first = [at - frames[0][0] for at, _ in frames]
    assert all(at >= number * 100 * MILLISECOND - JITTER for number, at in enumerate(since_first)), since_first
    assert sorted(address for _, address in frames) == sorted(["192.168.123.100", "192.168.123.110"] * 2 + ["192.168.123.120"] * 5)


@together
def test_nothing_happens_before_the_startup_delay_is_over(scene: Scene) -> None:
    """``vrrp_startup_delay`` 1: the Master_Down_Interval of VI_6 (1.804687 s) begins only then."""
    process = KASPEC.start(scene.a, DUMPED)
    delayed = process.wait_for_line("Delaying startup for 1 seconds", timeout=10)
    process.wait_for_line("Delayed start completed")
    first = scene.wait_for_advert(scene.a, EVER)
    assert first.at - delayed.at >= SECOND + 1_804_687 - EARLY_BY_LOG


@together
def test_the_dump_as_json_is_real_keepalived_s(scene: Scene) -> None:
    """Key for key, in its order, with its types and values; but for times, the password, and what is about its own address."""
    dumps = []
    for host, peer in ((scene.a, KASPEC), (scene.b, KEEPALIVED)):
        process = peer.start(host, DUMPED)
        for name in ("VI_1", "VI_6"):
            process.wait_for_line(rf"\({name}\) Entering MASTER STATE", timeout=20)
        dumps.append(json.loads(dump(process, host, signal.SIGRTMIN + 2, "keepalived.json")))
        process.stop()
    ours, real = dumps
    assert [list(each["data"]) for each in ours] == [list(each["data"]) for each in real]
    assert [list(each["stats"]) for each in ours] == [list(each["stats"]) for each in real]
    for mine, theirs in zip(ours, real, strict=True):
        assert {key: type(value) for key, value in mine["data"].items()} == {key: type(value) for key, value in theirs["data"].items()}
        differing = {key: (value, theirs["data"][key]) for key, value in mine["data"].items() if value != theirs["data"][key]}
        assert differing.keys() <= {"last_transition", "auth_data"}, differing
        assert comparable(mine) == comparable(theirs)


@together
def test_the_end_without_a_word_keeps_the_addresses(scene: Scene) -> None:
    """``-V``, as keepalived: no priority 0, and the address stays; so does keepalived."""
    process = KASPEC.start(scene.a, SEED["a"], ("-V",))
    scene.settle(scene.a, EVER)
    before = wall_clock()
    assert process.stop() == 0
    assert scene.holders.now() == {"a"}
    assert scene.adverts(scene.a, before, priority_zero=True) == []


def comparable(instance: dict[str, Any]) -> dict[str, Any]:
    """Leave out when it was, what is secret, and how many adverts it was by then."""
    data = {key: value for key, value in instance["data"].items() if key not in {"last_transition", "auth_data"}}
    return {"data": data, "stats": {key: value for key, value in instance["stats"].items() if key not in {"advert_sent", "advert_rcvd"}}}


def dump(process: Process, host: Host, number: int, name: str) -> str:
    """Ask for a dump and return it."""
    file = host.file(f"/tmp/{name}")
    file.unlink(missing_ok=True)
    process.program.send_signal(number)
    return wait_until(lambda: file.read_text() if file.exists() and file.read_text().strip() else "", 5, f"{name} written")


def announced(scene: Scene) -> list[tuple[Instant, str]]:
    """Every gratuitous ARP of a host on the LAN: when, and for which address."""
    arps = [frame for frame in scene.capture.frames if frame.data[12:14] == b"\x08\x06" and frame.data[28:32] == frame.data[38:42]]
    return [(frame.at, ".".join(map(str, frame.data[38:42]))) for frame in arps if frame.data[:6] == b"\xff" * 6]


@together
def test_the_process_is_as_real_time_as_asked_and_never_killed_for_it(scene: Scene) -> None:
    """Every thread has the scheduling and the processors, or the log says what was refused; a limit that is reached ends only real time."""
    settings = "global_defs { vrrp_rt_priority 5  vrrp_cpu_affinity 0  vrrp_rlimit_rttime 60000000 }\n".replace("  ", "\n")
    process = scene.start(scene.a, KASPEC, settings + SEED["a"])
    pid = vrrp_process(process)
    process.wait_for_line("Startup complete")
    threads = [int(each) for each in os.listdir(f"/proc/{pid}/task")]
    refused = any("vrrp_rt_priority" in line.text for line in process.lines)
    assert refused or {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_RR}
    assert all(os.sched_getaffinity(thread) == {0} for thread in threads)
    os.kill(pid, signal.SIGXCPU)
    process.wait_for_line("goes on without its real-time priority")
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}
    scene.settle(scene.a, EVER)
