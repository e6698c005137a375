"""Reading a configuration: text in, ``Configuration`` and every diagnostic out, in one pass."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kaspec.config import blocks, names, pacing
from kaspec.config.addresses import interfaces_named
from kaspec.config.alerts import command_uses
from kaspec.config.definitions import build_global_defs
from kaspec.config.diagnostics import NO_SUCH_INTERFACE, Diagnostic
from kaspec.config.expansion.library import Content, Found, Library, Question, Settings, Unread
from kaspec.config.expansion.lines import Expansion
from kaspec.config.gathering import gathered, in_order
from kaspec.config.holdings import Resources, build_statics, with_holdings, with_needs
from kaspec.config.instances import Instance, build_instances, interface_uses
from kaspec.config.keywords import TABLE, top, vrrp_sync_group
from kaspec.config.keywords import global_vrrp as globals_
from kaspec.config.lexer import Report
from kaspec.config.likeness import listed
from kaspec.config.lines import RULE_OPTIONS
from kaspec.config.lvs_settings import build_lvs_settings
from kaspec.config.model import Configuration, GlobalDefs, InterfaceUse
from kaspec.config.names import Names
from kaspec.config.policies import Numbers
from kaspec.config.process import build_process_settings
from kaspec.config.sections import Section, read_section
from kaspec.config.strict import on_virtual_mac, tell_of_silence
from kaspec.config.tracks import weights_of
from kaspec.config.tree import build
from kaspec.config.virtual_interfaces import InterfaceNames, with_virtual_interfaces
from kaspec.frozen import frozen
from kaspec.vrrp.router import VirtualRouter

_ELSEWHERE = {name for scope, rows in TABLE.items() if scope for name in rows} | {name for each in RULE_OPTIONS for name in each.names}
MOST_INTERFACES = 50
"""So many are named where one is missing."""
OUTERMOST = frozenset(TABLE[""]) - _ELSEWHERE
"""The keywords that stand at the top of a file and begin no line elsewhere."""


@frozen
class Reading:
    """What a text says, and everything that is wrong with it in the text's order.

    ``configuration`` is what the daemon takes, ``section`` every statement as a typed value with its place, and ``texts`` holds each file
    by its name.
    """

    configuration: Configuration
    diagnostics: tuple[Diagnostic, ...]
    section: Section
    texts: Mapping[str, str]


@frozen
class Wanted:
    """What must be answered before a configuration can be read."""

    questions: frozenset[Question]


def read(text: str, name: str, config_id: str = "") -> Reading:
    """Read the text of the file ``name`` by itself; ``config_id`` is what its ``@ID`` lines are compared with.

    Total: whatever the text is, what can be understood is in the configuration and what cannot is in the diagnostics.
    """
    problems: list[Diagnostic] = []
    expansion = Expansion(Library(), Settings(config_id), problems.append, follows=False)
    return _read(expansion, name, Found(text, name), problems)


def read_files(library: Library, path: str, settings: Settings) -> Reading | Wanted | Unread:
    """Read the file ``path`` and all it includes.

    Total: a ``Reading`` if the library has all of them, else what it must be asked; ``Unread`` if there is no such file.
    """
    content = library.contents.get(path)
    if not isinstance(content, Found):
        return Wanted(frozenset((Content(path),))) if content is None else content
    problems: list[Diagnostic] = []
    expansion = Expansion(library, settings, problems.append)
    reading = _read(expansion, path, content, problems)
    return Wanted(frozenset(expansion.questions)) if expansion.questions else reading


def _read(expansion: Expansion, path: str, content: Found, problems: list[Diagnostic]) -> Reading:
    report = problems.append
    statements = build(expansion.lines(path, content), OUTERMOST, report)
    if expansion.questions:
        statements = ()
    section = read_section(statements, "", report)
    return Reading(_configuration(expansion, section, report), gathered(problems), section, expansion.texts)


def _configuration(expansion: Expansion, section: Section, report: Report) -> Configuration:
    """Build everything from what the text says."""
    globally = section.merged(top.GLOBAL_DEFS)
    defaults = build_global_defs(globally)
    sessions = blocks.bfd_instances(section, report)
    resources = Resources(_names(expansion, globally), Numbers())
    statics = build_statics(section, defaults.default_interface, resources, report)
    scripts, files, processes = blocks.trackers(section, report)
    weights = weights_of(scripts, files, processes)
    described = section.sections(top.VRRP_INSTANCE)
    instances = build_instances(described, globally, defaults, weights, sessions, report)
    groups = blocks.sync_groups(section, weights, sessions, report)
    routers = _furnished(instances, described, InterfaceNames.of(globally), defaults, resources, report)
    tell_of_silence(section, globally, [(each.router, each.settings) for each in instances], report)
    settings = build_lvs_settings(globally, section, report)
    server_groups, services = blocks.virtual_servers(section, settings, weights, report)
    return Configuration(
        defaults,
        statics.addresses,
        statics.routes,
        statics.rules,
        with_needs(routers, section, statics),
        tuple(instance.settings for instance in instances),
        _has_lvs(section),
        sessions,
        tuple(_interface_uses(section)),
        groups=tuple(each.group for each in groups),
        group_settings=tuple(each.settings for each in groups),
        scripts=scripts,
        files=files,
        processes=processes,
        command_uses=tuple(command_uses(section)),
        process=build_process_settings(section, globally),
        pacing=pacing.build_pacing(globally, section.sections(top.GARP_GROUP)),
        lvs=settings,
        server_groups=server_groups,
        services=services,
        link_delays=blocks.link_delays(section),
    )


def _furnished(
    instances: Iterable[Instance], blocks: Sequence[Section], names: InterfaceNames, defaults: GlobalDefs, shared: Resources, report: Report
) -> list[VirtualRouter]:
    """Return the virtual routers with all they hold, on the interfaces made for them."""
    sections = {block.label: block for block in reversed(blocks)}
    routers = []
    for instance in instances:
        block = sections[instance.router.name]
        holding = with_holdings(instance.router, block, defaults.default_interface, shared, report)
        ready = with_virtual_interfaces(holding, block, names, report)
        routers.append(on_virtual_mac(ready, block, report) if instance.settings.strict_mode else ready)
    return routers


def _interface_uses(section: Section) -> Iterator[InterfaceUse]:
    """Tell where the text names interfaces."""
    yield from interfaces_named(section.entries(top.STATIC_IPADDRESS), "static_ipaddress")
    yield from interfaces_named(section.entries(top.STATIC_ROUTES), "static_routes")
    for row, uses in (
        (top.VRRP_INSTANCE, interface_uses),
        (top.VRRP_SYNC_GROUP, _group_interface_uses),
        (top.GARP_GROUP, pacing.interface_uses),
    ):
        for block in section.sections(row):
            yield from uses(block)


def _group_interface_uses(block: Section) -> Iterator[InterfaceUse]:
    return interfaces_named(block.entries(vrrp_sync_group.TRACK_INTERFACE), f"track_interface of {block.label}")


def check_interfaces(configuration: Configuration, known: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Tell which interfaces the configuration names that are not ``known``, each where it is named.

    With ``dynamic_interfaces`` they may come later: until then, what needs them is at fault.
    """
    if configuration.global_defs.dynamic_interfaces is not None:
        return ()
    missing = (use for use in configuration.interface_uses if use.name not in known)
    there = listed(sorted(known), MOST_INTERFACES)
    return in_order(
        NO_SUCH_INTERFACE.at(use.span, f"{use.purpose} names the interface {use.name}, which does not exist", f"there is: {there}")
        for use in missing
    )


def _names(expansion: Expansion, globally: Section) -> Names:
    """Return where names are looked up: nowhere but here for a text that stands alone."""
    if not expansion.follows:
        return Names()
    directories = globally.value(globals_.IPROUTE_ETC_DIR, names.ETC), globally.value(globals_.IPROUTE_USR_DIR, names.USR)
    return Names(expansion.library, directories, expansion.questions.add)


def _has_lvs(section: Section) -> bool:
    return any(row in section.given for row in (top.VIRTUAL_SERVER, top.VIRTUAL_SERVER_GROUP, top.SSL))
