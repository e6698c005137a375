"""Random cases, the same ones every time: services with a few servers, changes on the way, clients from everywhere."""

from collections.abc import Sequence
from random import Random

from conformance.schedulers.case import Added, Asked, Case, Change, Edited, Phase, Removed
from kaspec.lvs.schedulers.persistence import Persistence
from kaspec.lvs.schedulers.scheduling import SchedulerName
from kaspec.lvs.schedulers.server import Flag
from kaspec.units import SECOND, Interval

PHASES, CONNECTIONS = 5, 40
"""A case has 200 connections."""
ENDING = (1, 3)
"""In these phases connections end so that their entries run out; that costs the lab a second each."""
FLAGS: tuple[Flag, ...] = ("fallback", "port")
FLAGGED: tuple[SchedulerName, ...] = ("sh", "mh")
BY_DESTINATION: tuple[SchedulerName, ...] = ("dh", "lblc", "lblcr")


def draw_cases(scheduler: SchedulerName, count: int) -> list[Case]:
    """Return cases for one scheduler, numbered from 1; every other one expires quiescent templates, a switch of the whole kernel."""
    return [_draw(Random(f"{scheduler} {number}"), scheduler, number, number % 2 == 0) for number in range(1, count + 1)]


def _draw(random: Random, scheduler: SchedulerName, number: int, expire_quiescent: bool) -> Case:
    by_mark = scheduler in BY_DESTINATION or random.random() < 0.2
    tcp = random.random() < 0.75
    persistent = random.random() < 0.25
    flags = frozenset(flag for flag in FLAGS if scheduler in FLAGGED and random.random() < 0.5)
    return Case(
        number,
        scheduler,
        flags,
        "tcp" if tcp else "udp",
        by_mark,
        one_packet=not tcp and random.random() < 0.3,
        persistence=Persistence(Interval(300 * SECOND), random.choice((16, 24, 28, 32))) if persistent else None,
        expire_quiescent=expire_quiescent,
        phases=_draw_phases(random, by_mark, tcp),
    )


def _draw_phases(random: Random, by_mark: bool, tcp: bool) -> tuple[Phase, ...]:
    numbers = random.sample(range(1, 250), 12)
    heaviest = random.choice((1, 3, 3, 10, 10, 100, 2000))
    sources = random.sample(range(1, 60000), random.choice((3, 20, 60, 200)))
    virtuals = random.sample(range(1, 250), random.choice((1, 4, 30))) if by_mark else [1]
    ports = iter(random.sample(range(1025, 60000), PHASES * CONNECTIONS))
    present: list[int] = []
    open_ones: list[int] = []
    phases = []
    for place in range(PHASES):
        changes = _draw_changes(random, numbers, present, heaviest, random.randint(1, 6) if place == 0 else random.randint(0, 4))
        asked = tuple(Asked(random.choice(sources), next(ports), random.choice(virtuals)) for _ in range(CONNECTIONS))
        open_ones += range(place * CONNECTIONS, (place + 1) * CONNECTIONS)
        closed = _take(random, open_ones, random.randint(0, 20)) if tcp else ()
        ended = _take(random, open_ones, random.randint(0, 60)) if tcp and place in ENDING else ()
        phases.append(Phase(changes, asked, closed, ended))
    return tuple(phases)


def _draw_changes(random: Random, numbers: Sequence[int], present: list[int], heaviest: int, count: int) -> tuple[Change, ...]:
    """Draw changes that the kernel accepts, and keep ``present`` as they leave it."""
    changes: list[Change] = []
    for _ in range(count):
        absent = [number for number in numbers if number not in present]
        kind = random.choice(("add", "edit", "edit", "remove")) if len(present) > 1 else "add"
        if kind == "add" and absent:
            present.append(random.choice(absent))
            changes.append(Added(present[-1], *_draw_settings(random, heaviest)))
        elif kind == "remove":
            changes.append(Removed(present.pop(random.randrange(len(present)))))
        else:
            changes.append(Edited(random.choice(present), *_draw_settings(random, heaviest)))
    return tuple(changes)


def _draw_settings(random: Random, heaviest: int) -> tuple[int, int, int]:
    """Draw a weight, seldom 0, and thresholds, seldom any."""
    weight = 0 if random.random() < 0.1 else random.randint(1, heaviest)
    upper = random.randint(2, 40) if random.random() < 0.25 else 0
    lower = random.randint(1, upper) if upper and random.random() < 0.5 else 0
    return weight, upper, lower


def _take(random: Random, open_ones: list[int], count: int) -> tuple[int, ...]:
    taken = random.sample(open_ones, min(count, len(open_ones)))
    for number in taken:
        open_ones.remove(number)
    return tuple(taken)
