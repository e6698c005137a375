"""What becomes of each virtual router when a configuration replaces another: the one decision a reload obeys and a plan shows.

A virtual router is what it is by its interface, family and VRID, so renaming one is no outage; one of the same name elsewhere is
another, and starts anew.
"""

from collections.abc import Mapping, Sequence

from kaspec.frozen import frozen
from kaspec.vrrp.router import Identity, VirtualRouter


@frozen
class Kept:
    """Not touched: state, timers and addresses stay."""

    old: int
    new: int


@frozen
class Changed:
    """Keeps its state, under another configuration."""

    old: int
    new: int


@frozen
class Moved:
    """Goes to another interface or VRID: stops there, starts here."""

    old: int
    new: int


@frozen
class Removed:
    """Stops."""

    old: int


@frozen
class Added:
    """Starts."""

    new: int


Fate = Kept | Changed | Moved | Removed | Added
"""``old`` and ``new`` are places among the routers before and after."""


def places(routers: Sequence[VirtualRouter]) -> dict[Identity, int]:
    """Return where the virtual router of an identity stands."""
    return {router.identity: place for place, router in enumerate(routers)}


def succession(old: Sequence[VirtualRouter], new: Sequence[VirtualRouter]) -> tuple[Fate, ...]:
    """Return the fate of every virtual router: those that are removed in the old order, then the others in the new one."""
    before, after = places(old), places(new)
    gone = {old[place].name: place for key, place in before.items() if key not in after}
    fates = tuple(_fate(place, router, old, before, gone) for place, router in enumerate(new))
    moved = {fate.old for fate in fates if isinstance(fate, Moved)}
    return (*(Removed(place) for key, place in before.items() if key not in after and place not in moved), *fates)


def _fate(
    place: int, router: VirtualRouter, old: Sequence[VirtualRouter], before: Mapping[Identity, int], gone: Mapping[str, int]
) -> Kept | Changed | Moved | Added:
    was = before.get(router.identity)
    if was is not None:
        return Kept(was, place) if old[was] == router else Changed(was, place)
    came_from = gone.get(router.name)
    return Added(place) if came_from is None else Moved(came_from, place)
