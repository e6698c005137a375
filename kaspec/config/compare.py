"""Two routers' files compared: what would keep them from being one virtual router.

Instances are paired by virtual_router_id and interface, then by virtual_router_id and name, then by virtual_router_id if it is the only
one, then by name: interfaces may be called differently on another machine, and a mismatch of the virtual_router_id is what must be found.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from itertools import combinations
from typing import Any

from kaspec.address import Address, format_address
from kaspec.config import diagnostics as kinds
from kaspec.config.compare_groups import compare_groups
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import Setting, global_defs, top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lint.instances import instances
from kaspec.config.reader import Reading
from kaspec.config.sides import Pair, Side
from kaspec.config.source import Span
from kaspec.config.values import plain_seconds
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, NoAuthentication, SimplePassword
from kaspec.vrrp.router import InterfaceTrack, TrackerTrack, VirtualRouter


def compare(readings: tuple[Reading, ...]) -> tuple[Diagnostic, ...]:
    """Compare every two of the files, in the order given; each diagnostic points at both places."""
    return tuple(diagnostic for one, other in combinations(readings, 2) for diagnostic in _compare(one, other))


def _compare(one: Reading, other: Reading) -> Iterator[Diagnostic]:
    mine, theirs = _sides(one), _sides(other)
    if not (mine and theirs):
        return
    yield from _names(one, other)
    together = pairs(mine, theirs)
    for pair in together:
        for rule in RULES:
            yield from rule(pair)
    yield from compare_groups(one, together)
    paired = {side for pair in together for side in (pair.here, pair.there)}
    for side, peer in (*((side, theirs[0]) for side in mine), *((side, mine[0]) for side in theirs)):
        if side not in paired:
            message = f"{side.router.name} has no counterpart in {peer.file}, so nobody takes over its addresses"
            yield kinds.PEER_MISSING.at(side.instance.section.span, message, "define it there too, with the same virtual_router_id")


def _sides(reading: Reading) -> tuple[Side, ...]:
    return tuple(Side(next(iter(reading.texts)), instance) for instance in instances(reading))


def pairs(mine: tuple[Side, ...], theirs: tuple[Side, ...]) -> tuple[Pair, ...]:
    """Pair the instances of two files; each is in one pair at most."""
    found: list[Pair] = []
    keys: tuple[Callable[[VirtualRouter], Hashable], ...] = (
        lambda router: (router.virtual_router_id, router.interface),
        lambda router: (router.virtual_router_id, router.name),
        lambda router: router.virtual_router_id,
        lambda router: router.name,
    )
    for key in keys:
        paired = {side for pair in found for side in (pair.here, pair.there)}
        here, there = ([side for side in sides if side not in paired] for sides in (mine, theirs))
        counts = [Counter(key(side.router) for side in sides) for sides in (here, there)]
        known = {key(side.router): side for side in there}
        found += [
            Pair(side, known[wanted])
            for side in here
            if (wanted := key(side.router)) in known and all(count[wanted] == 1 for count in counts)
        ]
    return tuple(found)


def _names(one: Reading, other: Reading) -> Iterator[Diagnostic]:
    here, there = (reading.section.merged(top.GLOBAL_DEFS).last(global_defs.ROUTER_ID) for reading in (one, other))
    if here and there and here.value == there.value:
        message = f"both routers are called {here.value}, so mails do not tell which one they come from"
        yield kinds.PEER_NAME.at(here.span, message, "name each machine by its own router_id", ((there.span, "the peer's"),))


def _router_id(pair: Pair) -> Iterator[Diagnostic]:
    here, there = pair.here.router, pair.there.router
    if here.virtual_router_id != there.virtual_router_id:
        message = (
            f"{here.name} has virtual_router_id {here.virtual_router_id} here and {there.virtual_router_id} on the peer: "
            "they ignore each other, and both become Master"
        )
        yield pair.differ(kinds.PEER_ROUTER_ID, rows.VIRTUAL_ROUTER_ID, message, "give both the same virtual_router_id")


def _version(pair: Pair) -> Iterator[Diagnostic]:
    here, there = pair.here.router, pair.there.router
    if here.version != there.version:
        message = f"{here.name} speaks VRRP version {here.version}, and {there.version} on the peer: both become Master"
        yield pair.differ(kinds.PEER_VERSION, rows.VERSION, message, "give both the same version")


def _authentication(pair: Pair) -> Iterator[Diagnostic]:
    """The type and what of the password counts; of keys with numbers, that each router can verify what the other signs."""
    mine, other, name = pair.here.router.authentication, pair.there.router.authentication, pair.here.router.name
    if isinstance(mine, HmacTrailer) and isinstance(other, HmacTrailer):
        yield from _trailers(pair)
        return
    if mine == other:
        return
    if type(mine) is not type(other):
        message = f"{name} has {_TYPES[type(mine)]} here and {_TYPES[type(other)]} on the peer"
        hint, row = "give both the same authentication or auth_hmac block", rows.AUTH_TYPE
    else:
        message = f"{name} has another auth_pass here than on the peer"
        hint, row = "give both the same auth_pass; only its first eight bytes count", rows.AUTH_PASS
    related = ((_authentication_place(pair.there, row), "the peer's"),)
    yield kinds.PEER_AUTHENTICATION.at(
        _authentication_place(pair.here, row), f"{message}: they discard each other's packets, and both become Master", hint, related
    )


_TYPES: dict[type, str] = {
    NoAuthentication: "no authentication",
    SimplePassword: "auth_type PASS",
    IpAuthenticationHeader: "auth_type AH",
    HmacTrailer: "auth_hmac",
}


def _trailers(pair: Pair) -> Iterator[Diagnostic]:
    """Whoever enforces must know the key that the other signs with; that it is the same is only seen if it is not in a file."""
    for signer, hearer in ((pair.here, pair.there), (pair.there, pair.here)):
        signs, verifies = signer.router.authentication, hearer.router.authentication
        assert isinstance(signs, HmacTrailer)
        assert isinstance(verifies, HmacTrailer)
        used = next((key for key in signs.keys if key.key_id == signs.active_key), None)
        known = next((key for key in verifies.keys if key.key_id == signs.active_key), None)
        same = known is not None and (used is None or not (used.data and known.data) or used.data == known.data)
        if verifies.mode != "enforce" or (signs.mode != "receive-only" and same):
            continue
        what = "does not sign" if signs.mode == "receive-only" else f"signs with key {signs.active_key}"
        why = "" if signs.mode == "receive-only" else (", which is another there" if known else ", which is not known there")
        message = f"{signer.router.name} of {signer.file} {what}{why}, and {hearer.file} enforces: it discards every packet"
        hint = "give the key to both first, as a second one, then change active_key, then mode"
        related = ((_authentication_place(hearer), "the other's"),)
        yield kinds.PEER_HMAC.at(_authentication_place(signer), message, hint, related)


def _authentication_place(side: Side, row: Setting[Any] = rows.AUTH_PASS) -> Span:
    blocks = side.instance.section.sections(rows.AUTH_HMAC) or side.instance.section.sections(rows.AUTHENTICATION)
    given = blocks[-1].last(row) if blocks else None
    return given.statement.span if given else blocks[-1].span if blocks else side.instance.section.span


def _checksum(pair: Pair) -> Iterator[Diagnostic]:
    here, there = pair.here.router, pair.there.router
    if here.version == there.version == 3 and here.family == there.family == 4 and here.checksum_form != there.checksum_form:
        message = f"the checksum of {here.name} covers other bytes here than on the peer: keepalived discards such packets"
        yield pair.differ(kinds.PEER_CHECKSUM, rows.V3_CHECKSUM_AS_V2, message, "give both the same v3_checksum_as_v2")


def _addresses(pair: Pair) -> Iterator[Diagnostic]:
    here, there = ([address.address for address in side.router.addresses] for side in (pair.here, pair.there))
    if sorted(here) == sorted(there):
        return
    lone = [(f"only here: {_listed(here, there)}", here, there), (f"only there: {_listed(there, here)}", there, here)]
    told = "; ".join(text for text, some, others in lone if Counter(some) - Counter(others))
    message = f"{pair.here.router.name} has different virtual addresses ({told}): after a failover some are gone"
    hint = "give both the same virtual_ipaddress; keepalived before 2.3.3 discards every packet that lists others"
    span, other = (_addresses_place(side) for side in (pair.here, pair.there))
    yield kinds.PEER_ADDRESSES.at(span, message, hint, ((other, "the peer's begin here"),))


def _addresses_place(side: Side) -> Span:
    lines = side.instance.section.entries(rows.VIRTUAL_IPADDRESS)
    return lines[0].at(lines[0].value.prefix) if lines else side.instance.section.span


def _listed(some: list[Address], others: list[Address]) -> str:
    lone = list((Counter(some) - Counter(others)).elements())
    rest = f" and {len(lone) - 4} more" if len(lone) > 4 else ""
    return ", ".join(map(format_address, lone[:4])) + rest


def _interval(pair: Pair) -> Iterator[Diagnostic]:
    here, there = pair.here.router, pair.there.router
    if here.advertisement_interval == there.advertisement_interval:
        return
    mine, other = (plain_seconds(router.advertisement_interval) for router in (here, there))
    differing = f"{here.name} advertises every {mine} s here and every {other} s on the peer"
    hint = "give both the same advert_int"
    if 2 in {here.version, there.version}:
        message = f"{differing}: they discard each other's packets, and both become Master"
        yield pair.differ(kinds.PEER_INTERVAL, rows.ADVERT_INT, message, hint)
    else:
        yield pair.differ(
            kinds.PEER_INTERVAL_LEARNT, rows.ADVERT_INT, f"{differing}: how long a failover takes depends on the Master", hint
        )


_SOURCES = (rows.UNICAST_SRC_IP, rows.MCAST_SRC_IP)


def _source(pair: Pair) -> Iterator[Diagnostic]:
    source = pair.here.source
    if source and source == pair.there.source:
        name = pair.here.router.name
        message = f"{name} sends from {format_address(source)} on both routers: neither can tell the other from itself"
        related = ((pair.there.place(*_SOURCES), "the peer's"),)
        yield kinds.PEER_SOURCE.at(pair.here.place(*_SOURCES), message, "each router sends from an address of its own", related)


def _transport(pair: Pair) -> Iterator[Diagnostic]:
    """Packets must come where the peer listens: to it alone, or to the same group."""
    here, there, name = pair.here, pair.there, pair.here.router.name
    if bool(here.peers) != bool(there.peers):
        how = ("unicasts", "multicasts") if here.peers else ("multicasts", "unicasts")
        message = f"{name} {how[0]} here and {how[1]} on the peer: they discard each other's packets, and both become Master"
        yield pair.differ(
            kinds.PEER_TRANSPORT, rows.UNICAST_PEER, message, "give both unicast_peer, each with the other's address, or neither"
        )
    elif not here.peers and here.multicast_group != there.multicast_group:
        groups = f"{format_address(here.multicast_group)} here and to {format_address(there.multicast_group)} on the peer"
        message = f"{name} multicasts to {groups}: they do not hear each other, and both become Master"
        yield pair.differ(
            kinds.PEER_GROUP, rows.MCAST_DST_IP, message, f"give both the same mcast_dst_ip or vrrp_mcast_group{here.router.family}"
        )
    for sender, receiver in ((here, there), (there, here)):
        if receiver.source and sender.peers and receiver.source not in sender.peers:
            told = f"{receiver.router.name} of {receiver.file}"
            message = f"{format_address(receiver.source)}, which {told} is at, is not a unicast_peer here: it is never sent anything"
            related = ((receiver.place(*_SOURCES), "the peer's address"),)
            hint = f"add {format_address(receiver.source)} to unicast_peer"
            yield kinds.PEER_NOT_LISTED.at(sender.place(rows.UNICAST_PEER), message, hint, related)


def _priority(pair: Pair) -> Iterator[Diagnostic]:
    here, there = pair.here.router, pair.there.router
    if here.is_owner and there.is_owner:
        message = f"{here.name} has priority 255 on both routers: both are Master from the start"
        yield pair.differ(kinds.PEER_OWNERS, rows.PRIORITY, message, "one router owns the addresses at most; give the other less than 255")
    elif here.priority == there.priority:
        message = f"{here.name} has priority {here.priority} on both routers: of two Masters the one with the higher address stays"
        yield pair.differ(kinds.PEER_PRIORITY, rows.PRIORITY, message, "give the one that should be Master a higher priority")


def _state(pair: Pair) -> Iterator[Diagnostic]:
    settings = [side.instance.section.last(rows.STATE) for side in (pair.here, pair.there)]
    owners = pair.here.router.is_owner and pair.there.router.is_owner
    if all(given and given.value == "MASTER" for given in settings) and not owners:
        message = f"{pair.here.router.name} begins as MASTER on both routers: when both start, both are Master for a moment"
        yield pair.differ(kinds.PEER_STATE, rows.STATE, message, "use state BACKUP on the one with the lower priority, or on both")


def _preemption(pair: Pair) -> Iterator[Diagnostic]:
    """What counts is nopreempt on the router that would take over: the one with the higher priority."""
    for lower, higher in ((pair.here, pair.there), (pair.there, pair.here)):
        if lower.router.priority < higher.router.priority and higher.router.preempt and not lower.router.preempt:
            message = (
                f"nopreempt of {lower.router.name} does not keep the peer, whose priority is higher, from taking over when it comes back"
            )
            related = ((higher.place(rows.PRIORITY), "the peer's priority is higher, and it preempts"),)
            hint = "to leave the addresses where they are, say nopreempt and state BACKUP on the peer too"
            yield kinds.PEER_PREEMPTION.at(lower.place(rows.NOPREEMPT), message, hint, related)


def _weights(pair: Pair) -> Iterator[Diagnostic]:
    """If everything tracked fails on the stronger router and it still stays Master, tracking is in vain."""
    for stronger, weaker in ((pair.here, pair.there), (pair.there, pair.here)):
        (best, worst), (rival, _) = _range(stronger.router), _range(weaker.router)
        if _faults(stronger.router) or worst == best or best <= rival:
            continue
        related = ((weaker.place(rows.PRIORITY), f"the peer reaches {rival}"),)
        leads = f"{stronger.router.name} leads with {best} to {rival}"
        if worst >= rival:
            message = f"{leads} and keeps {worst} when all that it tracks has failed: the peer never takes over"
            hint = "make the weights greater than the difference of the priorities"
            yield kinds.PEER_WEIGHTS.at(stronger.place(rows.TRACK_INTERFACE), message, hint, related)
        elif not weaker.router.preempt:
            message = f"{leads}; when what it tracks fails it has {worst}, but the peer has nopreempt and does not take over"
            hint = "remove nopreempt from the peer, or track without a weight, which is a fault"
            yield kinds.PEER_WEIGHTS.at(stronger.place(rows.TRACK_INTERFACE), message, hint, related)


def _range(router: VirtualRouter) -> tuple[int, int]:
    """The priority when all that is tracked is well, and when all of it has failed."""
    if router.is_owner:
        return router.priority, router.priority
    weights = [-track.weight if track.reverse else track.weight for track in _known(router)]
    well = router.priority + sum(weight for weight in weights if weight > 0)
    failed = router.priority + sum(weight for weight in weights if weight < 0)
    return min(max(well, 1), 254), min(max(failed, 1), 254)


def _faults(router: VirtualRouter) -> bool:
    """Whether something tracked has no weight, so that its failure is a fault rather than a lower priority."""
    return any(not track.weight for track in router.tracks) or any(not track.weight for track in router.trackers)


def _known(router: VirtualRouter) -> tuple[InterfaceTrack | TrackerTrack, ...]:
    """All that is tracked, but for files, which may add anything."""
    return (*router.tracks, *(track for track in router.trackers if track.kind != "file"))


RULES: tuple[Callable[[Pair], Iterator[Diagnostic]], ...] = (
    _router_id,
    _version,
    _checksum,
    _authentication,
    _addresses,
    _interval,
    _source,
    _transport,
    _priority,
    _state,
    _preemption,
    _weights,
)
