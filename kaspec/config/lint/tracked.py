"""What is tracked and what is defined: each should be both."""

from collections.abc import Iterator
from typing import Any

from kaspec.config.diagnostics import DEFINED_BELOW, NEVER_TRACKED, TRACKED_UNDEFINED, Diagnostic
from kaspec.config.keywords import Block, Listing, Setting, checkers, lvs, real_server, top
from kaspec.config.keywords import bfd_instance as bfd_rows
from kaspec.config.keywords import vrrp_instance as instance_rows
from kaspec.config.keywords import vrrp_sync_group as group_rows
from kaspec.config.likeness import MOST_GUESSES, similar
from kaspec.config.reader import Reading
from kaspec.config.sections import Given, Section
from kaspec.config.terms import TrackLine
from kaspec.frozen import frozen


@frozen(eq=False)
class Tracker:
    """A sort of thing that is tracked: the blocks that define it, the lists that name it, and the check that goes by it."""

    blocks: tuple[Block[Any], ...]
    by_instance: Listing[TrackLine]
    by_group: Listing[TrackLine]
    by_check: tuple[Block[Any], Setting[str]] | None = None


TRACKERS = (
    Tracker((top.VRRP_SCRIPT,), instance_rows.TRACK_SCRIPT, group_rows.TRACK_SCRIPT),
    Tracker(
        (top.TRACK_FILE, top.VRRP_TRACK_FILE),
        instance_rows.TRACK_FILE,
        group_rows.TRACK_FILE,
        (real_server.FILE_CHECK, checkers.TRACK_FILE),
    ),
    Tracker((top.VRRP_TRACK_PROCESS,), instance_rows.TRACK_PROCESS, group_rows.TRACK_PROCESS),
    Tracker((top.BFD_INSTANCE,), instance_rows.TRACK_BFD, group_rows.TRACK_BFD, (real_server.BFD_CHECK, checkers.BFD_NAME)),
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
    for tracker in TRACKERS:
        what, known = tracker.blocks[0].name, tuple(section.label for section in defined(reading, tracker))
        for given in _checks(reading, tracker):
            if given.value not in known:
                message = f"there is no {what} {given.value}, so this check stays as it begins"
                hint = similar(given.value, known) or f"define it: {what} {given.value} {{ ... }}"
                yield TRACKED_UNDEFINED.at(given.span, message, hint)


def below(reading: Reading) -> Iterator[Diagnostic]:
    """keepalived reads from top to bottom: what comes later it does not find, and does not track; we do."""
    for tracker in TRACKERS:
        places = {section.label: section.span for section in reversed(defined(reading, tracker))}
        lines = [(given.value.name.value, given.at(given.value.name)) for given in _lines(reading, tracker)]
        for name, place in (*lines, *((given.value, given.span) for given in _checks(reading, tracker))):
            there = places.get(name)
            if there is not None and there.reading_order > place.reading_order:
                what = f"{tracker.blocks[0].name} {name}"
                message = f"{what} is defined below, where keepalived does not find it: there, this line tracks nothing"
                yield DEFINED_BELOW.at(place, message, f"move {what} above this", ((there, "it is defined here"),))


def idle(reading: Reading) -> Iterator[Diagnostic]:
    """What nothing tracks is not even run; a service's checks may use files and BFD sessions too."""
    services = bool(reading.section.sections(top.VIRTUAL_SERVER))
    for tracker in TRACKERS:
        used = {given.value.name.value for given in _lines(reading, tracker)}
        for section in defined(reading, tracker):
            if section.label not in used and not (tracker.by_check and services) and bfd_rows.CHECKER not in section.given:
                what = f"{tracker.blocks[0].name} {section.label}"
                hint = f"name it in {tracker.by_instance.name} of an instance, or remove it"
                yield NEVER_TRACKED.at(section.span, f"{what} is defined, but nothing tracks it", hint)


def _lines(reading: Reading, tracker: Tracker) -> Iterator[Any]:
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        yield from instance.entries(tracker.by_instance)
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        yield from group.entries(tracker.by_group)


def _checks(reading: Reading, tracker: Tracker) -> Iterator[Given[str]]:
    if tracker.by_check is None:
        return
    block, name = tracker.by_check
    for service in reading.section.sections(top.VIRTUAL_SERVER):
        for server in service.sections(lvs.REAL_SERVER):
            yield from (given for check in server.sections(block) if (given := check.last(name)) is not None)


RULES = (undefined, unfounded, below, idle)
