"""Virtual addresses that are shared, static, unusable, or out of place."""

from collections.abc import Iterator

from kaspec.address import Address, family_of, format_address, is_link_local, is_multicast
from kaspec.config.diagnostics import (
    ADDRESS_ELSEWHERE,
    ADDRESS_IS_SOURCE,
    ADDRESS_SHARED,
    ADDRESS_STATIC,
    ADDRESS_UNUSABLE,
    FIRST_NOT_LINK_LOCAL,
    Diagnostic,
)
from kaspec.config.keywords import top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lines import AddressLine
from kaspec.config.lint.instances import instances
from kaspec.config.reader import Reading
from kaspec.config.sections import Given, Section
from kaspec.config.source import Span
from kaspec.config.values import Prefix

_LINK_LOCAL = (b"\xfe\x80", 10)
"""fe80::/10 (RFC 4291 2.5.6): such an address means another host on every link."""


def _prefix(given: Given[AddressLine]) -> Prefix:
    return given.value.prefix.value


def _place(given: Given[AddressLine]) -> Span:
    return given.at(given.value.prefix)


def _virtual(reading: Reading) -> Iterator[tuple[Section, Given[AddressLine]]]:
    for section in reading.section.sections(top.VRRP_INSTANCE):
        for given in section.entries(rows.VIRTUAL_IPADDRESS):
            yield section, given


def shared(reading: Reading) -> Iterator[Diagnostic]:
    """Two instances with one address take it away from each other: whichever becomes Backup removes it."""
    first: dict[Address, tuple[Section, Span]] = {}
    for section, given in _virtual(reading):
        address = _prefix(given).address
        holder, place = first.setdefault(address, (section, _place(given)))
        if holder is not section and not _within(address, Address(_LINK_LOCAL[0].ljust(16, b"\0")), _LINK_LOCAL[1]):
            message = f"{format_address(address)} is a virtual address of {holder.label} already: either removes it when it becomes Backup"
            hint = f"leave it in one of them; a vrrp_sync_group keeps {holder.label} and {section.label} together"
            yield ADDRESS_SHARED.at(_place(given), message, hint, ((place, f"{holder.label} has it here"),))


def static(reading: Reading) -> Iterator[Diagnostic]:
    """A static address is held in every state, so the Master's is held twice."""
    fixed = {_prefix(given).address: _place(given) for given in reading.section.entries(top.STATIC_IPADDRESS)}
    for section, given in _virtual(reading):
        address = _prefix(given).address
        if place := fixed.get(address):
            message = (
                f"{format_address(address)} is a static address too, so this router has it even while another is Master of {section.label}"
            )
            yield ADDRESS_STATIC.at(_place(given), message, "remove it from static_ipaddress", ((place, "static here"),))


def unusable(reading: Reading) -> Iterator[Diagnostic]:
    """A network's own address, its broadcast address, multicast groups and the like are nobody's."""
    for _, given in _virtual(reading):
        prefix = _prefix(given)
        if what := _kind_of(prefix):
            message = f"{format_address(prefix.address)} is {what}: no host can have it"
            yield ADDRESS_UNUSABLE.at(_place(given), message, "write the address that clients are to use")


def _kind_of(prefix: Prefix) -> str:
    address, bits = prefix.address, len(prefix.address) * 8
    number, hosts = int.from_bytes(address), (1 << (bits - prefix.length)) - 1
    if not number:
        return "the unspecified address"
    if is_multicast(address):
        return "a multicast group"
    if address[0] == 127 if bits == 32 else number == 1:
        return "a loopback address"
    if bits == 32 and prefix.length <= 30:
        network = f"of {format_address(Address((number & ~hosts).to_bytes(4)))}/{prefix.length}"
        return (
            f"the network address {network}"
            if not number & hosts
            else f"the broadcast address {network}"
            if number & hosts == hosts
            else ""
        )
    return "" if bits == 128 or number != 0xFFFFFFFF else "the broadcast address"


def is_source(reading: Reading) -> Iterator[Diagnostic]:
    """A source address that is virtual is missing whenever the router is Backup; only the owner always has it."""
    for instance in instances(reading):
        source = instance.router.source
        for given in instance.section.entries(rows.VIRTUAL_IPADDRESS):
            if source == _prefix(given).address and not instance.router.is_owner:
                message = (
                    f"{format_address(source)} is also what {instance.router.name} sends from, and it is gone while this router is Backup"
                )
                yield ADDRESS_IS_SOURCE.at(_place(given), message, "send from an address that stays on the interface")


def elsewhere(reading: Reading) -> Iterator[Diagnostic]:
    """An address of another network than the router's own is often a slip of the finger."""
    for instance in instances(reading):
        source = instance.router.source
        for given in instance.section.entries(rows.VIRTUAL_IPADDRESS):
            prefix, device = _prefix(given), given.value.interface
            here = device is None or device.value == instance.router.interface
            whole = prefix.length == len(prefix.address) * 8
            comparable = source and here and not whole and family_of(source) == family_of(prefix.address)
            if source and comparable and not _within(source, prefix.address, prefix.length):
                message = f"{format_address(source)}, which {instance.router.name} sends from, is not in this address's network"
                yield ADDRESS_ELSEWHERE.at(_place(given), message, "if that is meant, the interface needs an address of both networks")


def first_link_local(reading: Reading) -> Iterator[Diagnostic]:
    """RFC 9568 5.2.9, 7.1: the first address of an IPv6 virtual router is link-local."""
    for instance in instances(reading):
        first, router = instance.router.addresses[:1], instance.router
        if router.family == 6 and first and not is_link_local(first[0].address) and not instance.strict:
            span = next(
                _place(given) for given in instance.section.entries(rows.VIRTUAL_IPADDRESS) if _prefix(given).address == first[0].address
            )
            message = f"the first virtual address of {router.name} is not link-local: a peer that goes by RFC 9568 discards its packets"
            yield FIRST_NOT_LINK_LOCAL.at(span, message, "put a link-local address first, such as fe80::100/64")


def _within(address: Address, network: Address, length: int) -> bool:
    """Tell whether the first ``length`` bits are the same."""
    shift = len(network) * 8 - length
    return len(address) == len(network) and int.from_bytes(address) >> shift == int.from_bytes(network) >> shift


RULES = (shared, static, unusable, is_source, elsewhere, first_link_local)
