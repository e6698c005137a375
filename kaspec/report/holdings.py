"""What a Master holds, in the words of iproute2: for log lines and reports."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from kaspec import rules
from kaspec.address import format_address
from kaspec.settling import Outcome
from kaspec.tracking import Link
from kaspec.vrrp.effects import (
    InstallAddresses,
    Installation,
    InstallRoutes,
    InstallRules,
    Removal,
    RemoveAddresses,
    RemoveRoutes,
    RemoveRules,
)
from kaspec.vrrp.events import AddressesAppeared, HoldingsLost
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, Statics, VirtualAddress
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Master, State, state_name


def holding_words(holding: Holding) -> str:
    """Name an item: ``192.0.2.100/24 dev eth0``, ``route 198.51.100.0/24 via 192.0.2.1``, ``rule 100 from 10.0.0.0/8``."""
    match holding:
        case VirtualAddress():
            return f"{format_address(holding.address)}/{holding.prefix_length} dev {holding.interface}"
        case Route():
            type_ = "" if holding.type == "unicast" else f"{holding.type} "
            via = f" via {format_address(holding.via)}" if holding.via else ""
            device = f" dev {holding.interface}" if holding.interface else ""
            return f"route {type_}{format_address(holding.destination)}/{holding.prefix_length}{via}{device}"
        case PolicyRule():
            ends = (("from", holding.source), ("to", holding.destination))
            named = "".join(f" {word} {format_address(network[0])}/{network[1]}" for word, network in ends if network)
            return f"rule {holding.priority}{named}"
        case _:
            assert_never(holding)


def change_lines(outcome: Outcome, effect: Installation | Removal) -> Iterator[str]:
    """Say what is taken hold of or let go, in keepalived's words; what a reload removes, by name."""
    match effect:
        case InstallAddresses(addresses) | RemoveAddresses(addresses):
            excluded = sum(each in outcome.router.excluded for each in addresses)
            kinds: tuple[tuple[str, bool], ...] = (("VIPs.", len(addresses) > excluded), ("E-VIPs.", excluded > 0))
        case InstallRoutes(items) | RemoveRoutes(items):
            kinds = (("Virtual Routes", bool(items)),)
        case InstallRules(items) | RemoveRules(items):
            kinds = (("Virtual Rules", bool(items)),)
    verb = "setting" if isinstance(effect, InstallAddresses | InstallRoutes | InstallRules) else "removing"
    yield from (f"{verb} {kind}" for kind, there in kinds if there)


def gone_lines(effect: Removal) -> Iterator[str]:
    """Say what a new configuration no longer has."""
    match effect:
        case RemoveAddresses(addresses):
            yield from (f"ip address {holding_words(each)}, no longer exist" for each in addresses)
        case RemoveRoutes(routes):
            yield from (f"ip {holding_words(each)}, no longer exist" for each in routes)
        case RemoveRules(items):
            yield from (f"ip {holding_words(each)}, no longer exist" for each in items)


def loss_lines(outcome: Outcome) -> Iterator[str]:
    """Say what was lost, by whose hand, and what becomes of it."""
    event, rule = outcome.event, outcome.step.rule
    if not isinstance(event, HoldingsLost) or rule == rules.NOTHING_HELD:
        return
    fate = "put back" if rule == rules.HOLDINGS_RESTORED else "put back after a pause, for it was removed again and again"
    by = f" by {event.by}" if event.by else ""
    yield from (f"{holding_words(each)} was removed{by}: it is {fate}" for each in event.holdings if each in outcome.router.holdings)


def intrusion_lines(outcome: Outcome) -> Iterator[str]:
    """Say which addresses somebody else put here, and what to do about it."""
    event = outcome.event
    if isinstance(event, AddressesAppeared) and outcome.step.rule == rules.ADDRESSES_FOREIGN:
        advice = "two hosts may now answer for it: remove it, or whoever puts it there"
        state = state_name(outcome.step.state)
        yield from (f"{holding_words(each)} was added by somebody else while {state}: {advice}" for each in event.addresses)


def foreign_addresses(router: VirtualRouter, state: State, links: Mapping[str, Link]) -> tuple[VirtualAddress, ...]:
    """Return the addresses that only a Master holds and that are here all the same, whoever put them there."""
    if isinstance(state, Master):
        return ()
    here = {(link.name, address) for link in links.values() for address in link.addresses}
    return tuple(each for each in router.held_addresses if (each.interface, each.address) in here)


def static_loss_lines(statics: Statics, event: HoldingsLost, at_once: bool) -> Iterator[str]:
    """Say what was lost of the static items, and what becomes of it."""
    by = f" by {event.by}" if event.by else ""
    fate = "put back" if at_once else "put back after a pause, for it was removed again and again"
    yield from (f"static {holding_words(each)} was removed{by}: it is {fate}" for each in event.holdings if each in statics.items)
