"""A client that had the old Master in its neighbour cache reaches the virtual IPv6 address at the new one within a second."""

from functools import partial
from typing import Any

import pytest
from attrs import define, field

from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, KEEPALIVED
from conformance.lab.ping import Ping, pinging
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import SECOND, Instant, seconds
from tests.interop.scenes import Performances, Scene, mac_of, perform
from tests.interop.version_3 import WATCHED, Pairing, configuration

TENTATIVE, DADFAILED, NODAD = 0x40, 0x08, 0x02
PAIRINGS = {each.name: each for pair in ((KASPEC, KASPEC), (KEEPALIVED, KASPEC)) for each in [Pairing(*pair, 6, seconds("0.1"))]}


@define
class Story:
    """How the client fared: by what happened, how long it was without an answer after the takeover; and the flags of what b held."""

    waited: dict[str, int] = field(factory=dict)
    silences: dict[str, int] = field(factory=dict)
    flags: list[int] = field(factory=list)
    cached: list[str] = field(factory=list)


def tell(pairing: Pairing, scene: Scene) -> Story:
    """The client pings all the time: a is Master, loses its power, comes back, and is stopped."""
    scene.h.set_address("eth0", "fd00:123::1/64")
    story, address = Story(), WATCHED[6]
    running = {host.name: pairing.a.start(host, _text(pairing, host)) if host is scene.a else pairing.b.start(host, _text(pairing, host))
               for host in (scene.a, scene.b)}  # fmt: skip
    for process in running.values():
        process.wait_for_line("Entering BACKUP STATE", timeout=20)
    with pinging(scene.h, "eth0", address) as ping:
        _answers(ping, "a")
        story.cached.append(_neighbour(scene.h, address))
        for what in ("crash", "stop"):
            if what == "stop":
                scene.lab.power_on(scene.a)
                running["a"] = pairing.a.start(scene.a, _text(pairing, scene.a))
                running["a"].wait_for_line("Entering MASTER STATE", timeout=20)
                _answers(ping, "a")
            began = wall_clock()
            said = len(running["b"].lines)
            if what == "crash":
                scene.lab.power_off(scene.a)
            else:
                running["a"].stop()
            became = running["b"].wait_for_line("Entering MASTER STATE", timeout=5, after=said).at
            story.flags += _flags(scene.b, address)
            answered = _answers(ping, "b")
            story.waited[what] = _first_answer(ping, "b", began) - became
            silence = ping.longest_silence(began, answered)
            story.silences[what] = silence.length if silence else 0
            story.cached.append(_neighbour(scene.h, address))
    return story


def _text(pairing: Pairing, host: Host) -> str:
    return configuration(host.name, 6, pairing.interval)


def _answers(ping: Ping, name: str) -> Instant:
    """Wait until the client is answered by that router, and return when that was seen."""
    wait_until(lambda: ping.answered_by() == mac_of(name), 10, f"an answer of {name}")
    return wall_clock()


def _first_answer(ping: Ping, name: str, since: Instant) -> Instant:
    """Return when the first request since then was sent that the router answered."""
    mac = mac_of(name)
    return next(at for sequence, at in enumerate(ping.sent) if at >= since and ping.answers.get(sequence) == mac)


def _neighbour(host: Host, address: str) -> str:
    """Return the hardware address that a host has cached."""
    found: Any = next(each for each in host.netlink.get_neighbours(family=10) if each.get_attr("NDA_DST") == address)
    return str(found.get_attr("NDA_LLADDR"))


def _flags(host: Host, address: str) -> list[int]:
    wait_until(lambda: host.holds(address), 2, f"{host.name} to hold {address}")
    return [
        each.get_attr("IFA_FLAGS") for each in host.netlink.get_addr(family=10) if each.get_attr("IFA_ADDRESS") in (address, "fe80::100")
    ]


@pytest.fixture(scope="module")
def performances() -> Performances[Story]:
    there = {name: each for name, each in PAIRINGS.items() if each.a.available}
    return perform({name: partial(tell, each) for name, each in there.items()})


@pytest.mark.parametrize("name", PAIRINGS)
def test_the_client_is_answered_within_a_second_of_the_takeover(name: str, performances: Performances[Story]) -> None:
    if name not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    story = performances.of(name)
    assert story.waited.keys() == {"crash", "stop"}
    assert max(story.waited.values()) < SECOND
    assert all(silence < SECOND + PAIRINGS[name].down("b") for silence in story.silences.values())
    assert story.cached == [mac_of("a"), mac_of("b"), mac_of("b")]


@pytest.mark.parametrize("name", PAIRINGS)
def test_no_duplicate_detection_stands_between(name: str, performances: Performances[Story]) -> None:
    if name not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    flags = performances.of(name).flags
    assert len(flags) == 4
    assert all(each & NODAD and not each & (TENTATIVE | DADFAILED) for each in flags)
