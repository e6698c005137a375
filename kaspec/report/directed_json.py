"""Virtual servers as they stand, as JSON: keepalived 2.2.7 has none of its checker, so this form is ours.

An object with ``virtual_servers``, in the order of the configuration; instants are microseconds since 1970.
"""

import json
from collections.abc import Iterator
from typing import Any

from kaspec.config.model import Configuration
from kaspec.health.machine import CheckState
from kaspec.lvs.model import RealServer, VirtualServer
from kaspec.lvs.services import ServerState, effective_weight, weight_of
from kaspec.report.checks import check_name
from kaspec.report.data import WallClock
from kaspec.report.directed import Directed
from kaspec.report.services import server_name, service_name
from kaspec.report.verdicts import Remembered
from kaspec.units import Instant


def render_check_json(configuration: Configuration, directed: Directed, clock: WallClock) -> str:
    """Write it in one line."""
    services = [dict(_service(each, directed, clock)) for each in configuration.services if each.key in directed.states]
    return json.dumps({"virtual_servers": services}, separators=(",", ":"), ensure_ascii=False)


def _service(virtual: VirtualServer, directed: Directed, clock: WallClock) -> Iterator[tuple[str, Any]]:
    state = directed.states[virtual.key]
    yield "name", service_name(virtual.key)
    yield "scheduler", virtual.scheduler
    yield "has_quorum", state.has_quorum
    yield "since", _at(directed.since.get(virtual.key), clock)
    yield "quorum", virtual.quorum
    yield "hysteresis", virtual.hysteresis
    yield "weighs", weight_of(virtual, state)
    yield "suspended", state.is_suspended
    if virtual.sorry_server is not None:
        yield "sorry_server", {"name": server_name(virtual.sorry_server, virtual), "serves": not state.has_quorum}
    pairs = zip(virtual.servers, state.servers, strict=True)
    yield "real_servers", [dict(_server(virtual, server, each, directed, clock)) for server, each in pairs]


def _server(
    virtual: VirtualServer, server: RealServer, state: ServerState, directed: Directed, clock: WallClock
) -> Iterator[tuple[str, Any]]:
    yield "name", server_name(server, virtual)
    yield "is_up", state.is_up
    yield "since", _at(directed.since.get((virtual.key, server.key)), clock)
    yield "weight", effective_weight(server, state)
    yield "configured_weight", server.weight
    keys = [((virtual.key, server.key), number) for number in range(len(server.checks))]
    pairs = zip(server.checks, keys, strict=True)
    checks = ((check_name(check), directed.checks[key], directed.remembered.get(key)) for check, key in pairs if key in directed.checks)
    yield "checks", [dict(_check(name, each, last, clock)) for name, each, last in checks]


def _check(name: str, state: CheckState, last: Remembered | None, clock: WallClock) -> Iterator[tuple[str, Any]]:
    yield "check", name
    yield "is_up", state.is_up
    yield "failures", state.failures
    if last is not None:
        yield "last_verdict", "good" if last.verdict.is_good else "bad"
        yield "detail", last.verdict.detail
        yield "at", _at(last.at, clock)
        yield "since", _at(last.since, clock)


def _at(instant: Instant | None, clock: WallClock) -> int | None:
    return None if instant is None else clock.since_1970(instant)
