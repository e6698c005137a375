"""Which version and family a ``vrrp_instance`` speaks, and what follows from it: the interval, the addresses, the form of checksum."""

from collections.abc import Iterable

from kaspec.address import Address, Family, family_of, format_address
from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import Setting
from kaspec.config.keywords import global_defs as globals_
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.lines import AddressLine
from kaspec.config.model import GlobalDefs
from kaspec.config.sections import Given, Section
from kaspec.config.values import plain_seconds
from kaspec.units import CENTISECOND, SECOND, Interval
from kaspec.vrrp.router import Version
from kaspec.wire.checksum import ChecksumForm

LONGEST_INTERVAL = Interval(4095 * CENTISECOND)
"""Version 3 has twelve bits for the interval (RFC 9568 5.2.7)."""


def family_spoken(section: Section) -> Family:
    """Return the family of an instance: native_ipv6's, else its first virtual address's, else its source's or its first peer's."""
    if section.value(rows.NATIVE_IPV6, False):
        return 6
    first = next(iter(section.entries(rows.VIRTUAL_IPADDRESS)), None)
    if first is not None:
        return family_of(first.value.prefix.value.address)
    peers = (given.value.address for given in section.entries(rows.UNICAST_PEER))
    return family_of(section.value(rows.UNICAST_SRC_IP, section.value(rows.MCAST_SRC_IP, next(peers, Address(bytes(4))))))


def version_spoken(section: Section, family: Family, defaults: GlobalDefs, report: Report) -> Version:
    """Return the version of an instance: its own, else the global one; IPv6 always makes it 3, as in keepalived."""
    given = section.last(rows.VERSION)
    version: Version = (3 if given.value == 3 else 2) if given else defaults.version
    if version == 2 and family == 6:
        if given:
            message = f"VRRP version 2 is for IPv4 only: {section.label} speaks IPv6, and so version 3"
            report(kinds.VERSION_RAISED.at(given.span, message, "write version 3"))
        return 3
    return version


def of_family(lines: Iterable[Given[AddressLine]], family: Family, who: str, report: Report) -> tuple[Given[AddressLine], ...]:
    """Return the addresses that an advertisement of this family can carry; the others are left out, as keepalived leaves them out."""
    fitting = []
    for given in lines:
        address = given.value.prefix.value.address
        if family_of(address) == family:
            fitting.append(given)
            continue
        message = f"{format_address(address)} is left out: {who} advertises IPv{family} addresses, and a packet carries one family"
        hint = "move it to virtual_ipaddress_excluded, or give it an instance of its own"
        report(kinds.FAMILIES_MIXED.at(given.at(given.value.prefix), message, hint))
    return tuple(fitting)


def advertisement_interval(section: Section, version: Version, report: Report) -> Interval:
    """Round to what a packet carries: whole seconds (RFC 3768 5.3.7), or centiseconds up to 4095 (RFC 9568 5.2.7)."""
    given = section.last(rows.ADVERT_INT)
    if given is None:
        return SECOND
    unit, longest = (SECOND, Interval(255 * SECOND)) if version == 2 else (CENTISECOND, LONGEST_INTERVAL)
    carried = Interval(min(max((given.value + unit // 2) // unit * unit, unit), longest))
    if carried != given.value:
        can = "in whole seconds" if version == 2 else "in steps of 10 ms, up to 40.95 s"
        report(kinds.INTERVAL_ROUNDED.at(given.span, f"VRRP version {version} advertises {can}: {plain_seconds(carried)} is used"))
    return carried


def form_of_checksum(section: Section, globally: Section) -> ChecksumForm:
    """Return what the checksum of a version 3 packet for IPv4 is to cover."""
    if _setting(section, rows.V3_CHECKSUM_AS_V2, globally, globals_.V3_CHECKSUM_AS_V2):
        return "message"
    old = section.last(rows.OLD_UNICAST_CHECKSUM)
    return "multicast-group" if old and old.value != "never" else "pseudo-header"


def _setting(section: Section, own: Setting[bool], globally: Section, above: Setting[bool]) -> bool:
    return section.value(own, globally.value(above, False))
