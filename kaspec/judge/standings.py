"""Every standing that tracking can make of a virtual router: which priorities it may have, whatever is found of what it tracks."""

from collections.abc import Iterable

from kaspec.address import Address
from kaspec.node import Node
from kaspec.tracking import FILE_FAULT, FILE_MOST, Finding, Link, interface_contribution, tracker_contribution
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack
from kaspec.vrrp.state import Standing

_LOWEST, _HIGHEST = 1, 254


def standings(node: Node, place: int, address: Address) -> tuple[Standing, ...]:
    """Return them, the one first in which all that is tracked is good."""
    router = node.routers[place]
    if router.is_owner:
        return (Standing(router.priority, address),)
    sums = {0}
    usual = router.priority
    tracks: tuple[InterfaceTrack | TrackerTrack, ...] = (*node.tracking[place].tracks, *node.tracking[place].trackers)
    for track in tracks:
        weights = list(dict.fromkeys(_weights(track)))
        usual += weights[0]
        sums = {min(max(each + weight, -_HIGHEST), _HIGHEST) for each in sums for weight in weights}
    first = min(max(usual, _LOWEST), _HIGHEST)
    others = {min(max(router.priority + each, _LOWEST), _HIGHEST) for each in sums} - {first}
    return tuple(Standing(priority, address) for priority in (first, *sorted(others)))


def _weights(track: InterfaceTrack | TrackerTrack) -> Iterable[int]:
    """Return what it may add, first what it adds while it is good."""
    if isinstance(track, InterfaceTrack):
        contributions = [interface_contribution(track, Link(track.interface, up)) for up in (not track.reverse, track.reverse)]
    elif track.kind == "file" and track.weight:
        most = -(FILE_FAULT // abs(track.weight))
        values = [0, *range(-most, most + 1)]
        contributions = [tracker_contribution(track, Finding.of_file(value)) for value in values]
    else:
        found = (Finding(not track.reverse), Finding(track.reverse), None)
        contributions = [tracker_contribution(track, each) for each in found]
    return [min(each.weight, FILE_MOST) for each in contributions if not each.faults]
