"""What one host is, told relative to now, and what it makes of an event: the daemon's ``node_step``, and nothing else."""

from typing import Literal, assert_never

from kaspec.explore.world import STEADY, Host
from kaspec.frozen import evolve, frozen
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    NodeEvent,
    NodeState,
    TrackerReported,
    Transition,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.reconfiguration import reconfigure
from kaspec.tracking import Finding, Link, Tracker
from kaspec.units import ZERO, Instant, Interval
from kaspec.vrrp.events import HoldingsLost, Shutdown, Startup
from kaspec.vrrp.losses import remembered
from kaspec.vrrp.state import Master, State, rebase

NOW = Instant(0)
Power = Literal["new", "on", "off", "paused"]
"""Not started yet; running; crashed or stopped; running, but doing nothing for a while."""


@frozen(cache_hash=True)
class Local:
    """A host between two events; every instant in it is relative to now, so that what only differs by the clock is equal.

    ``pause`` is how long it may still do nothing, while it is paused.  Its clock runs at ``rate``, and is by ``fraction`` thousandths of a
    microsecond ahead.  ``setup`` is the number of its configuration.
    """

    power: Power
    states: tuple[State, ...]
    links: tuple[Link, ...]
    findings: tuple[tuple[Tracker, Finding], ...]
    pause: Interval = ZERO
    rate: int = STEADY
    fraction: int = 0
    setup: int = 0

    @property
    def node_state(self) -> NodeState:
        """The state as the core has it, at instant 0."""
        return NodeState(self.states, {link.name: link for link in self.links}, dict(self.findings))


@frozen(cache_hash=True)
class Deadline:
    """What is due is reached."""


@frozen(cache_hash=True)
class PowerChanged:
    """The host starts, is stopped, or dies."""

    to: Literal["start", "stop", "crash"]


@frozen(cache_hash=True)
class Paused:
    """The host does nothing for so long, unless it is woken."""

    interval: Interval


@frozen(cache_hash=True)
class Woken:
    """The host goes on."""


@frozen(cache_hash=True)
class RateChanged:
    """The host's clock runs at another rate."""

    rate: int


@frozen(cache_hash=True)
class Reloaded:
    """The host takes a configuration, by its number."""

    setup: int


CoreEvent = Deadline | DatagramReceived | LinkChanged | TrackerReported | HoldingsLost
"""What a running host takes."""
LocalEvent = CoreEvent | PowerChanged | Paused | Woken | RateChanged | Reloaded


@frozen
class Reaction:
    """What a host made of an event.  ``failure`` is what the core raised, which it never should: the host is then as before."""

    before: Local
    event: LocalEvent
    after: Local
    transition: Transition
    failure: str = ""


def beginning(host: Host) -> Local:
    """Return a host that has never started; whatever it tracks will be found good."""
    tracked = sorted({tracker for setup in host.setups for tracker in setup.node.tracked})
    findings = tuple((tracker, Finding(good=True)) for tracker in tracked)
    state = initial(host.node, host.links, dict(findings))
    return Local("new", state.states, tuple(sorted(host.links, key=lambda link: link.name)), findings, rate=host.rate)


def next_due(local: Local) -> Interval | None:
    """Return how long it is until the next deadline; one that a change of priority put into the past is due now.

    While a host is paused, that is the end of its pause.
    """
    if local.power == "paused":
        return local.pause
    at = _deadline(local)
    return None if at is None else Interval(max(-((local.fraction - at * STEADY) // local.rate), 0))


def _deadline(local: Local) -> Instant | None:
    return next_deadline(local.node_state) if local.power == "on" else None


def elapse(local: Local, interval: Interval) -> Local:
    """Let time pass."""
    own, fraction = own_time(local, interval)
    states = tuple(relative(state, Instant(own)) for state in local.states)
    return evolve(local, states=states, pause=Interval(local.pause - interval) if local.pause else ZERO, fraction=fraction)


def own_time(local: Local, interval: Interval) -> tuple[Interval, int]:
    """Return how much passes on a host's own clock meanwhile, and the thousandths of a microsecond beyond.

    A deadline is met to its microsecond, so what is beyond it then does not count.
    """
    own, fraction = divmod(local.fraction + interval * local.rate, STEADY)
    if not fraction and local.rate == STEADY:
        return interval, 0
    at = _deadline(local)
    if at is None or own >= at > 0:
        return Interval(own if at is None else at), 0
    return Interval(own), fraction


def relative(state: State, now: Instant) -> State:
    """Return a state as seen from now, without what was lost too long ago to matter."""
    seen = rebase(state, Interval(-now))
    if isinstance(seen, Master) and seen.losses:
        return evolve(seen, losses=remembered(seen.losses, NOW))
    return seen


def react(host: Host, local: Local, event: LocalEvent) -> Reaction:
    """Take one event now.  A host that does not run takes notice of nothing but what happens to its interfaces."""
    try:
        return _react(host, local, event)
    except Exception as error:  # that nothing raises is a property to be checked (S9)
        return Reaction(local, event, local, Transition(local.node_state), f"{type(error).__name__}: {error}")


def _react(host: Host, local: Local, event: LocalEvent) -> Reaction:
    if isinstance(event, PowerChanged):
        return _switch(host, local, event)
    if isinstance(event, RateChanged):
        return Reaction(local, event, evolve(local, rate=event.rate, fraction=0), Transition(local.node_state))
    if isinstance(event, Reloaded):
        return _reload(host, local, event)
    if isinstance(event, Paused):
        return Reaction(local, event, evolve(local, power="paused", pause=event.interval), Transition(local.node_state))
    if local.power == "paused":
        return Reaction(local, event, evolve(local, power="on", pause=ZERO), Transition(local.node_state))
    assert not isinstance(event, Woken)
    if local.power != "on" or (isinstance(event, DatagramReceived) and not is_up(local, event.interface)):
        return Reaction(local, event, _asleep(host, local, event), Transition(local.node_state))
    taken = node_step(host.node_of(local.setup), local.node_state, core_event(event, local.node_state), NOW)
    return Reaction(local, event, _local(local, "on", taken.state), taken)


def core_event(event: CoreEvent, state: NodeState, now: Instant = NOW) -> NodeEvent:
    """Return the event of the core; a deadline is that of all virtual routers that are due."""
    return DeadlinesReached(due(state, now)) if isinstance(event, Deadline) else event


def _reload(host: Host, local: Local, event: Reloaded) -> Reaction:
    """A host that does not run will begin with the new configuration."""
    old, new = host.node_of(local.setup), host.node_of(event.setup)
    if local.power == "on":
        taken = reconfigure(old, new, local.node_state, NOW)
    else:
        taken = Transition(initial(new, local.links, dict(local.findings)))
    return Reaction(local, event, evolve(_local(local, local.power, taken.state), setup=event.setup), taken)


def _switch(host: Host, local: Local, event: PowerChanged) -> Reaction:
    before, node = local.node_state, host.node_of(local.setup)
    match event.to:
        case "start":
            taken = node_step(node, initial(node, local.links, dict(local.findings)), Startup(), NOW)
            return Reaction(local, event, _local(local, "on", taken.state), taken)
        case "stop":
            taken = node_step(node, before, Shutdown(), NOW)
            return Reaction(local, event, _local(local, "off", taken.state), taken)
        case "crash":
            taken = Transition(initial(node, local.links, dict(local.findings)))
            return Reaction(local, event, _local(local, "off", taken.state), taken)
        case _:
            assert_never(event.to)


def is_up(local: Local, interface: str) -> bool:
    """Tell whether anything goes in and out of an interface."""
    return all(link.up for link in local.links if link.name == interface)


def goes_out(state: NodeState, interface: str) -> bool:
    """Tell the same of a host as the core has it."""
    return all(link.up for link in state.links.values() if link.name == interface)


def _asleep(host: Host, local: Local, event: LocalEvent) -> Local:
    """The world goes on while a host does not run: it will find it so.  A packet leaves no trace."""
    if not isinstance(event, LinkChanged | TrackerReported):
        return local
    seen = local.node_state
    if isinstance(event, LinkChanged):
        seen = evolve(seen, links={**seen.links, **({event.name: event.link} if event.link else {})})
    elif event.finding:
        seen = evolve(seen, findings={**seen.findings, event.tracker: event.finding})
    return _local(local, local.power, initial(host.node_of(local.setup), seen.links.values(), seen.findings))


def _local(before: Local, power: Power, state: NodeState) -> Local:
    """A node forgets of what it does not track; the world does not."""
    links = tuple(sorted(state.links.values(), key=lambda link: link.name))
    findings = tuple(sorted({**dict(before.findings), **state.findings}.items()))
    return evolve(before, power=power, states=state.states, links=links, findings=findings)
