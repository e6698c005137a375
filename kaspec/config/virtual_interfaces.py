"""``use_vmac``, ``use_ipvlan`` and ``use_vmac_addr``: the interfaces that an instance has made for itself, and what moves onto them."""

from collections.abc import Iterable, Set

from attrs import field

from kaspec.address import Address, Family, family_of
from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import global_vrrp as globals_rows
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.lines import AddressLine
from kaspec.config.sections import Given, Section
from kaspec.config.terms import Ipvlan, Vmac
from kaspec.frozen import define, evolve
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.virtual_interface import VirtualInterface, virtual_mac

_PREFIX = "vrrp"


@define
class InterfaceNames:
    """The virtual interfaces of a configuration by name, so that no two instances take one."""

    prefix: str = _PREFIX
    address_prefix: str = _PREFIX
    taken: dict[str, VirtualInterface] = field(factory=dict)

    @classmethod
    def of(cls, globally: Section) -> "InterfaceNames":
        """Begin with the prefixes that the global definitions give."""
        prefix = globally.value(globals_rows.VMAC_PREFIX, _PREFIX)
        return cls(prefix, globally.value(globals_rows.VMAC_ADDR_PREFIX, prefix))

    def free(self, prefix: str, family: Family, virtual_router_id: int) -> str:
        """Return a name as keepalived makes them: ``vrrp.51``, for IPv6 else ``vrrp6.51``, else ``vrrp1.51`` and so on."""
        variants = ("", *(("6",) if family == 6 else ()), *map(str, range(1, 256)))
        candidates = (f"{prefix}{variant}.{virtual_router_id}" for variant in variants)
        return next(name for name in candidates if name not in self.taken)

    def enter(self, interface: VirtualInterface) -> VirtualInterface:
        """Take note of an interface."""
        self.taken[interface.name] = interface
        return interface


def with_virtual_interfaces(router: VirtualRouter, section: Section, names: InterfaceNames, report: Report) -> VirtualRouter:
    """Return the virtual router on the interfaces that its block asks for; without any such keyword, as it is.

    Addresses on the instance's own interface move onto the virtual one.  Others move onto one over their own interface if they, or the
    whole instance (``use_vmac_addr``), ask for it.
    """
    own = _own(router, section, names, report)
    if own is not None:
        router = evolve(
            router,
            virtual_interface=own,
            transmits_on_base=section.value(rows.VMAC_XMIT_BASE, False) or bool(router.peers),
            addresses=_onto(own, router.addresses),
            excluded=_onto(own, router.excluded),
        )
    return _with_address_interfaces(router, section, names)


def _onto(own: VirtualInterface, addresses: Iterable[VirtualAddress]) -> tuple[VirtualAddress, ...]:
    return tuple(evolve(each, interface=own.name) if each.interface == own.base else each for each in addresses)


def _own(router: VirtualRouter, section: Section, names: InterfaceNames, report: Report) -> VirtualInterface | None:
    vmac, ipvlan = section.last(rows.USE_VMAC), section.last(rows.USE_IPVLAN)
    given = vmac or ipvlan
    if given is None:
        return None
    if vmac and ipvlan:
        report(kinds.VIRTUAL_INTERFACE.at(ipvlan.span, "use_ipvlan has no effect beside use_vmac", "keep one of them"))
    value, name = given.value, given.value.name
    if name is not None and name in names.taken:
        message = f"another virtual interface is called {name}, so this one is not"
        report(kinds.VIRTUAL_INTERFACE.at(given.span, message, "give it another name"))
        name = None
    if isinstance(value.group, str):
        report(kinds.VIRTUAL_INTERFACE.at(given.span, f"the group {value.group} is not known: group 0 is used", "write the group's number"))
    chosen = name or names.free(names.prefix, router.family, router.virtual_router_id)
    return names.enter(_made(chosen, value, router))


def _made(name: str, value: Vmac | Ipvlan, router: VirtualRouter) -> VirtualInterface:
    carried = {family_of(each.address) for each in router.held_addresses if each.interface == router.interface}
    families, group = frozenset[Family]({router.family, *carried}), value.group if isinstance(value.group, int) else 0
    if isinstance(value, Ipvlan):
        return VirtualInterface(name, router.interface, "ipvlan", None, value.mode or "bridge", families, group)
    mac = virtual_mac(router.family, router.virtual_router_id, value.address)
    return VirtualInterface(name, router.interface, mac=mac, families=families, group=group)


def _with_address_interfaces(router: VirtualRouter, section: Section, names: InterfaceNames) -> VirtualRouter:
    """Move addresses with ``use_vmac`` (or all, by ``use_vmac_addr``) that are on other interfaces onto virtual ones over those."""
    asking = _asking((*section.entries(rows.VIRTUAL_IPADDRESS), *section.entries(rows.VIRTUAL_IPADDRESS_EXCLUDED)))
    everywhere = section.value(rows.USE_VMAC_ADDR, False)
    own = {router.interface, *(each.name for each in router.virtual_interfaces)}
    made: dict[tuple[str, Family], VirtualInterface] = {}
    moved: dict[VirtualAddress, VirtualAddress] = {}
    for each in router.held_addresses:
        if each.interface not in own and (everywhere or (each.address, each.interface) in asking):
            key = each.interface, family_of(each.address)
            if key not in made:
                made[key] = _over(router, each, names)
            moved[each] = evolve(each, interface=made[key].name)
    if not made:
        return router
    addresses, excluded = (tuple(moved.get(each, each) for each in some) for some in (router.addresses, router.excluded))
    return evolve(router, addresses=addresses, excluded=excluded, address_interfaces=tuple(made.values()))


def _over(router: VirtualRouter, address: VirtualAddress, names: InterfaceNames) -> VirtualInterface:
    """Return the virtual interface for an address on another interface: one that is there already for its MAC address serves too."""
    family = family_of(address.address)
    mac = virtual_mac(family, router.virtual_router_id)
    there = next((each for each in names.taken.values() if (each.base, each.mac) == (address.interface, mac)), None)
    name = names.free(names.address_prefix, family, router.virtual_router_id)
    return there or names.enter(VirtualInterface(name, address.interface, mac=mac, families=frozenset({family})))


def _asking(lines: Iterable[Given[AddressLine]]) -> Set[tuple[Address, str]]:
    """Return the addresses that ask for it, each with the interface that its line names."""
    asking = (given.value for given in lines if given.value.value("use_vmac") is not None)
    return {(line.prefix.value.address, line.interface.value) for line in asking if line.interface}
