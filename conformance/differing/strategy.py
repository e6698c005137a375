"""What Hypothesis writes: plots of everything that a neighbour, a cable and an operator can do to a router."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from conformance.differing.plot import HIGHER_PRIORITY, PLUGS, UNPLUGS, Move, Pause, Plot, Setting, Until
from kaspec.address import Family
from kaspec.trace import language as t
from kaspec.vrrp.router import Version

MOST_MOVES = 7
INTERVALS: dict[Version, tuple[int, ...]] = {2: (1000,), 3: (300, 500, 1000)}
"""Advertisement intervals in milliseconds; below 0.3 s a router that is late within the tolerance has skipped an advertisement."""

SPOKEN: tuple[tuple[Version, Family], ...] = ((2, 4), (3, 4), (3, 6))
"""Versions and the families in which they are spoken."""


@st.composite
def settings_of_a_router(draw: st.DrawFn) -> Setting:
    """Any router but one that owns its address."""
    version, family = draw(st.sampled_from(SPOKEN))
    return Setting(
        version,
        family,
        draw(st.sampled_from(INTERVALS[version])),
        draw(st.sampled_from((100, 1, 50, 150, 200, 254))),
        draw(st.integers(1, 3)),
        draw(st.sampled_from((True, True, False))),
        version == 2 and draw(st.booleans()),
    )


def _odd(setting: Setting) -> st.SearchStrategy[tuple[str, Any]]:
    """One thing that is odd about an advertisement: a field of ``AdvertFields`` and its value."""
    virtual, foreign = setting.virtual, setting.foreign
    own = setting.milliseconds // (1000 if setting.version == 2 else 10)
    values: dict[str, tuple[Any, ...]] = {
        "ttl": (254, 64, 1),
        "version": (5 - setting.version, 4),
        "type": (2, 0),
        "checksum": ("wrong", "message") if (setting.version, setting.family) == (3, 4) else ("wrong",),
        "interval": (2 * own, 3 * own, max(1, own // 2), 0),
        "addresses": ((foreign,), (*virtual, foreign), virtual[:-1], virtual[::-1], (foreign, *virtual[1:])),
        "count": (0, len(virtual) + 1),
        "trailing": (bytes(4), bytes(1)),
        "truncated": (1, 4, 8),
        "destination": (setting.own,),
    }
    if setting.version == 2:
        values |= {"auth_type": (0, 1, 2, 7), "auth_data": (bytes(8), b"guessed\0")}
    return st.sampled_from(sorted(values)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(values[name])))


@st.composite
def adverts(draw: st.DrawFn, setting: Setting) -> t.ReceivesAdvert:
    """An advertisement from one of two neighbours, as a rule with nothing odd about it."""
    priority = setting.priority
    near = (HIGHER_PRIORITY, HIGHER_PRIORITY, HIGHER_PRIORITY, 0, 0, 1, max(1, priority - 1), priority, min(254, priority + 1), 254, 255)
    said = t.AdvertFields(source=draw(st.sampled_from((setting.lower, setting.higher))), priority=draw(st.sampled_from(near)))
    odd = draw(st.sampled_from((0, 0, 1, 1, 1, 2)))
    return t.ReceivesAdvert(evolve(said, **dict(draw(_odd(setting)) for _ in range(odd))))


waits = st.builds(Pause, st.integers(0, 14)) | st.builds(Until, st.integers(1, 3), st.booleans())


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    """Any plot: mostly advertisements, a few of which come again and again, now and then the cable, and an end of it all."""
    setting = draw(settings_of_a_router())
    said = st.sampled_from(draw(st.lists(adverts(setting), min_size=1, max_size=3)))
    happens: st.SearchStrategy[Any] = st.one_of(said, said, said, said, said, said, st.sampled_from((UNPLUGS, t.Stops())))
    return Plot(setting, tuple(_plugged_again(draw(st.lists(st.builds(Move, waits, happens), min_size=1, max_size=MOST_MOVES)))))


def _plugged_again(moves: Iterable[Move]) -> Iterator[Move]:
    """Have every other pulled cable put in again."""
    plugged = True
    for move in moves:
        if move.stimulus == UNPLUGS:
            yield move if plugged else evolve(move, stimulus=PLUGS)
            plugged = not plugged
        else:
            yield move


def written(number: int, count: int, wanted: Callable[[Plot], bool] = lambda _: True) -> list[Plot]:
    """Return so many different plots that are wanted, the same ones each time for the same number; fewer where few are wanted."""
    found: dict[Plot, None] = {}

    @seed(number)
    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(plots())
    def write(plot: Plot) -> None:
        assume(wanted(plot))
        found[plot] = None

    write()
    return list(found)
