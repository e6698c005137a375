"""What a host holds whoever is Master (keepalived ``static_*``): put there at the start and at reloads, kept there, taken away at the end.

keepalived refuses to start when an interface is missing, and leaves alone what goes later; here a static item is put on its interface
whenever that appears or comes up, and put back when somebody takes it away, as a Master's are (``kaspec.vrrp.losses``).
"""

from kaspec.frozen import frozen
from kaspec.tracking import Link
from kaspec.units import Instant
from kaspec.vrrp.acts import install, remove
from kaspec.vrrp.effects import Effect
from kaspec.vrrp.holdings import Holding, Route, Statics, VirtualAddress, interfaces_of
from kaspec.vrrp.losses import Losses, due, keep, lose


@frozen
class Turn:
    """What comes of an event: what is remembered as lost, and what is to be done."""

    losses: Losses = ()
    effects: tuple[Effect, ...] = ()


def begin(statics: Statics) -> Turn:
    """Take hold of everything."""
    return Turn((), _installed(statics.items))


def end(statics: Statics) -> Turn:
    """Let go of everything."""
    return Turn((), remove(statics.items) if statics.items else ())


def change(old: Statics, new: Statics, losses: Losses) -> Turn:
    """Take hold of what is new, then let go of what is gone; the rest is not touched but for routes that go with an address."""
    gone = tuple(each for each in old.items if each not in new.items)
    came = [each for each in new.items if each not in old.items]
    after = _installed(new.routes) if any(isinstance(each, VirtualAddress) for each in gone) else ()
    return Turn(keep(losses, new.items), (*_installed(tuple(came)), *(remove(gone) if gone else ()), *after))


def returned(statics: Statics, losses: Losses, was: Link | None, link: Link | None) -> Turn:
    """An interface appeared or came up: put on it what is to be there; routes may lead through it without naming it."""
    if link is None or (was is not None and (was.up or not link.up)):
        return Turn(losses)
    there = tuple(
        each for each in statics.items if link.name in interfaces_of(each) or (isinstance(each, Route) and not interfaces_of(each))
    )
    return Turn(losses, _installed(there))


def lost(statics: Statics, losses: Losses, holdings: tuple[Holding, ...], now: Instant) -> Turn:
    """Somebody took items away: put back what is ours, at once unless it was put back just now."""
    after, back = lose(losses, (each for each in holdings if each in statics.items), now)
    return Turn(after, _put_back(statics, back))


def again(statics: Statics, losses: Losses, now: Instant) -> Turn:
    """Put back what had to wait."""
    after, back = due(losses, now)
    return Turn(after, _put_back(statics, back))


def _put_back(statics: Statics, back: tuple[Holding, ...]) -> tuple[Effect, ...]:
    """Take hold again; the routes that need a lost address went with it."""
    if any(isinstance(each, VirtualAddress) for each in back):
        back = (*(each for each in back if not isinstance(each, Route)), *statics.routes)
    return _installed(back)


def _installed(items: tuple[Holding, ...]) -> tuple[Effect, ...]:
    return install(items) if items else ()
