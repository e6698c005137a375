"""Effects gathered: nothing lost, each kind once, each router's own order kept."""

from kaspec.address import parse_address
from kaspec.node import Outcome
from kaspec.units import Instant
from kaspec.vrrp.events import DeadlineReached, Event, Shutdown
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Standing, State
from shell.interpret import gather
from shell.wires import Place

SOURCE = parse_address("192.0.2.1")


def router(vrid: int) -> VirtualRouter:
    """Return a virtual router with one address of its own."""
    return VirtualRouter(f"V{vrid}", "eth0", vrid, addresses=(VirtualAddress(parse_address(f"192.0.2.{100 + vrid}"), 24, "eth0"),))


def taken(place: int, of: VirtualRouter, state: State, event: Event, now: Instant) -> Outcome:
    """Return what the core makes of an event."""
    return Outcome(place, of, state, event, step(of, state, event, now))


def takeover(place: int, of: VirtualRouter) -> Outcome:
    """Return a Backup's becoming Master."""
    return taken(place, of, Backup(Standing(100, SOURCE), Instant(5), of.advertisement_interval), DeadlineReached(), Instant(5))


def test_a_takeover_of_many_is_one_batch() -> None:
    (work,) = gather([takeover(place, router(place + 1)) for place in range(3)])

    assert [len(work.datagrams[Place("eth0", 4)]), len(work.changes), len(work.announcements)] == [3, 3, 3]
    assert {installed for installed, _ in work.changes} == {True}


def test_a_router_that_acts_twice_keeps_its_order() -> None:
    one = router(1)
    became = takeover(0, one)
    resigned = taken(0, one, became.step.state, Shutdown(), Instant(6))

    first, second = gather([became, resigned])

    assert [installed for work in (first, second) for installed, _ in work.changes] == [True, False]


def test_no_effect_is_no_work() -> None:
    idle = taken(0, router(1), Backup(Standing(100, SOURCE), Instant(5), router(1).advertisement_interval), DeadlineReached(), Instant(4))

    assert list(gather([idle])) == []
