"""A judged capture as a sequence diagram: a lane for each virtual router, and every change with what was sent."""

from kaspec.judge.cast import Line
from kaspec.judge.judging import Verdict
from kaspec.judge.telling import Change, changes
from kaspec.picture import Kind, Lane, Look, Message, Note, Sequence, Span
from kaspec.units import Instant, Interval, in_seconds
from kaspec.vrrp.state import StateName

_LOOKS: dict[StateName, tuple[str, Look]] = {
    "MASTER": ("Master", "master"),
    "BACKUP": ("Backup", "backup"),
    "FAULT": ("FAULT", "fault"),
    "INIT": ("off", "off"),
}

_Lanes = dict[tuple[str, Line], int]


def diagram(verdict: Verdict) -> Sequence:
    """Return the diagram; its instants count from the capture's beginning, and what goes on and on is drawn once."""
    told = [each for each in changes(verdict) if each.chapter.cause != "begins"]
    whose: _Lanes = {(each.suspect.name, each.line): number for number, each in enumerate(verdict.judged)}
    instants = tuple(Instant(each.at - verdict.capture.begins) for each in told)
    lanes = tuple(Lane(each.suspect.name, f"priority {each.suspect.standings[0].priority}") for each in verdict.judged)
    spans = [span for number, judged in enumerate(verdict.judged) for span in _spans(verdict, told, number, judged.chapters[0].state)]
    messages = [message for place, each in enumerate(told) for message in _messages(verdict, whose, place, each)]
    notes = [_note(whose, place, each) for place, each in enumerate(told) if each.is_transition or each.chapter.is_hidden]
    return Sequence(lanes, instants, tuple(spans), (), tuple(messages), tuple(notes))


def _spans(verdict: Verdict, told: list[Change], lane: int, first: StateName) -> list[Span]:
    judged = verdict.judged[lane]
    found, begins, state = list[Span](), 0, first
    for place, each in enumerate(told):
        if (each.who, each.line) == (judged.suspect.name, judged.line) and each.state != state:
            if place > begins:
                found.append(Span(lane, begins, place, *_LOOKS[state]))
            begins, state = place, each.state
    return [*found, Span(lane, begins, None, *_LOOKS[state])]


def _messages(verdict: Verdict, whose: _Lanes, place: int, each: Change) -> list[Message]:
    """An advertisement goes to everybody; what answers something heard is told in the note."""
    if each.chapter.cause not in {"timer", "stops"} or each.chapter.rule == "keepalived.garp-again":
        return []
    lane = whose[each.who, each.line]
    priority = 0 if each.chapter.cause == "stops" else each.chapter.priority
    again = f" x{each.chapter.times} until {in_seconds(Interval(each.until - verdict.capture.begins))}" if each.chapter.times > 1 else ""
    others = [number for (_, line), number in whose.items() if line == each.line and number != lane]
    return [Message(lane, place, other, place, f"priority {priority}{again}") for other in others]


def _note(whose: _Lanes, place: int, each: Change) -> Note:
    kind: Kind = "fault" if each.chapter.is_hidden else "change"
    return Note(place, f"{each.who} {each.before} -> {each.state}: {each.why}", whose[each.who, each.line], kind)
