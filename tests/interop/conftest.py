"""Real routers in namespaces: ``lan`` (routers a and b, client h), the peers; a test is skipped, with the reason, where they cannot be."""

import os
from collections.abc import Iterator

import pytest
from attrs import frozen

from conformance.lab.capture import Capture, capturing
from conformance.lab.holders import Holders, watching
from conformance.lab.namespace import LabUnavailableError
from conformance.lab.network import Host, Lab, Lan, open_lab
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer

VIRTUAL_ADDRESS = "192.168.123.100"


@frozen
class TwoRouters:
    """Routers ``a`` (192.168.123.101) and ``b`` (.102) and a client ``h`` (.1) on one LAN; each has an idle second interface, eth1."""

    lab: Lab
    lan: Lan
    a: Host
    b: Host
    h: Host


def needs_root() -> None:
    """Skip the test if we are not root."""
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")


@pytest.fixture
def lab() -> Iterator[Lab]:
    needs_root()
    try:
        with open_lab() as opened:
            yield opened
    except LabUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def lan(lab: Lab) -> TwoRouters:
    front, back = lab.lan("front"), lab.lan("back")
    hosts = {name: lab.host(name) for name in "abh"}
    for number, (name, last) in enumerate({"a": 101, "b": 102, "h": 1}.items(), 1):
        lab.connect(hosts[name], front, "eth0", f"02:00:00:00:00:0{number}", [f"192.168.123.{last}/24"])
        lab.connect(hosts[name], back, "eth1", f"02:00:00:00:01:0{number}")
    return TwoRouters(lab, front, **hosts)


@pytest.fixture
def capture(lan: TwoRouters) -> Iterator[Capture]:
    with capturing(lan.lab, lan.lan) as seen:
        yield seen


@pytest.fixture
def holders(lan: TwoRouters) -> Iterator[Holders]:
    with watching([lan.a, lan.b], VIRTUAL_ADDRESS) as history:
        yield history


@pytest.fixture
def keepalived() -> Peer:
    if not KEEPALIVED.available:
        pytest.skip("needs the Debian package keepalived")
    return KEEPALIVED


@pytest.fixture
def kaspec() -> Peer:
    return KASPEC
