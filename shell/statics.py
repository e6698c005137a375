"""The static items of the host: what ``kaspec.statics`` wants of the kernel, and a timer for what has to wait."""

import asyncio
from collections.abc import Callable, Iterable

from kaspec import statics as core
from kaspec.report.holdings import static_loss_lines
from kaspec.statics import Turn
from kaspec.tracking import Link
from kaspec.units import SECOND
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import Statics
from kaspec.vrrp.losses import Losses, next_due
from shell import clock, logs
from shell.interpret import changes_of
from shell.netlink import Kernel
from shell.problem import Problem


class StaticItems:
    """Those of one process; ``tell`` hears what could not be had."""

    def __init__(self, kernel: Kernel, tell: Callable[[Iterable[Problem]], None], statics: Statics) -> None:
        self._kernel, self._tell, self._statics = kernel, tell, statics
        self._losses: Losses = ()
        self._later: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Have them there."""
        self._take(core.begin(self._statics))

    def change(self, statics: Statics) -> None:
        """Have others from now on."""
        old, self._statics = self._statics, statics
        self._take(core.change(old, statics, self._losses))

    def end(self) -> None:
        """Have them no longer."""
        self._take(core.end(self._statics))

    def observe(self, was: Link | None, link: Link | None) -> None:
        """An interface changed."""
        self._take(core.returned(self._statics, self._losses, was, link))

    def lose(self, event: HoldingsLost) -> None:
        """Somebody took something away, perhaps of these."""
        turn = core.lost(self._statics, self._losses, event.holdings, clock.now())
        for line in static_loss_lines(self._statics, event, bool(turn.effects)):
            logs.info(line)
        self._take(turn)

    def _again(self) -> None:
        self._later = None
        self._take(core.again(self._statics, self._losses, clock.now()))

    def _take(self, turn: Turn) -> None:
        self._losses = turn.losses
        if turn.effects:
            self._tell(self._kernel.apply(changes_of(turn.effects)))
        if self._later is not None:
            self._later.cancel()
            self._later = None
        at = next_due(self._losses)
        if at is not None:
            self._later = asyncio.get_running_loop().call_later(max(at - clock.now(), 0) / SECOND, self._again)
