"""What is tracked and what is defined: each should be both."""

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from kaspec.config.diagnostics import NEVER_TRACKED, TRACKED_UNDEFINED, Diagnostic
from kaspec.config.keywords import Block, Listing, checkers, lvs, real_server, top
from kaspec.config.keywords import bfd_instance as bfd_rows
from kaspec.config.keywords import vrrp_instance as instance_rows
from kaspec.config.keywords import vrrp_sync_group as group_rows
from kaspec.config.likeness import MOST_GUESSES, similar
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.terms import TrackLine


@frozen(eq=False)
class Tracker:
    """A sort of thing that is tracked: the blocks that define it, and the lists that name it; a service may use it as ``elsewhere``."""

    blocks: tuple[Block[Any], ...]
    by_instance: Listing[TrackLine]
    by_group: Listing[TrackLine]
    elsewhere: bool = False


TRACKERS = (
    Tracker((top.VRRP_SCRIPT,), instance_rows.TRACK_SCRIPT, group_rows.TRACK_SCRIPT),
    Tracker((top.TRACK_FILE, top.VRRP_TRACK_FILE), instance_rows.TRACK_FILE, group_rows.TRACK_FILE, elsewhere=True),
    Tracker((top.VRRP_TRACK_PROCESS,), instance_rows.TRACK_PROCESS, group_rows.TRACK_PROCESS),
    Tracker((top.BFD_INSTANCE,), instance_rows.TRACK_BFD, group_rows.TRACK_BFD, elsewhere=True),
)


def defined(reading: Reading, tracker: Tracker) -> tuple[Section, ...]:
    """Return the blocks that define what a tracker names."""
    return tuple(section for block in tracker.blocks for section in reading.section.sections(block))


def undefined(reading: Reading) -> Iterator[Diagnostic]:
    """A name that stands for nothing is never looked at, and so never fails."""
    for tracker in TRACKERS:
        known = tuple(dict.fromkeys(section.label for section in defined(reading, tracker)))
        named = frozenset(known)
        unheard_of = (given for given in _lines(reading, tracker) if given.value.name.value not in named)
        for order, given in enumerate(unheard_of):
            what, name = tracker.blocks[0].name, given.value.name
            meant = similar(name.value, known) if order < MOST_GUESSES else ""
            message = f"there is no {what} {name.value}, so this line tracks nothing"
            yield TRACKED_UNDEFINED.at(given.at(name), message, meant or f"define it: {what} {name.value} {{ ... }}")


def unfounded(reading: Reading) -> Iterator[Diagnostic]:
    """A check that goes by what is not there stays as it began."""
    files = tuple(section.label for block in (top.TRACK_FILE, top.VRRP_TRACK_FILE) for section in reading.section.sections(block))
    sessions = tuple(section.label for section in reading.section.sections(top.BFD_INSTANCE))
    servers = [server for service in reading.section.sections(top.VIRTUAL_SERVER) for server in service.sections(lvs.REAL_SERVER)]
    sorts = (
        (real_server.FILE_CHECK, checkers.TRACK_FILE, "track_file", files),
        (real_server.BFD_CHECK, checkers.BFD_NAME, "bfd_instance", sessions),
    )
    for block, name, what, known in sorts:
        for given in (given for server in servers for check in server.sections(block) if (given := check.last(name)) is not None):
            if given.value not in known:
                message = f"there is no {what} {given.value}, so this check stays as it begins"
                hint = similar(given.value, known) or f"define it: {what} {given.value} {{ ... }}"
                yield TRACKED_UNDEFINED.at(given.span, message, hint)


def idle(reading: Reading) -> Iterator[Diagnostic]:
    """What nothing tracks is not even run; a service's checks may use files and BFD sessions too."""
    services = bool(reading.section.sections(top.VIRTUAL_SERVER))
    for tracker in TRACKERS:
        used = {given.value.name.value for given in _lines(reading, tracker)}
        for section in defined(reading, tracker):
            if section.label not in used and not (tracker.elsewhere and services) and bfd_rows.CHECKER not in section.given:
                what = f"{tracker.blocks[0].name} {section.label}"
                hint = f"name it in {tracker.by_instance.name} of an instance, or remove it"
                yield NEVER_TRACKED.at(section.span, f"{what} is defined, but nothing tracks it", hint)


def _lines(reading: Reading, tracker: Tracker) -> Iterator[Any]:
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        yield from instance.entries(tracker.by_instance)
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        yield from group.entries(tracker.by_group)


RULES = (undefined, unfounded, idle)
