"""Keeping hold (Master): what is taken away is put back, what an interface lost by going down is put on it again.

keepalived becomes Backup instead, and Master again after Skew_Time: an outage that clients see.  Putting an item back in place is none.
"""

from kaspec import rules
from kaspec.frozen import evolve
from kaspec.units import Instant
from kaspec.vrrp.acts import Step, announce, install, remove
from kaspec.vrrp.effects import Effect
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import Holding, Route, VirtualAddress
from kaspec.vrrp.losses import due, lose
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master


def lost(router: VirtualRouter, state: Master, event: HoldingsLost, now: Instant) -> Step:
    """Put back what is ours and was taken away, unless it is too soon after the last time."""
    ours = tuple(holding for holding in event.holdings if holding in router.holdings)
    if not ours:
        return Step(state, (), rules.NOTHING_HELD)
    losses, back = lose(state.losses, ours, now)
    after = evolve(state, losses=losses)
    return Step(after, _put_back(router, back), rules.HOLDINGS_RESTORED if back else rules.HOLDINGS_AWAITED)


def due_again(router: VirtualRouter, state: Master, now: Instant) -> Step:
    """Put back what had to wait."""
    losses, back = due(state.losses, now)
    if not back:
        return Step(state, (), rules.NOT_DUE)
    return Step(evolve(state, losses=losses), _put_back(router, back), rules.HOLDINGS_RESTORED)


def put_on(router: VirtualRouter, interface: str) -> tuple[Effect, ...]:
    """Put on the interface what is to be there; routes may lead through it without naming it."""
    addresses = tuple(virtual for virtual in router.held_addresses if virtual.interface == interface)
    holdings = (*addresses, *(router.routes if interface else ()))
    return install(holdings) if holdings else ()


def reconfigured_holdings(previous: VirtualRouter, router: VirtualRouter) -> tuple[Effect, ...]:
    """Let go of what is no longer held, then take hold of what is new and announce it."""
    gone = tuple(holding for holding in previous.holdings if holding not in router.holdings)
    new = tuple(holding for holding in router.holdings if holding not in previous.holdings)
    if any(isinstance(holding, VirtualAddress) for holding in gone):
        kept = (route for route in router.routes if route not in new)
        new = (*new, *kept)  # the kernel drops the routes that need an address with it
    return (*(remove(gone) if gone else ()), *(_put_back(router, new) if new else ()))


def _put_back(router: VirtualRouter, holdings: tuple[Holding, ...]) -> tuple[Effect, ...]:
    """Take hold again and announce the addresses; the routes that may need one went with it."""
    if not holdings:
        return ()
    addresses = tuple(holding for holding in holdings if isinstance(holding, VirtualAddress))
    if addresses:
        holdings = (*(holding for holding in holdings if not isinstance(holding, Route)), *router.routes)
    return (*install(holdings), *(announce(addresses, router.garp.repeat) if addresses else ()))
