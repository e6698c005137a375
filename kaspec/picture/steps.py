"""A sequence diagram place by place, for a page on which one steps through it."""

from typing import Any

from kaspec.picture.sequence import Message, Sequence
from kaspec.units import Instant, Interval, in_seconds


def steps_json(sequence: Sequence) -> list[dict[str, Any]]:
    """Return for each place its instant, what there is to say, what each lane is and waits for after it, and what is under way."""
    return [_step(sequence, place) for place in range(len(sequence.instants))]


def _step(sequence: Sequence, place: int) -> dict[str, Any]:
    at = sequence.instants[place]
    return {
        "at": in_seconds(at),
        "notes": [{"text": note.text, "kind": note.kind} for note in sequence.notes_at(place)],
        "messages": [_message(sequence, message) for message in sequence.messages_at(place)],
        "under_way": [_message(sequence, each) for each in sequence.messages if _is_under_way(each, place)],
        "lanes": [_lane(sequence, lane, place, at) for lane in range(len(sequence.lanes))],
    }


def _lane(sequence: Sequence, lane: int, place: int, at: Instant) -> dict[str, Any]:
    span, wait = sequence.span_at(lane, place), sequence.wait_at(lane, place)
    return {
        "name": sequence.lanes[lane].name,
        "is": span.word if span else "off",
        "look": span.look if span else "off",
        "until": in_seconds(wait.due) if wait else None,
        "in": in_seconds(Interval(wait.due - at)) if wait else None,
    }


def _message(sequence: Sequence, message: Message) -> dict[str, Any]:
    return {
        "from": sequence.lanes[message.sender].name,
        "to": sequence.lanes[message.receiver].name,
        "text": message.text,
        "fate": message.fate,
        "why": message.why,
    }


def _is_under_way(message: Message, place: int) -> bool:
    return message.sent <= place and (message.ends is None or place < message.ends)
