"""The packet filter rules that virtual routers need, as a ruleset for nft(8): one table of ours, replaced and removed as a whole.

They do not follow the state: an address is only delivered to where it is held, so a rule about it is idle in Backup.

- ``no_accept`` (RFC 9568 6.1, Accept_Mode False): what is addressed to a virtual address is dropped unless this router owns it, but for
  neighbour solicitations and advertisements, without which nobody could send it packets to forward.
- A virtual interface sends no IGMP, MLD or router solicitations under the virtual MAC address: in Backup they would lead switches astray.
  Reports of membership leave by the interface beneath instead.
"""

from collections.abc import Iterable, Iterator, Sequence

from kaspec.address import Family, family_of, format_address, is_link_local
from kaspec.frozen import frozen
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.virtual_interface import VirtualInterface

_TABLES: dict[Family, str] = {4: "ip", 6: "ip6"}
_MEMBERSHIP = {
    4: "ip protocol igmp",
    6: "icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report }",
}
_NEIGHBOURS = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"


@frozen
class FirewallStyle:
    """How rules are to be written (keepalived ``nftables*``): the table's name, the chains' priority, with ``counters`` or without."""

    table: str = "keepalived"
    priority: int = -1
    counters: bool = False


def ruleset(routers: Sequence[VirtualRouter], style: FirewallStyle = FirewallStyle()) -> str:
    """Return what ``nft -f`` takes to put the rules of these virtual routers into force, in place of any before them.

    The table of a family that needs no rule is removed.
    """
    return "".join(_table(family, routers, style) for family in _TABLES)


def removal(style: FirewallStyle = FirewallStyle()) -> str:
    """Return what ``nft -f`` takes to remove every rule of ours; fine if there is none."""
    return ruleset((), style)


def needs_firewall(routers: Iterable[VirtualRouter]) -> bool:
    """Tell whether these virtual routers need any rule."""
    return any(_unaccepted(router) or router.virtual_interfaces for router in routers)


def _table(family: Family, routers: Sequence[VirtualRouter], style: FirewallStyle) -> str:
    name = f"table {_TABLES[family]} {style.table}"
    drop = "counter drop" if style.counters else "drop"
    unaccepted = tuple(address for router in routers for address in _unaccepted(router) if family_of(address.address) == family)
    interfaces = tuple(each for router in routers for each in router.virtual_interfaces if each.kind == "macvlan")
    outgoing = (*_quiet(family, interfaces, drop), *_silent(family, unaccepted, "saddr", "oifname", drop))
    incoming = _silent(family, unaccepted, "daddr", "iifname", drop)
    body = _chain("in", "input", incoming, style) + _chain("out", "output", outgoing, style)
    made = f"{name} {{\n{body}}}\n" if body else ""
    return f"{name}\ndelete {name}\n{made}"


def _chain(name: str, hook: str, rules: Sequence[str], style: FirewallStyle) -> str:
    if not rules:
        return ""
    lines = "".join(f"\t\t{rule}\n" for rule in rules)
    return f"\tchain {name} {{\n\t\ttype filter hook {hook} priority {style.priority}; policy accept;\n{lines}\t}}\n"


def _quiet(family: Family, interfaces: Iterable[VirtualInterface], drop: str) -> Iterator[str]:
    """Rules that keep IGMP, MLD and router solicitations from leaving by virtual interfaces."""
    for interface in interfaces:
        if family not in interface.families:
            continue
        leaving = f'oifname "{interface.name}"'
        yield f'{leaving} {_MEMBERSHIP[family]} dup to {_TABLES[family]} daddr device "{interface.base}" {drop}'
        if family == 6:
            yield f"{leaving} icmpv6 type nd-router-solicit {drop}"


def _silent(family: Family, addresses: Sequence[VirtualAddress], end: str, device: str, drop: str) -> tuple[str, ...]:
    """Rules that keep addresses from being spoken to or speaking; a link-local one only where it is."""
    rules = tuple(
        f"{_TABLES[family]} {end} {format_address(each.address)} {_where(each, device)}{drop}" for each in dict.fromkeys(addresses)
    )
    return (_NEIGHBOURS, *rules) if rules and family == 6 else rules


def _where(address: VirtualAddress, device: str) -> str:
    local = family_of(address.address) == 6 and is_link_local(address.address)
    return f'{device} "{address.interface}" ' if local else ""


def _unaccepted(router: VirtualRouter) -> tuple[VirtualAddress, ...]:
    """Return the addresses whose packets a virtual router does not accept: an owner accepts what is its own (RFC 9568 6.4.3)."""
    return () if router.accept or router.is_owner else router.held_addresses
