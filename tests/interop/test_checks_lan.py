"""Checks over a LAN: a neighbour that answers, refuses, is not there, or is cut off; link-local addresses."""

import asyncio
import socket
from contextlib import closing

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.health.model import Check, PingCheck, Target, TcpCheck, UdpCheck
from kaspec.health.reported import CheckReported
from kaspec.units import Interval, seconds
from tests.interop.checking import OFTEN, checking, target
from tests.interop.conftest import TwoRouters

B, NOBODY = "192.168.123.102", "192.168.123.77"
RESOLVED = seconds("6")
"""Longer than the kernel asks for a neighbour in vain: three times, a second each."""


def checked(lan: TwoRouters, check: Check) -> tuple[CheckReported, Interval]:
    """Make a check on router a."""

    async def run() -> tuple[CheckReported, Interval]:
        async with checking() as now:
            return await now.verdict(check)

    with lan.a.namespace.entered():
        return asyncio.run(run())


def listening(lan: TwoRouters, family: int, address: tuple[str, int] | tuple[str, int, int, int]) -> socket.socket:
    own = lan.b.socket(family, socket.SOCK_STREAM)
    own.bind(address)
    own.listen()
    return own


def test_a_neighbour_answers_refuses_or_is_not_there(lan: TwoRouters) -> None:
    with closing(listening(lan, socket.AF_INET, (B, 80))):
        assert checked(lan, TcpCheck(OFTEN, target(80, address=B)))[0].is_up
        assert checked(lan, PingCheck(OFTEN, target(0, address=B)))[0].is_up
        refused, took = checked(lan, UdpCheck(OFTEN, target(9, RESOLVED, B)))
        assert not refused.is_up
        assert took < seconds("3"), "an ICMP error, no silence"
        for check in (TcpCheck, PingCheck, UdpCheck):
            assert not checked(lan, check(OFTEN, target(80, RESOLVED, NOBODY)))[0].is_up, check


def test_a_cut_is_found_after_connect_timeout(lan: TwoRouters) -> None:
    with closing(listening(lan, socket.AF_INET, (B, 80))):
        assert checked(lan, TcpCheck(OFTEN, target(80, address=B)))[0].is_up
        lan.lab.plug(lan.b, "eth0", connected=False)
        down, took = checked(lan, TcpCheck(OFTEN, target(80, address=B)))
        assert not down.is_up
        assert seconds("0.5") <= took < seconds("3")


@pytest.mark.parametrize("bound", [True, False])
def test_a_link_local_neighbour_is_reached_over_bind_if(lan: TwoRouters, bound: bool) -> None:
    there, here = lan.b.link_local("eth0"), lan.a.link_local("eth0")
    with closing(listening(lan, socket.AF_INET6, (there, 80, 0, lan.b.index("eth0")))):
        reached = Target(parse_address(there), 80, parse_address(here), interface="eth0" if bound else None)
        report, _ = checked(lan, TcpCheck(OFTEN, evolve(reached, connect_timeout=seconds("3"))))
        assert report.is_up == bound
