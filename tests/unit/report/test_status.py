"""The state as JSON, where it says more than keepalived's."""

import json

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.node import LinkChanged, Node, initial, node_step
from kaspec.report.data import WallClock
from kaspec.report.status import render_json
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
