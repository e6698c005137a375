"""A capture as the judge takes it: what was seen, each thing once, and when which was seen again."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import cast

from attrs import field

from kaspec.frozen import evolve, frozen
from kaspec.judge.sightings import LINK_TYPES, Sighting, key, sighting
from kaspec.units import Instant
from kaspec.wire.ip import Malformed
from kaspec.wire.pcap import Captured, decode_captured


@frozen
class Capture:
    """``sightings`` are the things seen, each once; at ``instants[i]``, in frame ``numbers[i]`` (from 1), ``kinds[i]`` of them was seen.

    ``frames`` is how many there were in all, those that have nothing to do with VRRP included.
    """

    sightings: tuple[Sighting, ...] = ()
    instants: Sequence[Instant] = field(factory=tuple, repr=False)
    kinds: Sequence[int] = field(factory=tuple, repr=False)
    numbers: Sequence[int] = field(factory=tuple, repr=False)
    frames: int = 0

    @property
    def begins(self) -> Instant:
        """When the first thing was seen."""
        return self.instants[0]

    @property
    def ends(self) -> Instant:
        """When the last thing was seen."""
        return self.instants[-1]


def read_capture(data: bytes) -> Capture | Malformed:
    """Read a pcap or pcapng file; what it shows is put into the order of time."""
    found = decode_captured(data)
    return found if isinstance(found, Malformed) else capture_of(found)


def capture_of(seen: Iterable[Captured]) -> Capture | Malformed:
    """Take frames as they are seen; ``Malformed`` if they are of a link type that cannot be read."""
    places: dict[bytes, int] = {}
    sightings, instants, kinds, numbers = list[Sighting](), array("q"), array("q"), array("q")
    count, strange = 0, set[int]()
    for at, link_type, frame in seen:
        count += 1
        name = key(link_type, frame)
        if name is None:
            if link_type not in LINK_TYPES:
                strange.add(link_type)
            continue
        place = places.get(name)
        if place is None:
            shown = sighting(link_type, frame)
            place = places[name] = -1 if shown is None else len(sightings)
            if shown is not None:
                sightings.append(shown)
        if place >= 0:
            instants.append(at)
            kinds.append(place)
            numbers.append(count)
    if not instants and strange:
        known = ", ".join(LINK_TYPES.values())
        return Malformed(f"its link type is {', '.join(map(str, sorted(strange)))}; what can be read is {known}")
    return _in_order(Capture(tuple(sightings), cast("Sequence[Instant]", instants), kinds, numbers, count))


def _in_order(capture: Capture) -> Capture:
    """Captures that were put together, or made on several processors, may run back."""
    instants = capture.instants
    if all(one <= other for one, other in pairwise(instants)):
        return capture
    order = sorted(range(len(instants)), key=instants.__getitem__)
    return evolve(
        capture,
        instants=[instants[place] for place in order],
        kinds=[capture.kinds[place] for place in order],
        numbers=[capture.numbers[place] for place in order],
    )
