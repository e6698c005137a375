"""Copies of our own daemon that are broken on purpose, each in one way: whoever convicts nobody must fail at these.

Run as ``python -c "from conformance.peers.broken import main; main()" NAME run ...``.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from conformance.lab import peers as lab
from conformance.peers.keepalived import KeepalivedSyntax
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp import acts, intervals, machine
from kaspec.vrrp.effects import Effect, SendAdvertisement
from kaspec.vrrp.events import AdvertisementReceived, Event
from kaspec.vrrp.machine import Step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, State
from kaspec.vrrp.transmission import transmit

_step, _down, _announce = machine.step, intervals.master_down_interval, acts.announce


def _whole_seconds(*asked: Any) -> Interval:
    return Interval(_down(*asked) // SECOND * SECOND)


def _other_form(effect: SendAdvertisement) -> Any:
    return transmit(evolve(effect, form="message" if effect.form == "pseudo-header" else "pseudo-header"))


def _answering(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    made = _step(router, state, event, now)
    if isinstance(state, Backup) and isinstance(event, AdvertisementReceived):
        return evolve(made, effects=(*made.effects, *acts.advertise(router, state.standing)))
    return made


def _deaf_to_zero(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step:
    made = _step(router, state, event, now)
    zero = isinstance(event, AdvertisementReceived) and event.advertisement.priority == 0
    return Step(state, (), made.rule) if zero else made


def _silent(*_: Any) -> Sequence[Effect]:
    return ()


_STEP = ("kaspec.node", "step"), ("kaspec.settling", "step")
_BREAKS: Mapping[str, tuple[tuple[tuple[str, str], ...], Callable[..., Any]]] = {
    "no-skew": ((("kaspec.vrrp.acts", "master_down_interval"),), _whole_seconds),
    "wrong-checksum": ((("shell.interpret", "transmit"),), _other_form),
    "answers-in-backup": (_STEP, _answering),
    "ignores-priority-zero": (_STEP, _deaf_to_zero),
    "no-garp": (tuple((f"kaspec.vrrp.{module}", "announce") for module in ("acts", "master", "holding")), _silent),
}
"""By name: what is replaced, and by what."""


def main() -> None:
    """Break what the first argument says, and be ``kaspec`` with the others."""
    import importlib

    from shell.main import main as daemon

    places, instead = _BREAKS[sys.argv.pop(1)]
    for module, name in places:
        loaded = importlib.import_module(module)
        assert hasattr(loaded, name), f"{module} has no {name} to break"
        setattr(loaded, name, instead)
    daemon()


def _broken(name: str) -> KeepalivedSyntax:
    command = (sys.executable, "-c", "from conformance.peers.broken import main; main()", name, "run")
    return KeepalivedSyntax(lab.Peer(f"kaspec-{name}", command))


BROKEN: Mapping[str, KeepalivedSyntax] = {f"kaspec-{name}": _broken(name) for name in _BREAKS}
"""By the name that is theirs in a report."""
