"""Effects to work for the kernel: one table, no decision.

The effects of all virtual routers that stepped in one go are gathered so that each kind costs one system call an interface: first the
advertisements, then what is held and let go (one netlink batch), then gratuitous ARP.  Each router's own effects keep their order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import assert_never

from attrs import field

from kaspec.address import Address
from kaspec.frozen import define
from kaspec.node import Outcome
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
from kaspec.vrrp.holdings import Holding
from kaspec.vrrp.router import Identity, VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.ip import encode_ip
from shell.wires import Place, place_of


@define
class Work:
    """What one batch asks of the kernel, in the order of the fields.

    ``datagrams`` by where they go out; ``changes`` are (install?, item) in order; ``announcements`` are (interface, address, repeat).
    """

    datagrams: defaultdict[Place, list[bytes]] = field(factory=lambda: defaultdict(list))
    changes: list[tuple[bool, Holding]] = field(factory=list)
    announcements: list[tuple[str, Address, int]] = field(factory=list)


def gather(outcomes: Iterable[Outcome]) -> Iterator[Work]:
    """Gather the effects of several outcomes; a router that acts twice begins a new batch."""
    work, acted = None, set[Identity]()
    for outcome in outcomes:
        effects = outcome.step.effects
        if not effects:
            continue
        who = outcome.router.identity
        if work is None or who in acted:
            if work is not None:
                yield work
            work, acted = Work(), set()
        acted.add(who)
        for effect in effects:
            _add(work, outcome.router, effect)
    if work is not None:
        yield work


def _add(work: Work, router: VirtualRouter, effect: Effect) -> None:
    """The table: what each effect means to the kernel."""
    match effect:
        case SendAdvertisement():
            work.datagrams[place_of(router)].append(datagram(effect))
        case InstallAddresses() | InstallRoutes() | InstallRules() | RemoveAddresses() | RemoveRoutes() | RemoveRules():
            work.changes += changes_of((effect,))
        case SendGratuitousArp(addresses, repeat) | SendUnsolicitedNeighborAdvertisement(addresses, repeat):
            work.announcements += [(virtual.interface, virtual.address, repeat) for virtual in addresses]
        case Notify() | NotifyLowerPriority():
            pass  # not the kernel's: the notifier reads it off the outcome
        case _:
            assert_never(effect)


def changes_of(effects: Iterable[Effect]) -> Iterator[tuple[bool, Holding]]:
    """Return what effects install (True) and remove (False), in order."""
    for effect in effects:
        match effect:
            case InstallAddresses(holdings) | InstallRoutes(holdings) | InstallRules(holdings):
                yield from ((True, holding) for holding in holdings)
            case RemoveAddresses(holdings) | RemoveRoutes(holdings) | RemoveRules(holdings):
                yield from ((False, holding) for holding in holdings)
            case _:
                pass


def datagram(effect: SendAdvertisement) -> bytes:
    """Return the whole IP datagram of an advertisement; one that is sealed never comes again."""
    return _datagram(effect) if effect.seal is None else encode_ip(transmit(effect))


@lru_cache(maxsize=4096)
def _datagram(effect: SendAdvertisement) -> bytes:
    """The kernel fills in the identification."""
    return encode_ip(transmit(effect))
