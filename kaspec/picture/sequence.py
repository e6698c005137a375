"""What a sequence diagram shows, as values: lanes side by side, time downwards, in places one below the other.

A *place* is where something happens: a number into ``Sequence.instants``.  Several places may have one instant: what happens at them then
happens in their order, which instants alone could not say.
"""

from typing import Literal

from kaspec.frozen import frozen
from kaspec.units import Instant

Look = Literal["master", "backup", "init", "fault", "off"]
"""How a span looks; its word says what it is."""
Fate = Literal["arrives", "discarded", "lost", "under-way"]
"""What becomes of a message: it is taken, or thrown away by whom it reaches, or reaches nobody, or nothing is known yet."""
Kind = Literal["event", "fault", "change", "discard"]
"""Of a note: what happens as usual, what goes wrong or is mended, what becomes of somebody, what is thrown away."""


@frozen
class Lane:
    """Somebody to whom things happen: a host, or one of its virtual routers; ``note`` is what else there is to say in its head."""

    name: str
    note: str = ""


@frozen
class Span:
    """From a place to another, or to the end, a lane is what ``word`` says."""

    lane: int
    begins: int
    ends: int | None
    word: str
    look: Look


@frozen
class Wait:
    """From a place on a lane waits until ``due``; it ends by being ``reached``, or something else happens before, or not at all."""

    lane: int
    begins: int
    ends: int | None
    due: Instant
    reached: bool = False


@frozen
class Message:
    """What one lane sends to another, from a place to a place; ``why`` it was discarded or lost."""

    sender: int
    sent: int
    receiver: int
    ends: int | None
    text: str
    fate: Fate = "arrives"
    why: str = ""


@frozen
class Note:
    """What there is to say at a place; ``lane`` is whom it is about."""

    place: int
    text: str
    lane: int | None = None
    kind: Kind = "event"


@frozen
class Sequence:
    """A diagram.  The last ``again`` places go on for ever."""

    lanes: tuple[Lane, ...]
    instants: tuple[Instant, ...]
    spans: tuple[Span, ...] = ()
    waits: tuple[Wait, ...] = ()
    messages: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    again: int = 0

    def span_at(self, lane: int, place: int) -> Span | None:
        """Return what a lane is after a place."""
        return next((each for each in reversed(self.spans) if each.lane == lane and _covers(each.begins, each.ends, place)), None)

    def wait_at(self, lane: int, place: int) -> Wait | None:
        """Return what a lane waits for after a place."""
        return next((each for each in reversed(self.waits) if each.lane == lane and _covers(each.begins, each.ends, place)), None)

    def notes_at(self, place: int) -> tuple[Note, ...]:
        """Return what there is to say at a place."""
        return tuple(each for each in self.notes if each.place == place)

    def messages_at(self, place: int) -> tuple[Message, ...]:
        """Return the messages that end at a place, and those sent there that never end."""
        return tuple(each for each in self.messages if (each.sent if each.ends is None else each.ends) == place)


def _covers(begins: int, ends: int | None, place: int) -> bool:
    return begins <= place and (ends is None or place < ends)
