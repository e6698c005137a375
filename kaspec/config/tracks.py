"""What an instance or a group tracks: the lists that name it, and the weights that it has where they do not say one."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import Listing
from kaspec.config.lexer import Report
from kaspec.config.model import BfdInstance
from kaspec.config.sections import Given, Section
from kaspec.config.terms import TrackLine, Weight
from kaspec.vrrp.router import InterfaceTrack, Tracker, TrackerKind, TrackerTrack

if TYPE_CHECKING:
    from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess

Weights = Mapping[Tracker, Weight]
"""The weight of everything that can be tracked, where whoever tracks it does not say another."""
TrackLists = tuple[tuple[TrackerKind, Listing[TrackLine]], ...]
"""The lists of an instance, or of a group, that name what it tracks."""


def weights_of(scripts: "Iterable[Script]", files: "Iterable[TrackedFile]", processes: "Iterable[TrackedProcess]") -> Weights:
    """Return the weights that the definitions give."""
    found: dict[Tracker, Weight] = {}
    found.update({("script", each.name): Weight(each.weight, each.reverse) for each in scripts})
    found.update({("file", each.name): Weight(each.weight, each.reverse) for each in files})
    found.update({("process", each.name): Weight(each.weight, each.reverse) for each in processes})
    return found


def build_trackers(lists: TrackLists, section: Section, weights: Weights, owner: bool, report: Report) -> tuple[TrackerTrack, ...]:
    """Build what a ``section`` tracks, list by list.

    Left out is what is not defined (``check`` tells), what is given twice, and, for an address ``owner``, what has a weight.
    """
    built: dict[Tracker, TrackerTrack] = {}
    for kind, row in lists:
        for given in section.entries(row):
            line, tracker = given.value, (kind, given.value.name.value)
            default = weights.get(tracker)
            if default is None:
                continue
            weight = default.amount if line.weight is None else line.weight
            reverse = default.reverse if line.reverse is None else line.reverse
            place = given.at(line.name)
            if tracker in built:
                report(kinds.DUPLICATE_TRACK.at(place, f"{line.name.value} is already tracked; this line is ignored"))
            elif owner and weight:
                hint = "weight 0 makes its failure a fault"
                report(kinds.OWNER_WEIGHTED.at(place, "the priority of an address owner never changes; this line is ignored", hint))
            else:
                built[tracker] = TrackerTrack(kind, line.name.value, weight, reverse)
    return tuple(built.values())


def build_tracks(lines: Iterable[Given[TrackLine]], own: str, owner: bool, report: Report) -> tuple[InterfaceTrack, ...]:
    """Build the tracked interfaces.

    Left out are the instance's ``own`` interface, which is tracked anyway, those given twice, and, for an address ``owner``, those with a
    weight, since an owner's priority never changes.
    """
    built: dict[str, InterfaceTrack] = {}
    for given in lines:
        name = given.value.interface.value
        place = given.at(given.value.interface)
        if name == own:
            report(
                kinds.OWN_INTERFACE_TRACKED.at(place, f"{name} is the instance's own interface and tracked anyway; this line is ignored")
            )
        elif name in built:
            report(kinds.DUPLICATE_TRACK.at(place, f"{name} is already tracked; this line is ignored"))
        elif owner and given.value.weight:
            report(kinds.OWNER_WEIGHTED.at(place, "the priority of an address owner never changes; this line is ignored"))
        else:
            built[name] = InterfaceTrack(name, given.value.weight or 0, bool(given.value.reverse))
    return tuple(built.values())


def build_bfd_tracks(
    lines: Iterable[Given[TrackLine]], instances: Mapping[str, BfdInstance], owner: bool, report: Report
) -> tuple[TrackerTrack, ...]:
    """Build ``track_bfd``: a line without a weight has the instance's.

    Left out are those given twice, those that do not exist or do not tell VRRP, and, for an address ``owner``, those with a weight.
    """
    built: dict[str, TrackerTrack] = {}
    for given in lines:
        line, place = given.value, given.at(given.value.name)
        instance = instances.get(line.name.value)
        if instance is None:
            continue  # told by the check of what is tracked and not defined
        reverse = instance.reverse if line.reverse is None else line.reverse
        track = TrackerTrack("bfd", line.name.value, instance.weight if line.weight is None else line.weight, reverse)
        if track.name in built:
            report(kinds.DUPLICATE_TRACK.at(place, f"{track.name} is already tracked; this line is ignored"))
        elif not instance.vrrp:
            hint = f"take checker out of bfd_instance {track.name}, or add vrrp"
            report(kinds.BFD_NOT_TOLD.at(place, f"{track.name} tells the checker alone; this line is ignored", hint))
        elif owner and track.weight:
            report(kinds.OWNER_WEIGHTED.at(place, "the priority of an address owner never changes; this line is ignored"))
        else:
            built[track.name] = track
    return tuple(built.values())
