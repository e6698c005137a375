"""The effective configuration: every setting of every instance, its defaults filled in, and where each value came from.

The keyword table says which settings there are, the typed tree which of them are given and where, the model what became of them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from kaspec.address import format_address
from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import TABLE, Block, Listing, Row, Setting, top
from kaspec.config.keywords import global_defs as globals_
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.model import InstanceSettings
from kaspec.config.reader import Reading
from kaspec.config.render import render_tracker
from kaspec.config.render_holdings import render_address
from kaspec.config.sections import Given, Section
from kaspec.config.source import Span
from kaspec.config.strict import SETTLED, strict_statement
from kaspec.config.terms import TrackLine
from kaspec.config.tree import Statement
from kaspec.config.values import plain_seconds
from kaspec.failover import Failover, failover
from kaspec.frozen import evolve, frozen
from kaspec.units import ZERO, Interval
from kaspec.vrrp.router import PROFILES, Profile, TrackerKind, VirtualRouter

REWRITES = frozenset(
    kind.code
    for kind in (
        kinds.NOPREEMPT_CLEARED,
        kinds.PREEMPT_DELAY_CLEARED,
        kinds.INTERVAL_ROUNDED,
        kinds.PASSWORD_CUT,
        kinds.AUTHENTICATION_INCOMPLETE,
        kinds.OWN_INTERFACE_TRACKED,
        kinds.DUPLICATE_TRACK,
        kinds.OWNER_WEIGHTED,
        kinds.VERSION_RAISED,
        kinds.AUTHENTICATION_IGNORED,
        kinds.STATE_CLEARED,
        kinds.KEY_UNUSABLE,
        kinds.PEER_TWICE,
        kinds.TRANSPORT_UNUSED,
        kinds.FAMILIES_MIXED,
        kinds.STRICT_CONFLICT,
    )
)
"""Diagnostics that say what keepalived does instead of what is written."""

SECRETS: frozenset[Row] = frozenset({rows.AUTH_PASS, rows.KEY})
"""What is never shown."""

Model = tuple[VirtualRouter, InstanceSettings]


@frozen
class Provenance:
    """Where a value came from: ``span`` is the statement that gives it, ``why`` the reason if it is not that statement's value."""

    kind: Literal["given", "default", "inherited", "rewritten"]
    span: Span | None = None
    why: str = ""


@frozen
class Explained:
    """A setting: its keyword, its effective value as the file would have it, and where that came from.

    One that does not ``act`` is read without effect in this release.
    """

    keyword: str
    value: str
    provenance: Provenance
    acts: bool = True


@frozen
class ExplainedInstance:
    """An instance: every setting, and what its timers come to."""

    router: VirtualRouter
    span: Span
    settings: tuple[Explained, ...]
    failover: Failover


@frozen
class Explanation:
    """A whole configuration: what stands outside of instances, and each instance that runs."""

    definitions: tuple[Explained, ...]
    instances: tuple[ExplainedInstance, ...]


def explain(reading: Reading) -> Explanation:
    """Explain a configuration.  Total; an instance that cannot run is not there (its diagnostics say why)."""
    globally = reading.section.merged(top.GLOBAL_DEFS)
    sections = {section.label: section for section in reversed(reading.section.sections(top.VRRP_INSTANCE))}
    settings = {each.name: each for each in reading.configuration.settings}
    rewrites = tuple(each for each in reading.diagnostics if each.code in REWRITES)
    return Explanation(
        (
            *_definitions(reading.section, globally),
            *_listed(top.STATIC_IPADDRESS, reading.section),
            *_listed(top.STATIC_ROUTES, reading.section),
            *(each for section in reading.section.sections(top.BFD_INSTANCE) for each in _bfd_instance(section)),
            *(each for section in reading.section.sections(top.VRRP_SYNC_GROUP) for each in _sync_group(section)),
        ),
        tuple(
            ExplainedInstance(
                router,
                sections[router.name].span,
                tuple(_Instance(sections[router.name], globally, (router, settings[router.name]), rewrites).explained()),
                failover(router),
            )
            for router in reading.configuration.routers
        ),
    )


def _definitions(whole: Section, globally: Section) -> Iterator[Explained]:
    """Every definition that is given, and the default of every other that acts."""
    for row in TABLE[""].values():
        if isinstance(row, Setting) and row in whole.given:
            yield from _as_given(row, whole)
    for section in whole.sections(top.GARP_GROUP):
        for row in section.given:
            yield from _as_given(row, section, f"{top.GARP_GROUP.name} ")
    for row in TABLE["global_defs"].values():
        if row in globally.given or isinstance(row, Listing):
            yield from _as_given(row, globally)
        elif isinstance(row, Setting) and row.acts:
            yield Explained(row.name, row.description.default, Provenance("default"))


def _bfd_instance(section: Section) -> Iterator[Explained]:
    """Every setting of a session, by its own name for what has two."""
    for row in TABLE[top.BFD_INSTANCE.inside].values():
        name = f"{top.BFD_INSTANCE.name} {section.label} {row.name}"
        if row in section.given and isinstance(row, Setting):
            given = section.given[row][-1]
            yield Explained(name, _text(given.statement, row), Provenance("given", given.statement.span), row.acts)
        elif not row.description.synonym:
            yield Explained(name, row.description.default, Provenance("default"), row.acts)


def _sync_group(section: Section) -> Iterator[Explained]:
    """Every setting of a sync group: what is given, and the default of every other that acts."""
    prefix = f"{top.VRRP_SYNC_GROUP.name} {section.label} "
    for row in TABLE[top.VRRP_SYNC_GROUP.inside].values():
        if row in section.given or isinstance(row, Listing):
            yield from _as_given(row, section, prefix)
        elif isinstance(row, Setting) and row.acts:
            yield Explained(prefix + row.name, row.description.default, Provenance("default"))


def _as_given(row: Row, section: Section, prefix: str = "") -> Iterator[Explained]:
    """A keyword as it is written, without a word on what it means."""
    match row:
        case Setting():
            for given in section.given.get(row, ())[0 if row.repeats else -1 :]:
                yield Explained(prefix + row.name, _text(given.statement, row), Provenance("given", given.statement.span), row.acts)
        case Listing():
            yield from _listed(row, section, prefix)
        case Block():
            inside = section.merged(row)
            for inner in inside.given:
                yield from _as_given(inner, inside, f"{prefix}{row.name} ")


def _listed(row: Listing[Any], section: Section, prefix: str = "") -> Iterator[Explained]:
    for given in section.entries(row):
        yield Explained(prefix + row.name, given.statement.text(given.first), Provenance("given", given.span), row.acts)
    if row.acts and not section.entries(row):
        yield Explained(prefix + row.name, "none", Provenance("default"))


def _text(statement: Statement, row: Row) -> str:
    if row in SECRETS:
        return "(not shown)"
    return statement.text(1) or ("{ ... }" if statement.body is not None else "yes")


@frozen
class _Instance:
    """One instance being explained."""

    section: Section
    globally: Section
    model: Model
    rewrites: tuple[Diagnostic, ...]

    def explained(self) -> Iterator[Explained]:
        for row in TABLE["vrrp_instance"].values():
            if row in OPPOSITES.values():
                continue
            if isinstance(row, Setting) and (row in EFFECTIVE or (row in self.section.given and not row.repeats)):
                yield self._setting(row)
            elif isinstance(row, Setting) and row.acts:
                yield Explained(row.name, row.description.default, Provenance("default"))
            elif not isinstance(row, Setting) or row.repeats:
                written = tuple(_as_given(row, self.section))
                yield from map(self._rewritten, self._weighed(written) if row in TRACKERS else self._complete(row, written))

    def _weighed(self, written: tuple[Explained, ...]) -> tuple[Explained, ...]:
        """Write what is tracked with the weight that it comes to."""
        known = {track.tracker: track for track in self.model[0].trackers}
        tracks = {
            each.span: known.get((kind, each.value.name.value)) for row, kind in TRACKERS.items() for each in self.section.entries(row)
        }
        found = ((each, tracks.get(each.provenance.span or self.section.span)) for each in written)
        return tuple(each if track is None else evolve(each, value=render_tracker(track)) for each, track in found)

    def _complete(self, row: Row, written: tuple[Explained, ...]) -> tuple[Explained, ...]:
        """Write addresses with all that goes without saying."""
        held = self.model[0].addresses
        if row is not rows.VIRTUAL_IPADDRESS or len(held) != len(written):
            return written
        return tuple(evolve(each, value=render_address(address, None)) for each, address in zip(written, held, strict=True))

    def _setting(self, row: Setting[Any]) -> Explained:
        given = self._given(row)
        write = EFFECTIVE.get(row)
        provenance = Provenance("given", given.statement.span) if given else self._elsewhere(row)
        value = write(*self.model) if write else _text(given.statement, row) if given else row.description.default
        return self._rewritten(Explained(row.name, value, provenance, row.acts))

    def _given(self, row: Setting[Any]) -> Given[Any] | None:
        """The statement that counts: of preempt and nopreempt, the later one."""
        found = [each for one in (row, OPPOSITES.get(row)) if one is not None and (each := self.section.last(one)) is not None]
        return max(found, key=lambda each: each.order, default=None)

    def _elsewhere(self, row: Setting[Any]) -> Provenance:
        """Where the value of a setting that the instance does not give comes from."""
        state, priority = (self.section.last(each) for each in (rows.STATE, rows.PRIORITY))
        if row is rows.PRIORITY and state is not None and self.model[0].is_owner:
            why = "state MASTER without a priority makes this router the address owner"
            return Provenance("rewritten", state.statement.span, why)
        if row is rows.STATE and priority is not None and self.model[0].is_owner:
            return Provenance("rewritten", priority.statement.span, "priority 255 without a state means MASTER")
        if (strict := strict_statement(self.section, self.globally)) is not None and row in {*SETTLED, rows.ACCEPT}:
            return Provenance("rewritten", strict.statement.span, "strict mode")
        profile = self.section.last(rows.PROFILE) or self.globally.last(globals_.VRRP_PROFILE)
        if profile is not None and row in PROFILED and PROFILED[row](PROFILES[profile.value]):
            return Provenance("rewritten", profile.statement.span, f"profile {profile.value}")
        for above in inherited_from(row):
            if (given := self.globally.last(above)) is not None:
                return Provenance("inherited", given.statement.span, above.name)
        minimal = self.globally.last(globals_.VRRP_MIN_GARP)
        if row in MINIMAL and minimal is not None and minimal.value:
            return Provenance("inherited", minimal.statement.span, globals_.VRRP_MIN_GARP.name)
        return Provenance("default")

    def _rewritten(self, explained: Explained) -> Explained:
        """Say what keepalived made of a statement, if a diagnostic does."""
        span = explained.provenance.span
        if explained.provenance.kind != "given" or span is None:
            return explained
        for diagnostic in self.rewrites:
            here = (diagnostic.span.file, diagnostic.span.line, diagnostic.span.chain) == (span.file, span.line, span.chain)
            if here and diagnostic.span.column >= span.column:
                return evolve(explained, provenance=Provenance("rewritten", span, diagnostic.message))
        return explained


def inherited_from(row: Setting[Any]) -> Iterator[Setting[Any]]:
    """Yield the rows of ``global_defs`` that stand in for a row of ``vrrp_instance``, the nearest first."""
    inherits = row.description.inherits
    while inherits is not None and inherits[0] == "global_defs":
        above = TABLE[inherits[0]][inherits[1]]
        if isinstance(above, Setting):
            yield above
        inherits = above.description.inherits


TRACKERS: Mapping[Listing[TrackLine], TrackerKind] = {
    rows.TRACK_SCRIPT: "script",
    rows.TRACK_FILE: "file",
    rows.TRACK_PROCESS: "process",
    rows.TRACK_BFD: "bfd",
}
"""The lists of what is tracked."""
OPPOSITES: Mapping[Row, Setting[Any]] = {rows.PREEMPT: rows.NOPREEMPT, rows.ACCEPT: rows.NO_ACCEPT}
"""Keywords that take each other back."""
MINIMAL = frozenset({rows.GARP_MASTER_REPEAT, rows.GARP_MASTER_DELAY, rows.GARP_LOWER_PRIO_REPEAT, rows.GARP_LOWER_PRIO_DELAY})
"""What ``vrrp_min_garp`` stands in for."""
PROFILED: Mapping[Row, Callable[[Profile], bool]] = {
    rows.LOWER_PRIO_NO_ADVERT: lambda profile: not profile.answers_lower_priority,
    rows.OWNER_IGNORE_ADVERTS: lambda profile: profile.owner_discards,
}
"""What a profile can switch on."""


def _interval(read: Callable[[VirtualRouter], Interval | None]) -> Callable[[VirtualRouter, InstanceSettings], str]:
    return lambda router, _: plain_seconds(read(router) or ZERO)


def _source(router: VirtualRouter, spoken: bool) -> str:
    if not spoken:
        return "none, for it unicasts" if router.peers else "none, for it multicasts"
    return format_address(router.source) if router.source else f"the first address of {router.interface}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


EFFECTIVE: Mapping[Row, Callable[[VirtualRouter, InstanceSettings], str]] = {
    rows.STATE: lambda _, settings: settings.initial_state,
    rows.INTERFACE: lambda router, _: router.interface,
    rows.VIRTUAL_ROUTER_ID: lambda router, _: str(router.virtual_router_id),
    rows.PRIORITY: lambda router, _: str(router.priority),
    rows.ADVERT_INT: _interval(lambda router: router.advertisement_interval),
    rows.VERSION: lambda router, _: str(router.version),
    rows.NATIVE_IPV6: lambda router, _: _yes(router.family == 6),
    rows.V3_CHECKSUM_AS_V2: lambda router, _: _yes(router.checksum_form == "message"),
    rows.OLD_UNICAST_CHECKSUM: lambda router, _: _yes(router.checksum_form == "multicast-group"),
    rows.PREEMPT: lambda router, _: _yes(router.preempt),
    rows.PREEMPT_DELAY: _interval(lambda router: router.preempt_delay),
    rows.DONT_TRACK_PRIMARY: lambda router, _: _yes(router.dont_track_primary),
    rows.MCAST_SRC_IP: lambda router, _: _source(router, not router.peers),
    rows.UNICAST_SRC_IP: lambda router, _: _source(router, bool(router.peers)),
    rows.MCAST_DST_IP: lambda router, _: "none, for it unicasts" if router.peers else format_address(router.multicast_group),
    rows.UNICAST_TTL: lambda router, _: str(router.unicast_ttl),
    rows.UNICAST_FAULT_NO_PEER: lambda router, _: _yes(router.lacks_peers),
    rows.CHECK_UNICAST_SRC: lambda router, _: _yes(router.checks_peers),
    rows.TRACK_SRC_IP: lambda router, _: _yes(router.tracks_source),
    rows.SKIP_CHECK_ADV_ADDR: lambda router, _: _yes(router.trusts_address_list),
    rows.PROFILE: lambda router, _: router.profile.name,
    rows.OWNER_IGNORE_ADVERTS: lambda router, _: _yes(router.profile.owner_discards),
    rows.HIGHER_PRIO_SEND_ADVERT: lambda router, _: _yes(router.profile.answers_higher_priority),
    rows.KERNEL_RX_BUF_SIZE: lambda _, settings: str(settings.kernel_rx_buf_size or "by vrrp_rx_bufs_policy"),
    rows.GARP_MASTER_DELAY: _interval(lambda router: router.garp.delay),
    rows.GARP_MASTER_REPEAT: lambda router, _: str(router.garp.repeat),
    rows.GARP_MASTER_REFRESH: _interval(lambda router: router.garp.refresh),
    rows.GARP_MASTER_REFRESH_REPEAT: lambda router, _: str(router.garp.refresh_repeat),
    rows.GARP_LOWER_PRIO_DELAY: _interval(lambda router: router.garp.lower_priority_delay),
    rows.GARP_LOWER_PRIO_REPEAT: lambda router, _: str(router.garp.lower_priority_repeat),
    rows.LOWER_PRIO_NO_ADVERT: lambda router, _: _yes(not router.profile.answers_lower_priority),
    rows.TIMER_EXPIRED_BACKUP: lambda router, _: str(router.highest_rival),
    rows.DOWN_TIMER_ADVERTS: lambda router, _: str(router.down_timer_adverts),
    rows.STRICT_MODE: lambda _, settings: _yes(settings.strict_mode),
    rows.ACCEPT: lambda router, _: _yes(router.accept),
}
"""What became of a setting, by the model."""
