"""Tracking: what the world's state means for one virtual router (keepalived ``track_*``).

Each tracked thing contributes a weight and perhaps faults; contributions are folded in a commutative monoid, so the order in which
the kernel or scripts report cannot matter.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import assert_never

from kaspec.address import Address, family_of, format_address, is_link_local
from kaspec.frozen import frozen
from kaspec.vrrp.router import InterfaceTrack, Tracker, TrackerKind, TrackerTrack, VirtualRouter
from kaspec.vrrp.state import InterfaceFailure, Reason, Standing

__all__ = [
    "NOTHING",
    "NOTHING_FOUND",
    "Contribution",
    "Finding",
    "Link",
    "Tracker",
    "TrackerKind",
    "combine",
    "fold",
    "interface_contribution",
    "source_address",
    "source_candidates",
    "standing",
    "tracker_contribution",
]

FILE_FAULT = -254
"""A file whose value times the weight is this or less is a fault (keepalived: less than -253)."""
FILE_MOST = 253
"""A file adds no more than this."""


@frozen
class Link:
    """An interface as the kernel reports it; one that does not exist has no ``Link``.

    ``up`` is administratively up with carrier (IFF_UP and IFF_RUNNING).  ``addresses`` are in the kernel's order, first one first.
    """

    name: str
    up: bool
    addresses: tuple[Address, ...] = ()


@frozen
class Finding:
    """How a script, file, process or BFD session was last found; ``value`` is the integer in a file, which is good if it is 0."""

    good: bool
    value: int = 0

    @classmethod
    def of_file(cls, value: int) -> "Finding":
        """A file that holds ``value``; one that is missing or holds no number counts as 0."""
        return cls(value == 0, value)


NOTHING_FOUND: Mapping[Tracker, Finding] = MappingProxyType({})
"""Before anything tracked has been heard of."""


@frozen
class Contribution:
    """What one tracked thing adds: a weight to the priority, faults, and what must be heard of first."""

    weight: int = 0
    faults: frozenset[Reason] = frozenset()
    pending: frozenset[Tracker] = frozenset()


NOTHING = Contribution()
"""The neutral element of ``combine``."""


def combine(one: Contribution, other: Contribution) -> Contribution:
    """Add two contributions: commutative, associative, with ``NOTHING`` neutral."""
    return Contribution(one.weight + other.weight, one.faults | other.faults, one.pending | other.pending)


def fold(contributions: Iterable[Contribution]) -> Contribution:
    """Combine any number of contributions, in any order."""
    return reduce(combine, contributions, NOTHING)


def interface_contribution(track: InterfaceTrack, link: Link | None) -> Contribution:
    """Return what a tracked interface contributes.

    Weight 0: down (or, with ``reverse``, up) is a fault.  Otherwise a positive weight is added while up and a negative one while down;
    with ``reverse`` it is subtracted.
    """
    up = link is not None and link.up
    if track.weight:
        return _weighed(track, up)
    if up != track.reverse:
        return NOTHING
    if up:
        return Contribution(faults=frozenset({Reason("tracked-up", track.interface)}))
    return Contribution(faults=frozenset({_down_reason(track.interface, link)}))


def tracker_contribution(track: TrackerTrack, finding: Finding | None) -> Contribution:
    """Return what a script, file, process or BFD session contributes.

    One that has not been heard of (``None``) adds no weight; without a weight, it is to be waited for.
    """
    if finding is None:
        return NOTHING if track.weight else Contribution(pending=frozenset({track.tracker}))
    if track.kind == "file" and track.weight:
        return _value(track, finding.value * (-track.weight if track.reverse else track.weight))
    if track.weight:
        return _weighed(track, finding.good)
    return NOTHING if finding.good != track.reverse else Contribution(faults=frozenset({_tracker_reason(track, finding)}))


def _weighed(track: InterfaceTrack | TrackerTrack, good: bool) -> Contribution:
    if good != (track.weight > 0):
        return NOTHING
    return Contribution(weight=-track.weight if track.reverse else track.weight)


def _value(track: TrackerTrack, value: int) -> Contribution:
    if value <= FILE_FAULT:
        return Contribution(faults=frozenset({Reason("file-low", track.name)}))
    return Contribution(weight=min(value, FILE_MOST))


def _tracker_reason(track: TrackerTrack, finding: Finding) -> Reason:
    match track.kind:
        case "script":
            return Reason("script-good" if finding.good else "script-failed", track.name)
        case "process":
            return Reason("process-good" if finding.good else "process-failed", track.name)
        case "bfd":
            return Reason("bfd-good" if finding.good else "bfd-failed", track.name)
        case "file":
            return Reason("file-zero" if finding.good else "file-not-zero", track.name)
        case _:
            assert_never(track.kind)


def standing(
    router: VirtualRouter,
    links: Mapping[str, Link],
    virtual: frozenset[Address] = frozenset(),
    findings: Mapping[Tracker, Finding] = NOTHING_FOUND,
) -> Standing:
    """Fold the world into what the state machine needs.

    ``virtual`` are addresses that are never a source because they move (every virtual address of the node).  The effective priority is
    the configured one plus the weights, clamped to 1..254; an owner's never changes (RFC 3768 5.3.4).
    """
    link = links.get(router.interface)
    address = source_address(router, link, virtual)
    contributions = [interface_contribution(track, links.get(track.interface)) for track in router.tracks]
    contributions += [tracker_contribution(track, findings.get(track.tracker)) for track in router.trackers]
    if router.interface and (link is None or not router.dont_track_primary):
        contributions.append(interface_contribution(InterfaceTrack(router.interface), link))
    contributions += [interface_contribution(InterfaceTrack(each.name), links.get(each.name)) for each in router.virtual_interfaces]
    contributions += [interface_contribution(InterfaceTrack(name), links.get(name)) for name in router.needed_interfaces]
    if link is not None and address is None:
        missing: InterfaceFailure = "no-address" if router.family == 4 else "no-ipv6-address"
        contributions.append(Contribution(faults=frozenset({Reason(missing, router.interface)})))
    contributions.append(_addressing(router, links))
    total = fold(contributions)
    priority = router.priority if router.is_owner else min(max(router.priority + total.weight, 1), 254)
    faults = tuple(sorted(total.faults, key=lambda reason: (reason.kind, reason.subject)))
    return Standing(priority, address, faults, tuple(sorted(total.pending)))


def _addressing(router: VirtualRouter, links: Mapping[str, Link]) -> Contribution:
    """Return the faults of who speaks to whom: keepalived's ``track_src_ip`` and ``unicast_fault_no_peer``.

    A router on no interface may have its source on any.
    """
    faults = set[Reason]()
    known = links.values() if not router.interface else [link for link in (links.get(router.interface),) if link]
    if router.tracks_source and router.source and not any(router.source in link.addresses for link in known):
        faults.add(Reason("source-missing", format_address(router.source)))
    if router.lacks_peers:
        faults.add(Reason("no-peer", router.name))
    return Contribution(faults=frozenset(faults))


def source_address(router: VirtualRouter, link: Link | None, virtual: frozenset[Address] = frozenset()) -> Address | None:
    """Return the primary address (RFC 3768 5.2.1): the configured source, else the interface's first that does not move.

    An address owner's virtual address is its own, so there it serves if nothing else does: also while it is not on the interface, where
    the owner has yielded to another and wants it back.
    """
    if router.source is not None or link is None:
        return router.source
    own = tuple(each.address for each in router.addresses) if router.is_owner else ()
    candidates = (*source_candidates(link, virtual), *own)
    return next((address for address in candidates if _may_be_source(router, address)), None)


def _may_be_source(router: VirtualRouter, address: Address) -> bool:
    """RFC 9568 5.1.1.1, 5.1.2.1: an IPv4 address, or a link-local IPv6 address."""
    return family_of(address) == router.family and (router.family == 4 or is_link_local(address))


def source_candidates(link: Link, virtual: frozenset[Address]) -> tuple[Address, ...]:
    """Return the addresses that do not move."""
    return tuple(address for address in link.addresses if address not in virtual)


def _down_reason(interface: str, link: Link | None) -> Reason:
    return Reason("interface-missing" if link is None else "interface-down", interface)
