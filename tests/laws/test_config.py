"""Laws of the configuration reader: it is total, every place it names exists, and it reads what it renders."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address, Family
from kaspec.bfd.session import Session
from kaspec.config import Configuration, Diagnostic, has_errors, read, render_diagnostic
from kaspec.config.gathering import in_order
from kaspec.config.keywords import TABLE
from kaspec.config.model import BfdInstance, Command, GlobalDefs, GroupSettings, InitialState, InstanceSettings, Telling, Transport
from kaspec.config.render import render
from kaspec.config.terms import Fifo, Owner
from kaspec.firewall import FirewallStyle
from kaspec.groups import SyncGroup
from kaspec.trackers.file import TrackedFile
from kaspec.trackers.process import TrackedProcess
from kaspec.trackers.script import Script
from kaspec.units import SECOND, ZERO, Interval
from kaspec.vrrp.authentication import (
    AntiReplay,
    Authentication,
    HmacKey,
    HmacTrailer,
    IpAuthenticationHeader,
    Mode,
    NoAuthentication,
    SimplePassword,
)
from kaspec.vrrp.holdings import Route
from kaspec.vrrp.router import (
    KEEPALIVED,
    OWNER_PRIORITY,
    GarpPolicy,
    InterfaceTrack,
    Peer,
    TrackerKind,
    TrackerTrack,
    Version,
    VirtualAddress,
    VirtualRouter,
)
from kaspec.vrrp.virtual_interface import VirtualInterface
from kaspec.wire.vrrp import CENTISECOND, CHECKSUM_FORMS
from tests.laws.processes import pacings, process_settings
from tests.laws.services import lvs_settings, server_groups, services

TEXTS = tuple(path.read_text() for path in sorted((Path(__file__).parents[1] / "unit" / "config").glob("*/*.conf")))

# Configurations.

printable = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters='"')
words = st.text(printable, min_size=1, max_size=12)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
names = st.text(st.sampled_from("abz09-_.#!"), min_size=1, max_size=13).filter(lambda name: name not in {".", ".."})
interfaces = st.sampled_from(("eth0", "eth1", "bond0.100")) | names
hosts = st.binary(min_size=4, max_size=4).map(Address)
whole_seconds = st.integers(0, 4_294).map(lambda count: Interval(count * SECOND))
some_seconds = whole_seconds.map(lambda interval: interval or None)
garp_policies = st.builds(GarpPolicy, st.integers(1, 99), some_seconds, some_seconds, st.integers(1, 99), st.integers(0, 99), some_seconds)
addresses = st.builds(VirtualAddress, hosts, st.integers(0, 32), interfaces, st.none() | names, st.integers(0, 255), st.none() | hosts)
ipv6_hosts = st.binary(min_size=16, max_size=16).map(Address)
ipv6_addresses = st.builds(VirtualAddress, ipv6_hosts, st.integers(0, 128), interfaces)
spoken: st.SearchStrategy[tuple[Version, Family]] = st.sampled_from(((2, 4), (3, 4), (3, 6)))
tracks = st.builds(InterfaceTrack, interfaces, st.integers(-253, 253), st.booleans())
secrets = (
    st.binary(min_size=1, max_size=8).filter(lambda data: not set(data) & set(b'\0"\n\r\v\f\t')).map(lambda data: data.ljust(8, b"\0"))
)
passwords: st.SearchStrategy[Authentication] = secrets.map(SimplePassword)
headers: st.SearchStrategy[Authentication] = secrets.map(IpAuthenticationHeader)
profiles = st.builds(
    lambda lower, ignores, higher: evolve(KEEPALIVED, answers_lower_priority=lower, owner_discards=ignores, answers_higher_priority=higher),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
octets = st.integers(0, 255)
ipv4_groups = st.binary(min_size=3, max_size=3).map(lambda rest: Address(b"\xe1" + rest))
groups: dict[Family, st.SearchStrategy[Address]] = {
    4: ipv4_groups,
    6: st.binary(min_size=14, max_size=14).map(lambda rest: Address(b"\xff\x02" + rest)),
}
files = st.text(st.sampled_from("abz/-._"), min_size=1, max_size=12).map(lambda name: f"/etc/{name}")
hmac_keys = st.builds(HmacKey, octets.filter(bool), st.binary(min_size=32, max_size=64)) | st.builds(
    HmacKey, octets.filter(bool), file=files
)
ways: st.SearchStrategy[AntiReplay] = st.sampled_from(("time", "monotonic"))
modes: st.SearchStrategy[Mode] = st.sampled_from(("enforce", "permissive", "receive-only"))


@st.composite
def hmac_trailers(draw: st.DrawFn) -> HmacTrailer:
    keys = tuple(draw(st.lists(hmac_keys, min_size=1, max_size=3, unique_by=lambda key: key.key_id)))
    window = Interval(draw(st.integers(1, 300)) * SECOND)
    return HmacTrailer(keys, draw(st.sampled_from(keys)).key_id, window, draw(ways), draw(modes))


trailers: st.SearchStrategy[Authentication] = hmac_trailers()
unproven: st.SearchStrategy[Authentication] = st.just(NoAuthentication())
commands = st.builds(Command, phrases, st.just("root"), st.none() | words) | st.builds(Command, phrases)
choices = st.none() | st.booleans()


def virtual_interfaces(base: str, name: str, family: Family) -> st.SearchStrategy[VirtualInterface]:
    """An interface made over ``base``, that carries its own family only."""
    families, groups = st.just(frozenset[Family]({family})), st.integers(0, 99)
    macs, modes = st.binary(min_size=6, max_size=6), st.sampled_from(("private", "bridge", "vepa"))
    named = st.just(name), st.just(base)
    macvlans = st.builds(VirtualInterface, *named, mac=macs, families=families, group=groups)
    return macvlans | st.builds(VirtualInterface, *named, st.just("ipvlan"), mode=modes, families=families, group=groups)


@st.composite
def instances(draw: st.DrawFn, identifier: int) -> tuple[VirtualRouter, InstanceSettings]:
    """Draw an instance that keepalived would not rewrite."""
    states: tuple[InitialState, ...] = ("MASTER", "BACKUP")
    state, priority, name = draw(st.sampled_from(states)), draw(st.integers(1, OWNER_PRIORITY)), f"{draw(words)}{identifier}"
    initial_backup = state == "BACKUP"
    preempt = not draw(st.booleans()) if initial_backup and priority != OWNER_PRIORITY else True
    interface, owner = draw(interfaces), priority == OWNER_PRIORITY
    others = tracks.filter(lambda track: track.interface != interface and not (owner and track.weight))
    version, family = draw(spoken)
    held = draw(st.lists(addresses if family == 4 else ipv6_addresses, min_size=version - 2, max_size=3))
    virtual = draw(st.none() | virtual_interfaces(interface, f"own{identifier}", family))
    if virtual is not None:
        held = [evolve(each, interface=virtual.name) if each.interface == interface else each for each in held]
    unit, longest = (SECOND, 255) if version == 2 else (CENTISECOND, 4095)
    own_hosts = hosts if family == 4 else ipv6_hosts
    peers = tuple(draw(st.lists(st.builds(Peer, own_hosts, octets, octets), max_size=3, unique_by=lambda peer: peer.address)))
    authentication = draw(st.one_of(unproven, trailers, passwords, headers) if version == 2 else st.one_of(unproven, trailers))
    if isinstance(authentication, IpAuthenticationHeader) and priority != OWNER_PRIORITY:
        initial_backup, state = True, "BACKUP"
    router = VirtualRouter(
        name,
        interface,
        identifier,
        priority,
        tuple(held),
        version,
        family,
        advertisement_interval=Interval(draw(st.integers(1, longest)) * unit),
        preempt=preempt,
        preempt_delay=Interval(draw(st.integers(0, 1000 * SECOND))) if initial_backup and preempt else ZERO,
        authentication=authentication,
        tracks=tuple(draw(st.lists(others, max_size=3, unique_by=lambda each: each.interface))),
        dont_track_primary=draw(st.booleans()),
        source=draw(st.none() | (hosts if family == 4 else ipv6_hosts)),
        garp=draw(garp_policies),
        down_timer_adverts=draw(st.integers(1, 100)),
        highest_rival=draw(st.integers(1, 254)),
        profile=draw(profiles),
        checksum_form=draw(st.sampled_from(CHECKSUM_FORMS)),
        virtual_interface=virtual,
        transmits_on_base=virtual is not None and (bool(peers) or draw(st.booleans())),
        accept=draw(st.booleans()),
        peers=peers,
        unicast_ttl=draw(octets) if peers else 255,
        checks_peers=bool(peers) and (any(peer.min_ttl or peer.max_ttl != 255 for peer in peers) or draw(st.booleans())),
        lacks_peers=not peers and draw(st.booleans()),
        group=None if peers else draw(st.none() | groups[family]),
        tracks_source=draw(st.booleans()),
        trusts_address_list=draw(st.booleans()),
    )
    return router, draw(instance_settings(name, state))


def instance_settings(name: str, state: InitialState) -> st.SearchStrategy[InstanceSettings]:
    script = st.none() | commands
    deleted, sizes = st.booleans() | commands, st.none() | st.integers(1, 1 << 30)
    return st.builds(
        InstanceSettings, st.just(name), st.just(state), choices, script, script, script, script, script, deleted, script, choices, sizes
    )


def group_settings(name: str) -> st.SearchStrategy[GroupSettings]:
    script = st.none() | commands
    return st.builds(GroupSettings, st.just(name), choices, script, script, script, script, script, choices)


group_tracks = st.lists(tracks, max_size=2, unique_by=lambda each: each.interface).map(tuple)
sync_groups = st.builds(SyncGroup, words, st.lists(words, max_size=3, unique=True).map(tuple), group_tracks, tracking_weight=st.booleans())
owners = st.builds(Owner, words, st.none() | words) | st.builds(Owner, st.none(), words)
fifos = st.builds(Fifo, words, st.none() | st.builds(Owner, words, st.none() | words))
patience = st.integers(1, 1000).map(lambda count: Interval(count * SECOND))
telling = st.builds(
    Telling,
    script_user=st.none() | owners,
    enable_script_security=st.booleans(),
    use_symlink_paths=st.booleans(),
    set_supplementary_groups=st.booleans(),
    notify_fifo=st.none() | fifos,
    notify_fifo_script=st.none() | commands,
    vrrp_notify_fifo=st.none() | fifos,
    vrrp_notify_fifo_script=st.none() | commands,
    vrrp_notify_priority_changes=st.booleans(),
    fifo_write_vrrp_states_on_reload=st.booleans(),
    umask=st.none() | st.integers(0, 0o777),
    startup_script=st.none() | commands,
    startup_script_timeout=patience,
    shutdown_script=st.none() | commands,
    shutdown_script_timeout=patience,
)
transport = st.builds(
    Transport,
    vrrp_mcast_group4=st.none() | groups[4],
    vrrp_mcast_group6=st.none() | groups[6],
    vrrp_skip_check_adv_addr=st.booleans(),
    vrrp_owner_ignore_adverts=st.booleans(),
    vrrp_higher_prio_send_advert=st.booleans(),
    log_unknown_vrids=st.booleans(),
    vrrp_rx_bufs_policy=st.none() | st.sampled_from(("MTU", "ADVERT")) | st.integers(1, 1 << 30),
    vrrp_rx_bufs_multiplier=st.integers(1, 99),
)
"""Without ``vrrp_check_unicast_src``, which no instance can take back."""
global_defs = st.builds(
    GlobalDefs,
    telling=telling,
    transport=transport,
    router_id=st.none() | words,
    notification_email=st.lists(words, max_size=3).map(tuple),
    notification_email_from=st.none() | phrases,
    smtp_server=st.none() | words,
    smtp_helo_name=st.none() | words,
    smtp_connect_timeout=st.integers(1, 4294).map(lambda count: Interval(count * SECOND)),
    smtp_alert=choices,
    smtp_alert_vrrp=choices,
    no_email_faults=st.booleans(),
    default_interface=interfaces,
    dynamic_interfaces=st.sampled_from((None, "", "allow_if_changes")),
    vrrp_priority=st.integers(-20, 19),
    checker_priority=st.integers(-20, 19),
    vrrp_no_swap=st.booleans(),
    checker_no_swap=st.booleans(),
    garp=garp_policies,
    down_timer_adverts=st.integers(1, 100),
    lower_prio_no_advert=st.booleans(),
    version=st.sampled_from((2, 3)),
    checksum_as_v2=st.booleans(),
    firewall=st.none() | st.builds(FirewallStyle, words, st.integers(-400, 400), st.booleans()),
    process_monitor_rcv_bufs=st.none() | st.integers(1, 1 << 20),
    process_monitor_rcv_bufs_force=st.booleans(),
)
optional = st.none() | st.integers(0, 255)
rest = st.none() | interfaces, optional, optional, optional
ipv4_routes = st.builds(Route, hosts, st.integers(0, 32), hosts, rest[0], st.none() | hosts, *rest[1:])
ipv6_routes = st.builds(Route, ipv6_hosts, st.integers(0, 128), ipv6_hosts, rest[0], st.none() | ipv6_hosts, *rest[1:])
routes = ipv4_routes | ipv6_routes


spans = st.integers(1_000, 4_294_967_295 * SECOND).map(Interval)
counts = st.integers(1, (1 << 31) - 1)
scripts = st.lists(
    st.builds(
        Script,
        words,
        phrases,
        spans,
        st.none() | spans,
        st.integers(-253, 253),
        st.booleans(),
        counts,
        counts,
        st.just("root"),
        st.none() | words,
        st.booleans(),
    )
    | st.builds(Script, words, phrases),
    max_size=2,
    unique_by=lambda each: each.name,
).map(tuple)
tracked_files = st.lists(
    st.builds(TrackedFile, words, words, st.integers(-254, 254), st.booleans(), st.integers(-(1 << 31), (1 << 31) - 1), st.booleans())
    | st.builds(TrackedFile, words, words),
    max_size=2,
    unique_by=lambda each: each.name,
).map(tuple)
hour = st.integers(0, 3_600 * SECOND).map(Interval)
processes = st.lists(
    st.builds(
        TrackedProcess,
        words,
        phrases,
        st.lists(phrases, max_size=2).map(tuple),
        st.sampled_from((None, "exact", "initial", "partial")),
        st.booleans(),
        st.integers(-254, 254),
        st.booleans(),
        st.integers(1, 65535),
        st.none() | st.integers(0, 65535),
        hour,
        hour,
    ),
    max_size=2,
    unique_by=lambda each: each.name,
).map(tuple)


def bfd_instances() -> st.SearchStrategy[tuple[BfdInstance, ...]]:
    """Up to three, each with a neighbor of its own."""
    intervals = st.integers(1_000, 4_294_967_000).map(Interval)
    ends = st.tuples(hosts, st.none() | hosts) | st.tuples(ipv6_hosts, st.none() | ipv6_hosts)

    def instance(name: str, drawn: tuple[tuple[Address, Address | None], Session, int, bool, tuple[bool, bool]]) -> BfdInstance:
        (neighbor, source), session, weight, reverse, told = drawn
        return BfdInstance(evolve(session, name=name, neighbor=neighbor, source=source), weight, reverse, *told)

    sessions = st.builds(
        Session,
        st.just(""),
        st.just(Address(b"")),
        st.none(),
        intervals,
        intervals,
        st.integers(1_000_000, 4_294_967_000).map(Interval),
        st.integers(1, 255),
        st.booleans(),
        st.none() | st.integers(1, 255),
        st.none() | st.integers(-1, 255),
        st.booleans(),
    )
    told = st.sampled_from(((True, True), (True, False), (False, True)))
    drawn = st.tuples(ends, sessions, st.integers(-253, 253), st.booleans(), told)
    several = st.lists(drawn, max_size=3, unique_by=lambda each: each[0][0])
    return several.map(lambda found: tuple(instance(f"b{place}", each) for place, each in enumerate(found)))


ANYONE = VirtualRouter("", "", 1)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    drawn = [draw(instances(identifier)) for identifier in range(1, draw(st.integers(0, 3)) + 1)]
    sessions, found = draw(bfd_instances()), draw(st.tuples(scripts, tracked_files, processes))
    virtual_groups = draw(server_groups())
    virtual = draw(services(virtual_groups))
    named: dict[TrackerKind, list[str]] = {"script": _named(found[0]), "file": _named(found[1]), "process": _named(found[2])}
    return Configuration(
        draw(global_defs),
        tuple(draw(st.lists(addresses | ipv6_addresses, max_size=2))),
        tuple(draw(st.lists(routes, max_size=2))),
        (),
        tuple(evolve(router, trackers=draw(tracked(router, named)) + draw(tracked_sessions(router, sessions))) for router, _ in drawn),
        tuple(settings for _, settings in drawn),
        bfd_instances=sessions,
        groups=(
            groups := tuple(
                evolve(group, trackers=draw(tracked(ANYONE, named)) + draw(tracked_sessions(ANYONE, sessions)))
                for group in draw(st.lists(sync_groups, max_size=2, unique_by=lambda group: group.name))
            )
        ),
        group_settings=tuple(draw(group_settings(group.name)) for group in groups),
        scripts=found[0],
        files=found[1],
        processes=found[2],
        process=draw(process_settings),
        pacing=draw(pacings),
        lvs=draw(lvs_settings),
        server_groups=virtual_groups,
        services=virtual,
        has_lvs=bool(virtual or virtual_groups),
    )


def _named(each: Iterable[Script | TrackedFile | TrackedProcess]) -> list[str]:
    return [one.name for one in each]


def tracked(router: VirtualRouter, named: Mapping[TrackerKind, list[str]]) -> st.SearchStrategy[tuple[TrackerTrack, ...]]:
    """Some of what is defined, kind by kind, with weights of their own; without any for an owner, whose priority never changes."""
    bounds: dict[TrackerKind, int] = {"script": 253, "file": 254, "process": 254}

    def some(kind: TrackerKind) -> st.SearchStrategy[list[TrackerTrack]]:
        weights = st.just(0) if router.is_owner else st.integers(-bounds[kind], bounds[kind])
        if not named[kind]:
            return st.just([])
        track = st.builds(TrackerTrack, st.just(kind), st.sampled_from(named[kind]), weights, st.booleans())
        return st.lists(track, max_size=2, unique_by=lambda each: each.name)

    return st.tuples(*map(some, bounds)).map(lambda lists: tuple(track for each in lists for track in each))


def tracked_sessions(router: VirtualRouter, sessions: tuple[BfdInstance, ...]) -> st.SearchStrategy[tuple[TrackerTrack, ...]]:
    """Some of the sessions that tell VRRP, with weights of their own; without any for an owner, whose priority never changes."""
    known = [each.session.name for each in sessions if each.vrrp]
    weights = st.just(0) if router.is_owner else st.integers(-253, 253)
    if not known:
        return st.just(())
    track = st.builds(TrackerTrack, st.just("bfd"), st.sampled_from(known), weights, st.booleans())
    return st.lists(track, max_size=2, unique_by=lambda each: each.name).map(tuple)


@given(configurations())
def test_what_is_rendered_is_read_back(configuration: Configuration) -> None:
    reading = read(render(configuration), "x")
    assert not has_errors(reading.diagnostics)
    assert reading.configuration == configuration


# Texts.

keywords = st.sampled_from(sorted({name for rows in TABLE.values() for name in rows}))
scraps = st.sampled_from(
    ("{", "}", '"', "#", "!", "\\", "@", "@^", "$A=", "~SEQ(", "include", "\n", "\t", " ", "\0", "\u00a0", "\ud800", "网")
)
numbers = st.integers().map(str) | st.decimals().map(str) | st.sampled_from(("1", "255", "256", "-1", "0.01", "9" * 40))
values = (
    st.sampled_from(("eth0", "192.0.2.1/24", "192.0.2.1/", "fe80::1", "dev", "weight", "via", "label", "MASTER", "PASS", "on")) | numbers
)
jumbles = st.lists(keywords | scraps | values | st.text(max_size=5), max_size=60).map(" ".join)
sentences = st.lists(st.lists(keywords | values | scraps, min_size=1, max_size=5).map(" ".join), max_size=20).map("\n".join)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Draw one of the example files with some stretches of it replaced, moved or dropped."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 20, len(text))))
        text = (
            text[:start] + draw(st.just("") | st.just(text[start:end] * 2) | keywords | scraps | values | st.text(max_size=4)) + text[end:]
        )
    return text


texts = st.text() | jumbles | sentences | mutations()


def is_inside(diagnostic: Diagnostic, text: str) -> bool:
    lines, span = text.split("\n"), diagnostic.span
    return span.file == "x" and 1 <= span.line <= len(lines) and 1 <= span.column < span.end <= len(lines[span.line - 1]) + 1


@given(texts)
def test_every_text_is_read_and_every_place_is_in_it(text: str) -> None:
    reading = read(text, "x")
    assert all(is_inside(diagnostic, text) for diagnostic in reading.diagnostics)
    assert reading.diagnostics == in_order(reading.diagnostics)
    assert all(is_inside(Diagnostic("error", "", "", use.span), text) for use in reading.configuration.interface_uses)


@given(texts)
def test_every_diagnostic_can_be_shown(text: str) -> None:
    for diagnostic in read(text, "x").diagnostics:
        head, shown, caret, *_ = render_diagnostic(diagnostic, {diagnostic.span.file: text}).split("\n")
        assert head.endswith(f"[{diagnostic.code}]")
        assert "^" in caret
        assert shown.startswith(f"{diagnostic.span.line:>5} |")


@given(texts)
def test_whatever_is_read_can_be_rendered_and_read_again(text: str) -> None:
    configuration = read(text, "x").configuration
    configuration = evolve(configuration, has_lvs=bool(configuration.services or configuration.server_groups))
    assert read(render(configuration), "x").configuration == configuration


@given(texts)
def test_what_is_read_is_fit_for_the_core(text: str) -> None:
    configuration = read(text, "x").configuration
    places = [router.identity for router in configuration.routers]
    assert len(set(places)) == len(places)
    assert len({router.name for router in configuration.routers}) == len(places)
    assert [settings.name for settings in configuration.settings] == [router.name for router in configuration.routers]
    for router in configuration.routers:
        assert 1 <= router.virtual_router_id <= 255
        assert 1 <= router.priority <= OWNER_PRIORITY
        assert router.advertisement_interval >= SECOND
        assert router.advertisement_interval % SECOND == 0


@given(mutations(), st.sampled_from(("# comment", "! comment", "@^x", "   ")))
def test_lines_that_say_nothing_change_nothing(text: str, line: str) -> None:
    """A comment above moves every line down by one and leaves the configuration as it was."""
    before, after = read(text, "x", "x"), read(f"{line}\n{text}", "x", "x")
    assert before.configuration == after.configuration
    assert [(each.code, each.span.line + 1) for each in before.diagnostics] == [(each.code, each.span.line) for each in after.diagnostics]
