"""What an instance holds beside its advertised addresses, and what is static: excluded addresses, routes, rules, tracked groups."""

from collections.abc import Mapping, Sequence

from kaspec.address import Family
from kaspec.config.addresses import build_addresses
from kaspec.config.diagnostics import ADDRESSES_MOVED
from kaspec.config.keywords import top, track_group
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.names import Names
from kaspec.config.policies import Numbers, build_rules
from kaspec.config.routes import build_routes
from kaspec.config.sections import Section
from kaspec.frozen import evolve, frozen
from kaspec.vrrp.holdings import Statics, interfaces_of
from kaspec.vrrp.router import VirtualRouter

MOST_ADDRESSES: Mapping[Family, int] = {4: 255, 6: 90}
"""What an advertisement carries: a byte's worth, and of IPv6 what an Ethernet frame holds: (1500 - 40 - 8) / 16."""


@frozen
class Resources:
    """What all lines of a configuration share: the machine's names, and the priorities of rules without one."""

    names: Names = Names()
    numbers: Numbers = Numbers()


def with_holdings(router: VirtualRouter, section: Section, interface: str, resources: Resources, report: Report) -> VirtualRouter:
    """Return the virtual router with all that its block has it hold, on ``interface`` if it has none of its own."""
    most = MOST_ADDRESSES[router.family]
    if len(router.addresses) > most:
        given = section.entries(rows.VIRTUAL_IPADDRESS)[most]
        message = f"an advertisement carries {most} addresses; from this one on they are held, but not advertised"
        report(ADDRESSES_MOVED.at(given.at(given.value.prefix), message, "move them to virtual_ipaddress_excluded on every peer"))
    excluded = build_addresses(section.entries(rows.VIRTUAL_IPADDRESS_EXCLUDED), router.interface or interface, report)
    return evolve(
        router,
        addresses=router.addresses[:most],
        excluded=(*router.addresses[most:], *excluded),
        routes=build_routes(section.entries(rows.VIRTUAL_ROUTES), resources.names, report),
        rules=build_rules(section.entries(rows.VIRTUAL_RULES), resources.names, resources.numbers, report),
        promote_secondaries=section.value(rows.PROMOTE_SECONDARIES, False),
    )


def build_statics(section: Section, interface: str, resources: Resources, report: Report) -> Statics:
    """Build what the host holds whoever is Master; addresses without ``dev`` are on ``interface``."""
    return Statics(
        build_addresses(section.entries(top.STATIC_IPADDRESS), interface, report, instance=False),
        build_routes(section.entries(top.STATIC_ROUTES), resources.names, report),
        build_rules(section.entries(top.STATIC_RULES), resources.names, resources.numbers, report),
    )


def with_needs(routers: Sequence[VirtualRouter], section: Section, statics: Statics) -> tuple[VirtualRouter, ...]:
    """Return the virtual routers, each with the interfaces of the static items that its ``track_group``s have, in these' order."""
    groups = section.sections(top.TRACK_GROUP)
    members = {group.label: [name for entry in group.entries(track_group.GROUP) for name in entry.value] for group in groups}
    grouped = [item for item in statics.items if item.tracked and item.track_group is not None]
    every = dict.fromkeys(name for item in grouped for name in interfaces_of(item))
    needs: dict[str, set[str]] = {}
    for item in grouped:
        for name in members.get(item.track_group or "", ()):
            needs.setdefault(name, set()).update(interfaces_of(item))
    return tuple(
        evolve(router, needs=tuple(each for each in every if each in needs[router.name])) if router.name in needs else router
        for router in routers
    )
