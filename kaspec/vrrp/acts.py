"""What the transitions are made of: a state entered or left, with the effects in their order (RFC 3768 6.4)."""

from functools import lru_cache

from kaspec import rules
from kaspec.address import Address, family_of
from kaspec.frozen import evolve, frozen
from kaspec.rules import Rule
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.authentication import IpAuthenticationHeader, SimplePassword
from kaspec.vrrp.effects import (
    Effect,
    InstallAddresses,
    InstallRoutes,
    InstallRules,
    Notify,
    RemoveAddresses,
    RemoveRoutes,
    RemoveRules,
    SendAdvertisement,
    SendGratuitousArp,
    SendUnsolicitedNeighborAdvertisement,
)
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, VirtualAddress
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Master, Standing, State
from kaspec.wire.vrrp import AUTHENTICATION_HEADER, NO_AUTHENTICATION, SIMPLE_TEXT_PASSWORD, Advertisement


@frozen
class Step:
    """One transition: the new state, the effects in the order they are to happen, and the rule that says why."""

    state: State
    effects: tuple[Effect, ...]
    rule: Rule


def listen(router: VirtualRouter, standing: Standing, interval: Interval, now: Instant) -> Backup:
    """Be Backup with a fresh Master_Down_Timer."""
    down = master_down_interval(router.version, standing.priority, interval, router.down_timer_adverts)
    return Backup(standing, after(now, down), interval)


def become_master(router: VirtualRouter, standing: Standing, now: Instant, rule: Rule) -> Step:
    """Advertise, hold the addresses, announce them; in that order (RFC 3768 6.4.1, 6.4.2)."""
    policy = router.garp
    effects: tuple[Effect, ...] = (
        *advertise(router, standing),
        *install(router.holdings),
        *announce(router.held_addresses, policy.repeat),
        Notify("MASTER"),
    )
    master = Master(standing, after(now, router.advertisement_interval), extra_at=next_extra(router, now))
    delay, repeat = (policy.refresh, policy.refresh_repeat) if policy.delay is None else (policy.delay, policy.repeat)
    return Step(announcing(master, now, delay, repeat), effects, rule)


def fault_rule(standing: Standing) -> Rule:
    """Return by which rule such a standing leads into FAULT: through a failure of its own, or through its sync group alone."""
    own = any(reason.kind != "group" for reason in standing.faults)
    return rules.FAULT_ENTERED if own else rules.GROUP_FAULT


def resign(router: VirtualRouter, standing: Standing) -> tuple[Effect, ...]:
    """Let a Backup take over in Skew_Time (RFC 3768 5.3.4) and give up the addresses."""
    return (*_send(router, 0, standing.address), *remove(router.holdings))


@lru_cache(maxsize=4096)
def install(holdings: tuple[Holding, ...]) -> tuple[Effect, ...]:
    """Take hold: rules, addresses, then the routes, which may need an address."""
    rules, addresses, routes = _by_kind(holdings)
    return (
        *((InstallRules(rules),) if rules else ()),
        *((InstallAddresses(addresses),) if addresses or not holdings else ()),
        *((InstallRoutes(routes),) if routes else ()),
    )


@lru_cache(maxsize=4096)
def remove(holdings: tuple[Holding, ...]) -> tuple[Effect, ...]:
    """Let go: rules, routes, then the addresses they may need."""
    rules, addresses, routes = _by_kind(holdings)
    return (
        *((RemoveRules(rules),) if rules else ()),
        *((RemoveRoutes(routes),) if routes else ()),
        *((RemoveAddresses(addresses),) if addresses or not holdings else ()),
    )


def _by_kind(holdings: tuple[Holding, ...]) -> tuple[tuple[PolicyRule, ...], tuple[VirtualAddress, ...], tuple[Route, ...]]:
    return (
        tuple(each for each in holdings if isinstance(each, PolicyRule)),
        tuple(each for each in holdings if isinstance(each, VirtualAddress)),
        tuple(each for each in holdings if isinstance(each, Route)),
    )


def advertise(router: VirtualRouter, standing: Standing) -> tuple[Effect, ...]:
    """Advertise the effective priority."""
    return _send(router, standing.priority, standing.address)


@lru_cache(maxsize=4096)
def _send(router: VirtualRouter, priority: int, source: Address | None) -> tuple[Effect, ...]:
    """Multicast it, or send one to each peer: none of them waits for another."""
    if source is None:
        return ()
    sent = SendAdvertisement(advertisement(router, priority), source, router.checksum_form, router.group)
    return tuple(evolve(sent, destination=peer.address, ttl=router.unicast_ttl) for peer in router.peers) or (sent,)


@lru_cache(maxsize=4096)
def announce(addresses: tuple[VirtualAddress, ...], repeat: int) -> tuple[Effect, ...]:
    """Tell where the addresses now are: gratuitous ARP for IPv4, unsolicited neighbour advertisements for IPv6 (RFC 9568 6.4.1)."""
    ipv6 = tuple(virtual for virtual in addresses if family_of(virtual.address) == 6)
    ipv4 = tuple(virtual for virtual in addresses if family_of(virtual.address) == 4)
    neighbours = (SendUnsolicitedNeighborAdvertisement(ipv6, repeat),) if ipv6 else ()
    return (SendGratuitousArp(ipv4, repeat), *neighbours) if ipv4 or not ipv6 else neighbours


def advertisement(router: VirtualRouter, priority: int) -> Advertisement:
    """Return what the router advertises with ``priority`` (RFC 3768 7.2)."""
    authentication_type, password = NO_AUTHENTICATION, bytes(8)
    match router.authentication:
        case SimplePassword(data):
            authentication_type, password = SIMPLE_TEXT_PASSWORD, data
        case IpAuthenticationHeader():
            authentication_type = AUTHENTICATION_HEADER
    return Advertisement(
        router.version,
        router.virtual_router_id,
        priority,
        router.advertisement_interval,
        _advertised(router.addresses),
        authentication_type,
        password,
    )


def _advertised(addresses: tuple[VirtualAddress, ...]) -> tuple[Address, ...]:
    return tuple(virtual.address for virtual in addresses)


def next_extra(router: VirtualRouter, now: Instant) -> Instant | None:
    """Return when addresses on interfaces without advertisements are announced next, if there are any."""
    return None if router.garp.extra is None or not router.silent_addresses else after(now, router.garp.extra)


def announcing(state: Master, now: Instant, delay: Interval | None, repeat: int) -> Master:
    """Set when the next gratuitous ARP burst is due, if one is wanted at all."""
    if delay is None or not repeat:
        return evolve(state, announce_at=None, announce_repeat=0)
    return evolve(state, announce_at=after(now, delay), announce_repeat=repeat)
