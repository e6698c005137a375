"""What a virtual router did, in the words of a trace, and whether that is what was expected."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.node import Outcome, Unclaimed
from kaspec.rules import UNCHANGED, Rule
from kaspec.trace import language as t
from kaspec.trace.adverts import build, describe
from kaspec.trace.held import HandlesRoutes, HandlesRules
from kaspec.trace.writing import write_item, write_items
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    InstallRoutes,
    InstallRules,
    Notify,
    NotifyLowerPriority,
    RemoveAddresses,
    RemoveRoutes,
    RemoveRules,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
from kaspec.vrrp.events import AdvertisementReceived
from kaspec.vrrp.router import Identity, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Initialize, Master, State, next_deadline, state_name
from kaspec.vrrp.transmission import transmit

_WORDS: dict[str, t.StateWord] = {"INIT": "init", "BACKUP": "backup", "MASTER": "master", "FAULT": "fault"}


@frozen
class Seen:
    """What one virtual router did at one moment.

    ``effects`` are in order; ``silent`` are the places of those that need not be named: the notification of the state entered, and
    the removal of addresses by a router that was not Master and so held none.  ``outcome`` is ``None`` for a packet nobody claimed.
    """

    instance: str
    effects: tuple[t.Item, ...]
    silent: frozenset[int]
    state: t.Is
    entered: bool
    deadline: t.HasDeadline
    priority: t.HasPriority
    unchanged: bool
    rule: Rule
    outcome: Outcome | None = None

    @property
    def told(self) -> tuple[t.Item, ...]:
        """Everything that is worth a word, in order."""
        effects = [item for place, item in enumerate(self.effects) if place not in self.silent]
        if self.unchanged and not effects:
            return (t.Nothing(),)
        return (*effects, self.state, self.deadline)


@frozen
class Difference:
    """Something other than expected: on which line, about whom, what, and by which rule it came about."""

    line: int
    subject: str
    expected: str
    got: str
    rule: Rule | None = None


def as_one(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Tell as one what a virtual router did by itself and then with its sync group: a trace has one line for each at a moment."""
    told: dict[tuple[int | None, Identity], Outcome] = {}
    for outcome in outcomes:
        key = outcome.place, outcome.router.identity
        first = told.get(key)
        if first is not None:
            both = evolve(outcome.step, effects=(*first.step.effects, *outcome.step.effects))
            outcome = evolve(first, step=both)  # noqa: PLW2901
        told[key] = outcome
    return tuple(told.values())


def seen(outcome: Outcome) -> Seen:
    """Put an outcome into the words of a trace."""
    router, before, after = outcome.router, outcome.before, outcome.step.state
    effects = outcome.step.effects
    remarks = outcome.event.remarks if isinstance(outcome.event, AdvertisementReceived) else ()
    items = (*(t.Remarks(remark.rule) for remark in remarks), *(_item(router, before, effect) for effect in effects))
    silent = {len(remarks) + place for place, effect in enumerate(effects) if _is_silent(effect, before, after)}
    return Seen(
        router.name,
        items,
        frozenset(silent),
        t.Is(_WORDS[state_name(after)]),
        type(before) is not type(after),
        t.HasDeadline(next_deadline(after)),
        t.HasPriority(after.standing.priority),
        before == after,
        outcome.step.rule,
        outcome,
    )


def unaffected(router: VirtualRouter, state: State, rule: Rule = UNCHANGED) -> Seen:
    """Return what is seen of a virtual router to which nothing happened, or whose interface got a packet that is nobody's."""
    word, deadline = t.Is(_WORDS[state_name(state)]), t.HasDeadline(next_deadline(state))
    return Seen(router.name, (), frozenset(), word, False, deadline, t.HasPriority(state.standing.priority), True, rule)


def unclaimed_rule(unclaimed: Unclaimed | None) -> Rule:
    """Return the rule by which nothing happens to the virtual routers that are not concerned."""
    return unclaimed.rule if unclaimed else UNCHANGED


def _is_silent(effect: Effect, before: State, after: State) -> bool:
    match effect:
        case Notify(word):
            return word == state_name(after) or (word == "STOP" and isinstance(after, Initialize))
        case NotifyLowerPriority():
            return True
        case RemoveAddresses() | RemoveRoutes() | RemoveRules():
            return not isinstance(before, Master)
        case _:
            return False


def _item(router: VirtualRouter, before: State, effect: Effect) -> t.Item:
    match effect:
        case SendAdvertisement():
            return t.Sends(describe(router, before.standing.address, transmit(evolve(effect, seal=None))))
        case InstallAddresses(addresses):
            return t.Installs(_prefixed(addresses))
        case RemoveAddresses(addresses):
            return t.Removes(_prefixed(addresses))
        case InstallRoutes(routes) | RemoveRoutes(routes):
            networks = tuple((route.destination, route.prefix_length) for route in routes)
            return HandlesRoutes(isinstance(effect, InstallRoutes), networks)
        case InstallRules(rules) | RemoveRules(rules):
            return HandlesRules(isinstance(effect, InstallRules), tuple(rule.priority for rule in rules))
        case SendGratuitousArp(addresses, repeat) | SendUnsolicitedNeighborAdvertisement(addresses, repeat):
            return t.Announces(tuple(virtual.address for virtual in addresses), repeat)
        case Notify(word):
            return t.Notifies(word)
        case NotifyLowerPriority():
            return t.Notifies("MASTER_RX_LOWER_PRI")
        case _:
            assert_never(effect)


def _prefixed(addresses: tuple[VirtualAddress, ...]) -> tuple[tuple[Address, int], ...]:
    return tuple((virtual.address, virtual.prefix_length) for virtual in addresses)


def differences(expectation: t.Expectation, got: Seen, subject: str, received: bool) -> tuple[Difference, ...]:
    """Compare; empty if the expectation holds of what was seen.  ``received`` tells whether the stimulus was a packet."""

    def differs(expected: str, instead: str) -> Difference:
        return Difference(expectation.line, subject, expected, instead, got.rule)

    found = [differs(expected, instead) for expected, instead in _compare(expectation, got, received)]
    if expectation.rule and expectation.rule != got.rule:
        found.append(differs(f"by {expectation.rule}", f"by {got.rule}"))
    return tuple(found)


def _compare(expectation: t.Expectation, got: Seen, received: bool) -> Iterator[tuple[str, str]]:
    named: list[t.Item] = []
    for item in expectation.items:
        match item:
            case t.Is() | t.HasDeadline() | t.HasPriority():
                actual = got.state if isinstance(item, t.Is) else got.deadline if isinstance(item, t.HasDeadline) else got.priority
                if item != actual:
                    yield write_item(item), write_item(actual)
            case t.Nothing() | t.Discarded():
                if not got.unchanged or (isinstance(item, t.Discarded) and not received):
                    yield write_item(item), _all(got.told)
            case t.Sends() | t.Installs() | t.Removes() | HandlesRoutes() | HandlesRules() | t.Announces() | t.Notifies() | t.Remarks():
                named.append(_canonical(item, got))
            case _:
                assert_never(item)
    yield from _effects(tuple(named), got, expectation.partial)
    if got.entered and not expectation.partial and not any(isinstance(item, t.Is) for item in expectation.items):
        yield "the same state", write_item(got.state)


def _effects(named: tuple[t.Item, ...], got: Seen, partial: bool) -> Iterator[tuple[str, str]]:
    """Match the effects named with those seen, in order; what is silent, or all the rest if ``partial``, may be left out."""
    rest = list(enumerate(got.effects))
    missing = []
    for item in named:
        place = next((index for index, (_, effect) in enumerate(rest) if effect == item), None)
        skipped = [effect for at, effect in rest[:place] if at not in got.silent]
        if place is None or (skipped and not partial):
            missing.append(item)
        else:
            rest = rest[place + 1 :]
    left = tuple(effect for at, effect in rest if at not in got.silent)
    if missing or (left and not partial):
        yield _all(named), _all(tuple(effect for at, effect in enumerate(got.effects) if at not in got.silent or effect in named))


def _all(items: tuple[t.Item, ...]) -> str:
    return write_items(items) or "no effect"


def _canonical(item: t.Item, got: Seen) -> t.Item:
    """Write an expected advertisement as it would have been described, had it been seen."""
    if not isinstance(item, t.Sends) or got.outcome is None:
        return item
    router, source = got.outcome.router, got.outcome.before.standing.address
    return evolve(item, fields=describe(router, source, build(router, source, item.fields)))
