"""A virtual server as a state machine: what its checks report, whether it has its quorum, and what the kernel is to hold of it.

    servers up, weighing quorum + hysteresis or more  --->  quorum: they serve, the sorry server does not
    weighing less than quorum - hysteresis, or nothing --->  no quorum: the sorry server serves alone, if there is one

Between the two nothing changes.  A state holds the checks' last words; who is up, and what he weighs, follows from them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar, assert_never

from kaspec import rules
from kaspec.frozen import evolve, frozen
from kaspec.health.model import MiscCheck
from kaspec.health.reported import CheckReported, WeightChange
from kaspec.lvs.model import RealServer, Service, SorryServer, VirtualServer
from kaspec.lvs.table import Destination, Entry, Table, by_key, placed, plain, settings_of
from kaspec.rules import Rule

T = TypeVar("T")
SHUTTING_DOWN = "Shutting down"
"""Why a server goes at the end (``omega``), in a mail's words."""


@frozen
class ServerState:
    """What the checks of a server said last, each in its place: whether they succeeded, and what they want it to weigh."""

    succeeds: tuple[bool, ...] = ()
    changes: tuple[WeightChange | None, ...] = ()

    @property
    def is_up(self) -> bool:
        """Whether every check has succeeded."""
        return all(self.succeeds)


@frozen
class ServiceState:
    """How a virtual server stands; ``servers`` goes with those of the configuration, place by place."""

    servers: tuple[ServerState, ...]
    has_quorum: bool
    is_suspended: bool = False


# Events, beside ``CheckReported`` whose ``server`` is a ``ServerKey`` here.


@frozen
class AddressSeen:
    """The virtual server's address is on this host, or is not (``ha_suspend``)."""

    is_here: bool


@frozen
class ServiceReconfigured:
    """A reload: what the virtual server was ``before``."""

    before: VirtualServer


@frozen
class ServiceStopped:
    """The end of it: of the process, or it is gone from the configuration."""


ServiceEvent = CheckReported | AddressSeen | ServiceReconfigured | ServiceStopped

# Effects: what is logged and told.  What the kernel is to hold is a function of the state (``entries``).


@frozen
class ServerChanged:
    """A real server goes up or down; ``words`` say why, ``initially`` at the start and for ``rs_init_notifies`` only."""

    server: RealServer
    is_up: bool
    words: str = ""
    initially: bool = False


@frozen
class ServerWeighs:
    """A real server has another weight."""

    server: RealServer
    before: int
    after: int
    is_up: bool


@frozen
class QuorumChanged:
    """The quorum is gained or lost: the servers that are up ``weigh`` so much; ``initially`` if it begins so."""

    is_up: bool
    weighs: int
    initially: bool = False


@frozen
class SorryServerChanged:
    """The sorry server comes, or goes."""

    sorry: SorryServer
    is_in: bool


@frozen
class ServersChanged:
    """The servers that are up are put in, or taken out, because the sorry server goes or comes."""

    is_in: bool


ServiceEffect = ServerChanged | ServerWeighs | QuorumChanged | SorryServerChanged | ServersChanged


@frozen
class ServiceStep:
    """A transition."""

    state: ServiceState
    rule: Rule
    effects: tuple[ServiceEffect, ...] = ()


def begin(virtual: VirtualServer) -> ServiceState:
    """Return how a virtual server begins: a server is down if one of its checks has ``alpha``."""
    servers = tuple(_begin(each) for each in virtual.servers)
    state = ServiceState(servers, has_quorum=False)
    return evolve(state, has_quorum=weight_of(virtual, state) >= virtual.quorum + virtual.hysteresis)


def resume(virtual: VirtualServer, held: Table) -> ServiceState:
    """Return how a virtual server begins again where the kernel still ``held`` some of it: a checker process before this one died.

    A server that is checked and was out stays out until its checks have succeeded, and one whose weight a script set keeps it: nobody is
    sent to a dead server for the while of a check.  A service without destinations tells nothing.
    """
    service = next((each for each in virtual.services if each in held and held[each].destinations), None)
    if service is None:
        return begin(virtual)
    found, sorry = by_key(held[service].destinations), virtual.sorry_server
    known = (found.get(placed(_destination(server, 0), service).key) for server in virtual.servers)
    state = ServiceState(tuple(_resumed(server, each) for server, each in zip(virtual.servers, known, strict=True)), has_quorum=False)
    if sorry is None or not _serves(found.get(placed(_sorry(sorry, 0), service).key), sorry.inhibit):
        weighs = weight_of(virtual, state)
        return evolve(state, has_quorum=weighs > 0 and weighs >= virtual.quorum - virtual.hysteresis)
    return evolve(state, has_quorum=weight_of(virtual, state) >= virtual.quorum + virtual.hysteresis)


def beginning(virtual: VirtualServer, state: ServiceState) -> Iterator[ServiceEffect]:
    """Yield what is told of a virtual server that begins so."""
    for server, each in zip(virtual.servers, state.servers, strict=True):
        if server.checks:
            yield ServerChanged(server, each.is_up, initially=True)
    yield QuorumChanged(state.has_quorum, weight_of(virtual, state), initially=True)
    if virtual.sorry_server is not None and not state.has_quorum:
        yield SorryServerChanged(virtual.sorry_server, is_in=True)


def step(virtual: VirtualServer, state: ServiceState, event: ServiceEvent) -> ServiceStep:
    """Return what an event makes of a virtual server; total."""
    match event:
        case CheckReported():
            return _report(virtual, state, event)
        case AddressSeen(is_here):
            suspended = virtual.ha_suspend and not is_here
            rule = rules.SERVICE_SUSPENDED if suspended else rules.SERVICE_RESUMED
            return ServiceStep(evolve(state, is_suspended=suspended), rule)
        case ServiceReconfigured(before):
            return _reconfigure(before, virtual, state)
        case ServiceStopped():
            return _stop(virtual, state)
        case _:
            assert_never(event)


def effective_weight(server: RealServer, state: ServerState) -> int:
    """Return what a server weighs: as configured, and what its checks make of it; never less than nothing."""
    changes = (each for each in state.changes if each is not None)
    return max(0, server.weight + sum(each.amount - (server.weight if each.kind == "is" else 0) for each in changes))


def weight_of(virtual: VirtualServer, state: ServiceState) -> int:
    """Return what the servers that are up weigh together."""
    pairs = zip(virtual.servers, state.servers, strict=True)
    return sum(effective_weight(server, each) for server, each in pairs if each.is_up)


def entries(virtual: VirtualServer, state: ServiceState) -> dict[Service, Entry]:
    """Return what the kernel is to hold of a virtual server: each of its services, with the same destinations.

    DR and tunnels leave packets the port that the client asked for, so there a destination's port is the service's.
    """
    found = _destinations(virtual, state)
    return {
        service: Entry(settings_of(virtual, service), tuple(by_key(placed(each, service) for each in found).values()))
        for service in virtual.services
    }


def _destinations(virtual: VirtualServer, state: ServiceState) -> list[Destination]:
    """The servers that are up, unless the sorry server is in their place; those that are to stay, with weight 0."""
    sorry, found = virtual.sorry_server, list[Destination]()
    sorry_is_in = sorry is not None and not state.has_quorum
    for server, each in zip(virtual.servers, state.servers, strict=True):
        serves = each.is_up and not sorry_is_in
        if serves or server.inhibit_on_failure:
            found.append(_destination(server, effective_weight(server, each) if serves else 0))
    if sorry is not None and (sorry_is_in or sorry.inhibit):
        place = len(found) if not sorry_is_in else 0
        found.insert(place, _sorry(sorry, int(sorry_is_in)))
    return found


def _destination(server: RealServer, weight: int) -> Destination:
    limits = server.upper_threshold, server.lower_threshold
    return Destination(server.address, server.port, plain(server.forwarding), weight, *limits)


def _sorry(server: SorryServer, weight: int) -> Destination:
    return Destination(server.address, server.port, plain(server.forwarding), weight)


def _begin(server: RealServer) -> ServerState:
    return _begun(tuple([not check.probing.alpha for check in server.checks]))


@lru_cache(maxsize=64)
def _begun(succeeds: tuple[bool, ...]) -> ServerState:
    """Thousands of servers begin alike: they share one value."""
    return ServerState(succeeds, (None,) * len(succeeds))


def _resumed(server: RealServer, held: Destination | None) -> ServerState:
    if not _serves(held, server.inhibit_on_failure):
        return ServerState((False,) * len(server.checks), (None,) * len(server.checks))
    assert held is not None
    place = next((place for place, check in enumerate(server.checks) if isinstance(check, MiscCheck) and check.dynamic), None)
    kept = WeightChange("is", held.weight) if held.weight != server.weight else None
    return ServerState((True,) * len(server.checks), tuple(kept if number == place else None for number in range(len(server.checks))))


def _serves(held: Destination | None, inhibit: bool) -> bool:
    return held is not None and not (inhibit and held.weight == 0)


def _report(virtual: VirtualServer, state: ServiceState, event: CheckReported) -> ServiceStep:
    place = next((place for place, server in enumerate(virtual.servers) if server.key == event.server), None)
    if place is None or not 0 <= event.check < len(virtual.servers[place].checks):
        return ServiceStep(state, rules.SERVER_AS_BEFORE)
    server, before = virtual.servers[place], state.servers[place]
    after = ServerState(_put(before.succeeds, event.check, event.is_up), _put(before.changes, event.check, event.weight))
    effects = list[ServiceEffect]()
    weights = effective_weight(server, before), effective_weight(server, after)
    if weights[0] != weights[1]:
        effects.append(ServerWeighs(server, *weights, is_up=after.is_up))
    if before.is_up != after.is_up:
        effects.append(ServerChanged(server, after.is_up, event.words))
    state = evolve(state, servers=_put(state.servers, place, after))
    if not effects:
        return ServiceStep(state, rules.SERVER_AS_BEFORE)
    rule = rules.SERVER_WEIGHED if before.is_up == after.is_up else rules.SERVER_UP if after.is_up else rules.SERVER_DOWN
    state, quorum = _with_quorum(virtual, state)
    return ServiceStep(state, rule, (*effects, *quorum))


def _with_quorum(virtual: VirtualServer, state: ServiceState) -> tuple[ServiceState, tuple[ServiceEffect, ...]]:
    """Gain or lose the quorum, if what the servers weigh says so."""
    weighs, sorry = weight_of(virtual, state), virtual.sorry_server
    if not state.has_quorum and weighs >= virtual.quorum + virtual.hysteresis:
        gained = QuorumChanged(True, weighs)
        return evolve(state, has_quorum=True), (gained, ServersChanged(True), SorryServerChanged(sorry, False)) if sorry else (gained,)
    if state.has_quorum and (not weighs or weighs < virtual.quorum - virtual.hysteresis):
        lost = QuorumChanged(False, weighs)
        return evolve(state, has_quorum=False), (lost, SorryServerChanged(sorry, True), ServersChanged(False)) if sorry else (lost,)
    return state, ()


def _reconfigure(before: VirtualServer, virtual: VirtualServer, state: ServiceState) -> ServiceStep:
    """Keep what is known of checks that stay as they are; a server's new check begins as the server was."""
    known = {server.key: (server, each) for server, each in zip(before.servers, state.servers, strict=True)}
    servers = tuple(_kept(server, known.get(server.key)) for server in virtual.servers)
    kept = evolve(state, servers=servers, is_suspended=state.is_suspended and virtual.ha_suspend)
    kept, effects = _with_quorum(virtual, kept)
    return ServiceStep(kept, rules.SERVICE_RELOADED, effects)


def _kept(server: RealServer, known: tuple[RealServer, ServerState] | None) -> ServerState:
    if known is None:
        return _begin(server)
    before, state = known
    remembered = dict(zip(before.checks, zip(state.succeeds, state.changes, strict=True), strict=True))
    found = [remembered.get(check, (state.is_up, None)) for check in server.checks]
    return ServerState(tuple(each[0] for each in found), tuple(each[1] for each in found))


def _stop(virtual: VirtualServer, state: ServiceState) -> ServiceStep:
    """Say of everything that is up that it goes down, if ``omega`` asks for it."""
    if not virtual.omega:
        return ServiceStep(state, rules.SERVICE_STOPPED)
    pairs = zip(virtual.servers, state.servers, strict=True)
    effects: list[ServiceEffect] = [ServerChanged(server, False, SHUTTING_DOWN) for server, each in pairs if each.is_up]
    if state.has_quorum:
        effects.append(QuorumChanged(False, 0))
    return ServiceStep(state, rules.SERVICE_STOPPED, tuple(effects))


def _put(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])
