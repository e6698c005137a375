"""A run as a sequence diagram: a lane for each virtual router of each host, with what it sends, is, waits for, and what there is to say."""

from collections.abc import Iterator

from attrs import field

from kaspec.address import Address, is_multicast
from kaspec.explore.local import goes_out
from kaspec.explore.moves import Crashes, Cuts, Delivers, Doubles, Heals, Loses, Overtakes, Reaches, Stops, Way
from kaspec.explore.playing import Played, Run, addresses_of
from kaspec.explore.telling import discarded, plainly, stories
from kaspec.frozen import define
from kaspec.node import DatagramReceived, NodeState, Transition
from kaspec.picture import Lane, Look, Message, Note, Sequence, Span, Wait
from kaspec.units import Instant
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip

Spot = tuple[int, int]
"""A virtual router of a host: the host, and the place in its node."""


@define
class _Flying:
    """What has been sent on a way and is not there yet."""

    message: Message
    datagram: bytes


@define
class _Drawing:
    """A diagram in the making: what was closed, and by lane what is open."""

    run: Run
    lanes: dict[Spot, int] = field(init=False)
    spans: list[Span] = field(factory=list)
    waits: list[Wait] = field(factory=list)
    messages: list[Message] = field(factory=list)
    flying: dict[Way, list[_Flying]] = field(factory=dict)
    is_now: dict[int, Span] = field(factory=dict)
    waiting: dict[int, Wait] = field(factory=dict)
    cuts: set[tuple[int, int]] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        spots = ((host, place) for host, there in enumerate(self.run.world.hosts) for place in range(len(there.node.routers)))
        self.lanes = {spot: number for number, spot in enumerate(spots)}
        for lane in self.lanes.values():
            self.is_now[lane] = Span(lane, 0, None, "off", "off")

    def take(self, place: int, played: Played) -> None:
        """Add a move."""
        match played.move:
            case Cuts(sender, receiver, both):
                self.cuts |= {(sender, receiver), *([(receiver, sender)] if both else [])}
            case Heals(one, other):
                self.cuts -= {(one, other), (other, one)}
            case Loses(way):
                self._lands(place, way, None, "lost", "lost on its way")
            case Delivers(way) | Overtakes(way):
                self._arrives(place, way, played)
            case Doubles(way):
                still = list(self.flying.get(way, []))
                self._arrives(place, way, played)
                self.flying[way] = still
            case _:
                pass
        for _, transition in played.done:
            self._sends(place, played, transition)
        if played.host is not None and (played.done or isinstance(played.move, Crashes)):
            running = not isinstance(played.move, Crashes | Stops)
            self._becomes(place, played, played.done[-1][1].state if played.done else None, running)

    def _arrives(self, place: int, way: Way, played: Played) -> None:
        datagram = next((event.datagram for event, _ in played.done if isinstance(event, DatagramReceived)), None)
        rules = [rule for _, transition in played.done for rule in discarded(transition)]
        if not played.done:
            self._lands(place, way, datagram, "lost", "nobody listens there")
        elif rules:
            self._lands(place, way, datagram, "discarded", plainly(rules[0]))
        else:
            self._lands(place, way, datagram, "arrives", "")

    def _lands(self, place: int, way: Way, datagram: bytes | None, fate: str, why: str) -> None:
        """End the flight of a datagram: that one, or the oldest on its way."""
        there = self.flying.get(way, [])
        found = next((each for each in there if each.datagram == datagram), there[0] if there else None)
        if found is not None:
            there.remove(found)
            sent = found.message
            self.messages.append(Message(sent.sender, sent.sent, sent.receiver, place, sent.text, fate, why))  # type: ignore[arg-type]

    def _sends(self, place: int, played: Played, transition: Transition) -> None:
        host = played.host
        assert host is not None
        for outcome in transition.steps:
            for effect in outcome.step.effects:
                if isinstance(effect, SendAdvertisement) and outcome.place is not None and goes_out(transition.state, outcome.router.port):
                    packet = transmit(effect)
                    self._send(place, (host, outcome.place), outcome.router.port, packet.destination, encode_ip(packet), effect)

    def _send(self, place: int, spot: Spot, port: str, destination: Address, datagram: bytes, effect: SendAdvertisement) -> None:
        world, (host, _) = self.run.world, spot
        wire = world.hosts[host].wires.get(port)
        for receiver, there in enumerate(world.hosts):
            reached = is_multicast(destination) or any(destination in link.addresses for link in there.links)
            if receiver == host or wire not in there.wires.values() or not reached or wire is None:
                continue
            text = f"priority {effect.advertisement.priority}"
            message = Message(self.lanes[spot], place, self._facing(spot, receiver), None, text, "under-way")
            if (host, receiver) in self.cuts:
                self.messages.append(Message(message.sender, place, message.receiver, place, text, "lost", "cut off"))
            else:
                self.flying.setdefault(Way(host, receiver, wire), []).append(_Flying(message, datagram))

    def _facing(self, spot: Spot, receiver: int) -> int:
        """Return the lane of a host that a virtual router of another faces: the same virtual router's, or its first."""
        host, place = spot
        rows = (row[receiver] for row in self.run.world.virtual if row[host] == place)
        return self.lanes[receiver, next((there for there in rows if there is not None), 0)]

    def _becomes(self, place: int, played: Played, state: NodeState | None, running: bool) -> None:
        for (host, number), lane in self.lanes.items():
            if host != played.host:
                continue
            there = state.states[number] if state is not None and running and number < len(state.states) else None
            word, look = _look(there)
            now = self.is_now[lane]
            if (now.word, now.look) != (word, look):
                self.spans.append(Span(lane, now.begins, place, now.word, now.look))
                self.is_now[lane] = Span(lane, place, None, word, look)
            self._waits(place, lane, _due(there), isinstance(played.move, Reaches))

    def _waits(self, place: int, lane: int, due: Instant | None, reaches: bool) -> None:
        before = self.waiting.get(lane)
        if before is not None and before.due != due:
            reached = reaches and before.due <= self.run.played[place].at
            self.waits.append(Wait(lane, before.begins, place, before.due, reached))
            del self.waiting[lane]
        if due is not None and lane not in self.waiting:
            self.waiting[lane] = Wait(lane, place, None, due)

    def done(self) -> Sequence:
        """Close what is open."""
        run = self.run
        notes = [Note(place, line.text, None, line.kind) for place, lines in enumerate(stories(run)) for line in lines]
        return Sequence(
            tuple(_lanes(run)),
            tuple(played.at for played in run.played),
            tuple(sorted((*self.spans, *self.is_now.values()), key=lambda span: (span.lane, span.begins))),
            tuple(sorted((*self.waits, *self.waiting.values()), key=lambda wait: (wait.lane, wait.begins))),
            (*self.messages, *(each.message for flights in self.flying.values() for each in flights)),
            tuple(notes),
            run.again,
        )


def picture(run: Run) -> Sequence:
    """Return the diagram of a run; its places are the run's moves."""
    drawing = _Drawing(run)
    for place, played in enumerate(run.played):
        drawing.take(place, played)
    return drawing.done()


def _lanes(run: Run) -> Iterator[Lane]:
    for host in run.world.hosts:
        for router in host.node.routers:
            name = host.name if len(host.node.routers) == 1 else f"{host.name} {router.name}"
            yield Lane(name, f"priority {router.priority}, {addresses_of(host)}" if addresses_of(host) else f"priority {router.priority}")


def _look(state: State | None) -> tuple[str, Look]:
    match state:
        case None:
            return "off", "off"
        case Master():
            return "Master", "master"
        case Backup():
            return "Backup", "backup"
        case Fault():
            return "FAULT", "fault"
        case Initialize():
            return "waiting", "init"


def _due(state: State | None) -> Instant | None:
    """Return what a virtual router waits for: to advertise, or to become Master."""
    match state:
        case Master():
            return state.adver_at
        case Backup():
            return state.master_down_at
        case _:
            return None
