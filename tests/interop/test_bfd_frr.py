"""BFD with FRR's bfdd, over IPv4 and IPv6: up both ways, down both ways."""

import pytest

from conformance.lab.capture import Capture
from conformance.lab.frr import Bfdd, is_there
from conformance.lab.peers import KASPEC
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Family
from kaspec.units import MILLISECOND, Interval
from kaspec.wire.bfd import Diagnostic, SessionState
from tests.interop.bfd import ADDRESSES, COMES_UP, DETECTION, INTERVAL, MULTIPLIER, bfd_instance, mute, seen, tracking, wait_for_state
from tests.interop.conftest import TwoRouters
from tests.interop.scenes import LATE

EARLY = Interval(5 * MILLISECOND)


def frr(family: Family) -> Bfdd:
    """Host b's end."""
    return Bfdd(ADDRESSES[family]["b"], ADDRESSES[family]["a"], INTERVAL, MULTIPLIER)


@pytest.fixture(params=[4, 6], ids=["IPv4", "IPv6"])
def family(request: pytest.FixtureRequest, lan: TwoRouters) -> Family:
    if not is_there("bfdd"):
        pytest.skip("needs the Debian package frr")
    chosen: Family = request.param
    if chosen == 6:
        for host in (lan.a, lan.b):
            host.set_address("eth0", f"{ADDRESSES[6][host.name]}/64")
    return chosen


def test_a_session_with_frr(lan: TwoRouters, capture: Capture, family: Family) -> None:
    """Each side says Up; each finds the other's silence within its Detection Time; and it comes up again."""
    own, other = (ADDRESSES[family][name] for name in "ab")
    ours = KASPEC.start(lan.a, bfd_instance("a", family) + tracking("FAULTY", 51))
    frr(family).start(lan.b)
    ours.wait_for_line(r"\(peer\) Entering Up state", COMES_UP)
    wait_for_state(capture, other, SessionState.UP)
    wait_until(lambda: seen(capture, other)[-1].packet.desired_min_tx_interval == INTERVAL * 1000, 5, "FRR's own interval")
    for silent, finder, its_last in ((lan.b, own, other), (lan.a, other, own)):
        ours.wait_for_line(r"\(FAULTY\) Entering BACKUP STATE", COMES_UP)
        heard = len(ours.lines)
        since = wall_clock()
        with mute(silent):
            down = wait_for_state(capture, finder, SessionState.DOWN, since)
            ours.wait_for_line(r"\(FAULTY\) Entering FAULT STATE", after=heard)
        last = [each for each in seen(capture, its_last) if each.at < down.at][-1]
        assert DETECTION - EARLY <= down.at - last.at <= DETECTION + 2 * LATE
        assert down.packet.diagnostic == Diagnostic.DETECTION_TIME_EXPIRED
        ours.wait_for_line(r"\(peer\) Entering Up state", COMES_UP, after=heard)
        again = wall_clock()
        wait_for_state(capture, other, SessionState.UP, again)
        wait_until(lambda: seen(capture, other)[-1].packet.desired_min_tx_interval == INTERVAL * 1000, 5, "FRR's own interval")
