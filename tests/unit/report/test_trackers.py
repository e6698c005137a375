"""What is dumped of sync groups, scripts, files and processes, and logged of scripts, in the words of keepalived 2.2.7."""

import pytest

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.node import Node, initial
from kaspec.report.data import WallClock, render_data
from kaspec.report.trackers import Watched, kept_line, process_lines, script_lines, unread_line
from kaspec.trackers.process import Became, ProcessState
from kaspec.trackers.process import begin as begin_process
from kaspec.trackers.process import step as step_process
from kaspec.trackers.script import ScriptEnded, begin, step
from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
from kaspec.tracking import Link
from kaspec.units import SECOND, ZERO, Instant
from kaspec.vrrp.events import DeadlineReached

NOW = Instant(7 * SECOND)
SCRIPT = Script("chk", "/bin/check a", rise=2, fall=2)
RUNNING = step(SCRIPT, begin(SCRIPT, NOW), DeadlineReached(), NOW).state
TEXT = """
vrrp_script chk {
    script "/bin/check a"
    interval 2
    timeout 1
    weight -20
    rise 2
    fall 3
}
track_file here {
    file /etc/here
    weight 3
}
vrrp_track_process proxy {
    process "haproxy -D"
    quorum 2
    quorum_max 4
    delay 0.5
    weight 5
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 1
    track_script { chk weight 7 }
    track_file { here }
    track_process { proxy weight -5 reverse }
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 2
    virtual_ipaddress { 192.0.2.2/24 }
}
vrrp_sync_group both {
    group { VI_1 VI_2 }
    track_interface { eth7 weight -3 }
}
"""


def dump(watched: Watched) -> list[str]:
    configuration = read(TEXT, "x").configuration
    state = initial(Node(configuration.routers, configuration.groups), [Link("eth0", up=True, addresses=(parse_address("192.0.2.9"),))])
    return render_data(configuration, state, {}, WallClock(NOW, 0, ZERO), watched).splitlines()


def section(lines: list[str], head: str) -> list[str]:
    """The lines from a head up to the next of its kind."""
    start = lines.index(head)
    end = next((place for place in range(start + 1, len(lines)) if lines[place].startswith("------<")), len(lines))
    return lines[start:end]


def test_nothing_known_yet() -> None:
    lines = section(dump(Watched()), "------< VRRP Scripts >------")
    assert lines[:9] == [
        "------< VRRP Scripts >------",
        " VRRP Script = chk",
        "   Command = /bin/check a",
        "   Interval = 2 sec",
        "   Timeout = 1 sec",
        "   Weight = -20",
        "   Rise = 2",
        "   Fall = 3",
        "   Status = DISABLED",
    ]


def test_what_was_found_and_since_when() -> None:
    state = step(SCRIPT, RUNNING, ScriptEnded(0), NOW).state
    watched = Watched({"chk": state}, {"here": 9}, {"proxy": ProcessState(frozenset({4, 5}), good=True)}, {("file", "here"): NOW})
    lines = dump(watched)
    scripts = section(lines, "------< VRRP Scripts >------")
    assert "   Status = GOOD" in scripts
    assert scripts[-3:] == ["   Tracking instances :", "     VI_1, weight 7", "   State = idle"]
    assert section(lines, "------< VRRP Track files >------")[1:] == [
        " Track file = here",
        "   File = /etc/here",
        "   Status = 9",
        "   Weight = 3",
        "   Since = 0.000000 (Thu Jan  1 00:00:00.000000 1970)",
        "   Tracking instances :",
        "     VI_1, weight 3",
    ]
    processes = section(lines, "------< VRRP Track processes >------")
    for line in (
        "   Current processes = 2",
        "   Have quorum = true",
        "   Min processes = 2",
        "   Max processes = 4",
        "   Terminate delay = 0.500000s",
    ):
        assert line in processes
    assert "     VI_1, weight -5 reverse" in processes


def test_a_sync_group_lists_members_and_what_it_tracks() -> None:
    lines = section(dump(Watched()), "------< VRRP Sync groups >------")
    assert lines[1:3] == [" VRRP Sync Group = both, INIT", "   Num member fault 0, num member init 0"]
    assert lines[3:6] == ["   VRRP member instances :", "     VI_1", "     VI_2"]
    assert lines[-2:] == ["   Tracked interfaces :", "     eth7 weight -3"]


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (ScriptEnded(0), ("VRRP_Script(chk) succeeded",)),
        (ScriptEnded(3), ("Script `chk` now returning 3", "VRRP_Script(chk) failed (exited with status 3)")),
        (ScriptEnded(-9), ("VRRP_Script(chk) failed (due to signal 9)",)),
        (ScriptEnded(-9, timed_out=True), ("VRRP_Script(chk) timed_out",)),
        (ScriptEnded(0, trouble="no such file"), ("VRRP_Script(chk) failed (no such file)",)),
    ],
)
def test_how_a_script_ends_is_logged(event: ScriptEnded, lines: tuple[str, ...]) -> None:
    assert script_lines(SCRIPT, RUNNING, event, step(SCRIPT, RUNNING, event, NOW)) == lines


def test_a_script_that_still_runs_is_told_once() -> None:
    state, told = begin(SCRIPT, NOW), list[str]()
    for second in range(4):
        taken = step(SCRIPT, state, DeadlineReached(), Instant(NOW + second * SECOND))
        told += script_lines(SCRIPT, state, DeadlineReached(), taken)
        state = taken.state
    assert told == ["Track script chk is already running, expect idle - skipping run"]


def test_a_reload_says_what_a_script_is_taken_for() -> None:
    assert kept_line(SCRIPT, RUNNING) == ""
    assert kept_line(SCRIPT, step(SCRIPT, RUNNING, ScriptEnded(1), NOW).state) == "VRRP_Script(chk) considered unsuccessful on reload"
    assert kept_line(SCRIPT, step(SCRIPT, RUNNING, ScriptEnded(0), NOW).state) == "VRRP_Script(chk) considered successful on reload"


def test_a_quorum_of_processes_and_a_number_too_large() -> None:
    tracked = TrackedProcess("proxy", "haproxy")
    begun = begin_process(tracked, frozenset())
    assert process_lines(tracked, step_process(tracked, begun, Became(7, counts=True), NOW)) == ("Quorum gained for tracked process proxy",)
    assert unread_line(TrackedFile("f", "/etc/f"), " 9999999999\n") == "Invalid number 9999999999 read from /etc/f - ignoring"
