"""Loading the daemon's configuration: read, and held against this machine, its interfaces, and which programs may run on it."""

import os
import socket
from collections.abc import Iterable

from attrs import evolve

from kaspec.config.credentials import key_files, unreadable_keys, with_keys
from kaspec.config.gathering import in_order
from kaspec.config.reader import check_interfaces
from kaspec.security import facts_wanted, judge, without_refused
from shell.configuration import Loaded, Unreadable, read
from shell.programs import look_at_programs

LONGEST_KEY_FILE = 256
"""Bytes of a file with a key; more is no key."""


def load(path: str | os.PathLike[str], config_id: str | None, all_config: bool = False, umask: int | None = None) -> Loaded | Unreadable:
    """Read a configuration file with all it includes, and check it against this machine: its interfaces, and which programs may run.

    ``all_config`` is the option ``-e``, ``umask`` the option ``-u``.
    """
    loaded = read(path, config_id, all_config)
    if isinstance(loaded, Unreadable):
        return loaded
    reading, configuration = loaded.reading, loaded.configuration
    missing = check_interfaces(configuration, frozenset(name for _, name in socket.if_nameindex()))
    uses, telling = configuration.command_uses, configuration.global_defs.telling
    verdict = judge(uses, telling, look_at_programs(facts_wanted(uses, telling)), umask)
    keys = _contents(key_files(configuration.routers))
    unusable = unreadable_keys(reading.section, keys)
    routers = tuple(with_keys(router, keys) for router in configuration.routers)
    diagnostics = in_order((*reading.diagnostics, *missing, *verdict.diagnostics, *unusable))
    permitted = without_refused(evolve(configuration, routers=routers, permits=verdict.permits, owners=verdict.owners))
    return Loaded(evolve(reading, diagnostics=diagnostics, configuration=permitted))


def _contents(paths: Iterable[str]) -> dict[str, bytes]:
    """Return what is in the files that can be read."""
    found = {}
    for path in paths:
        try:
            with open(path, "rb") as file:
                found[path] = file.read(LONGEST_KEY_FILE)
        except (OSError, ValueError):
            continue
    return found
