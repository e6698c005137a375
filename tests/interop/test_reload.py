"""A reload changes what was changed and nothing else; static addresses and routes come and go with the daemon."""

import json
import signal
from functools import partial
from typing import Any

from click.testing import CliRunner

from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.lab.capture import Frame
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import parse_address
from kaspec.units import SECOND, Instant
from kaspec.vrrp.intervals import master_down_interval
from shell.commands.plan import plan
from tests.interop.scenes import EARLY_BY_LOG, SEED, Programme, Scene, in_window, is_steady, mac_of

together = Programme()
OTHER = KEEPALIVED if KEEPALIVED.available else KASPEC

ANOTHER = "192.168.123.110"
VIRTUAL = f"{VIRTUAL_ADDRESS}/24 dev eth0 label eth0:100"
MORE = SEED["a"].replace(VIRTUAL, f"{VIRTUAL}\n        {ANOTHER}/24 dev eth0 label eth0:110")
INSTEAD = SEED["a"].replace(VIRTUAL, f"{ANOTHER}/24 dev eth0 label eth0:110")
SECOND_INSTANCE = """
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority 200
    virtual_ipaddress { 192.168.123.120/24 }
}
"""
BEFORE = SEED["a"] + SECOND_INSTANCE + SECOND_INSTANCE.replace("VI_2", "VI_3").replace("52", "53").replace("120", "130")
AFTER = (
    SEED["a"] + SECOND_INSTANCE.replace("120", "121") + SECOND_INSTANCE.replace("VI_2", "VI_4").replace("52", "54").replace("120", "140")
)
STATIC = """
static_ipaddress {
    192.168.123.150/24 dev eth0 scope global
}
static_routes {
    10.20.0.0/16 via 192.168.123.1 dev eth0
}
"""
BURSTS, ANNOUNCEMENTS = 2, 10
"""Two bursts of five: on becoming Master and garp_master_delay later."""


def reload(process: Process, text: str) -> None:
    """Give the daemon another configuration and tell it so."""
    process.host.file("/run/kaspec.conf").write_text(text)
    process.signal(signal.SIGHUP)


def _sent(scene: Scene, since: Instant) -> list[Frame]:
    """What a sent since then over IPv4, or as ARP."""
    return [
        frame
        for frame in scene.capture.frames
        if frame.at >= since and frame.source_mac == mac_of("a") and frame.data[12:14] in (b"\x08\x00", b"\x08\x06")
    ]


def _announced(scene: Scene, since: Instant) -> list[bytes]:
    return [frame.data[38:42] for frame in _sent(scene, since) if frame.data[12:14] == b"\x08\x06"]


def _master_alone(scene: Scene, text: str | None = None) -> Process:
    """Let a be Master, and done with announcing."""
    process = scene.start(scene.a, KASPEC, text)
    scene.settle(scene.a, Instant(0))
    wait_until(lambda: len(_announced(scene, Instant(0))) == ANNOUNCEMENTS, 10, "every announcement")
    return process


def _is_undisturbed(scene: Scene, since: Instant) -> bool:
    """Whether a, still Master, has gone on advertising every second."""
    adverts = scene.adverts(scene.a)
    return is_steady(adverts) and adverts[-1].at > since and not scene.adverts(scene.a, priority_zero=True)


def _holds_exactly(host: Host, wanted: set[str]) -> bool:
    return {address for address in (VIRTUAL_ADDRESS, ANOTHER) if host.holds(address)} == wanted


def _routes(host: Host) -> set[str]:
    return {f"{dict(each['attrs'])['RTA_DST']}/{each['dst_len']}" for each in host.netlink.get_routes(family=2) if each["dst_len"]}


@together
def test_a_reload_that_changes_nothing_sends_nothing_and_moves_nothing(scene: Scene) -> None:
    process = _master_alone(scene)
    began, changes = wall_clock(), len(scene.holders.changes)
    reload(process, SEED["a"])
    process.wait_for_line("Reload complete")
    scene.hear(scene.a, 3)
    assert [frame.data[23] for frame in _sent(scene, began)] == [112] * len(scene.adverts(scene.a, began))
    assert _is_undisturbed(scene, began)
    assert scene.holders.changes[changes:] == []


@together
def test_an_unchanged_virtual_router_does_not_notice_another_that_comes_and_goes(scene: Scene) -> None:
    process = _master_alone(scene)
    began = wall_clock()
    reload(process, SEED["a"] + SECOND_INSTANCE)
    process.wait_for_line(r"\(VI_2\) Entering MASTER STATE", timeout=master_down_interval(2, 200, SECOND) / SECOND + 1)
    wait_until(lambda: scene.a.holds("192.168.123.120"), 1, "the other address to be held")
    reload(process, SEED["a"])
    wait_until(lambda: not scene.a.holds("192.168.123.120"), 2, "the other address to be gone")
    scene.hear(scene.a, 2)
    assert is_steady(each for each in scene.capture.adverts if each.advertisement.virtual_router_id == 100)
    (farewell,) = scene.adverts(scene.a, began, priority_zero=True)
    assert farewell.advertisement.virtual_router_id == 52
    assert parse_address(VIRTUAL_ADDRESS) not in _announced(scene, began)
    assert len(scene.holders.changes) == 1


@together
def test_a_changed_address_list_is_applied_by_a_master_that_stays_master(scene: Scene) -> None:
    process = _master_alone(scene)
    held = {VIRTUAL_ADDRESS}
    for text, wanted in ((MORE, {VIRTUAL_ADDRESS, ANOTHER}), (INSTEAD, {ANOTHER}), (SEED["a"], {VIRTUAL_ADDRESS})):
        began = wall_clock()
        reload(process, text)
        wait_until(partial(_holds_exactly, scene.a, wanted), 2, f"{wanted} to be held")
        scene.hear(scene.a, 1)
        assert set(scene.adverts(scene.a)[-1].advertisement.addresses) == set(map(parse_address, wanted))
        assert set(_announced(scene, began)) == set(map(parse_address, wanted - held))
        held = wanted
    assert _is_undisturbed(scene, began)


@together
def test_a_backup_takes_over_what_a_reload_gave_it(scene: Scene) -> None:
    process = scene.start(scene.a, KASPEC)
    began = process.wait_for_line("Entering BACKUP STATE").at
    reload(process, INSTEAD)
    process.wait_for_line("Reload complete")
    first = scene.wait_for_advert(scene.a, began)
    assert in_window(first.at - began, master_down_interval(2, 100, SECOND), EARLY_BY_LOG)
    wait_until(lambda: scene.a.holds(ANOTHER), 1, "the new address to be held")
    assert not scene.a.holds(VIRTUAL_ADDRESS)


@together
def test_a_priority_that_is_lowered_below_the_other_s_hands_over(scene: Scene) -> None:
    ours, _ = scene.start_pair(KASPEC, OTHER)
    began = wall_clock()
    reload(ours, SEED["a"].replace("priority 100", "priority 40"))
    scene.settle(scene.b, began)
    scene.hear(scene.b, 2)
    assert scene.adverts(scene.a, scene.adverts(scene.b, began)[0].at) == []


@together
def test_an_erroneous_file_is_refused_and_what_runs_runs_on(scene: Scene) -> None:
    process = _master_alone(scene)
    began, changes = wall_clock(), len(scene.holders.changes)
    for wrong in (INSTEAD + "nonsense 1\n", INSTEAD.replace("priority 100", "priority 999"), INSTEAD.replace("virtual_ipaddress {", "{")):
        said = len(process.lines)
        reload(process, wrong)
        process.wait_for_line("Reload refused: the running configuration stays", after=said)
        assert not [line.text for line in process.lines[said:] if "Instances:" in line.text]
        assert [line.text for line in process.lines[said:] if "/run/kaspec.conf:" in line.text and "error" in line.text]
    scene.hear(scene.a, 2)
    assert _is_undisturbed(scene, began)
    assert scene.holders.changes[changes:] == []
    assert not scene.a.holds(ANOTHER)
    reload(process, INSTEAD)
    wait_until(lambda: scene.a.holds(ANOTHER), 2, "a good file to be obeyed again")


@together
def test_a_reload_does_exactly_what_the_plan_printed(scene: Scene) -> None:
    process = scene.start(scene.a, KASPEC, BEFORE)
    for name in ("VI_2", "VI_3", "VI_1"):
        process.wait_for_line(rf"\({name}\) Entering MASTER STATE", timeout=10)
    wait_until(lambda: len(_announced(scene, Instant(0))) == 3 * ANNOUNCEMENTS, 10, "every announcement")
    wait_until(lambda: sum("Sending/queueing" in line.text for line in process.lines) == 3 * BURSTS, 5, "every line about them")
    held, changes, said, began = set(scene.a.addresses("eth0")), len(scene.holders.changes), len(process.lines), wall_clock()
    printed, planned = _plan(scene, BEFORE, AFTER)
    reload(process, AFTER)
    process.wait_for_line("Reload complete", after=said)
    process.wait_for_line(r"\(VI_4\) Entering MASTER STATE", timeout=10, after=said)
    removed, added = (_addresses(planned, key) for key in ("removed", "added"))
    assert (removed, added) == ({"192.168.123.120/24", "192.168.123.130/24"}, {"192.168.123.121/24", "192.168.123.140/24"})
    wait_until(lambda: set(scene.a.addresses("eth0")) == held - removed | added, 2, "exactly the planned addresses")
    logged = [line.text.split(": ", 1)[1] for line in process.lines[said:]]
    assert [line for line in logged if line in printed] == [line for line in printed if "is not touched" not in line]
    by_action = {each["action"]: each["virtual_router_id"] for each in planned["instances"]}
    assert by_action == {"stop": 53, "keep": 100, "change": 52, "start": 54}
    assert [each.advertisement.virtual_router_id for each in scene.adverts(scene.a, began, priority_zero=True)] == [53]
    assert is_steady(each for each in scene.capture.adverts if each.advertisement.virtual_router_id == 100)
    assert not [line for line in logged if line.startswith("(VI_1)")]
    assert parse_address(VIRTUAL_ADDRESS) not in _announced(scene, began)
    assert scene.holders.changes[changes:] == []


def _plan(scene: Scene, old: str, new: str) -> tuple[list[str], dict[str, Any]]:
    """What ``kaspec plan`` prints, and its JSON."""
    paths = [scene.a.file(f"/run/{name}.conf") for name in ("before", "after")]
    for path, text in zip(paths, (old, new), strict=True):
        path.write_text(text)
    shown, as_json = (CliRunner().invoke(plan, [*options, *map(str, paths)]) for options in ((), ("--format", "json")))
    assert shown.exit_code == 3
    return shown.output.splitlines(), json.loads(as_json.output)


def _addresses(planned: dict[str, Any], key: str) -> set[str]:
    return {line.split()[0] for each in planned["instances"] for line in each["virtual_ipaddress"][key]}


@together
def test_static_addresses_and_routes_are_there_while_the_daemon_is(scene: Scene) -> None:
    for end in (signal.SIGTERM, signal.SIGKILL):
        process = scene.start(scene.a, KASPEC, STATIC + SEED["a"])
        wait_until(lambda: scene.a.holds("192.168.123.150"), 1, "the static address")
        assert "10.20.0.0/16" in _routes(scene.a)
        process.signal(end)  # a killed parent's child cleans up like one that is told to stop
        wait_until(lambda: not scene.a.namespace.inhabitants(), 3, "every process gone")
        assert not scene.a.holds("192.168.123.150")
        assert "10.20.0.0/16" not in _routes(scene.a)


@together
def test_static_addresses_and_routes_follow_a_reload(scene: Scene) -> None:
    process = scene.start(scene.a, KASPEC)
    reload(process, STATIC + SEED["a"])
    wait_until(lambda: scene.a.holds("192.168.123.150") and "10.20.0.0/16" in _routes(scene.a), 2, "the static items")
    reload(process, SEED["a"])
    wait_until(lambda: not scene.a.holds("192.168.123.150") and "10.20.0.0/16" not in _routes(scene.a), 2, "the static items gone")
    assert "192.168.123.101/24" in scene.a.addresses("eth0")
