"""Following one virtual router through a capture: the set of what it may be doing, moved by each thing seen.

What is seen repeats: the same advertisement one interval after the last leaves the set as it was, but for the time.  So the usual packet is
a look-up: of the set, relative to now, and of what was seen; the entry tells within which distance in time from the last packet it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import field

from kaspec.address import Address
from kaspec.frozen import define, evolve, frozen
from kaspec.judge.hearing import beginnings, hears, imagined, settled
from kaspec.judge.possible import Possibility, Suspect, announces, expired, says, silence_ends, timer
from kaspec.units import Instant, Interval
from kaspec.vrrp.events import Heard
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.state import Backup, Master, State, rebase
from kaspec.wire.ip import Packet


@frozen
class Said:
    """The virtual router sends this; ``plain`` is without its seal, ``None`` if that is wrong."""

    packet: Packet = field(eq=False)
    plain: Packet | None


@frozen
class Hears:
    """It hears something."""

    event: Heard


@frozen
class Announced:
    """It announces this address."""

    address: Address


Part = Said | Hears | Announced
"""What a virtual router has to do with something seen."""
Seen = tuple[Instant, int, int]
"""When, what (a place among the parts), and in which frame."""


@frozen
class Impossible:
    """What none of ``expected``, which stood since ``since``, can do: show ``part`` in ``frame``, or (frame 0) nothing until ``at``."""

    at: Instant
    frame: int
    part: Part | None
    expected: tuple[Possibility, ...]
    since: Instant


_Relative = tuple[tuple[State, Interval], ...]
_Turn = Literal["nothing", "again", "later"]
_Turns = tuple[_Turn, ...]
_Table = dict[int, tuple[int, int, _Turns]]
"""By what is seen: from which to which distance in time it leaves the set as it is, and what it makes of each story."""


@define
class Follower:
    """The set of possibilities, and the look-ups."""

    suspect: Suspect
    parts: Sequence[Part]
    possibilities: list[Possibility]
    now: Instant
    impossible: list[Impossible] = field(factory=list)
    tables: dict[_Relative, _Table] = field(factory=dict)

    def follow(self, seen: Iterable[Seen]) -> None:
        """Go through everything seen, in the order of time."""
        before, again, table, alarm = self.now, 0, _Table(), -1
        turns: _Turns = ()
        last = self.now, self.now, 0, 0
        for at, kind, frame in seen:
            entry = table.get(kind)
            if entry is not None and entry[0] <= at - before <= entry[1] and at < alarm and (not again or entry[2] == turns):
                last, before, turns = (before, at, kind, frame), at, entry[2]
                again += 1
                continue
            self._catch_up(last, again, turns)
            again = 0
            table, alarm = self.take(at, kind, frame)
            before = at
        self._catch_up(last, again, turns)

    def _catch_up(self, last: tuple[Instant, Instant, int, int], again: int, turns: "_Turns") -> None:
        """Bring the set to where the look-ups have brought it; the last is worked out, for what may have happened before it is told."""
        now, at, kind, frame = last
        if again > 1:
            by = Interval(now - self.now)
            self.possibilities = [_later(each, by, again - 1, turn) for each, turn in zip(self.possibilities, turns, strict=True)]
            self.now = now
        if again:
            self.take(at, kind, frame)

    def take(self, at: Instant, kind: int, frame: int) -> "tuple[_Table, Instant]":
        """Take one thing seen; return what is known of the set that comes of it, and until when that may be used."""
        before, since = self.possibilities, self.now
        self.possibilities, self.now = self._moved(at, self.parts[kind], frame), at
        was, now = _relative(before, since), _relative(self.possibilities, at)
        if now is None:
            return _Table(), Instant(-1)
        table = self.tables.setdefault(now, _Table())
        if was == now and _costs(before) == _costs(self.possibilities):
            self._learn(table, before, since, kind, at)
        return table, _first_alarm(self.suspect, self.possibilities)

    def _moved(self, at: Instant, part: Part, frame: int) -> list[Possibility]:
        self.wait(at)
        standing = imagined(self.suspect, self.possibilities, self.now, at)
        alive = [left for each in standing if (left := expired(self.suspect, each, at)) is not None]
        moved = settled(after for each in alive for after in self._ways(each, part, at, frame))
        if not moved:
            self.impossible.append(Impossible(at, frame, part, tuple(standing), self.now))
            moved = self._beginning_anew(alive or standing, part, at, frame)
        return moved

    def wait(self, until: Instant) -> None:
        """Find out whether it has been silent for too long; only where routers do not fail unseen."""
        if self.suspect.allowance.hidden or not self.possibilities:
            return
        ends = [silence_ends(self.suspect, each) for each in self.possibilities]
        latest = max((end for end in ends if end is not None), default=until)
        if None not in ends and latest < until:
            self.impossible.append(Impossible(latest, 0, None, tuple(self.possibilities), self.now))
            self.possibilities = self._anew(latest)
            self.now = latest

    def _anew(self, at: Instant) -> list[Possibility]:
        cost = min(each.cost for each in self.possibilities)
        return [evolve(each, cost=each.cost + cost) for each in beginnings(self.suspect, at, ())]

    def _beginning_anew(self, standing: Sequence[Possibility], part: Part, at: Instant, frame: int) -> list[Possibility]:
        """Go on after what is impossible: with whatever else may be now; if nothing may, as if it had not been seen."""
        moved = settled(after for each in self._anew(at) for after in self._ways(each, part, at, frame))
        return moved or list(standing)

    def _ways(self, before: Possibility, part: Part, at: Instant, frame: int) -> Iterator[Possibility]:
        match part:
            case Said(_, plain):
                return iter(()) if plain is None else says(self.suspect, before, plain, at, frame)
            case Hears(event):
                return hears(self.suspect, before, event, at, frame)
            case Announced(address):
                return announces(self.suspect, before, address, at, frame)

    def _learn(self, table: "_Table", before: Sequence[Possibility], since: Instant, kind: int, at: Instant) -> None:
        """Remember that this, so long after the last, leaves the set as it is; and so does everything between two such distances, unless
        an instant that matters lies between them: what comes out is piecewise of one form, and equal at both ends."""
        distance = at - since
        turns = tuple(_turn(was, now) for was, now in zip(before, self.possibilities, strict=True))
        low, high, known = table.get(kind, (distance, distance, turns))
        low, high = min(low, distance), max(high, distance)
        if known == turns and not any(low < each <= high for each in _thresholds(self.suspect, before, since)):
            table[kind] = low, high, turns


def _turn(before: Possibility, after: Possibility) -> "_Turn":
    """Tell what a look-up is to make of a story: nothing, what has happened happens again, or it is later that it happened."""
    if after.story.last == before.story.last:
        return "nothing"
    return "later" if after.story.last.is_hidden else "again"


def _later(each: Possibility, by: Interval, times: int, turn: "_Turn") -> Possibility:
    """Move a possibility to where the look-ups have brought it; announcements stay where they are."""
    state = rebase(each.state, by)
    if isinstance(state, Master) and isinstance(each.state, Master):
        state = evolve(state, announce_at=each.state.announce_at, extra_at=each.state.extra_at)
    story = each.story.repeated(times, by) if turn == "again" else each.story.delayed(by) if turn == "later" else each.story
    return evolve(each, state=state, story=story)


def _relative(possibilities: Sequence[Possibility], now: Instant) -> _Relative | None:
    """Return what is possible relative to now, announcements to come aside; ``None`` while something is owed."""
    if any(each.owed for each in possibilities):
        return None
    return tuple((rebase(_unannounced(each.state), Interval(-now)), each.slack) for each in possibilities)


def _unannounced(state: State) -> State:
    return evolve(state, announce_at=None, announce_repeat=0, extra_at=None) if isinstance(state, Master) else state


def _costs(possibilities: Sequence[Possibility]) -> list[tuple[object, ...]]:
    """Return what ``_relative`` leaves out and a look-up does not change."""
    return [(*_announcing(each.state), each.unsaid_until, each.announce_slack, each.cost) for each in possibilities]


def _announcing(state: State) -> tuple[object, ...]:
    return (state.announce_at, state.announce_repeat, state.extra_at) if isinstance(state, Master) else ()


def _first_alarm(suspect: Suspect, possibilities: Sequence[Possibility]) -> Instant:
    """Return from when on announcements matter."""
    alarms = [each.unsaid_until for each in possibilities if each.unsaid_until is not None]
    alarms += [each.state.announce_at for each in possibilities if isinstance(each.state, Master) and each.state.announce_at is not None]
    return Instant(min(alarms, default=Instant(1 << 62)) - max(suspect.allowance.early, suspect.allowance.late))


def _thresholds(suspect: Suspect, possibilities: Sequence[Possibility], since: Instant) -> Iterator[int]:
    """Return how long after ``since`` another thing may come of what is seen."""
    early, late, router = suspect.allowance.early, suspect.allowance.late, suspect.router
    for each in possibilities:
        due = timer(each.state)
        if due is None:
            continue
        for instant in (due, due + each.slack):
            yield from (instant + by - since for by in (-late, -early, 0, late))
        match each.state:
            case Backup(preempt_at=int(preempt_at)):
                yield from (preempt_at - since, preempt_at + each.slack - since)
            case Master():
                interval = router.advertisement_interval
                slept = master_down_interval(router.version, router.highest_rival, interval, router.down_timer_adverts) - interval
                yield from (due + slept - since, due + slept + each.slack - since)


def best(possibilities: Sequence[Possibility], suspect: Suspect, ends: Instant) -> Possibility:
    """Return the possibility that assumes least when the capture ends."""
    alive = [each for each in possibilities if expired(suspect, each, ends) is not None]
    return min(alive or possibilities, key=lambda each: each.cost)
