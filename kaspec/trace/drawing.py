"""A trace as a sequence diagram: a lane for each virtual router, what it hears, sends and is, and what differs from what was expected."""

from collections.abc import Iterator

from attrs import field

from kaspec.frozen import define
from kaspec.picture import Fate, Kind, Lane, Look, Message, Note, Sequence, Span
from kaspec.trace import language as t
from kaspec.trace.observing import Seen
from kaspec.trace.running import Judged, Verdict
from kaspec.trace.writing import write_items, write_stimulus
from kaspec.vrrp.events import AdvertisementDiscarded

OTHERS = "others"
"""Whoever sends what no router of the trace is said to have sent."""
_LOOKS: dict[t.StateWord, tuple[str, Look]] = {
    "master": ("Master", "master"),
    "backup": ("Backup", "backup"),
    "fault": ("FAULT", "fault"),
    "init": ("off", "off"),
}


@define
class _Drawing:
    """A diagram in the making; ``sent`` is where each lane advertised last."""

    lanes: dict[tuple[str, str], int]
    spans: list[Span] = field(factory=list)
    messages: list[Message] = field(factory=list)
    notes: list[Note] = field(factory=list)
    is_now: dict[int, Span] = field(factory=dict)
    sent: dict[int, int] = field(factory=dict)

    def take(self, place: int, judged: Judged) -> None:
        """Add a moment."""
        router, stimulus = judged.moment.subject.router, judged.moment.stimulus
        heard = isinstance(stimulus, t.ReceivesAdvert | t.ReceivesDatagram)
        first = next((self.lanes[router, each.instance] for each in judged.seen if (router, each.instance) in self.lanes), None)
        if not isinstance(stimulus, t.Deadline) and not heard:
            kind: Kind = "fault" if isinstance(stimulus, t.Crashes) else "event"
            self.notes.append(Note(place, f"{router} {write_stimulus(stimulus)}", first, kind))
        if isinstance(stimulus, t.Crashes):
            for (name, _), lane in self.lanes.items():
                if name == router:
                    self._becomes(place, lane, "off", "off")
        for each in judged.seen:
            if (router, each.instance) in self.lanes and (each.outcome or len(judged.seen) == 1):
                self._seen(place, self.lanes[router, each.instance], each, stimulus)
        for difference in judged.differences:
            self.notes.append(Note(place, f"{difference.subject}: expected {difference.expected}, got {difference.got}", first, "fault"))

    def _seen(self, place: int, lane: int, each: Seen, stimulus: t.Stimulus) -> None:
        discarded = each.outcome is None or isinstance(each.outcome.event, AdvertisementDiscarded)
        if isinstance(stimulus, t.ReceivesAdvert | t.ReceivesDatagram):
            fate: Fate = "discarded" if discarded else "arrives"
            message = self._heard(place, lane, stimulus, fate, str(each.rule))
            self.messages.append(message)
            if message.sender == self.lanes.get((OTHERS, "")):
                what = write_stimulus(stimulus) if isinstance(stimulus, t.ReceivesAdvert) else "receives a datagram"
                self.notes.append(Note(place, what, lane))
            if discarded:
                self.notes.append(Note(place, f"discarded by {each.rule}", lane, "discard"))
        if any(isinstance(item, t.Sends) for item in each.effects):
            self.sent[lane] = place
        effects = [item for number, item in enumerate(each.effects) if number not in each.silent]
        if effects or each.entered:
            items = (*effects, *((each.state,) if each.entered else ()))
            self.notes.append(Note(place, write_items(items), lane, "change" if each.entered else "event"))
        self._becomes(place, lane, *_LOOKS[each.state.state])

    def _heard(self, place: int, lane: int, stimulus: t.ReceivesAdvert | t.ReceivesDatagram, fate: Fate, rule: str) -> Message:
        sender = stimulus.sender if isinstance(stimulus, t.ReceivesAdvert) else None
        told = stimulus.fields.priority if isinstance(stimulus, t.ReceivesAdvert) else None
        text = "datagram" if isinstance(stimulus, t.ReceivesDatagram) else "advert" if told is None else f"priority {told}"
        lanes = [number for (name, instance), number in self.lanes.items()
                 if sender and name == sender.router and (not sender.instances or instance in sender.instances)]  # fmt: skip
        whose = lanes[0] if lanes and lanes[0] != lane else self.lanes[OTHERS, ""]
        return Message(whose, self.sent.get(whose, place), lane, place, text, fate, rule if fate == "discarded" else "")

    def _becomes(self, place: int, lane: int, word: str, look: Look) -> None:
        now = self.is_now.get(lane)
        if now is not None and (now.word, now.look) == (word, look):
            return
        if now is not None:
            self.spans.append(Span(now.lane, now.begins, place, now.word, now.look))
        self.is_now[lane] = Span(lane, place, None, word, look)


def diagram(verdict: Verdict) -> Sequence:
    """Return the diagram of a trace that was run."""
    lanes = list(_lanes(verdict))
    drawing = _Drawing({key: number for number, key in enumerate(lanes)})
    for place, judged in enumerate(verdict.moments):
        drawing.take(place, judged)
    several = {router for router, _ in lanes if sum(name == router for name, _ in lanes) > 1}
    heads = (Lane(name, "") if name == OTHERS else Lane(name, instance if name in several else "") for name, instance in lanes)
    spans = (*drawing.spans, *drawing.is_now.values())
    instants = tuple(each.moment.at for each in verdict.moments)
    return Sequence(tuple(heads), instants, spans, (), tuple(drawing.messages), tuple(drawing.notes))


def _lanes(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Return the lanes: whoever else speaks if somebody does, then the virtual routers of each router in the order they are seen."""
    if any(_is_from_others(each.moment) for each in verdict.moments):
        yield OTHERS, ""
    for router in verdict.trace.routers:
        own = (seen.instance for each in verdict.moments if each.moment.subject.router == router.name for seen in each.seen)
        yield from ((router.name, instance) for instance in dict.fromkeys(own))


def _is_from_others(moment: t.Moment) -> bool:
    """Whether what is heard was sent by no other router of the trace; who hears itself hears it from the LAN."""
    match moment.stimulus:
        case t.ReceivesDatagram():
            return True
        case t.ReceivesAdvert(_, sender):
            return sender is None or sender.router == moment.subject.router
    return False
