"""Whom an instance speaks to and hears: peers or a group, its source address, and what is asked of what comes in."""

from collections.abc import Iterable, Iterator

from kaspec.address import Address, Family, family_of, format_address, is_multicast, vrrp_group
from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import global_defs as globals_
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.model import Transport
from kaspec.config.sections import Given, Section
from kaspec.config.terms import Peer as PeerLine
from kaspec.frozen import evolve
from kaspec.vrrp.router import LARGEST_TTL, Peer, VirtualRouter

_DEFAULT = Transport()


def build_transport(section: Section) -> Transport:
    """Build what ``global_defs`` says."""
    return Transport(
        section.value(globals_.VRRP_MCAST_GROUP4, None),
        section.value(globals_.VRRP_MCAST_GROUP6, None),
        section.value(globals_.VRRP_CHECK_UNICAST_SRC, False),
        section.value(globals_.VRRP_SKIP_CHECK_ADV_ADDR, False),
        section.value(globals_.VRRP_OWNER_IGNORE_ADVERTS, False),
        section.value(globals_.VRRP_HIGHER_PRIO_SEND_ADVERT, False),
        section.value(globals_.LOG_UNKNOWN_VRIDS, False),
        section.value(globals_.VRRP_RX_BUFS_POLICY, None),
        section.value(globals_.VRRP_RX_BUFS_MULTIPLIER, 3),
    )


def with_transport(router: VirtualRouter, section: Section, globally: Transport, report: Report) -> VirtualRouter:
    """Say whom a virtual router speaks to and hears; its family is known."""
    peers = tuple(_peers(section, router.family, report))
    bounded = any(given.value.min_ttl is not None or given.value.max_ttl is not None for given in section.entries(rows.UNICAST_PEER))
    checks = section.value(rows.CHECK_UNICAST_SRC, globally.vrrp_check_unicast_src) or bounded
    source = source_given(section, router.family, report)
    for complaint in _in_vain(section, peers, source):
        report(complaint)
    return evolve(
        router,
        source=source,
        peers=peers,
        unicast_ttl=section.value(rows.UNICAST_TTL, LARGEST_TTL) if peers else LARGEST_TTL,
        checks_peers=bool(peers) and checks,
        lacks_peers=not peers and section.value(rows.UNICAST_FAULT_NO_PEER, False),
        group=None if peers else _group(section, router.family, globally, report),
        tracks_source=section.value(rows.TRACK_SRC_IP, False),
        trusts_address_list=section.value(rows.SKIP_CHECK_ADV_ADDR, globally.vrrp_skip_check_adv_addr),
    )


def _peers(section: Section, family: Family, report: Report) -> Iterator[Peer]:
    """A peer of the other family cannot be spoken to, one given twice is spoken to once."""
    seen: set[Address] = set()
    for given in section.entries(rows.UNICAST_PEER):
        line: PeerLine = given.value
        if family_of(line.address) != family:
            message = f"{format_address(line.address)} is left out: {section.label} speaks IPv{family}"
            report(kinds.FAMILIES_MIXED.at(given.word, message, f"give an IPv{family} address of the peer"))
        elif line.address in seen:
            report(kinds.PEER_TWICE.at(given.word, f"{format_address(line.address)} is already a unicast_peer; this line is ignored"))
        else:
            yield Peer(line.address, line.min_ttl or 0, LARGEST_TTL if line.max_ttl is None else line.max_ttl)
        seen.add(line.address)


def source_given(section: Section, family: Family, report: Report) -> Address | None:
    """Return the source address that is given, if it is of the family; of ``mcast_src_ip`` and ``unicast_src_ip`` the last one counts."""
    found = [given for row in (rows.MCAST_SRC_IP, rows.UNICAST_SRC_IP) if (given := section.last(row)) is not None]
    given = max(found, key=lambda each: each.order, default=None)
    if given is None or family_of(given.value) == family:
        return given.value if given else None
    message = f"{format_address(given.value)} is ignored: {section.label} speaks IPv{family}"
    report(kinds.FAMILIES_MIXED.at(given.span, message, f"give an IPv{family} address of the interface"))
    return None


def _group(section: Section, family: Family, globally: Transport, report: Report) -> Address | None:
    """Return the group if it is not the family's own."""
    default = globally.vrrp_mcast_group4 if family == 4 else globally.vrrp_mcast_group6
    given = section.last(rows.MCAST_DST_IP)
    if given is not None and not _is_group(given, family):
        example = "224.0.0.18" if family == 4 else "ff02::12"
        message = f"{format_address(given.value)} is no multicast group of IPv{family}"
        report(kinds.MALFORMED.at(given.span, message, f"such as {example}"))
        given = None
    chosen = default if given is None else given.value
    return None if chosen == vrrp_group(family) else chosen


def _is_group(given: Given[Address], family: Family) -> bool:
    return family_of(given.value) == family and is_multicast(given.value)


def _in_vain(section: Section, peers: tuple[Peer, ...], source: Address | None) -> Iterator[Diagnostic]:
    """Settings of the other way of speaking."""
    group = section.last(rows.MCAST_DST_IP)
    if peers and group is not None:
        message = f"{section.label} unicasts, so it sends nothing to {format_address(group.value)}"
        yield kinds.TRANSPORT_UNUSED.at(group.span, message, "remove mcast_dst_ip, or unicast_peer")
    ttl = section.last(rows.UNICAST_TTL)
    if not peers and ttl is not None:
        message = f"{section.label} has no unicast_peer, so it multicasts with a TTL of 255"
        yield kinds.TRANSPORT_UNUSED.at(ttl.span, message, "add unicast_peer { ADDRESS }, or remove unicast_ttl")
    tracked = section.last(rows.TRACK_SRC_IP)
    if tracked is not None and source is None:
        message = f"{section.label} has no source address of its own to track"
        yield kinds.TRANSPORT_UNUSED.at(tracked.span, message, "add unicast_src_ip or mcast_src_ip")


def can_tell_apart(one: VirtualRouter, other: VirtualRouter) -> bool:
    """Tell whether packets for two virtual routers of one interface, family and VRID can be told apart.

    By the peer they come from, by the address they are sent to, or by the group (keepalived's own rule).
    """
    if bool(one.peers) != bool(other.peers):
        return True
    if not one.peers:
        return one.multicast_group != other.multicast_group
    sources = {one.source, other.source}
    return not ({peer.address for peer in one.peers} & {peer.address for peer in other.peers}) or (
        None not in sources and len(sources) == 2
    )


def write_transport(globally: Transport) -> Iterator[str]:
    """Write the lines of ``global_defs``."""
    for name in ("vrrp_mcast_group4", "vrrp_mcast_group6"):
        if (group := getattr(globally, name)) is not None:
            yield f"{name} {format_address(group)}"
    flags = ("vrrp_check_unicast_src", "vrrp_skip_check_adv_addr", "vrrp_owner_ignore_adverts", "vrrp_higher_prio_send_advert")
    yield from (name for name in (*flags, "log_unknown_vrids") if getattr(globally, name))
    if globally.vrrp_rx_bufs_policy is not None:
        yield f"vrrp_rx_bufs_policy {globally.vrrp_rx_bufs_policy}"
    if globally.vrrp_rx_bufs_multiplier != _DEFAULT.vrrp_rx_bufs_multiplier:
        yield f"vrrp_rx_bufs_multiplier {globally.vrrp_rx_bufs_multiplier}"


def write_addressing(router: VirtualRouter) -> Iterator[str]:
    """Write the lines of an instance that say whom it speaks to and hears; ``unicast_peer`` is a block of its own."""
    if router.source is not None:
        yield f"{'unicast' if router.peers else 'mcast'}_src_ip {format_address(router.source)}"
    if not router.peers:
        yield f"mcast_dst_ip {format_address(router.multicast_group)}"
    if router.unicast_ttl != LARGEST_TTL:
        yield f"unicast_ttl {router.unicast_ttl}"
    flags = (
        (router.checks_peers, "check_unicast_src"),
        (router.lacks_peers, "unicast_fault_no_peer"),
        (router.tracks_source, "track_src_ip"),
    )
    yield from (name for given, name in flags if given)
    choices = (
        (router.trusts_address_list, "skip_check_adv_addr"),
        (router.profile.owner_discards, "owner_ignore_adverts"),
        (router.profile.answers_higher_priority, "higher_prio_send_advert"),
    )
    yield from (f"{name} {str(choice).lower()}" for choice, name in choices)


def write_peers(peers: Iterable[Peer]) -> Iterator[str]:
    """Write the lines of ``unicast_peer``."""
    for peer in peers:
        low = f" min_ttl {peer.min_ttl}" if peer.min_ttl else ""
        high = f" max_ttl {peer.max_ttl}" if peer.max_ttl != LARGEST_TTL else ""
        yield f"{format_address(peer.address)}{low}{high}"
