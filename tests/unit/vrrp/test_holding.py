"""What is taken away from a Master is put back: at once, then ever more slowly; in place, without a word on the wire."""

from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.address import parse_address
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.vrrp.acts import Step
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    InstallRoutes,
    InstallRules,
    RemoveAddresses,
    RemoveRoutes,
    RemoveRules,
    SendAdvertisement,
    SendGratuitousArp,
)
from kaspec.vrrp.events import DeadlineReached, Event, HoldingsLost, LinkReturned, Reconfigured, Shutdown
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, VirtualAddress
from kaspec.vrrp.losses import FIRST_PAUSE, LONGEST_PAUSE, Losses, due, lose, next_due
from kaspec.vrrp.machine import step
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Master, Standing, State, next_deadline

NET = parse_address("198.51.100.0")
VIP, OTHER = (VirtualAddress(parse_address(f"192.0.2.{host}"), 24, "eth0") for host in (100, 101))
EXCLUDED = VirtualAddress(parse_address("10.0.0.1"), 24, "eth1")
ROUTE, RULE = Route(NET, 24, parse_address("192.0.2.1")), PolicyRule(4, 100, target=200)
ROUTER = VirtualRouter("VI_1", "eth0", 51, addresses=(VIP,), excluded=(EXCLUDED,), routes=(ROUTE,), rules=(RULE,))
STANDING = Standing(100, parse_address("192.0.2.2"))
NOW = Instant(0)
MASTER = Master(STANDING, Instant(60 * SECOND))
ITEMS: tuple[Holding, ...] = (VIP, EXCLUDED, ROUTE, RULE)


def takes(state: State, event: Event, now: Instant = NOW, router: VirtualRouter = ROUTER) -> Step:
    return step(router, state, event, now)


def order(effects: tuple[Effect, ...]) -> list[type[Effect]]:
    return [type(effect) for effect in effects]


def test_up_and_down_in_keepalived_s_order() -> None:
    up = takes(Backup(STANDING, NOW, SECOND), DeadlineReached())
    assert order(up.effects)[:5] == [SendAdvertisement, InstallRules, InstallAddresses, InstallRoutes, SendGratuitousArp]
    assert InstallAddresses((VIP, EXCLUDED)) in up.effects
    sent = next(effect for effect in up.effects if isinstance(effect, SendAdvertisement))
    assert sent.advertisement.addresses == (VIP.address,)
    assert order(takes(MASTER, Shutdown()).effects)[:4] == [SendAdvertisement, RemoveRules, RemoveRoutes, RemoveAddresses]


def test_a_lost_address_is_put_back_with_the_routes_that_went_with_it_and_announced() -> None:
    taken = takes(MASTER, HoldingsLost((VIP,), "process 812 (thief)"))
    assert taken.rule == rules.HOLDINGS_RESTORED
    assert taken.effects == (InstallAddresses((VIP,)), InstallRoutes((ROUTE,)), SendGratuitousArp((VIP,), 5))
    assert takes(MASTER, HoldingsLost((RULE,))).effects == (InstallRules((RULE,)),)


def test_what_is_not_ours_or_not_held_is_nobody_s_loss() -> None:
    assert takes(MASTER, HoldingsLost((OTHER,))).state is MASTER
    backup = Backup(STANDING, Instant(SECOND), SECOND)
    assert (takes(backup, HoldingsLost((VIP,))).state, takes(backup, HoldingsLost((VIP,))).effects) == (backup, ())


def test_the_second_loss_waits_and_the_deadline_puts_it_back() -> None:
    once = takes(MASTER, HoldingsLost((VIP,)))
    twice = takes(once.state, HoldingsLost((VIP,)), Instant(1))
    assert (twice.rule, twice.effects) == (rules.HOLDINGS_AWAITED, ())
    assert next_deadline(twice.state) == after(NOW, FIRST_PAUSE)
    back = takes(twice.state, DeadlineReached(), after(NOW, FIRST_PAUSE))
    assert back.rule == rules.HOLDINGS_RESTORED
    assert InstallAddresses((VIP,)) in back.effects
    assert next_deadline(back.state) == MASTER.adver_at


def test_an_interface_that_returns_gets_what_is_to_be_on_it() -> None:
    taken = takes(MASTER, LinkReturned("eth1"))
    assert [effect for effect in taken.effects if not isinstance(effect, SendAdvertisement)] == [
        InstallAddresses((EXCLUDED,)),
        InstallRoutes((ROUTE,)),
    ]


def test_a_reload_changes_the_difference_only() -> None:
    new = evolve(ROUTER, excluded=(OTHER,), rules=())
    effects = takes(MASTER, Reconfigured(ROUTER, STANDING), router=new).effects
    assert effects[:2] == (RemoveRules((RULE,)), RemoveAddresses((EXCLUDED,)))
    assert effects[2:4] == (InstallAddresses((OTHER,)), InstallRoutes((ROUTE,)))
    assert takes(MASTER, Reconfigured(ROUTER, STANDING)).effects == ()


waits = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(0, 3 * SECOND)), max_size=40)


@given(waits)
def test_whatever_is_taken_comes_back_but_never_in_a_rush(thefts: list[tuple[Holding, int]]) -> None:
    """Each loss is answered within the longest pause, and of one item there are at most so many answers as doubling pauses allow."""
    losses: Losses = ()
    now, answers = Instant(0), dict[Holding, list[Instant]]()

    def note(back: tuple[Holding, ...], at: Instant) -> None:
        for holding in back:
            answers.setdefault(holding, []).append(at)

    for holding, wait in thefts:
        now = after(now, Interval(wait))
        while (at := next_due(losses)) is not None and at <= now:
            losses, back = due(losses, at)
            note(back, at)
        losses, back = lose(losses, (holding,), now)
        note(back, now)
    assert all(loss.until - now <= LONGEST_PAUSE for loss in losses)
    while (at := next_due(losses)) is not None:
        losses, back = due(losses, at)
        note(back, at)
    assert set(answers) == {holding for holding, _ in thefts}
    for instants in answers.values():
        assert all(later - sooner >= FIRST_PAUSE for sooner, later in pairwise(instants))
