"""Laws of virtual servers: the machine is total, the quorum is steady, and the plan reaches the desired table and nothing else."""

from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from kaspec.health.model import MiscCheck, PingCheck, Probing, Target
from kaspec.health.reported import CheckReported, WeightChange
from kaspec.lvs.model import AddressService, RealServer, Service, VirtualServer
from kaspec.lvs.plan import AddService, DeleteService, SetDestination, SetService, apply, plan
from kaspec.lvs.services import (
    AddressSeen,
    QuorumChanged,
    ServerChanged,
    ServiceEvent,
    ServiceReconfigured,
    ServiceState,
    ServiceStopped,
    begin,
    effective_weight,
    entries,
    resume,
    step,
    weight_of,
)
from kaspec.lvs.table import Entry, Table, by_key
from kaspec.rules import RULES
from tests.laws.services import REAL, server_groups, virtual_servers

Found = tuple[VirtualServer, ServiceState]
ServiceCommand = AddService | SetService | DeleteService
changes = st.none() | st.builds(WeightChange, st.sampled_from(("is", "adds")), st.integers(-3, 5))


def checked(server: RealServer) -> RealServer:
    """The server with two checks that differ, one of which begins as failed if the server does."""
    alpha = Probing(alpha=server.alpha)
    return evolve(server, checks=(PingCheck(alpha, Target(REAL[0], 0)), PingCheck(Probing(), Target(REAL[1], 0))))


virtuals = virtual_servers().map(lambda each: evolve(each, servers=tuple(map(checked, each.servers))))


kinds = st.sampled_from(("report", "report", "report", "report", "address", "reload", "stop"))


def _event(draw: st.DrawFn, virtual: VirtualServer) -> ServiceEvent:
    """Anything, of servers and checks that there are, and that there are not."""
    match draw(kinds):
        case "report":
            keys = [*(each.key for each in virtual.servers), (REAL[0], 9)]
            key = keys[draw(st.integers(0, len(keys) - 1))]
            return CheckReported(key, draw(st.integers(0, 2)), draw(st.booleans()), draw(changes), "")
        case "address":
            return AddressSeen(draw(st.booleans()))
        case "reload":
            return ServiceReconfigured(virtual)
        case _:
            return ServiceStopped()


events = st.composite(_event)


@st.composite
def histories(draw: st.DrawFn) -> Found:
    """A virtual server and what up to twenty events made of it."""
    virtual = draw(virtuals)
    state = begin(virtual)
    for _ in range(draw(st.integers(0, 20))):
        state = step(virtual, state, _event(draw, virtual)).state
    return virtual, state


@given(histories().flatmap(lambda found: st.tuples(st.just(found), events(found[0]))))
def test_every_event_is_met_by_a_rule_and_quorum_is_told_when_it_changes(
    case: tuple[Found, ServiceEvent],
) -> None:
    (virtual, state), event = case
    taken = step(virtual, state, event)
    assert taken.rule in RULES
    if not isinstance(event, ServiceStopped):
        told = [each.is_up for each in taken.effects if isinstance(each, QuorumChanged)]
        assert told == ([taken.state.has_quorum] if taken.state.has_quorum != state.has_quorum else [])


@given(histories())
def test_a_quorum_is_what_the_servers_weigh_and_hysteresis_keeps(found: Found) -> None:
    virtual, state = found
    weighs = weight_of(virtual, state)
    if weighs >= virtual.quorum + virtual.hysteresis:
        assert state.has_quorum
    if not weighs or weighs < virtual.quorum - virtual.hysteresis:
        assert not state.has_quorum


@given(histories(), st.integers(0, 3), st.booleans())
def test_between_the_two_thresholds_a_quorum_stays_as_it_is(found: Found, place: int, is_up: bool) -> None:
    virtual, state = found
    if not virtual.servers:
        return
    after = step(virtual, state, CheckReported(virtual.servers[place % len(virtual.servers)].key, 0, is_up)).state
    weighs = weight_of(virtual, after)
    if weighs and virtual.quorum - virtual.hysteresis <= weighs < virtual.quorum + virtual.hysteresis:
        assert after.has_quorum == state.has_quorum


@given(histories(), st.integers(0, 3), st.integers(0, 1), st.booleans())
def test_what_is_said_again_changes_nothing(found: Found, place: int, check: int, is_up: bool) -> None:
    """At constant input the quorum never oscillates, and nobody is told anything twice."""
    virtual, state = found
    if not virtual.servers:
        return
    report = CheckReported(virtual.servers[place % len(virtual.servers)].key, check, is_up)
    once = step(virtual, state, report)
    again = step(virtual, once.state, report)
    assert (again.state, again.effects) == (once.state, ())


@given(histories())
def test_a_reload_of_the_same_changes_nothing(found: Found) -> None:
    virtual, state = found
    reloaded = step(virtual, state, ServiceReconfigured(virtual))
    assert (reloaded.state, reloaded.effects) == (state, ())


@given(histories())
def test_who_serves_is_up_or_the_sorry_server_and_never_both(found: Found) -> None:
    virtual, state = found
    up = {server.key for server, each in zip(virtual.servers, state.servers, strict=True) if each.is_up}
    sorry = virtual.sorry_server
    for entry in entries(virtual, state).values():
        serving = {each.key for each in entry.destinations if each.weight}
        if sorry is None or state.has_quorum:
            assert serving <= up
        else:
            assert serving == {(sorry.address, sorry.port)}


@given(server_groups().flatmap(lambda groups: virtual_servers(groups=groups)))
def test_without_nat_a_server_stands_at_the_port_of_the_service_and_with_a_mark_at_none(virtual: VirtualServer) -> None:
    for service, entry in entries(virtual, begin(virtual)).items():
        own = service.port if isinstance(service, AddressService) else 0
        assert all(each.port == own for each in entry.destinations if each.forwarding.method != "NAT")
        assert len(by_key(entry.destinations)) == len(entry.destinations)


@given(histories())
def test_omega_tells_of_each_server_that_was_up(found: Found) -> None:
    virtual, state = found
    told = [each.server for each in step(virtual, state, ServiceStopped()).effects if isinstance(each, ServerChanged)]
    up = [server for server, each in zip(virtual.servers, state.servers, strict=True) if each.is_up]
    assert told == (up if virtual.omega else [])


# A checker process that follows one that died.


@st.composite
def lives(draw: st.DrawFn) -> Found:
    """A virtual server whose servers a script weighs and a ping finds, and what their reports made of it."""
    script = MiscCheck(Probing(), "/bin/check", dynamic=True)
    virtual = draw(virtual_servers())
    virtual = evolve(virtual, servers=tuple(evolve(checked(each), checks=(script, *checked(each).checks[1:])) for each in virtual.servers))
    state = begin(virtual)
    for place in draw(st.lists(st.integers(0, 3), max_size=20)) if virtual.servers else ():
        key, number = virtual.servers[place % len(virtual.servers)].key, draw(st.integers(0, 1))
        report = CheckReported(key, number, draw(st.booleans()), draw(changes) if number == 0 else None)
        state = step(virtual, state, report).state
    return virtual, state


@given(lives())
def test_who_follows_a_dead_checker_leaves_the_table_as_it_is(found: Found) -> None:
    """Nobody dead is put back for the while of a check, no weight jumps, and the sorry server stays as long as it is needed."""
    virtual, state = found
    sorry = virtual.sorry_server
    assume(sorry is None or all(each.key != (sorry.address, sorry.port) for each in virtual.servers))
    held = entries(virtual, state)
    assume(all(each.destinations for each in held.values()))
    resumed = resume(virtual, held)
    assert plan(held, entries(virtual, resumed)) == ()
    for server in virtual.servers:
        for number in range(2):
            resumed = step(virtual, resumed, CheckReported(server.key, number, True)).state
    assert all(each.is_up for each in resumed.servers), "and checks decide again"


@given(virtuals)
def test_where_the_kernel_holds_nothing_a_virtual_server_begins_as_ever(virtual: VirtualServer) -> None:
    nobody = {service: evolve(each, destinations=()) for service, each in entries(virtual, begin(virtual)).items()}
    assert resume(virtual, {}) == resume(virtual, nobody) == begin(virtual)


# Plans.


@st.composite
def tables(draw: st.DrawFn) -> dict[Service, Entry]:
    """What several virtual servers make of the kernel's table."""
    made: dict[Service, Entry] = {}
    for virtual, state in draw(st.lists(histories(), max_size=3)):
        made.update(entries(virtual, state))
    return made


def content(table: Table) -> dict[Service, object]:
    return {service: (entry.settings, by_key(entry.destinations)) for service, entry in table.items()}


@given(tables(), tables())
def test_a_plan_reaches_the_desired_table_from_any_other_and_then_there_is_nothing_to_do(actual: Table, desired: Table) -> None:
    reached = apply(actual, plan(actual, desired))
    assert content(reached) == content(desired)
    assert plan(reached, desired) == ()


@given(tables(), tables())
def test_a_plan_has_one_command_for_each_difference(actual: Table, desired: Table) -> None:
    """What is the same is not touched; what is there under its key is never deleted and added again."""
    commands = plan(actual, desired)
    differences = 0
    for service in {**actual, **desired}:
        before, after = actual.get(service), desired.get(service)
        if after is None:
            differences += 1
            continue
        differences += before is None or before.settings != after.settings
        old, new = by_key(before.destinations if before else ()), by_key(after.destinations)
        differences += sum(old.get(key) != new.get(key) for key in old.keys() | new.keys())
    assert len(commands) == differences
    added = {each.service for each in commands if isinstance(each, AddService)}
    assert not added & {each.service for each in commands if isinstance(each, DeleteService)}


@given(histories(), st.integers(0, 3), st.integers(0, 1), st.booleans(), changes)
def test_a_server_that_fails_recovers_or_weighs_otherwise_is_one_command(
    found: Found, place: int, check: int, is_up: bool, change: WeightChange | None
) -> None:
    """One to each service, unless the sorry server takes everybody's place."""
    virtual, state = found
    if not virtual.servers:
        return
    server = virtual.servers[place % len(virtual.servers)]
    after = step(virtual, state, CheckReported(server.key, check, is_up, change)).state
    if virtual.sorry_server is None or after.has_quorum == state.has_quorum:
        commands = plan(entries(virtual, state), entries(virtual, after))
        assert [each.service for each in commands] in ([], list(virtual.services))
        assert all(each.destination.key == server.key for each in commands if not isinstance(each, ServiceCommand))


@given(histories(), st.integers(0, 3), st.integers(0, 5))
def test_a_weight_that_a_reload_changes_is_one_command(found: Found, place: int, weight: int) -> None:
    before, state = found
    if not before.servers:
        return
    number = place % len(before.servers)
    servers = (*before.servers[:number], evolve(before.servers[number], weight=weight), *before.servers[number + 1 :])
    virtual = evolve(before, servers=servers)
    after = step(virtual, state, ServiceReconfigured(before)).state
    if before.sorry_server is None or after.has_quorum == state.has_quorum:
        commands = plan(entries(before, state), entries(virtual, after))
        weighs = [effective_weight(each.servers[number], state.servers[number]) for each in (before, virtual)]
        serves = state.servers[number].is_up and (state.has_quorum or before.sorry_server is None)
        wanted = before.services if serves and weighs[0] != weighs[1] else ()
        assert [(type(each), each.service) for each in commands] == [(SetDestination, service) for service in wanted]


@given(histories().flatmap(lambda found: st.tuples(st.just(found), events(found[0]))))
def test_on_the_way_somebody_serves_if_somebody_did_and_somebody_will(
    case: tuple[Found, ServiceEvent],
) -> None:
    """No step of a plan leaves a service without anybody to serve that had and will have somebody."""
    (virtual, state), event = case
    actual, desired = entries(virtual, state), entries(virtual, step(virtual, state, event).state)

    def serves(table: Table, service: Service) -> bool:
        return service in table and any(each.weight for each in table[service].destinations)

    commands = plan(actual, desired)
    for service in virtual.services:
        if serves(actual, service) and serves(desired, service):
            assert all(serves(apply(actual, commands[:count]), service) for count in range(len(commands) + 1))
