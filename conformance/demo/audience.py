"""Who watches: a terminal that is redrawn, or a stream that gets a line whenever something happens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define
from rich.console import Console
from rich.live import Live

from conformance.demo.picture import WORDS, picture
from conformance.demo.stage import Audience, Stage
from conformance.lab.waiting import wall_clock
from kaspec.units import Instant

REDRAW_SECONDS = 0.1


@contextmanager
def on_screen(console: Console) -> Iterator[Audience]:
    """Redraw the picture ten times a second."""
    with Live(console=console, auto_refresh=False, transient=False) as live:
        due, seen = 0.0, list[Stage]()

        def redraw(stage: Stage) -> None:
            nonlocal due
            if time.monotonic() >= due:
                live.update(picture(stage, wall_clock()), refresh=True)
                due, seen[:] = time.monotonic() + REDRAW_SECONDS, [stage]

        yield redraw
        for stage in seen:
            live.update(picture(stage, wall_clock()), refresh=True)


@define
class _Chronicle:
    """What has been told so far: how many scenes, marks of each router, changes of holder."""

    tell: Callable[[str], None]
    told: frozenset[tuple[Instant, str]] = frozenset()

    def __call__(self, stage: Stage) -> None:
        events = [
            *(
                (mark.at, f"{router.title} {WORDS.get(mark.condition, mark.condition)}")
                for router in stage.routers
                for mark in router.history()
            ),
            *(
                (change.at, f"{_title(stage, change.host)} {'holds' if change.held else 'gave up'} the address")
                for change in stage.holders.changes
            ),
            *((scene.at, f"-- {scene.number}. {scene.title}: {scene.promise}") for scene in stage.scenes),
        ]
        for at, text in sorted(set(events) - self.told):
            self.tell(f"{(at - stage.began) / 1e6:9.3f}  {text}")
        self.told = frozenset(events)


def _title(stage: Stage, host: str) -> str:
    return next(router.title for router in stage.routers if router.host.name == host)


def in_lines(console: Console) -> Audience:
    """Write a line for every act, state, and change of holder."""
    return _Chronicle(lambda line: console.print(line, soft_wrap=True, highlight=False))
