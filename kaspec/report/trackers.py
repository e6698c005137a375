"""What is logged and dumped of scripts, files and processes, in the words of keepalived 2.2.7; ``Since`` is ours."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

from attrs import field

from kaspec import rules
from kaspec.config.model import Configuration
from kaspec.frozen import frozen
from kaspec.trackers.process import ProcessState, ProcessStep
from kaspec.trackers.script import ScriptEnded, ScriptEvent, ScriptState, ScriptStep
from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
from kaspec.units import SECOND, ZERO, Instant, Interval, in_seconds
from kaspec.vrrp.router import Tracker, TrackerKind, TrackerTrack, VirtualRouter


@frozen
class Watched:
    """How everything tracked stands: scripts, the values of files, processes; and since when each has been found so."""

    scripts: Mapping[str, ScriptState] = field(factory=dict)
    files: Mapping[str, int] = field(factory=dict)
    processes: Mapping[str, ProcessState] = field(factory=dict)
    since: Mapping[Tracker, Instant] = field(factory=dict)


def script_lines(script: Script, before: ScriptState, event: ScriptEvent, taken: ScriptStep) -> tuple[str, ...]:
    """Return what is logged of a step of a script."""
    return tuple(_script(script, before, event, taken))


def _script(script: Script, before: ScriptState, event: ScriptEvent, taken: ScriptStep) -> Iterator[str]:
    if taken.rule == rules.SCRIPT_STILL_RUNS and taken.state.skipped == 1:
        yield f"Track script {script.name} is already running, expect idle - skipping run"
    if not isinstance(event, ScriptEnded):
        return
    exited = event.status >= 0 and not event.timed_out and not event.trouble
    if exited and taken.rule != rules.UNCHANGED and event.status != (before.status or 0):
        yield f"Script `{script.name}` now returning {event.status}"
    if taken.rule == rules.SCRIPT_SUCCEEDS:
        yield f"VRRP_Script({script.name}) succeeded"
    elif taken.rule == rules.SCRIPT_FAILS:
        yield f"VRRP_Script({script.name}) {_failure(event)}"


def _failure(event: ScriptEnded) -> str:
    if event.timed_out:
        return "timed_out"
    if event.trouble:
        return f"failed ({event.trouble})"
    return f"failed (due to signal {-event.status})" if event.status < 0 else f"failed (exited with status {event.status})"


def kept_line(script: Script, state: ScriptState) -> str:
    """Return what is logged of a script over a reload; empty if nothing is known of it yet."""
    if not state.known:
        return ""
    return f"VRRP_Script({script.name}) considered {'successful' if state.score >= script.rise else 'unsuccessful'} on reload"


def process_lines(tracked: TrackedProcess, taken: ProcessStep) -> tuple[str, ...]:
    """Return what is logged of a step of tracked processes."""
    words = {rules.PROCESS_GAINED: "gained", rules.PROCESS_LOST: "lost"}
    return (f"Quorum {words[taken.rule]} for tracked process {tracked.name}",) if taken.rule in words else ()


def unread_line(file: TrackedFile, text: str) -> str:
    """Return what is logged of a file whose number is too large."""
    return f"Invalid number {text.strip().split()[0]} read from {file.path} - ignoring"


NOTHING_WATCHED = Watched()
Tracked = Script | TrackedFile | TrackedProcess
Writer = Callable[[Instant], str]


def tracker_dump(configuration: Configuration, watched: Watched, write: Writer) -> Iterator[str]:
    """Write the sections of ``.data`` about scripts, files and processes; ``write`` tells an instant to people."""
    sections: tuple[tuple[str, tuple[Tracked, ...]], ...] = (
        ("Scripts", configuration.scripts),
        ("Track files", configuration.files),
        ("Track processes", configuration.processes),
    )
    for kind, each in sections:
        if each:
            yield f"------< VRRP {kind} >------"
        for tracked in each:
            yield from _dump(tracked, configuration.routers, watched, write)


def instance_dump(router: VirtualRouter) -> Iterator[str]:
    """Write what an instance tracks beside interfaces."""
    heads: Mapping[TrackerKind, str] = {"script": "scripts", "file": "files", "process": "processes", "bfd": "BFDs"}
    for kind, head in heads.items():
        tracks = [track for track in router.trackers if track.kind == kind]
        if tracks:
            yield f"   Tracked {head} :"
        yield from (f"     {track.name}{',' if kind != 'script' else ''} weight {_weight(track)}" for track in tracks)


def _dump(tracked: Tracked, routers: Iterable[VirtualRouter], watched: Watched, write: Writer) -> Iterator[str]:
    match tracked:
        case Script(name):
            tracker: Tracker = ("script", name)
            yield from _dump_script(tracked, watched.scripts.get(name))
        case TrackedFile(name):
            tracker = ("file", name)
            yield from _dump_file(tracked, watched.files.get(name, 0))
        case TrackedProcess(name):
            tracker = ("process", name)
            yield from _dump_process(tracked, watched.processes.get(name))
        case _:
            assert_never(tracked)
    if tracker in watched.since:
        yield f"   Since = {write(watched.since[tracker])}"
    yield "   Tracking instances :"
    for router in routers:
        yield from (f"     {router.name}, weight {_weight(track)}" for track in router.trackers if track.tracker == tracker)
    if isinstance(tracked, Script):
        state = watched.scripts.get(tracked.name)
        yield f"   State = {'running' if state and state.running else 'idle'}"


def _dump_script(script: Script, state: ScriptState | None) -> Iterator[str]:
    yield f" VRRP Script = {script.name}"
    yield f"   Command = {script.line}"
    yield f"   Interval = {_seconds(script.interval)} sec"
    yield f"   Timeout = {_seconds(script.timeout or ZERO)} sec"
    yield f"   Weight = {_weight(script)}"
    yield f"   Rise = {script.rise}"
    yield f"   Fall = {script.fall}"
    if state is None:
        yield "   Status = DISABLED"
        return
    yield f"   Result = {state.score}"
    yield f"   Init state = {'failed' if script.init_fail else 'unknown'}"
    yield f"   Status = {'INIT' if not state.known else 'GOOD' if state.score >= script.rise else 'BAD'}"


def _dump_file(file: TrackedFile, value: int) -> Iterator[str]:
    yield f" Track file = {file.name}"
    yield f"   File = {file.path}"
    yield f"   Status = {value}"
    yield f"   Weight = {_weight(file)}"


def _dump_process(tracked: TrackedProcess, state: ProcessState | None) -> Iterator[str]:
    yield f" VRRP Track process = {tracked.name}"
    yield f"   Process = {tracked.command}"
    if tracked.parameters:
        yield f"   Parameters = {' '.join(tracked.parameters)}"
    if tracked.match is not None:
        yield f"   Param match = {tracked.match}"
    yield f"   Min processes = {tracked.quorum}"
    if tracked.quorum_max is not None:
        yield f"   Max processes = {tracked.quorum_max}"
    yield f"   Current processes = {len(state.pids) if state else 0}"
    yield f"   Have quorum = {'true' if state and state.good else 'false'}"
    yield f"   Weight = {_weight(tracked)}"
    yield f"   Terminate delay = {in_seconds(tracked.terminate_delay)}s"
    yield f"   Fork delay = {in_seconds(tracked.fork_delay)}s"
    yield f"   Full command = {'true' if tracked.reads_arguments else 'false'}"


def _weight(of: Tracked | TrackerTrack) -> str:
    return f"{of.weight}{' reverse' if of.reverse else ''}"


def _seconds(interval: Interval) -> str:
    return f"{interval / SECOND:g}"
