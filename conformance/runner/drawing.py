"""A case that was played as a sequence diagram: the neighbour, who plays everybody else, and the device."""

from itertools import groupby

from conformance.runner.record import Happening, Reached
from kaspec.picture import Kind, Lane, Look, Message, Note, Sequence, Span
from kaspec.units import Instant

NEIGHBOUR, DEVICE = 0, 1
_STATES: dict[str, tuple[str, Look]] = {
    "starts": ("runs", "init"), "holds": ("holds", "master"), "lets go": ("runs", "init"), "crashes": ("off", "off"),
}  # fmt: skip
_KINDS: dict[str, Kind] = {"crashes": "fault", "is unplugged": "fault", "holds": "change", "lets go": "change"}


def diagram(reached: Reached, version: str) -> Sequence:
    """Return the diagram of what was seen; where it cannot be, that is noted at its place."""
    groups = [(first, times) for first, times in _grouped(reached.happened)]
    refused = reached.refused
    before = len(groups) if refused is None else sum(each.at <= refused.at for each, _ in groups)
    extra = () if refused is None else (Instant(refused.at),)
    places = [place + (place >= before) for place in range(len(groups))]
    instants = [Instant(each.at) for each, _ in groups]
    messages = tuple(_message(place, each) for place, (each, _) in zip(places, groups, strict=True) if each.what in {"hears", "sends"})
    notes = [_note(place, *each) for place, each in zip(places, groups, strict=True) if each[0].what not in {"hears", "sends"}]
    if refused is not None:
        notes.append(Note(before, f"cannot be: {refused.text}, where it was to be {reached.wanted}", DEVICE, "fault"))
    lanes = (Lane("neighbour", "plays everybody else"), Lane(reached.peer, version))
    return Sequence(lanes, (*instants[:before], *extra, *instants[before:]), _spans(places, groups), (), messages, tuple(notes))


def _grouped(happened: tuple[Happening, ...]) -> list[tuple[Happening, int]]:
    """Return what happened, announcements of an address one after the other as one."""
    found: list[tuple[Happening, int]] = []
    for key, group in groupby(happened, key=lambda each: (each.what, each.text)):
        several = list(group)
        found += [(several[0], len(several))] if key[0] == "announces" else [(each, 1) for each in several]
    return found


def _message(place: int, each: Happening) -> Message:
    sender, receiver = (NEIGHBOUR, DEVICE) if each.what == "hears" else (DEVICE, NEIGHBOUR)
    return Message(sender, place, receiver, place, each.text)


def _note(place: int, each: Happening, times: int) -> Note:
    text = f"{each.what} {each.text}".strip() + (f", {times} times" if times > 1 else "")
    return Note(place, text, DEVICE, _KINDS.get(each.what, "event"))


def _spans(places: list[int], groups: list[tuple[Happening, int]]) -> tuple[Span, ...]:
    turns = [(place, _STATES[each.what]) for place, (each, _) in zip(places, groups, strict=True) if each.what in _STATES]
    ends = [*(place for place, _ in turns[1:]), None]
    device = (Span(DEVICE, place, end, *state) for (place, state), end in zip(turns, ends, strict=True))
    return (Span(NEIGHBOUR, 0, None, "plays", "init"), *device)
