"""Packet filters: whether advertisements get in and out, and what to add where they do not."""

from collections.abc import Iterator
from typing import Literal

from kaspec.address import VRRP_GROUP_V4, Address, Family, family_of, format_address, is_multicast
from kaspec.config.source import Span
from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.firewall import Chain, Judgement, Packet, advert, combine, judge
from kaspec.doctor.firewall.adverts import VRRP, Range
from kaspec.doctor.machine import Interface, Machine
from kaspec.doctor.needs import Instance, Needs


def examine_filters(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Judge every advertisement that the configuration has sent or expected, on the interface it takes."""
    chains, unread = combine(machine.rules)
    instances = _any_instances(machine) if needs.general else needs.instances
    met: set[tuple[object, ...]] = set()
    for instance in instances:
        interface = machine.interface(instance.interface) or Interface(instance.interface)
        for packet, destination in _packets(instance, interface):
            key = (packet.incoming, packet.interface, destination, tuple(sorted(packet.fields.items())))
            if key not in met:
                met.add(key)
                yield from _tell(judge(chains, packet), packet, destination, instance)
    if instances:
        for unseen in unread:
            fix = Fix(("# run kaspec doctor as root",)) if unseen.needs_root else Fix(("# look at the rules yourself",))
            yield kind.FILTER_UNSEEN.of("packet filter", unseen.reason, fix)


def _any_instances(machine: Machine) -> tuple[Instance, ...]:
    """Without a configuration, take it that VRRP might run wherever it could."""
    return tuple(
        Instance("VRRP", Span("", 0, 0, 0), each.name, VRRP_GROUP_V4)
        for each in machine.interfaces
        if each.up and each.multicast and not each.loopback and any(len(held.address) == 4 for held in each.addresses)
    )


def _packets(instance: Instance, interface: Interface) -> Iterator[tuple[Packet, Address]]:
    own = _own(instance, interface)
    for peer in instance.peers or (None,):
        destination = instance.group if peer is None else peer
        neighbours = _neighbours(instance, interface) if peer is None else (peer, peer)
        # What a peer sends to us goes to our own address, of which only the first is likely.
        arrives_at = instance.group if peer is None else own[0]
        yield advert(True, instance.interface, neighbours, arrives_at, instance.protocol), destination
        yield advert(False, instance.interface, own, destination, instance.protocol), destination


def _own(instance: Instance, interface: Interface) -> Range:
    """Return the address that we send from, or all there are if it is not known."""
    if instance.source is not None:
        return instance.source, instance.source
    mine = [held.address for held in interface.addresses if family_of(held.address) == instance.family]
    if instance.family == 6:
        mine = [address for address in mine if address[:2] == b"\xfe\x80"]
    return (mine[0], mine[0]) if mine else _all_addresses(instance.family)


def _neighbours(instance: Instance, interface: Interface) -> Range:
    """Return the subnet that a peer is in, for its advertisements come from an address on the same link."""
    for held in interface.addresses:
        if family_of(held.address) == instance.family and (instance.family == 4 or held.address[:2] == b"\xfe\x80"):
            bits = len(held.address) * 8
            hosts = (1 << (bits - held.prefix_length)) - 1
            number = int.from_bytes(held.address)
            return Address((number & ~hosts).to_bytes(bits // 8)), Address((number | hosts).to_bytes(bits // 8))
    return _all_addresses(instance.family)


def _all_addresses(family: Family) -> Range:
    size = 4 if family == 4 else 16
    return Address(bytes(size)), Address(b"\xff" * size)


def _tell(judgement: Judgement, packet: Packet, destination: Address, instance: Instance) -> Iterator[Finding]:
    if judgement.verdict == "accepted" or judgement.base is None:
        return
    way = "comes in on" if packet.incoming else "goes out on"
    protocol = "VRRP (protocol 112)" if instance.protocol == VRRP else "VRRP in AH (protocol 51)"
    what = f"{protocol} that {way} {packet.interface}{_peer(packet, destination)}"
    fixes = accept_fixes(judgement.base, packet, destination, instance.protocol)
    subject = f"{instance.name} on {packet.interface}"
    if judgement.verdict == "unclear":
        found = f"cannot tell whether {what} is dropped: it depends on {judgement.at}"
        yield kind.FILTER_UNCLEAR.of(subject, found, *fixes)
    else:
        dropped = kind.ADVERTS_DROPPED if packet.incoming else kind.SENDING_DROPPED
        yield dropped.of(subject, f"{what} is dropped by {judgement.at}", *fixes)


def _peer(packet: Packet, destination: Address) -> str:
    if is_multicast(destination):
        return f" to {format_address(destination)}"
    return f" {'from' if packet.incoming else 'to'} {format_address(destination)}"


def accept_fixes(base: Chain, packet: Packet, destination: Address, protocol: int) -> tuple[Fix, ...]:
    """Return the rule that lets the packet pass, first for the program whose chain stands in the way, then for the others."""
    by_program: dict[Literal["nft", "iptables", "firewalld"], Fix] = {
        "nft": _nft(base, packet, destination, protocol),
        "iptables": _iptables(base, packet, destination, protocol),
        "firewalld": _firewalld(destination, protocol),
    }
    first: Literal["nft", "iptables", "firewalld"] = "iptables"
    if base.origin == "nft":
        first = "firewalld" if base.table == "firewalld" else "nft"
    return (by_program.pop(first), *by_program.values())


def _nft(base: Chain, packet: Packet, destination: Address, protocol: int) -> Fix:
    ip = "ip" if packet.family == 4 else "ip6"
    side = "iifname" if packet.incoming else "oifname"
    end = "saddr" if packet.incoming and not is_multicast(destination) else "daddr"
    chain = f"{base.family} {base.table} {base.name}" if base.origin == "nft" else f"inet filter {'input' if packet.incoming else 'output'}"
    rule = f'nft insert rule {chain} {side} "{packet.interface}" {ip} {end} {format_address(destination)} meta l4proto {protocol} accept'
    return Fix((rule,), "nftables; put it into the file your rules are loaded from, too")


def _iptables(base: Chain, packet: Packet, destination: Address, protocol: int) -> Fix:
    program = base.origin if base.origin != "nft" else "iptables"
    if packet.family == 6:
        program = program.replace("iptables", "ip6tables")  # type: ignore[assignment]
    ours = base.origin != "nft"
    table = f" -t {base.table}" if ours and base.table != "filter" else ""
    chain = base.name if ours else ("INPUT" if packet.incoming else "OUTPUT")
    side = "-i" if packet.incoming else "-o"
    end = "-s" if packet.incoming and not is_multicast(destination) else "-d"
    rule = f"{program}{table} -I {chain} {side} {packet.interface} {end} {format_address(destination)} -p {protocol} -j ACCEPT"
    return Fix((rule,), "iptables; save it as your distribution does, too")


def _firewalld(destination: Address, protocol: int) -> Fix:
    name = "vrrp" if protocol == VRRP else "ah"
    family = "" if is_multicast(destination) else f'family="ipv{family_of(destination)}" source address="{format_address(destination)}" '
    rule = f"firewall-cmd --permanent --add-rich-rule='rule {family}protocol value=\"{name}\" accept'"
    return Fix((rule, "firewall-cmd --reload"), "firewalld, if it makes your rules")
