"""Virtual addresses: whether they are here when they should not be, and what the kernel does with several of them."""

from collections.abc import Iterator

from kaspec.address import Address, format_address
from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.machine import Interface, Machine
from kaspec.doctor.needs import Instance, Needs, Wanted
from kaspec.doctor.software import running_daemons

Subnet = tuple[int, int, int]
"""An address' length in bytes, the prefix length, and the network part as a number."""


def examine_addresses(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Look where the virtual addresses are now, and how they would go."""
    if not running_daemons(machine):
        for instance in needs.instances:
            yield from _held_already(instance, machine)
    for instance in needs.instances:
        if not instance.promotes:
            yield from _lost_together(instance, machine)
    yield from _answering(needs, machine)


def _held_already(instance: Instance, machine: Machine) -> Iterator[Finding]:
    for wanted in instance.addresses:
        for interface in machine.interfaces:
            for held in interface.addresses:
                if held.address == wanted.address:
                    shown = format_address(held.address)
                    found = f"{shown} is already on {interface.name}, and no VRRP daemon is running here"
                    fix = Fix(
                        (f"ip address del {shown}/{held.prefix_length} dev {interface.name}", "# and take it out of the network's setup")
                    )
                    yield kind.ADDRESS_HELD.of(instance.name, found, fix)


def _lost_together(instance: Instance, machine: Machine) -> Iterator[Finding]:
    """Find addresses of a subnet that is on the interface only through them, where promote_secondaries is off (ip-sysctl)."""
    groups: dict[tuple[str, Subnet], list[Wanted]] = {}
    for wanted in instance.addresses:
        if len(wanted.address) == 4 and wanted.prefix_length < 32:
            groups.setdefault((wanted.interface, _subnet(wanted.address, wanted.prefix_length)), []).append(wanted)
    moving = {wanted.address for each in instance.addresses for wanted in (each,)}
    for (name, subnet), together in groups.items():
        interface = machine.interface(name) or Interface(name)
        own = [held for held in interface.addresses if _subnet(held.address, held.prefix_length) == subnet and held.address not in moving]
        if len(together) > 1 and not own and not any(machine.of_interface("promote_secondaries", name)):
            shown = ", ".join(format_address(each.address) for each in together)
            key = f"net.ipv4.conf.{name.replace('.', '/')}.promote_secondaries"
            fixes = Fix((f"sysctl -w {key}=1",)), Fix(("promote_secondaries",), str(instance.span))
            yield kind.SECONDARIES_LOST.of(f"{instance.name} on {name}", f"{shown} are one subnet, and {key} is 0", *fixes)


def _subnet(address: Address, prefix_length: int) -> Subnet:
    return len(address), prefix_length, int.from_bytes(address) >> (len(address) * 8 - prefix_length)


def _answering(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Find addresses of virtual servers on a loopback interface, as a real server has them, that the kernel answers ARP for."""
    served = {server.address for server in needs.virtual_servers if server.address is not None and not server.translates}
    for interface in (each for each in machine.interfaces if each.loopback):
        for held in interface.addresses:
            if held.address in served and len(held.address) == 4:
                # The interface that a request comes in on counts, and all of them may be that one: so the setting for all.
                ignore, announce = (machine.sysctl(f"net.ipv4.conf.all.{key}") or 0 for key in ("arp_ignore", "arp_announce"))
                if ignore < 1 or announce < 2:
                    fix = Fix(("sysctl -w net.ipv4.conf.all.arp_ignore=1", "sysctl -w net.ipv4.conf.all.arp_announce=2"))
                    shown = f"arp_ignore is {ignore} and arp_announce is {announce}"
                    yield kind.ARP_ANSWERED.of(format_address(held.address), f"it is on {interface.name}, and {shown}", fix)
