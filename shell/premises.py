"""What virtual routers must find before they can work: the interfaces made for them, and packet filter rules."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from attrs import field

from kaspec.config.model import Configuration
from kaspec.firewall import FirewallStyle, needs_firewall, removal, ruleset
from kaspec.frozen import define
from kaspec.vrrp.promotion import promotions
from kaspec.vrrp.virtual_interface import KernelSetting, VirtualInterface
from shell import logs
from shell.firewall import put_into_force
from shell.problem import Problem
from shell.sysctls import Sysctls
from shell.virtual_interfaces import VirtualInterfaces

PAUSE = 1.0
"""Seconds between two attempts to have an interface that somebody removes."""


@define(eq=False)
class Premises:
    """Those of one process; ``tell`` hears what could not be had."""

    _interfaces: VirtualInterfaces
    _tell: Callable[[Iterable[Problem]], None]
    _secondaries: Sysctls
    _wanted: tuple[VirtualInterface, ...] = ()
    _promotions: tuple[KernelSetting, ...] = ()
    _style: FirewallStyle | None = None
    _again: asyncio.TimerHandle | None = None
    _setting: set[asyncio.Future[tuple[Problem, ...]]] = field(factory=set)

    def prepare(self, configuration: Configuration) -> None:
        """Have everything there before the first virtual router starts; waits for it."""
        self.extend(configuration)
        self._promote(promotions(configuration.routers))
        for text, table in self._filtering(configuration):
            self._tell(put_into_force(text, table))

    def extend(self, configuration: Configuration) -> None:
        """Have what a new configuration needs and keep what the old one did; call ``trim`` when that has let go."""
        new = _interfaces_of(configuration)
        names = {each.name for each in new}
        self._provide((*new, *(each for each in self._wanted if each.name not in names)))

    def trim(self, configuration: Configuration) -> None:
        """Have what this configuration needs and nothing else; packet filter rules follow in a moment, by a thread."""
        self._provide(_interfaces_of(configuration))
        self._promote(promotions(configuration.routers))
        loop = asyncio.get_running_loop()
        for text, table in self._filtering(configuration):
            setting = loop.run_in_executor(None, put_into_force, text, table)
            self._setting.add(setting)
            setting.add_done_callback(self._set)

    def look(self) -> None:
        """Interfaces changed: make those again that are lacking, but not in one breath with what is told of them, nor all the time."""
        if self._promotions:
            self._promote(self._promotions)
        if self._interfaces.lacking and self._again is None:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._provide, self._wanted)
            self._again = loop.call_later(PAUSE, self._look_again)

    def close(self) -> None:
        """Leave the host as it was."""
        if self._again is not None:
            self._again.cancel()
        if self._style is not None:
            self._tell(put_into_force(removal(self._style), self._style.table))
        self._tell(self._secondaries.settle())
        self._tell(self._interfaces.close())

    def _promote(self, promotions: tuple[KernelSetting, ...]) -> None:
        """Have the kernel keep secondary addresses, on interfaces that are there; an interface that comes later is set when it does."""
        self._promotions = promotions
        there = [each for each in promotions if Sysctls.exists(each)]
        self._tell(self._secondaries.apply(there))
        self._tell(self._secondaries.settle(kept=[each.path for each in promotions]))

    def _look_again(self) -> None:
        self._again = None
        self.look()

    def _provide(self, wanted: Sequence[VirtualInterface]) -> None:
        self._wanted = tuple(wanted)
        made, problems = self._interfaces.provide(self._wanted)
        for interface in made:
            logs.info(f"Success creating VMAC interface {interface.name} over {interface.base}")
        self._tell(problems)

    def _filtering(self, configuration: Configuration) -> list[tuple[str, str]]:
        """Return what nft is to be told, and of which table: nothing as long as there was no rule and is none."""
        before, style = self._style, configuration.global_defs.firewall
        wanted = style if needs_firewall(configuration.routers) else None
        self._style = wanted
        told = [(removal(before), before.table)] if before is not None and (wanted is None or before.table != wanted.table) else []
        if wanted is not None:
            told.append((ruleset(configuration.routers, wanted), wanted.table))
        return told

    def _set(self, setting: "asyncio.Future[tuple[Problem, ...]]") -> None:
        self._setting.discard(setting)
        if not setting.cancelled():
            self._tell(setting.result())


def _interfaces_of(configuration: Configuration) -> tuple[VirtualInterface, ...]:
    return tuple(dict.fromkeys(each for router in configuration.routers for each in router.virtual_interfaces))
