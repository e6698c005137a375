"""``vrrp_instance``: virtual routers and what only the daemon needs of them.

Strategies are made once: to make one costs more than to draw from it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from attrs import evolve
from hypothesis import strategies as st

from kaspec.address import Family, family_of
from kaspec.config.model import InitialState, InstanceSettings
from kaspec.units import CENTISECOND, SECOND, ZERO, Interval
from kaspec.vrrp.authentication import (
    AntiReplay,
    Authentication,
    HmacKey,
    HmacTrailer,
    IpAuthenticationHeader,
    NoAuthentication,
    SimplePassword,
)
from kaspec.vrrp.authentication import (
    Mode as HmacMode,
)
from kaspec.vrrp.router import OWNER_PRIORITY, PROFILES, Peer, Version, VirtualAddress, VirtualRouter
from kaspec.vrrp.virtual_interface import Mode, VirtualInterface, virtual_mac
from kaspec.wire.checksum import CHECKSUM_FORMS
from tests.laws.settings.definitions import garp_policies
from tests.laws.settings.holdings import FAMILIES, addresses, held_addresses, held_routes, held_rules
from tests.laws.settings.trackers import interface_tracks
from tests.laws.settings.words import choices, commands, groups, hosts, interfaces, octets, words

spoken: st.SearchStrategy[tuple[Version, Family]] = st.sampled_from(((2, 4), (3, 4), (3, 6)))
secrets = (
    st.binary(min_size=1, max_size=8).filter(lambda data: not set(data) & set(b'\0"\n\r\v\f\t')).map(lambda data: data.ljust(8, b"\0"))
)
passwords: st.SearchStrategy[Authentication] = secrets.map(SimplePassword)
headers: st.SearchStrategy[Authentication] = secrets.map(IpAuthenticationHeader)
profiles = st.builds(
    lambda named, lower, ignores, higher: evolve(
        named, answers_lower_priority=lower, owner_discards=ignores, answers_higher_priority=higher
    ),
    st.sampled_from(tuple(PROFILES.values())),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
files = st.text(st.sampled_from("abz/-._"), min_size=1, max_size=12).map(lambda name: f"/etc/{name}")
_identifiers = st.integers(1, 255)
hmac_keys = st.builds(HmacKey, _identifiers, st.binary(min_size=32, max_size=64)) | st.builds(HmacKey, _identifiers, file=files)
ways: st.SearchStrategy[AntiReplay] = st.sampled_from(("time", "monotonic"))
modes: st.SearchStrategy[HmacMode] = st.sampled_from(("enforce", "permissive", "receive-only"))


hmac_rings = st.lists(hmac_keys, min_size=1, max_size=3, unique_by=lambda key: key.key_id)


@st.composite
def hmac_trailers(draw: st.DrawFn) -> HmacTrailer:
    keys = tuple(draw(hmac_rings))
    window = Interval(draw(st.integers(1, 300)) * SECOND)
    return HmacTrailer(keys, draw(st.sampled_from(keys)).key_id, window, draw(ways), draw(modes))


_trailers: st.SearchStrategy[Authentication] = hmac_trailers()
_unproven: st.SearchStrategy[Authentication] = st.just(NoAuthentication())
authentications: Mapping[Version, st.SearchStrategy[Authentication]] = {
    2: st.one_of(_unproven, _trailers, passwords, headers),
    3: st.one_of(_unproven, _trailers),
}

initial_states: st.SearchStrategy[InitialState] = st.sampled_from(("MASTER", "BACKUP"))
_held: dict[tuple[Version, Family], st.SearchStrategy[list[VirtualAddress]]] = {
    (version, family): st.lists(each, min_size=version - 2, max_size=3)
    for family, each in ((family, addresses(family)) for family in FAMILIES)
    for version in (2, 3)
}
_interface_tracks = st.lists(interface_tracks, max_size=3, unique_by=lambda each: each.interface)


@st.composite
def instances(draw: st.DrawFn, identifier: int) -> tuple[VirtualRouter, InstanceSettings]:
    """Draw an instance that keepalived would not rewrite."""
    state, priority, name = draw(initial_states), draw(st.integers(1, OWNER_PRIORITY)), f"{draw(words)}{identifier}"
    initial_backup = state == "BACKUP"
    preempt = not draw(st.booleans()) if initial_backup and priority != OWNER_PRIORITY else True
    version, family = draw(spoken)
    authentication = draw(authentications[version])
    if isinstance(authentication, IpAuthenticationHeader) and priority != OWNER_PRIORITY:
        initial_backup, state = True, "BACKUP"
    delay = Interval(draw(st.integers(0, 1000 * SECOND))) if initial_backup and preempt else ZERO
    router = VirtualRouter(
        name,
        draw(interfaces),
        identifier,
        priority,
        tuple(draw(_held[version, family])),
        version,
        family,
        preempt=preempt,
        preempt_delay=delay,
        authentication=authentication,
        excluded=draw(held_addresses),
        routes=draw(held_routes),
        rules=draw(held_rules),
        **_transport(draw, version, family),
        **draw(_plain),
    )
    others = (each for each in draw(_interface_tracks) if each.interface != router.interface)
    tracks = tuple(evolve(each, weight=0) if router.is_owner else each for each in others)
    return _on_virtual_interfaces(draw, evolve(router, tracks=tracks)), evolve(draw(_settings), name=name, initial_state=state)


_plain: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "dont_track_primary": st.booleans(),
    "garp": garp_policies,
    "down_timer_adverts": st.integers(1, 100),
    "highest_rival": st.integers(1, 254),
    "profile": profiles,
    "checksum_form": st.sampled_from(CHECKSUM_FORMS),
    "accept": st.booleans(),
    "tracks_source": st.booleans(),
    "trusts_address_list": st.booleans(),
    "promote_secondaries": st.booleans(),
})  # fmt: skip
"""What depends on nothing else."""


_peers = {
    family: st.lists(st.builds(Peer, hosts[family], octets, octets), max_size=3, unique_by=lambda peer: peer.address) for family in FAMILIES
}
_sources = {family: st.none() | hosts[family] for family in FAMILIES}
_groups = {family: st.none() | groups[family] for family in FAMILIES}


def _transport(draw: st.DrawFn, version: Version, family: Family) -> dict[str, Any]:
    """Draw how often advertisements are sent, and to whom."""
    unit, longest = (SECOND, 255) if version == 2 else (CENTISECOND, 4095)
    peers = tuple(draw(_peers[family]))
    bounded = any(peer.min_ttl or peer.max_ttl != 255 for peer in peers)
    return {
        "advertisement_interval": Interval(draw(st.integers(1, longest)) * unit),
        "source": draw(_sources[family]),
        "peers": peers,
        "unicast_ttl": draw(octets) if peers else 255,
        "checks_peers": bool(peers) and (bounded or draw(st.booleans())),
        "lacks_peers": not peers and draw(st.booleans()),
        "group": None if peers else draw(_groups[family]),
    }


_virtual: st.SearchStrategy[Literal["macvlan", "ipvlan"] | None] = st.sampled_from((None, None, "macvlan", "ipvlan"))
_own_macs = st.none() | st.binary(min_size=6, max_size=6)
_ipvlan_modes: st.SearchStrategy[Mode] = st.sampled_from(("private", "bridge", "vepa"))


def _on_virtual_interfaces(draw: st.DrawFn, router: VirtualRouter) -> VirtualRouter:
    """Make it an interface of its own, or not, and move addresses onto that; some others onto interfaces over theirs."""
    kind, made = draw(_virtual), None
    if kind is not None:
        carried = {family_of(each.address) for each in router.held_addresses if each.interface == router.interface}
        name, families = f"own{router.virtual_router_id}", frozenset[Family]({router.family, *carried})
        made = VirtualInterface(name, router.interface, kind, families=families, group=draw(st.integers(0, 99)))
        mac = draw(_own_macs) or virtual_mac(router.family, router.virtual_router_id)
        made = evolve(made, mode=draw(_ipvlan_modes)) if kind == "ipvlan" else evolve(made, mac=mac)
        router = evolve(router, virtual_interface=made, transmits_on_base=bool(router.peers) or draw(st.booleans()))
    over = dict[tuple[str, Family], VirtualInterface]()
    moving = {
        (each.address, each.interface) for each in router.held_addresses if each.interface != router.interface and draw(st.booleans())
    }

    def moved(held: Iterable[VirtualAddress]) -> tuple[VirtualAddress, ...]:
        return tuple(_moved(router, each, over, (each.address, each.interface) in moving) for each in held)

    router = evolve(router, addresses=moved(router.addresses), excluded=moved(router.excluded))
    return evolve(router, address_interfaces=tuple(over.values()))


def _moved(router: VirtualRouter, address: VirtualAddress, over: dict[tuple[str, Family], VirtualInterface], moves: bool) -> VirtualAddress:
    own, family = router.virtual_interface, family_of(address.address)
    if own is not None and address.interface == own.base:
        return evolve(address, interface=own.name)
    if not moves:
        return address
    taken = {each.name for each in over.values()}
    variants = ("", "6", *map(str, range(1, 9))) if family == 6 else ("", *map(str, range(1, 9)))
    name = next(each for variant in variants if (each := f"vrrp{variant}.{router.virtual_router_id}") not in taken)
    mac = virtual_mac(family, router.virtual_router_id)
    made = over.setdefault((address.interface, family), VirtualInterface(name, address.interface, mac=mac, families=frozenset({family})))
    return evolve(address, interface=made.name)


_script, _sizes = st.none() | commands, st.none() | st.integers(1, 1 << 30)
_settings = st.builds(
    InstanceSettings,
    st.just(""),
    st.just("BACKUP"),
    choices,
    _script,
    _script,
    _script,
    _script,
    _script,
    st.booleans() | commands,
    _script,
    choices,
    _sizes,
)
"""Whom an instance tells of its state."""
