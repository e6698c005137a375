"""The state as text: keepalived 2.2.7's ``.data``, as far as what it shows exists here.

Every line is keepalived's and stands in its order, but for two departures: a password is never shown (keepalived hides it since 2.3), and
a virtual router in FAULT says why and since when.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from kaspec import rules
from kaspec.address import VRRP_GROUP_V4, VRRP_GROUP_V6, family_of, format_address, is_link_local
from kaspec.config.model import Configuration
from kaspec.frozen import frozen
from kaspec.groups import Team, wants_master
from kaspec.node import Node, NodeState
from kaspec.report.conflict import PEACE, Conflict, is_split
from kaspec.report.groups import group_dump
from kaspec.report.held import write_address, write_route, write_rule
from kaspec.report.holdings import foreign_addresses, holding_words
from kaspec.report.journal import BLANK, Journal
from kaspec.report.log import pending_line, reason_line
from kaspec.report.snmp import snmp_lines
from kaspec.report.told import fifo_lines, security_lines, settings_lines, umask_lines
from kaspec.report.trackers import NOTHING_WATCHED, Watched, instance_dump, tracker_dump
from kaspec.tracking import Link
from kaspec.units import SECOND, Instant, Interval, in_seconds
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, NoAuthentication, SimplePassword
from kaspec.vrrp.events import AdvertisementReceived
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import LARGEST_TTL, GarpPolicy, Identity, VirtualAddress, VirtualRouter
from kaspec.vrrp.state import Backup, Master, State, next_deadline, state_name

_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = 1000
_NONE: Mapping[Identity, Conflict] = {}


@frozen
class WallClock:
    """What the driver's clock is to people: ``now`` is ``epoch`` microseconds since 1970, local time ``utc_offset`` ahead of UTC."""

    now: Instant
    epoch: int
    utc_offset: Interval

    def since_1970(self, instant: Instant) -> Interval:
        """Return the microseconds between 1970 and an instant."""
        return Interval(self.epoch + instant - self.now)

    def write(self, instant: Instant) -> str:
        """Write an instant as keepalived does: ``1795373538.365082 (Sun Nov 22 18:52:18.365082 2026)``."""
        since_1970 = self.since_1970(instant)
        moment = (_EPOCH + timedelta(microseconds=since_1970 + self.utc_offset)).ctime()
        seconds = in_seconds(since_1970)
        return f"{seconds} ({moment[:-5]}{seconds[-7:]}{moment[-5:]})"


def render_data(
    configuration: Configuration,
    state: NodeState,
    journals: Mapping[Identity, Journal],
    clock: WallClock,
    watched: Watched = NOTHING_WATCHED,
    conflicts: Mapping[Identity, Conflict] = _NONE,
) -> str:
    """Write the whole dump; what is remembered is kept by identity, and ``state`` is of the configuration's routers."""
    return "".join(f"{line}\n" for line in _lines(configuration, state, journals, clock, watched, conflicts))


def _lines(
    configuration: Configuration,
    state: NodeState,
    journals: Mapping[Identity, Journal],
    clock: WallClock,
    watched: Watched,
    conflicts: Mapping[Identity, Conflict],
) -> Iterator[str]:
    yield "------< Global definitions >------"
    yield from _global_definitions(configuration)
    if configuration.static_addresses:
        yield "------< Static Addresses >------"
        yield from _addresses(configuration.static_addresses, state.links)
    yield from _titled("------< Static Routes >------", map(write_route, configuration.static_routes))
    yield from _titled("------< Static Rules >------", map(write_rule, configuration.static_rules))
    if configuration.routers:
        yield "------< VRRP Topology >------"
    settings = {each.name: each for each in configuration.settings}
    node = Node(configuration.routers, configuration.groups)
    for place, (router, each) in enumerate(zip(configuration.routers, state.states, strict=True)):
        who, team = router.identity, node.cast.teams.get(place)
        yield from _instance(router, team, each, journals.get(who, BLANK), clock, conflicts.get(who, PEACE))
        yield from _held(router, each, state.links)
        yield from _instance_lists(router)
        if router.name in settings:
            yield from settings_lines(configuration, settings[router.name])
    yield from group_dump(configuration, node, state)
    yield from tracker_dump(configuration, watched, clock.write)
    if state.links:
        yield "------< Interfaces >------"
    for _, link in sorted(state.links.items()):
        yield from _interface(link, configuration.routers)


def _global_definitions(configuration: Configuration) -> Iterator[str]:
    of = configuration.global_defs
    if of.router_id is not None:
        yield f" Router ID = {of.router_id}"
    if of.smtp_server is not None:
        yield f" Smtp server = {of.smtp_server}"
        yield f" Smtp server port = {of.smtp_port}"
        yield f" Smtp server connection timeout = {of.smtp_connect_timeout // SECOND}"
    if of.notification_email:
        yield f" Email notification from = {of.notification_email_from}"
        yield " Email notification to:"
        yield from (f"   {recipient}" for recipient in of.notification_email)
    yield f" Default smtp_alert = {_choice(of.smtp_alert)}"
    yield f" Default smtp_alert_vrrp = {_choice(of.smtp_alert_vrrp)}"
    yield f" Default interface = {of.default_interface}"
    yield from fifo_lines(configuration)
    yield f" VRRP IPv4 mcast group = {format_address(of.transport.vrrp_mcast_group4 or VRRP_GROUP_V4)}"
    yield f" VRRP IPv6 mcast group = {format_address(of.transport.vrrp_mcast_group6 or VRRP_GROUP_V6)}"
    yield from _garp(" ", " timer", of.garp)
    yield f" Num adverts before down = {of.down_timer_adverts}"
    yield f" Send advert after receive lower priority advert = {_truth(not of.lower_prio_no_advert)}"
    yield f" Send advert after receive higher priority advert = {_truth(of.transport.vrrp_higher_prio_send_advert)}"
    yield f" VRRP default protocol version = {of.version}"
    yield f" VRRP check unicast_src = {_truth(of.transport.vrrp_check_unicast_src)}"
    yield f" VRRP skip check advert addresses = {_truth(of.transport.vrrp_skip_check_adv_addr)}"
    yield f" VRRP strict mode = {_truth(of.strict)}"
    yield f" VRRP process priority = {of.vrrp_priority}"
    yield f" VRRP don't swap = {_truth(of.vrrp_no_swap)}"
    yield f" Checker process priority = {of.checker_priority}"
    yield f" Checker don't swap = {_truth(of.checker_no_swap)}"
    yield from snmp_lines(of.snmp)
    yield from security_lines(configuration)
    if of.transport.vrrp_rx_bufs_policy is not None:
        yield f" rx_bufs_policy = {of.transport.vrrp_rx_bufs_policy}"
    yield f" rx_bufs_multiples = {of.transport.vrrp_rx_bufs_multiplier}"
    if of.transport.log_unknown_vrids:
        yield " log_unknown_vrids"
    yield from umask_lines(configuration)


def _instance(
    router: VirtualRouter, team: Team | None, state: State, journal: Journal, clock: WallClock, conflict: Conflict
) -> Iterator[str]:
    yield f" VRRP Instance = {router.name}"
    yield f"   VRRP Version = {router.version}"
    if team is not None:
        yield f"   Sync group = {team.group.name}"
    if router.family == 6:
        yield "   Using Native IPv6"
    yield from _condition(router, state, journal, clock)
    for rival in conflict.rivals if is_split(state, conflict) else ():
        yield f"   Split brain with {format_address(rival.source)} since {clock.write(rival.since)}: {rival.why}"
    yield f"   Interface = {router.interface}"
    if router.trusts_address_list:
        yield "   Skip checking advert IP addresses"
    source = state.standing.address
    origin = "" if router.source is None else " (from configuration)"
    yield f"   Using src_ip = {'(none)' if source is None else format_address(source)}{origin}"
    if not router.peers:
        yield f"   Multicast address {format_address(router.multicast_group)}"
    yield from _garp("   ", "", router.garp)
    yield f"   Down timer adverts = {router.down_timer_adverts}"
    yield f"   Send advert after receive lower priority advert = {_truth(router.profile.answers_lower_priority)}"
    yield f"   Send advert after receive higher priority advert = {_truth(router.profile.answers_higher_priority)}"
    yield f"   Virtual Router ID = {router.virtual_router_id}"
    yield f"   Priority = {router.priority}"
    yield f"   Effective priority = {state.standing.priority}"
    yield f"   Advert interval = {_advertisement_interval(router)}"
    if router.version == 3 and isinstance(state, Backup):
        yield f"   Master advert interval = {state.master_adver_interval // _MILLISECOND} milli-sec"
    yield f"   Accept = {'enabled' if router.accept else 'disabled'}"
    yield f"   Preempt = {'enabled' if router.preempt else 'disabled'}"
    if router.preempt_delay:
        yield f"   Preempt delay = {router.preempt_delay / SECOND:g} secs"
    if router.version == 2:
        yield from _authentication(router)


def _held(router: VirtualRouter, state: State, links: Mapping[str, Link]) -> Iterator[str]:
    """List what is held while Master."""
    mark = " set" if isinstance(state, Master) else ""
    yield f"   Virtual IP ({len(router.addresses)}):"
    yield from (f"     {write_address(address)}{mark}" for address in router.addresses)
    yield from _titled("   Virtual IP Excluded :", (f"{write_address(address)}{mark}" for address in router.excluded))
    foreign = foreign_addresses(router, state, links)
    yield from (f"   Here though we are not Master = {holding_words(address)}" for address in foreign)
    yield from _titled("   Virtual Routes :", map(write_route, router.routes))
    yield from _titled("   Virtual Rules :", map(write_rule, router.rules))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """List the lines below their title, if there are any."""
    for place, line in enumerate(lines):
        if not place:
            yield title
        yield f"     {line}"


def _addresses(addresses: Iterable[VirtualAddress], links: Mapping[str, Link]) -> Iterator[str]:
    for each in addresses:
        link = links.get(each.interface)
        yield f"     {write_address(each)}{' set' if link and each.address in link.addresses else ''}"


def _instance_lists(router: VirtualRouter) -> Iterator[str]:
    """List whom it speaks to and what it tracks."""
    if router.peers:
        yield from _unicast(router)
    if router.tracks:
        yield "   Tracked interfaces :"
    for track in router.tracks:
        yield f"     {track.interface} weight {track.weight}{' reverse' if track.reverse else ''}"
    yield from instance_dump(router)


def _condition(router: VirtualRouter, state: State, journal: Journal, clock: WallClock) -> Iterator[str]:
    """Say what the virtual router is, whom it follows or what it is at fault for, since when and until when."""
    yield f"   State = {state_name(state)}"
    if isinstance(state, Backup) and journal.following is not None:
        yield f"   Master router = {format_address(journal.following.source)}"
        yield f"   Master priority = {journal.following.advertisement.priority}"
        yield from _of_version_3(router, state, journal.following)
    yield f"   Wantstate = {'MASTER' if wants_master(state) else state_name(state)}"
    yield f"   Number of interface and track script faults = {sum(reason.kind != 'group' for reason in state.standing.faults)}"
    for reason in state.standing.faults:
        since = f", since {clock.write(journal.faults[reason])}" if reason in journal.faults else ""
        yield f"   Fault = {reason_line(reason)}{since}"
    yield f"   Number of track scripts init = {len(state.standing.pending)}"
    if pending := pending_line(state):
        yield f"   Waiting for = {pending}"
    if journal.since is not None:
        yield f"   Last transition = {clock.write(journal.since)}"
    deadline = next_deadline(state)
    yield f"   Read timeout = {'DISABLED' if deadline is None else clock.write(deadline)}"
    learnt = state.master_adver_interval if isinstance(state, Backup) else router.advertisement_interval
    down = master_down_interval(router.version, state.standing.priority, learnt, router.down_timer_adverts)
    yield f"   Master down timer = {down} usecs"


def _of_version_3(router: VirtualRouter, state: Backup, following: AdvertisementReceived) -> Iterator[str]:
    """Say what the Master advertises at, and what its checksum covers."""
    if router.version == 2:
        return
    yield f"   Master advert int = {state.master_adver_interval / SECOND:.2f} sec"
    if router.family == 4:
        other = (remark.received for remark in following.remarks if remark.rule == rules.CHECKSUM_FORM)
        yield f"   Master checksum covers = {next(other, router.checksum_form)}"


def _unicast(router: VirtualRouter) -> Iterator[str]:
    if router.unicast_ttl != LARGEST_TTL:
        yield f"   Unicast TTL = {router.unicast_ttl}"
    yield f"   Check unicast src : {'yes' if router.checks_peers else 'no'}"
    yield "   Unicast Peer :"
    yield from (f"     {format_address(peer.address)} min_ttl {peer.min_ttl} max_ttl {peer.max_ttl}" for peer in router.peers)


def _garp(indent: str, timer: str, policy: GarpPolicy) -> Iterator[str]:
    def whole_seconds(delay: Interval | None) -> int:
        return 0 if delay is None else delay // SECOND

    yield f"{indent}Gratuitous ARP delay = {whole_seconds(policy.delay)}"
    yield f"{indent}Gratuitous ARP repeat = {policy.repeat}"
    yield f"{indent}Gratuitous ARP refresh{timer} = {whole_seconds(policy.refresh)}"
    yield f"{indent}Gratuitous ARP refresh repeat = {policy.refresh_repeat}"
    yield f"{indent}Gratuitous ARP lower priority delay = {whole_seconds(policy.lower_priority_delay)}"
    yield f"{indent}Gratuitous ARP lower priority repeat = {policy.lower_priority_repeat}"


def _advertisement_interval(router: VirtualRouter) -> str:
    if router.version == 2:
        return f"{router.advertisement_interval // SECOND} sec"
    return f"{router.advertisement_interval // _MILLISECOND} milli-sec"


def _authentication(router: VirtualRouter) -> Iterator[str]:
    match router.authentication:
        case SimplePassword():
            yield "   Authentication type = SIMPLE_PASSWORD"
            yield "   Password = ********"
        case IpAuthenticationHeader():  # keepalived shows no password here
            yield "   Authentication type = IPSEC_AH"
        case HmacTrailer(keys, active, window, anti_replay, mode):
            yield "   Authentication type = HMAC_SHA256"
            yield f"   Keys = {' '.join(str(key.key_id) for key in keys)}, active {active}, mode {mode}"
            yield f"   Anti replay = {anti_replay}, window {window // SECOND} secs"
        case NoAuthentication():
            yield "   Authentication type = none"


def _interface(link: Link, routers: tuple[VirtualRouter, ...]) -> Iterator[str]:
    yield f" Name = {link.name}"
    ipv4 = (address for address in link.addresses if family_of(address) == 4)
    ipv6 = (address for address in link.addresses if family_of(address) == 6 and is_link_local(address))
    for family, addresses in ((4, ipv4), (6, ipv6)):
        yield f"   IPv{family} address = {next(map(format_address, addresses), '(none)')}"
    yield f"   State = {'UP, RUNNING' if link.up else 'not UP or not RUNNING'}"
    tracking = [(router, _weights(router, link.name)) for router in routers]
    if any(weights for _, weights in tracking):
        yield "   Tracking VRRP instances :"
    yield from (f"     {router.name}, weight {weight}" for router, weights in tracking for weight in weights)


def _weights(router: VirtualRouter, interface: str) -> list[int]:
    """Return with which weights the virtual router depends on the interface; its own counts as a fault, unless said otherwise."""
    own = [0] if router.interface == interface and not router.dont_track_primary else []
    return own + [track.weight for track in router.tracks if track.interface == interface]


def _choice(setting: bool | None) -> str:
    return "unset" if setting is None else "on" if setting else "off"


def _truth(setting: bool) -> str:
    return "true" if setting else "false"
