"""What a reload's changes mean for the network, for a Master and for a Backup: reasons in words, drawn from the protocol's rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from kaspec.address import Address, format_address
from kaspec.config.render_services import endpoint_of
from kaspec.config.values import plain_seconds
from kaspec.frozen import frozen
from kaspec.lvs.succession import ServiceAction
from kaspec.report.services import service_name
from kaspec.units import in_seconds
from kaspec.vrrp.authentication import HmacTrailer
from kaspec.vrrp.holdings import Holding, PolicyRule, Route
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.sync_group import SyncGroup

Role = Literal["MASTER", "BACKUP", "ANY"]
Grade = Literal["outage", "risk", "note"]
Holders = Mapping[Address, str]
"""Which instance of the new configuration has an address."""


@frozen
class Consequence:
    """What follows if the instance is in this state when the reload comes.

    An ``outage`` interrupts service, a ``risk`` does if the other routers are not as they must be, a ``note`` does not.
    """

    role: Role
    grade: Grade
    what: str


def of_change(old: VirtualRouter, new: VirtualRouter, holders: Holders) -> tuple[Consequence, ...]:
    """Return what follows from changing an instance that keeps its state."""
    return (*_addresses(old, new, holders), *_routing(old, new), *_agreement(old, new), *_election(old, new), *_tracking(old, new))


def of_stop(router: VirtualRouter, holders: Holders) -> tuple[Consequence, ...]:
    """Return what follows from stopping an instance."""
    where = f"VRID {router.virtual_router_id} on {router.interface}"
    farewell = f"says priority 0 for {where}: a Backup takes over within its Skew_Time (less than a second), if there is one"
    return (
        Consequence("MASTER", "outage", farewell),
        *_given_up(router.held_addresses, router.name, holders),
        Consequence("BACKUP", "note", f"no longer stands by for {where}"),
    )


def of_start(router: VirtualRouter) -> tuple[Consequence, ...]:
    """Return what follows from starting an instance."""
    if router.is_owner:
        return (Consequence("ANY", "note", "starts as Master at once, for its priority is 255 (address owner)"),)
    down = master_down_interval(router.version, router.priority, router.advertisement_interval, router.down_timer_adverts)
    return (Consequence("ANY", "note", f"starts as Backup, Master after {in_seconds(down)} s unless it hears a better one"),)


def of_move(old: VirtualRouter, new: VirtualRouter, holders: Holders) -> tuple[Consequence, ...]:
    """Return what follows from stopping an instance in one place and starting it in another."""
    here, there = (f"VRID {each.virtual_router_id} on {each.interface}" for each in (old, new))
    others = f"routers that still are {here} do not hear {there}: until all have moved, two may hold the addresses"
    elsewhere = {address: holder for address, holder in holders.items() if holder != new.name}
    stops = tuple(each for each in of_stop(old, elsewhere) if each.role == "MASTER")
    return (*stops, Consequence("ANY", "risk", others), *of_start(new))


def of_regrouping(old: Iterable[SyncGroup], new: Iterable[SyncGroup], routers: Iterable[VirtualRouter]) -> tuple[Consequence, ...]:
    """Return what follows from virtual routers that run already and come into one sync group: ``routers`` are those of before."""
    known, together = {router.name for router in routers}, [set(group.members) for group in old]
    found = []
    for group in new:
        here = [name for name in group.members if name in known]
        if len(here) > 1 and not any(members.issuperset(here) for members in together):
            what = f"sync group {group.name} joins {', '.join(here)}: if one of them is not Master, or at fault, none stays Master"
            found.append(Consequence("MASTER", "risk", what))
    return tuple(found)


def of_service(action: ServiceAction) -> tuple[Consequence, ...]:
    """Return what follows for those who are connected through a virtual server."""
    gone = (f"{service_name(each)} is served no more: its connections end" for each in action.lost_services)
    servers = (f"connections to real_server {endpoint_of(each)} end" for each in action.lost_servers)
    return tuple(Consequence("ANY", "outage", what) for what in (*gone, *servers))


def of_loss(items: Iterable[Holding]) -> tuple[Consequence, ...]:
    """Return what follows from static items that go."""
    return tuple(Consequence("ANY", "outage", f"the static {_named(each)} is removed at once") for each in items)


def _named(item: Holding) -> str:
    match item:
        case VirtualAddress():
            return f"address {format_address(item.address)}"
        case Route():
            return f"route to {format_address(item.destination)}/{item.prefix_length}"
        case PolicyRule():
            return f"rule {item.priority}"


def _routing(old: VirtualRouter, new: VirtualRouter) -> Iterator[Consequence]:
    """What a Master no longer routes, or now does."""
    before: tuple[Holding, ...] = (*old.routes, *old.rules)
    after: tuple[Holding, ...] = (*new.routes, *new.rules)
    lost = [_named(each) for each in before if each not in after]
    gained = [_named(each) for each in after if each not in before]
    if lost:
        yield Consequence("MASTER", "outage", f"removes at once: {', '.join(lost)}")
    if gained:
        yield Consequence("MASTER", "note", f"adds at once: {', '.join(gained)}")


def _addresses(old: VirtualRouter, new: VirtualRouter, holders: Holders) -> Iterator[Consequence]:
    lost = tuple(each for each in old.held_addresses if each not in new.held_addresses)
    gained = tuple(each for each in new.held_addresses if each not in old.held_addresses)
    yield from _given_up(lost, new.name, holders)
    if gained:
        yield Consequence("MASTER", "note", f"adds and announces {_written(gained)} at once")
    if {each.address for each in old.addresses} != {each.address for each in new.addresses}:
        yield Consequence("ANY", "risk", "peers with another address list discard the advertisements (keepalived before 2.3.3) or complain")


def _given_up(lost: Sequence[VirtualAddress], name: str, holders: Holders) -> Iterator[Consequence]:
    for virtual in lost:
        address, holder = format_address(virtual.address), holders.get(virtual.address)
        if holder == name:
            yield Consequence("MASTER", "outage", f"takes {address} away and adds it as it is now: connections may break")
        elif holder is not None:
            yield Consequence("MASTER", "outage", f"{address} now belongs to {holder}: answered only where that is Master")
        else:
            yield Consequence("MASTER", "outage", f"gives up {address} at once")


def _agreement(old: VirtualRouter, new: VirtualRouter) -> Iterator[Consequence]:
    """What all routers of a VRID must agree on."""
    settings = (
        ("advert_int", old.version == 2 and old.advertisement_interval != new.advertisement_interval),
        ("authentication", _secret(old) != _secret(new)),
        ("way to speak (unicast, multicast or the group)", _way(old) != _way(new)),
        ("version", (old.version, old.family) != (new.version, new.family)),
    )
    for name, differs in settings:
        if differs:
            yield Consequence("MASTER", "risk", f"peers with another {name} discard its advertisements and become Master too")
            yield Consequence("BACKUP", "risk", f"discards the advertisements of peers with another {name} and becomes Master too")


def _secret(router: VirtualRouter) -> object:
    """What peers must have alike to believe each other; of keys with numbers, that is not all of them (``kaspec check`` compares them)."""
    return type(router.authentication) if isinstance(router.authentication, HmacTrailer) else router.authentication


def _way(router: VirtualRouter) -> object:
    return "unicast" if router.peers else router.multicast_group


def _election(old: VirtualRouter, new: VirtualRouter) -> Iterator[Consequence]:
    if new.priority < old.priority:
        yield Consequence("MASTER", "note", f"hands over to a Backup of more than {new.priority} that preempts, if there is one")
    elif new.priority > old.priority and (new.preempt or new.is_owner):
        delay = f" and preempt_delay {plain_seconds(new.preempt_delay)} s" if new.preempt_delay else ""
        down = master_down_interval(new.version, new.priority, new.advertisement_interval, new.down_timer_adverts)
        yield Consequence("BACKUP", "note", f"takes over from a Master of less than {new.priority} after {in_seconds(down)} s{delay}")


def _tracking(old: VirtualRouter, new: VirtualRouter) -> Iterator[Consequence]:
    for track in new.tracks:
        if track not in old.tracks:
            failing = "up" if track.reverse else "down"
            effect = f"its priority changes by {track.weight} with {track.interface}" if track.weight else "goes to FAULT"
            yield Consequence(
                "ANY", "note" if track.weight else "risk", effect if track.weight else f"{effect} if {track.interface} is {failing}"
            )
    for each in new.trackers:
        if each not in old.trackers:
            what = f"the {each.kind} {each.name}"
            if each.weight:
                yield Consequence("ANY", "note", f"its priority changes by {each.weight} with {what}")
            else:
                failing = ("is" if each.reverse else "is not") + (" 0" if each.kind == "file" else " good")
                yield Consequence("ANY", "risk", f"goes to FAULT if {what} {failing}")
    if old.dont_track_primary and not new.dont_track_primary:
        yield Consequence("ANY", "risk", f"goes to FAULT if {new.interface} is down")


def _written(addresses: Iterable[VirtualAddress]) -> str:
    return ", ".join(format_address(each.address) for each in addresses)
