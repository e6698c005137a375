"""Debouncing: a link that goes down, or comes up, for a moment only need not move anything (keepalived ``interface_up_down_delays``).

It stands before the node: of what the kernel reports, the node is told at once of everything but a change between up and down that has a
delay.  That one it is told when the delay is over, if the link is still so then; if it changed back before, the node never hears of it.
"""

from collections.abc import Iterable, Mapping

from attrs import field

from kaspec.frozen import evolve, frozen
from kaspec.link_delay import LinkDelay
from kaspec.node import LinkChanged
from kaspec.tracking import Link
from kaspec.units import Instant, after


@frozen
class Held:
    """A link as it is, which counts from ``at`` on."""

    link: Link
    at: Instant


@frozen
class Unsettled:
    """The links of which the node has not been told the whole, by name."""

    held: Mapping[str, Held] = field(factory=dict)


def hear(
    delays: Iterable[LinkDelay], unsettled: Unsettled, told: Link | None, change: LinkChanged, now: Instant
) -> tuple[Unsettled, LinkChanged]:
    """Take a report of the kernel; ``told`` is the link as the node knows it.  Return what the node is to be told now.

    Addresses are never held back, nor is an interface that comes into being or is gone: nothing could go by it in the meantime.
    """
    others = {name: each for name, each in unsettled.held.items() if name != change.name}
    delay = next((each for each in delays if each.interface == change.name), None)
    if change.link is None or told is None or delay is None or change.link.up == told.up:
        return Unsettled(others), change
    waiting = unsettled.held.get(change.name)
    at = after(now, delay.up if change.link.up else delay.down) if waiting is None else waiting.at
    if at <= now:
        return Unsettled(others), change
    return Unsettled({**others, change.name: Held(change.link, at)}), LinkChanged(change.name, evolve(change.link, up=told.up))


def take_due(unsettled: Unsettled, now: Instant) -> tuple[Unsettled, tuple[LinkChanged, ...]]:
    """Take out what counts by now."""
    due = tuple(LinkChanged(name, each.link) for name, each in unsettled.held.items() if each.at <= now)
    return (Unsettled({name: each for name, each in unsettled.held.items() if each.at > now}), due) if due else (unsettled, ())


def next_due(unsettled: Unsettled) -> Instant | None:
    """Return when something counts next."""
    return min((each.at for each in unsettled.held.values()), default=None)
