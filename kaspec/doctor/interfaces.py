"""Interfaces: whether they are there, can carry VRRP, and have the addresses it needs."""

from collections.abc import Iterator

from kaspec.address import format_address, is_multicast
from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.machine import Interface, Machine
from kaspec.doctor.needs import Instance, Needs


def examine_interfaces(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Look at every interface that the configuration names."""
    there = ", ".join(each.name for each in machine.interfaces) or "none"
    for name in dict.fromkeys(use.name for use in needs.uses):
        named = ", ".join(f"{use.purpose} ({use.span})" for use in needs.uses if use.name == name)
        interface = machine.interface(name)
        if interface is None:
            fix = Fix((f"# name one that exists: {there}",), needs.file)
            yield kind.INTERFACE_MISSING.of(name, f"there is no interface {name}; it is named by {named}", fix)
        elif not interface.up:
            yield kind.INTERFACE_DOWN.of(name, f"{name} is down; it is used by {named}", Fix((f"ip link set dev {name} up",)))
        elif not interface.carrier:
            fix = Fix(("# plug in the cable, or look at the switch port or the virtual machine's network",))
            yield kind.NO_CARRIER.of(name, f"{name} is up but has no carrier; it is used by {named}", fix)
    for instance in needs.instances:
        if interface := machine.interface(instance.interface):
            yield from _examine_instance(instance, interface, machine)
    for name in sorted(needs.needs_ipv6):
        yield from _examine_ipv6(name, machine)


def _examine_instance(instance: Instance, interface: Interface, machine: Machine) -> Iterator[Finding]:
    subject, name = f"{instance.name} on {interface.name}", interface.name
    of_family = [held for held in interface.addresses if (len(held.address) == 4) == (instance.family == 4)]
    own = [held for held in of_family if held.address not in {wanted.address for wanted in instance.addresses}]
    if instance.family == 6:
        own = [held for held in own if held.address[:2] == b"\xfe\x80"]
    if not own and instance.source is None:
        what = "IPv4 address" if instance.family == 4 else "link-local IPv6 address"
        example = "192.0.2.1/24" if instance.family == 4 else "fe80::1/64"
        fix = Fix((f"ip address add {example} dev {name}  # an address of your own",))
        yield kind.NO_ADDRESS.of(subject, f"{name} has no {what} of its own", fix)
    held_anywhere = {held.address for each in machine.interfaces for held in each.addresses}
    if instance.source is not None and instance.source not in held_anywhere:
        shown = format_address(instance.source)
        fix = Fix((f"ip address add {shown}/{len(instance.source) * 8} dev {name}",))
        yield kind.SOURCE_MISSING.of(subject, f"its source address {shown} is not on this machine", fix)
    if not interface.multicast and not instance.peers:
        peers = Fix(("unicast_peer {", "    ADDRESS-OF-THE-PEER", "}"), str(instance.span))
        yield kind.NO_MULTICAST.of(subject, f"{name} does not do multicast", Fix((f"ip link set dev {name} multicast on",)), peers)
    if (size := advert_size(instance)) > interface.mtu:
        fix = Fix((f"ip link set dev {name} mtu {size}",))
        count = len(instance.addresses)
        yield kind.MTU_SMALL.of(subject, f"an advertisement of {count} addresses has {size} bytes, {name} carries {interface.mtu}", fix)


def advert_size(instance: Instance) -> int:
    """Return the bytes of an advertisement, its IP header included (RFC 3768 5.1, RFC 9568 5.1)."""
    carried = sum(len(wanted.address) for wanted in instance.addresses if (len(wanted.address) == 4) == (instance.family == 4))
    header, trailer = (20 if instance.family == 4 else 40) + 8, 8 if instance.version == 2 else 0
    return header + carried + trailer


def _examine_ipv6(name: str, machine: Machine) -> Iterator[Finding]:
    interface = machine.interface(name)
    if interface is None:
        return
    key = f"net.ipv6.conf.{name.replace('.', '/')}.disable_ipv6"
    if machine.sysctl(key) == 1:
        yield kind.IPV6_DISABLED.of(name, f"{key} is 1", Fix((f"sysctl -w {key}=0",)))
    for held in interface.addresses:
        shown = format_address(held.address)
        if held.failed:
            fix = Fix(
                (f"ip address del {shown}/{held.prefix_length} dev {name}", "# and find out who else has it, or give this one another")
            )
            yield kind.ADDRESS_DUPLICATE.of(name, f"{shown} failed duplicate address detection", fix)
        elif held.tentative and not is_multicast(held.address):
            fix = Fix((f"sysctl -w net.ipv6.conf.{name.replace('.', '/')}.accept_dad=0  # or wait: detection takes a second or two",))
            yield kind.ADDRESS_TENTATIVE.of(name, f"duplicate address detection for {shown} is not finished", fix)
