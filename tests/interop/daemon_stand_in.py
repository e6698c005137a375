"""``kaspec run`` with a VRRP child that only tells what it hears: ``python -m tests.interop.daemon_stand_in OPTIONS``.

All else is the daemon's own: parent, checker child, channel, signals, logs, pid files.  The environment's STAND_IN says how the child
behaves: ``obedient``, ``slow`` (takes its time to end), ``stubborn`` (nothing but SIGKILL ends it), ``hopeless`` (ends as one that cannot
be helped), ``buggy``; with ``misread`` it is the parent that meets a bug, in a configuration with that word in it.
"""

import os
import select
import signal

from attrs import evolve

from kaspec.config.model import Configuration
from shell import exits, loading, logs, supervisor
from shell.channel import Channel, Reload, Stop
from shell.children import CHILDREN
from shell.commands.run import run
from shell.configuration import Loaded, Unreadable
from shell.loading import load
from shell.options import Options

BEHAVIOUR = os.environ.get("STAND_IN", "obedient")
IMPATIENCE = 0.5
"""Seconds the parent waits for a stubborn child here."""

SLOWNESS = 1.0
"""Seconds a slow child takes to end."""


def serve(_options: Options, configuration: Configuration, channel: Channel) -> int:
    """Tell what comes until the end comes."""
    logs.info(f"stand-in serves {names(configuration)}")
    if BEHAVIOUR == "hopeless":
        return exits.CONFIG
    if BEHAVIOUR == "buggy":
        raise LookupError("a bug in the child")
    for message in channel:
        told = names(message.configuration) if isinstance(message, Reload) else ""
        logs.info(f"stand-in hears {type(message).__name__} {told}".rstrip())
        if isinstance(message, Stop) and BEHAVIOUR != "stubborn":
            break
    while BEHAVIOUR == "stubborn":
        signal.pause()
    if BEHAVIOUR == "slow":
        select.select([], [], [], SLOWNESS)
    logs.info("stand-in ends")
    return exits.OK


def names(configuration: Configuration) -> str:
    """Return the names of the virtual routers."""
    return " ".join(router.name for router in configuration.routers) or "nothing"


def misread(path: str | os.PathLike[str], config_id: str | None, all_config: bool = False, umask: int | None = None) -> Loaded | Unreadable:
    """Read a configuration, but not any."""
    loaded = load(path, config_id, all_config, umask)
    if isinstance(loaded, Loaded) and "misread" in "".join(loaded.texts.values()):
        raise RecursionError("a bug in reading")
    return loaded


if __name__ == "__main__":
    if BEHAVIOUR == "misread":
        loading.load = misread
    if BEHAVIOUR == "stubborn":
        supervisor.SHORTEST_PATIENCE = IMPATIENCE
    vrrp, *others = CHILDREN
    run.main(prog_name="kaspec", obj=(evolve(vrrp, entry=serve, prepare=lambda: None), *others))
