"""Run a trace on the pure core: every moment says whether what was expected held, or what differed."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from kaspec import node as core
from kaspec.frozen import evolve, frozen
from kaspec.node import ClockSet, DatagramReceived, DeadlinesReached, LinkChanged, Node, NodeState, TrackerReported, Transition
from kaspec.reconfiguration import reconfigure
from kaspec.trace import language as t
from kaspec.trace.adverts import build, describe, overlay, usual
from kaspec.trace.configuration import groups_of, routers_of
from kaspec.trace.held import Loses
from kaspec.trace.observing import Difference, Seen, as_one, differences, seen, unaffected, unclaimed_rule
from kaspec.trace.writing import write_expectation, write_subject
from kaspec.tracking import Link
from kaspec.units import Interval, in_seconds
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import HoldingsLost, Shutdown, Startup
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import State, next_deadline
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import Packet, encode_ip


@frozen
class Judged:
    """A moment, what every virtual router concerned did, and what differed from the expectations.

    ``event`` is what the core was told; ``None`` for a reload, a crash, and where there was nothing to deliver.
    """

    moment: t.Moment
    seen: tuple[Seen, ...]
    differences: tuple[Difference, ...]
    event: core.NodeEvent | None = None


@frozen
class Verdict:
    """What a run of a trace came to."""

    trace: t.Trace
    moments: tuple[Judged, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Everything that differed, in order."""
        return tuple(difference for judged in self.moments for difference in judged.differences)

    @property
    def holds(self) -> bool:
        """Whether the trace holds."""
        return not self.differences


@frozen
class _Host:
    """A router of the trace as it stands: its configuration, its state, and the last packet each virtual router sent."""

    node: Node
    state: NodeState
    sent: Mapping[str, Packet]


_Hosts = dict[str, _Host]


def run(trace: t.Trace) -> Verdict:
    """Run a trace that ``parse`` accepted."""
    hosts = {router.name: _begin(trace, router) for router in trace.routers}
    judged = []
    for moment in trace.timeline:
        overdue = () if trace.recorded else tuple(_overdue(hosts, moment))
        what, hosts[moment.subject.router] = _take(trace, hosts, moment)
        judged.append(evolve(what, differences=(*overdue, *what.differences)))
    return Verdict(trace, tuple(judged))


def _configured(trace: t.Trace, configuration: t.Configuration) -> Node:
    read = routers_of(configuration, trace.profile, trace.name)
    return Node(tuple(router for router in read if isinstance(router, VirtualRouter)), groups_of(configuration))


def _begin(trace: t.Trace, router: t.Router) -> _Host:
    node = _configured(trace, router.configuration)
    return _Host(node, core.initial(node, [Link(each.name, each.up, each.addresses) for each in router.interfaces]), {})


def _overdue(hosts: _Hosts, moment: t.Moment) -> Iterator[Difference]:
    """A trace that lets a deadline pass is no run of a router."""
    for name, host in hosts.items():
        for router, state in zip(host.node.routers, host.state.states, strict=True):
            at = next_deadline(state)
            if at is not None and at < moment.at:
                expected = f"a deadline of {name}/{router.name} at {in_seconds(at)}"
                yield Difference(moment.line, name, expected, f"nothing until {in_seconds(moment.at)}")


def _take(trace: t.Trace, hosts: _Hosts, moment: t.Moment) -> tuple[Judged, _Host]:
    host, event = hosts[moment.subject.router], None
    if isinstance(moment.stimulus, t.Reloads):
        node = _configured(trace, moment.stimulus.configuration)
        transition = reconfigure(host.node, node, host.state, moment.at)
    elif isinstance(moment.stimulus, t.Crashes):
        node, transition = host.node, Transition(core.initial(host.node, host.state.links.values()))
    else:
        node = host.node
        event = _event(hosts, moment, moment.stimulus)
        if event is None:
            complaint = Difference(moment.line, moment.subject.router, "an advertisement to deliver", "none was sent")
            return Judged(moment, (), (complaint,)), host
        transition = core.node_step(node, host.state, event, moment.at)
    found = _seen(node, transition)
    sent = {outcome.router.name: transmit(effect) for outcome in transition.steps for effect in outcome.step.effects
            if isinstance(effect, SendAdvertisement)}  # fmt: skip
    return Judged(moment, found, tuple(_judge(moment, found)), event), _Host(node, transition.state, {**host.sent, **sent})


def _seen(node: Node, transition: Transition) -> tuple[Seen, ...]:
    """Return what was seen of every virtual router: those that stepped, in order, then those to which nothing happened."""
    stepped = {outcome.place for outcome in transition.steps}
    others = (place for place in range(len(node.routers)) if place not in stepped)
    rule = unclaimed_rule(transition.unclaimed)
    still = (unaffected(node.routers[place], transition.state.states[place], rule) for place in others)
    return (*map(seen, as_one(transition.steps)), *still)


def _event(hosts: _Hosts, moment: t.Moment, stimulus: t.Stimulus) -> core.NodeEvent | None:
    host = hosts[moment.subject.router]
    match stimulus:
        case t.Starts():
            return Startup()
        case t.Stops():
            return Shutdown()
        case t.Deadline():
            return DeadlinesReached(_places(host, moment))
        case t.ReceivesDatagram(datagram, interface):
            return DatagramReceived(interface or _receiver(host, moment.subject)[0].port, datagram)
        case t.ReceivesAdvert():
            return _delivery(hosts, moment.subject, stimulus)
        case t.LinkIs(interface, state, addresses):
            was = host.state.links.get(interface)
            now = addresses if addresses is not None else was.addresses if was else ()
            return LinkChanged(interface, None if state == "gone" else Link(interface, state == "up", now))
        case t.AddressesAre(interface, addresses):
            was = host.state.links.get(interface)
            return LinkChanged(interface, Link(interface, was.up if was else True, addresses))
        case t.Reports(tracker, finding):
            return TrackerReported(tracker, finding)
        case t.ClockIs(wall):
            return ClockSet(Interval(wall - moment.at))
        case Loses():
            return HoldingsLost(_taken_away(host.node, stimulus))
        case t.Crashes() | t.Reloads():
            raise AssertionError("these are no events")
        case _:
            assert_never(stimulus)


def _taken_away(node: Node, lost: Loses) -> tuple[Holding, ...]:
    """Return what the node's routers hold by the names that a trace has for it."""
    found: dict[Holding, None] = {}
    for router in node.routers:
        found |= dict.fromkeys(each for each in router.rules if each.priority in lost.rules)
        found |= dict.fromkeys(each for each in router.held_addresses if (each.address, each.prefix_length) in lost.addresses)
        found |= dict.fromkeys(each for each in router.routes if (each.destination, each.prefix_length) in lost.routes)
    return tuple(found)


def _places(host: _Host, moment: t.Moment) -> tuple[int, ...]:
    """The virtual routers named, or those due, or (to see that it is early) all."""
    if moment.subject.instances:
        return tuple(place for place, router in enumerate(host.node.routers) if router.name in moment.subject.instances)
    return core.due(host.state, moment.at) or tuple(range(len(host.node.routers)))


def _receiver(host: _Host, subject: t.Subject) -> tuple[VirtualRouter, State]:
    """The virtual router that gives a packet its defaults: the one named, else the first."""
    if not host.node.routers:
        nobody = VirtualRouter("nobody", "", 0)
        return nobody, core.initial(Node((nobody,))).states[0]
    named = [place for place, router in enumerate(host.node.routers) if router.name in subject.instances]
    place = named[0] if named else 0
    return host.node.routers[place], host.state.states[place]


def _delivery(hosts: _Hosts, subject: t.Subject, stimulus: t.ReceivesAdvert) -> DatagramReceived | None:
    router, state = _receiver(hosts[subject.router], subject)
    interface, source = stimulus.interface or router.port, state.standing.address
    said = stimulus.fields
    if stimulus.sender:
        sent = _last_sent(hosts[stimulus.sender.router], stimulus.sender)
        if sent is None:
            return None
        if said == t.AdvertFields():
            return DatagramReceived(interface, encode_ip(sent))
        said = overlay(overlay(usual(router, source), describe(router, source, sent)), said)
    return DatagramReceived(interface, encode_ip(build(router, source, said)))


def _last_sent(host: _Host, sender: t.Subject) -> Packet | None:
    names = sender.instances or tuple(host.sent)
    return next((host.sent[name] for name in reversed(names) if name in host.sent), None)


def _judge(moment: t.Moment, found: tuple[Seen, ...]) -> Iterator[Difference]:
    """Compare every expectation with what was seen; what nobody mentions must not have happened."""
    if any(expectation.subject is None for expectation in moment.expectations):
        return
    received = isinstance(moment.stimulus, t.ReceivesAdvert | t.ReceivesDatagram)
    mentioned = set()
    for expectation in moment.expectations:
        concerned = [each for each in found if _is_about(expectation, each)]
        mentioned |= {each.instance for each in concerned}
        subject = write_subject(expectation.subject) if expectation.subject else ""
        found_here = [difference for each in concerned for difference in differences(expectation, each, subject, received)]
        if not concerned and (found or expectation.subject != t.Subject(moment.subject.router)):
            found_here = [Difference(expectation.line, subject, write_expectation(expectation), "nobody to do it")]
        if not expectation.forbidden:
            yield from found_here
        elif not found_here:
            rule = concerned[0].rule if concerned else None
            yield Difference(expectation.line, subject, "not what the line says", "just that: the violation was accepted", rule)
    for each in found:
        if each.instance not in mentioned and not each.unchanged:
            got = write_expectation(t.Expectation(None, each.told)).removeprefix("=> ")
            yield Difference(moment.line, f"{moment.subject.router}/{each.instance}", "nothing", got, each.rule)


def _is_about(expectation: t.Expectation, each: Seen) -> bool:
    assert expectation.subject is not None
    return not expectation.subject.instances or each.instance in expectation.subject.instances
