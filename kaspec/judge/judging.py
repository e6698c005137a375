"""The judge: whether a capture is a behaviour that the core allows, virtual router by virtual router.

Whatever one router does to another is on the wire, where the capture has it.  So each is judged by itself, by what it sends and what it
hears.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from attrs import field

from kaspec.address import Address, format_address
from kaspec.frozen import define, evolve, frozen
from kaspec.judge.allowance import USUAL, Allowance
from kaspec.judge.capture import Capture
from kaspec.judge.cast import Host, Line, Placed, Scene, is_for, place, scene, suspect_of
from kaspec.judge.following import Announced, Follower, Hears, Impossible, Part, Said, Seen, best
from kaspec.judge.hearing import beginnings
from kaspec.judge.inferring import likenesses
from kaspec.judge.matching import opened
from kaspec.judge.possible import Suspect
from kaspec.judge.sightings import Advert, Announcement, read_advert
from kaspec.judge.story import Chapter
from kaspec.units import Instant, Interval
from kaspec.vrrp.association import BLANK
from kaspec.vrrp.authentication import Keyed
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Heard
from kaspec.vrrp.reception import admit, receive

Answer = Literal["allowed", "impossible", "undetermined"]
_VIRTUAL_MAC = b"\x00\x00\x5e\x00"


@frozen
class Judged:
    """A virtual router, how it may have come through the capture assuming the least, and what it cannot have done.

    ``inferred``: nobody gave its configuration; ``words`` say what had to be assumed of it.  ``if_lost``: everything would be allowed if it
    had not heard all that the capture shows.
    """

    suspect: Suspect
    line: Line
    chapters: tuple[Chapter, ...]
    impossible: tuple[Impossible, ...] = ()
    inferred: bool = False
    words: str = ""
    if_lost: bool = False
    cost: int = 0


@frozen
class Verdict:
    """What the judge found.  ``silent`` are virtual routers of the configurations that sent nothing; ``strangers`` who was only heard."""

    capture: Capture
    judged: tuple[Judged, ...]
    silent: tuple[Placed, ...] = ()
    strangers: tuple[tuple[Line, Address, int], ...] = ()
    undetermined: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """What no configuration was given for cannot be convicted."""
        if any(each.impossible and not each.inferred for each in self.judged):
            return "impossible"
        if self.undetermined or any(each.impossible for each in self.judged) or not self.judged:
            return "undetermined"
        return "allowed"

    @property
    def first(self) -> tuple[Judged, Impossible] | None:
        """Return the first thing that is impossible, and who did it."""
        found = ((each, wrong) for each in self.judged for wrong in each.impossible)
        return min(found, key=lambda pair: (pair[1].at, pair[1].frame), default=None)


def judge(
    capture: Capture, hosts: Sequence[Host] = (), allowance: Allowance = USUAL, progress: Callable[[str], None] = lambda _: None
) -> Verdict:
    """Judge a capture by the configurations of hosts; without any, by what its packets tell of them.

    ``progress`` is told who is judged next.
    """
    if not capture.instants:
        return Verdict(capture, (), undetermined=("it shows nothing of VRRP",))
    seen = scene(capture)
    placed = place(hosts, capture, seen)
    found = [each for each in placed if each.address is not None]
    court = _Court(capture, seen, allowance, progress)
    suspects = [(suspect_of(each, capture, seen, allowance), each.line) for each in found]
    court.attribute(suspects)
    judged = [court.hear(suspect, line) for suspect, line in suspects]
    known = {(line, suspect.address) for suspect, line in suspects}
    strangers = [(line, source, sum(counts.values())) for line, senders in seen.senders.items() for source, counts in senders.items()
                 if (line, source) not in known]  # fmt: skip
    silent = tuple(each for each in placed if each.address is None)
    doubts = list(_doubts(silent, strangers))
    if not hosts:
        judged = [one for line, source, _ in strangers if (one := court.guess(line, source)) is not None]
        strangers = [each for each in strangers if each[:2] not in {(one.line, one.suspect.address) for one in judged}]
    if not judged and not doubts:
        doubts.append("nobody in it speaks VRRP as it can be read")
    return Verdict(capture, tuple(judged), silent, tuple(strangers), tuple(doubts))


def _doubts(silent: Sequence[Placed], strangers: Sequence[tuple[Line, Address, int]]) -> Iterator[str]:
    for each in silent:
        others = [format_address(source) for line, source, _ in strangers if line == each.line]
        if others:
            yield f"which of {', '.join(others)} is {each.host.name} ({each.router.name}) cannot be told: name its address"


@define
class _Court:
    """What is shared by all who are judged: the capture by lines, and whose announcements are whose."""

    capture: Capture
    seen: Scene
    allowance: Allowance
    progress: Callable[[str], None]
    lines: "dict[Line, array[int]]" = field(factory=dict)
    announced: dict[Suspect, list[int]] = field(factory=lambda: defaultdict(list))

    def __attrs_post_init__(self) -> None:
        of_kind = {kind: line for line, senders in self.seen.senders.items() for counts in senders.values() for kind in counts}
        rows: dict[Line, array[int]] = {line: array("q") for line in self.seen.senders}
        appends = [rows[of_kind[kind]].append if kind in of_kind else _ignore for kind in range(len(self.capture.sightings))]
        for number, kind in enumerate(self.capture.kinds):
            appends[kind](number)
        self.lines = rows

    def attribute(self, suspects: Sequence[tuple[Suspect, Line]]) -> None:
        """Find out who announced what: whose MAC address it is; of a virtual one, who was Master, or was next to be."""
        macs = defaultdict[Address, set[bytes]](set)
        for each in self.capture.sightings:
            if isinstance(each, Advert):
                macs[each.packet.source].add(each.mac)
        sightings = self.capture.sightings
        kinds = {kind for each in self.seen.announcing.values() for kind in each}
        for number in [number for number, kind in enumerate(self.capture.kinds) if kind in kinds] if kinds else ():
            sighting = sightings[self.capture.kinds[number]]
            assert isinstance(sighting, Announcement), sighting
            could = [each for each in suspects if each[1][0] == sighting.lan and sighting.address in each[0].announced]
            virtual = sighting.mac.startswith(_VIRTUAL_MAC)
            mine = [
                each
                for each in could
                if (each[0].address == self._holder(each[1], number) if virtual else sighting.mac in macs[each[0].address])
            ]
            for suspect, _ in mine[:1]:
                self.announced[suspect].append(number)

    def _holder(self, line: Line, number: int) -> Address | None:
        """Return who held the addresses when something was seen: who advertised last, if he did not resign; else who did next."""
        rows = self.lines[line]
        place_ = bisect_right(rows, number)
        for row in (*reversed(rows[max(place_ - 1, 0) : place_]), *rows[place_ : place_ + 1]):
            sighting = self.capture.sightings[self.capture.kinds[row]]
            advert = read_advert(sighting.packet) if isinstance(sighting, Advert) else None
            if advert is not None and advert.priority:
                return sighting.packet.source if isinstance(sighting, Advert) else None
        return None

    def hear(self, suspect: Suspect, line: Line) -> Judged:
        """Judge a virtual router; if it is convicted, find out whether it need only have missed something."""
        judged = self._judged(suspect, line)
        if not judged.impossible or suspect.allowance.loss:
            return judged
        deaf = evolve(suspect, allowance=evolve(suspect.allowance, loss=True))
        self.announced[deaf] = self.announced.get(suspect, [])
        return evolve(judged, if_lost=not self._judged(deaf, line).impossible)

    def guess(self, line: Line, source: Address) -> Judged | None:
        """Judge an address of which only its packets are known: as whichever router explains them best."""
        least: Judged | None = None
        for each in likenesses(self.capture, line, source, self.seen.senders[line][source], self.allowance):
            suspect = evolve(each.suspect, name=format_address(source))
            judged = evolve(self._judged(suspect, line), inferred=True, words=each.words)
            if least is None or (len(judged.impossible), judged.cost) < (len(least.impossible), least.cost):
                least = judged
            if not least.impossible and not least.cost:
                break
        return least

    def _judged(self, suspect: Suspect, line: Line) -> Judged:
        self.progress(suspect.name)
        kinds = self._parts(suspect, line)
        parts = {part: number for number, part in enumerate(dict.fromkeys(kinds.values()))}
        rows: Sequence[int] = self.lines.get(line, ())
        if self.announced.get(suspect):
            rows = sorted((*rows, *self.announced[suspect]))
        learnt = sorted(set(self._intervals(line))) if suspect.router.version == 3 else ()
        begins = self.capture.begins
        follower = Follower(suspect, tuple(parts), beginnings(suspect, begins, learnt), begins)
        alike = {kind: parts[part] for kind, part in kinds.items()}
        follower.follow(self._rows(rows, kinds, alike, isinstance(suspect.router.authentication, Keyed)))
        follower.wait(self.capture.ends)
        end = best(follower.possibilities, suspect, self.capture.ends)
        return Judged(suspect, line, end.story.chapters, tuple(follower.impossible), cost=end.cost)

    def _rows(self, rows: Sequence[int], parts: dict[int, Part], alike: dict[int, int], numbered: bool) -> Iterator[Seen]:
        """Return what concerns a virtual router.  A packet with a sequence number is heard once; a copy is discarded."""
        instants, kinds, numbers = self.capture.instants, self.capture.kinds, self.capture.numbers
        if numbered:
            first: dict[int, int] = {}
            rows = [row for row in rows if not isinstance(parts.get(kinds[row]), Hears) or first.setdefault(kinds[row], row) == row]
        elif len(alike) == len(self.capture.sightings):
            return ((instants[row], alike[kinds[row]], numbers[row]) for row in rows)
        return ((instants[row], alike[kinds[row]], numbers[row]) for row in rows if kinds[row] in alike)

    def _intervals(self, line: Line) -> Iterator[Interval]:
        """A Backup may have learnt any interval that somebody advertises."""
        for counts in self.seen.senders.get(line, {}).values():
            for kind in counts:
                sighting = self.capture.sightings[kind]
                advert = read_advert(sighting.packet) if isinstance(sighting, Advert) else None
                if advert is not None and advert.advertisement_interval:
                    yield advert.advertisement_interval

    def _parts(self, suspect: Suspect, line: Line) -> dict[int, Part]:
        """Return what each thing seen is to a virtual router; what it discards is nothing to it."""
        found, association = dict[int, Part](), BLANK
        router, first = suspect.router, self._first_seen() if isinstance(suspect.router.authentication, Keyed) else {}
        for kind in sorted(kind for counts in self.seen.senders.get(line, {}).values() for kind in counts):
            sighting = self.capture.sightings[kind]
            assert isinstance(sighting, Advert), sighting
            packet = sighting.packet
            event: Heard = AdvertisementDiscarded("", packet.source)  # type: ignore[arg-type]
            if suspect.keyless:
                read = read_advert(packet)
                event = event if read is None else AdvertisementReceived(read, packet.source)
            elif isinstance(router.authentication, Keyed):
                event, association = admit(router, packet, association, first[kind])
            elif packet.source != suspect.address:
                event = receive(router, packet)
            if packet.source == suspect.address:
                found[kind] = Said(packet, opened(suspect, packet))
            elif is_for(suspect, sighting) and (isinstance(event, AdvertisementReceived) or router.profile.discard_rearms_master):
                found[kind] = Hears(event)
        mine = {self.capture.kinds[number] for number in self.announced.get(suspect, ())}
        return found | {kind: Announced(each.address) for kind in mine if isinstance(each := self.capture.sightings[kind], Announcement)}

    def _first_seen(self) -> dict[int, Instant]:
        first: dict[int, Instant] = {}
        for at, kind in zip(self.capture.instants, self.capture.kinds, strict=True):
            first.setdefault(kind, at)
        return first


def _ignore(_: int) -> None:
    return None
