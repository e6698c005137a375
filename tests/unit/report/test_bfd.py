"""What BFD sessions log and dump, in the words of keepalived 2.2.7."""

import pytest
from attrs import evolve

from kaspec import rules
from kaspec.bfd.events import DeadlineReached, Event, PacketDiscarded, Shutdown
from kaspec.bfd.machine import initial, step
from kaspec.bfd.session import State
from kaspec.bfd.speaker import Outcome, Speaker, Speaking, Stray
from kaspec.node import Node, NodeState
from kaspec.report.bfd import DISCARDS, diagnostic, log_lines, render_bfd_data, session_lines, stray_line
from kaspec.report.data import WallClock
from kaspec.tracking import Finding
from kaspec.units import SECOND, ZERO, Instant
from kaspec.vrrp.router import TrackerTrack, VirtualRouter
from tests.unit.bfd.examples import ADMIN_DOWN, DOWN, INIT, MS, NEIGHBOR, UP, S, hears, up


def told(*events: tuple[int, Event], state: State | None = None, detail: bool = True) -> list[str]:
    """What is logged of events, each at so many milliseconds, since the session began."""
    before, lines = initial(S, 5, 0, Instant(0)) if state is None else state, list[str]()
    for at, event in events:
        taken = step(S, before, event, Instant(at * MS))
        lines += log_lines(Outcome(0, S, before, event, taken), Instant(at * MS), detail)
        before = taken.state
    return lines


def test_a_session_that_comes_up_tells_what_was_agreed() -> None:
    """Each side's detection time is after what the other will find it dead."""
    table = [line for line in told((10, hears(INIT)), (20, hears(UP, final=True))) if line.startswith("(b1)")]
    assert table == [
        "(b1) ---------------< Session parameters >--------------",
        "(b1) Entering Up state",
        "(b1) Starting poll sequence",
        "(b1) ---------------< Session parameters >--------------",
    ]
    assert told((10, hears(INIT)), (20, hears(UP, final=True)), detail=False) == ["(b1) Entering Up state"]


def test_the_table_has_a_row_for_each_side() -> None:
    lines = told((10, hears(INIT)), (20, hears(UP, final=True)))[-4:]
    assert lines == [
        "              min_tx  min_rx  tx_intv  mult  detect_time",
        "     local     40000   50000    40000     3       200000",
        "     remote    30000   20000    50000     4       120000",
        "     Detection time is 200000 us (was 4000000 us)",
    ]


def test_a_session_that_expires_says_after_how_long_and_why_it_is_down() -> None:
    state = up()
    assert state.detect_at is not None
    lines = told((state.detect_at // MS + 3, DeadlineReached(0)), state=state)
    assert lines[0] == "(b1) Expired after 200 ms (3000 usec overdue)"
    down = "(b1) Entering Down state (Local diagnostic - Control Detection Time Expired, Remote diagnostic - No Diagnostic)"
    assert down in lines


@pytest.mark.parametrize(("said", "word"), [(DOWN, "Neighbor Signaled Session Down"), (ADMIN_DOWN, "Neighbor Signaled Session Down")])
def test_a_neighbor_that_says_it_is_down_is_the_reason(said: object, word: str) -> None:
    lines = told((30, hears(said, your_discriminator=5)), state=up(), detail=False)  # type: ignore[arg-type]
    assert lines == [f"(b1) Entering Down state (Local diagnostic - {word}, Remote diagnostic - No Diagnostic)"]


def test_the_end_is_told_without_parameters() -> None:
    assert told((30, Shutdown()), state=up()) == ["(b1) Entering AdminDown state"]
    assert diagnostic(31) == "Unknown diagnostic 31"


def test_every_discard_says_what_is_wrong() -> None:
    for rule in DISCARDS:
        (line,) = told((1, PacketDiscarded(rule, "7", "9")))
        assert line.startswith("(b1) Discarding packet (")
        assert "{" not in line
    stray = stray_line(Stray(rules.BFD_TTL, NEIGHBOR, "254", "255"))
    assert stray == "Discarding packet from 192.0.2.2 (ttl 254, 255 expected)"


def test_whoever_tracks_a_session_says_so_once() -> None:
    follower = VirtualRouter("VI_1", "eth0", 1, trackers=(TrackerTrack("bfd", "b1"),))
    node = Node((follower, evolve(follower, name="VI_2", virtual_router_id=2, trackers=())))
    assert session_lines(node, NodeState(), "b1", Finding(good=False)) == ("VRRP_Instance(VI_1) Tracked BFD instance b1 is DOWN",)
    known = NodeState(findings={("bfd", "b1"): Finding(good=True)})
    assert session_lines(node, known, "b1", Finding(good=True)) == ()


def test_the_dump_shows_both_sides() -> None:
    text = render_bfd_data(Speaker((S,)), Speaking((up(),)), WallClock(Instant(SECOND), 0, ZERO))
    lines = text.splitlines()
    assert lines[:4] == ["------< BFD Data >------", "------< BFD Topology >------", " BFD Instance = b1", "   Neighbor IP = 192.0.2.2"]
    for line in (
        "   Required min RX interval = 50000 us",
        "   max_hops = 0",
        "   passive = false",
        "   local state = Up",
        "   remote state = Up",
        "   local discriminator = 0x5",
        "   remote discriminator = 0x9",
        "   local tx intv = 40000 us",
        "   remote tx intv = 50000 us",
        "   local detection time = 200000 us",
        "   remote detection time = 120000 us",
    ):
        assert line in lines
