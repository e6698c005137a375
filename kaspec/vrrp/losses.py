"""How eagerly what somebody takes away is put back: at once, but ever more slowly with one who does not let it be.

Pure: who holds something keeps ``Losses`` in its state.  After each time that an item is put back it has a pause, during which it is not
put back again; a loss within the pause waits for its end.  Each such loss doubles the pause, up to ``LONGEST_PAUSE``; an item that was left
alone for a pause after its pause has begun anew.
"""

from collections.abc import Iterable, Sequence

from kaspec.frozen import evolve, frozen
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.vrrp.holdings import Holding

FIRST_PAUSE = Interval(SECOND // 10)
LONGEST_PAUSE = Interval(10 * SECOND)


@frozen(cache_hash=True)
class Loss:
    """An item that was lost: it is not put back before ``until``, and ``missing`` if it is to be put back then."""

    holding: Holding
    pause: Interval
    until: Instant
    missing: bool = False


Losses = tuple[Loss, ...]


def lose(losses: Losses, holdings: Iterable[Holding], now: Instant) -> tuple[Losses, tuple[Holding, ...]]:
    """Take note that items were lost; return what is to be put back at once."""
    known = {loss.holding: loss for loss in remembered(losses, now)}
    back: list[Holding] = []
    for holding in dict.fromkeys(holdings):
        before = known.get(holding)
        if before is None:
            known[holding] = Loss(holding, FIRST_PAUSE, after(now, FIRST_PAUSE))
            back.append(holding)
        elif before.missing or now < before.until:
            known[holding] = evolve(before, missing=True)
        else:
            known[holding] = _put_back(before, now)
            back.append(holding)
    return tuple(known.values()), tuple(back)


def remembered(losses: Losses, now: Instant) -> Losses:
    """Return what still matters: an item that was left alone for long enough has begun anew."""
    return tuple(loss for loss in losses if loss.missing or now < loss.until + loss.pause)


def due(losses: Losses, now: Instant) -> tuple[Losses, tuple[Holding, ...]]:
    """Return what is to be put back now."""
    ripe = [loss for loss in losses if loss.missing and loss.until <= now]
    if not ripe:
        return losses, ()
    return tuple(_put_back(loss, now) if loss in ripe else loss for loss in losses), tuple(loss.holding for loss in ripe)


def next_due(losses: Losses) -> Instant | None:
    """Return when something is to be put back, if anything waits."""
    return min((loss.until for loss in losses if loss.missing), default=None)


def keep(losses: Losses, holdings: Sequence[Holding]) -> Losses:
    """Forget what is no longer held."""
    return tuple(loss for loss in losses if loss.holding in holdings)


def rebase(losses: Losses, by: Interval) -> Losses:
    """Translate every instant."""
    return tuple(evolve(loss, until=Instant(loss.until + by)) for loss in losses)


def _put_back(loss: Loss, now: Instant) -> Loss:
    pause = min(Interval(2 * loss.pause), LONGEST_PAUSE)
    return Loss(loss.holding, pause, after(now, pause))
