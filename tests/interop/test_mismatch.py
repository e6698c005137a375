"""Two routers whose configurations do not match are both Master, each says why, and says it in keepalived's words.

An advert that real keepalived rejects arms its advertisement timer anew, so as Master it may fall silent for long; ours goes on.
"""

import re

import pytest
from attrs import frozen

from conformance.lab.capture import Advert
from conformance.lab.peers import KASPEC, KEEPALIVED, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.units import SECOND, Interval
from kaspec.vrrp.intervals import master_down_interval
from tests.interop.scenes import EARLY_BY_LOG, EVER, LATE, SEED, Performances, Play, Scene, in_window, is_steady, perform

NO_PASSWORD = re.sub(r"    authentication \{.*?\}\n", "", SEED["b"], flags=re.DOTALL)
ABOUT_PACKETS = re.compile(r"invalid passwd|auth|VRID|interval mismatch|bogus|discard|ignoring received", re.IGNORECASE)


@frozen
class Mismatch:
    """What b's configuration is; what each side (a, b) says of the other's adverts, if anything; b's advertisement interval."""

    text: str
    said: tuple[str | None, str | None]
    interval: Interval = SECOND


MISMATCHES = {
    "password": Mismatch(SEED["b"].replace("1111", "2222"), ("received an invalid passwd!",) * 2),
    "auth_type": Mismatch(NO_PASSWORD, ("received a 0 auth, expecting 1!", "received a 1 auth, expecting 0!")),
    "virtual_router_id": Mismatch(SEED["b"].replace("virtual_router_id 100", "virtual_router_id 101"), (None, None)),
    "advert_int": Mismatch(
        SEED["b"].replace("advert_int 1", "advert_int 2"),
        ("advertisement interval mismatch mine=1 sec rcv'd=2 sec", "advertisement interval mismatch mine=2 sec rcv'd=1 sec"),
        Interval(2 * SECOND),
    ),
}
PAIRS = {f"{a.name}-{b.name}": (a, b) for a, b in ((KASPEC, KASPEC), (KASPEC, KEEPALIVED), (KEEPALIVED, KASPEC))}
CASES = {f"{mismatch}-{pair}": (mismatch, pair) for mismatch in MISMATCHES for pair in PAIRS}


@frozen
class Split:
    """What was seen: how long each took to be Master, the adverts it then sent, who held the address, what each logged of packets."""

    waited: tuple[int, ...]
    adverts: tuple[list[Advert], ...]
    holders: frozenset[str]
    logs: tuple[list[str], ...]


def split(mismatch: Mismatch, *peers: Peer) -> Play[Split]:
    """Let both run until each is Master and ours have advertised three times more."""

    def play(scene: Scene) -> Split:
        hosts = scene.a, scene.b
        processes = [scene.start(host, peer, text) for host, peer, text in zip(hosts, peers, (None, mismatch.text), strict=True)]
        began = [process.wait_for_line("Entering BACKUP STATE").at for process in processes]
        first = [scene.wait_for_advert(host, EVER).at for host in hosts]
        wait_until(lambda: len(scene.holders.now()) == 2, 2, "both to hold the address")
        for process, said in zip(processes, mismatch.said, strict=True):
            if said:
                process.wait_for_line(re.escape(said))
        for host, peer in zip(hosts, peers, strict=True):
            if peer is KASPEC:
                scene.hear(host, 3)
        adverts = map(scene.adverts, hosts)
        waited = [became - start for became, start in zip(first, began, strict=True)]
        return Split(tuple(waited), tuple(adverts), scene.holders.now(), tuple(map(_about_packets, processes)))

    return play


def _about_packets(process: Process) -> list[str]:
    return [line.text for line in process.lines if ABOUT_PACKETS.search(line.text) and "VI_1" in line.text]


@pytest.fixture(scope="module")
def performances() -> Performances[Split]:
    plays = {
        case: split(MISMATCHES[mismatch], *PAIRS[pair])
        for case, (mismatch, pair) in CASES.items()
        if all(peer.available for peer in PAIRS[pair])
    }
    return perform(plays)


@pytest.mark.parametrize("case", CASES)
def test_routers_that_do_not_match_are_both_master_and_say_why(case: str, performances: Performances[Split]) -> None:
    if case not in performances.outcomes:
        pytest.skip("needs the Debian package keepalived")
    name, pair = CASES[case]
    mismatch = MISMATCHES[name]
    seen = performances.of(case)
    assert seen.holders == {"a", "b"}
    down = master_down_interval(2, 100, SECOND), master_down_interval(2, 50, mismatch.interval)
    assert all(in_window(waited, promise, EARLY_BY_LOG, late=Interval(2 * LATE)) for waited, promise in zip(seen.waited, down, strict=True))
    for peer, interval, adverts in zip(PAIRS[pair], (SECOND, mismatch.interval), seen.adverts, strict=True):
        assert peer is not KASPEC or is_steady(adverts, interval)
    for said, log in zip(mismatch.said, seen.logs, strict=True):
        assert bool(said) == any(said in line for line in log if said)
        assert bool(log) == bool(said)
