"""KEEPALIVED-MIB: what instances and sync groups track, and how scripts, files, BFD sessions and processes were found."""

from collections.abc import Iterator, Mapping, Sequence

from kaspec.config.model import Command
from kaspec.snmp.snapshot import Row, Snapshot, table
from kaspec.snmp.values import Oid, Value, gauge, integer, text, truth
from kaspec.snmp.view import Cell
from kaspec.trackers.tracked import ParameterMatch, Script, TrackedProcess
from kaspec.units import SECOND
from kaspec.vrrp.router import TrackerKind, VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

_INITIAL, _BAD, _GOOD = 1, 2, 3
_OF_INSTANCES: Mapping[TrackerKind, int] = {"script": 5, "file": 12, "bfd": 17, "process": 20}
_OF_GROUPS: Mapping[TrackerKind, int] = {"script": 15, "file": 16, "bfd": 19, "process": 22}
_MATCHES: Mapping[ParameterMatch | None, int] = {None: 0, "exact": 1, "partial": 2, "initial": 3}


def tracked(vrrp: Oid, shown: Snapshot) -> Iterator[Cell]:
    """Yield the objects of every table of what is tracked."""
    routers, groups = shown.configuration.routers, shown.configuration.groups
    yield from table((*vrrp, 4, 1), _interfaces(routers))
    yield from table((*vrrp, 14, 1), _interfaces(groups))
    for kinds, trackers in ((_OF_INSTANCES, routers), (_OF_GROUPS, groups)):
        for kind, number in kinds.items():
            yield from table((*vrrp, number, 1), _trackers(trackers, kind))
    yield from table((*vrrp, 9, 1), _scripts(shown))
    yield from table((*vrrp, 13, 1), _files(shown))
    yield from table((*vrrp, 18, 1), _sessions(shown))
    yield from table((*vrrp, 21, 1), _processes(shown))


def _interfaces(trackers: Sequence[VirtualRouter | SyncGroup]) -> Iterator[Row]:
    for number, tracker in enumerate(trackers, 1):
        for place, track in enumerate(tracker.tracks, 1):
            columns = (text(track.interface), integer(track.weight), truth(track.reverse))
            yield (number, place), dict(enumerate(columns, 1))


def _trackers(trackers: Sequence[VirtualRouter | SyncGroup], kind: TrackerKind) -> Iterator[Row]:
    for number, tracker in enumerate(trackers, 1):
        tracks = (track for track in tracker.trackers if track.kind == kind)
        for place, track in enumerate(tracks, 1):
            yield (number, place), {2: text(track.name), 3: integer(track.weight), 4: truth(track.reverse)}


def _scripts(shown: Snapshot) -> Iterator[Row]:
    for number, script in enumerate(shown.configuration.scripts, 1):
        yield (
            (number,),
            {
                2: text(script.name),
                3: shown.words(Command(script.line, script.user, script.group)),
                4: integer(script.interval // SECOND),
                5: integer(script.weight),
                6: integer(_result(shown, script)),
                7: gauge(script.rise),
                8: gauge(script.fall),
                9: truth(script.reverse),
            },
        )


def _result(shown: Snapshot, script: Script) -> int:
    """Return ``init(1), bad(2), good(3)``."""
    state = shown.watched.scripts.get(script.name)
    if state is None or not state.known:
        return _INITIAL
    return _GOOD if state.score >= script.rise else _BAD


def _files(shown: Snapshot) -> Iterator[Row]:
    for number, each in enumerate(shown.configuration.files, 1):
        value = shown.watched.files.get(each.name, 0)
        yield (number,), {2: text(each.name), 3: text(each.path), 4: integer(value), 5: integer(each.weight), 6: truth(each.reverse)}


def _sessions(shown: Snapshot) -> Iterator[Row]:
    """Yield the BFD sessions: the result is 1 while a session is up."""
    for number, each in enumerate((one for one in shown.configuration.bfd_instances if one.vrrp), 1):
        finding = shown.state.findings.get(("bfd", each.session.name))
        columns = (text(each.session.name), integer(int(bool(finding and finding.good))), integer(each.weight), truth(each.reverse))
        yield (number,), dict(enumerate(columns, 2))


def _processes(shown: Snapshot) -> Iterator[Row]:
    for number, each in enumerate(shown.configuration.processes, 1):
        yield (number,), _process(shown, each)


def _process(shown: Snapshot, each: TrackedProcess) -> Mapping[int, Value | None]:
    state = shown.watched.processes.get(each.name)
    return {
        2: text(each.name),
        3: text(each.command),
        4: text(" ".join(each.parameters)),
        5: integer(_MATCHES[each.match]),
        6: integer(each.weight),
        7: truth(each.reverse),
        8: gauge(each.quorum),
        9: integer(-1 if each.quorum_max is None else each.quorum_max),
        10: gauge(each.fork_delay),
        11: gauge(each.terminate_delay),
        12: truth(each.full_command),
        13: integer(len(state.pids) if state else 0),
        14: truth(bool(state and state.good)),
    }
