"""The state as JSON, where it says more than keepalived's."""

import json
from typing import Any

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.node import LinkChanged, Node, initial, node_step
from kaspec.report.data import WallClock
from kaspec.report.status import render_json
from kaspec.report.trackers import Watched
from kaspec.trackers.process import ProcessState
from kaspec.tracking import Link
from kaspec.units import ZERO, Instant
from kaspec.vrrp.events import Startup

INSTANCE = "vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id 51\nvirtual_ipaddress {{\n{address}\n}}\n}}\n"
GROUP = "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\n}\n"
TEXT = (
    "global_defs {\nvrrp_strict\n}\n"
    + INSTANCE.format(name="VI_1", interface="eth0", address="192.0.2.100/24")
    + INSTANCE.format(name="VI_2", interface="eth1", address="198.51.100.100/24")
    + GROUP
)
LINKS = (Link("eth0", True, (parse_address("192.0.2.1"),)), Link("eth1", True, (parse_address("198.51.100.1"),)))


def test_a_fault_says_why_through_the_group_too() -> None:
    configuration = read(TEXT, "x").configuration
    node = Node(configuration.routers, configuration.groups)
    state = node_step(node, initial(node, LINKS), Startup(), Instant(0)).state
    clock = WallClock(Instant(0), 0, ZERO)

    def said() -> list[object]:
        whole = json.loads(render_json(configuration, state, {}, {}, {}, clock))
        return [each["data"].get("faults") for each in whole]

    assert said() == [None, None]
    state = node_step(node, state, LinkChanged("eth1", Link("eth1", False, LINKS[1].addresses)), Instant(1)).state
    assert said() == [["VI_2 of its sync group"], ["interface eth1 down"]]


def test_strict_mode_is_said() -> None:
    configuration = read(TEXT, "x").configuration
    state = initial(Node(configuration.routers, configuration.groups), LINKS)
    whole = json.loads(render_json(configuration, state, {}, {}, {}, WallClock(Instant(0), 0, ZERO)))
    assert [(each["data"]["strict_mode"], each["data"]["accept"]) for each in whole] == [(1, 0), (1, 0)]


def test_of_a_script_the_command_is_told_and_version_2_tells_of_processes() -> None:
    track = "track_script {\nchk\n}\ntrack_process {\nproxy\n}\nvirtual_ipaddress"
    defined = (
        "vrrp_script chk {\nscript /bin/true\n}\nvrrp_track_process proxy {\nprocess haproxy -D\nquorum 2\ndelay 0.5\nweight 9 reverse\n}\n"
    )
    alone = INSTANCE.format(name="VI_1", interface="eth0", address="192.0.2.100/24").replace("virtual_ipaddress", track)
    clock = WallClock(Instant(0), 0, ZERO)
    watched = Watched(processes={"proxy": ProcessState(frozenset({7, 8}), good=True, turns_at=Instant(9))})

    def said(globally: str) -> Any:
        configuration = read(f"global_defs {{\n{globally}\n}}\n{defined}{alone}", "x").configuration
        return json.loads(render_json(configuration, initial(Node(configuration.routers), LINKS), {}, {}, {}, clock, watched))

    (instance,) = said("")
    assert (instance["data"]["track_script"], instance["data"]["track_process"]) == (["'/bin/true'"], ["proxy"])
    whole = said("json_version 2")
    assert [each["data"]["iname"] for each in whole["vrrp"]] == ["VI_1"]
    assert whole["track_process"] == [
        {
            "process": "haproxy",
            "parameters": "-D",
            "param_match": "exact",
            "min_processes": 2,
            "current_processes": 2,
            "have_quorum": True,
            "weight": -9,
            "terminate_delay": 0.5,
            "fork_delay": 0.5,
            "fork_delay_timer_running": False,
            "terminate_delay_timer_running": True,
            "full_command": True,
        }
    ]
