"""``bfd_instance``, and ``track_bfd``: from what the text gives to the model, with keepalived's defaults and complaints."""

from collections.abc import Iterable

from kaspec.address import family_of, format_address
from kaspec.bfd.session import ANY_HOPS, LARGEST_TTL, NO_HOPS, TEN_MILLISECONDS, Session
from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import bfd_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.model import BfdInstance
from kaspec.config.sections import Section
from kaspec.config.values import plain_seconds
from kaspec.units import SECOND

SLOWEST = 10 * SECOND
"""keepalived warns of an interval above this ..."""
MOST = 10
"""... and of a multiplier above this."""


def build_bfd_instances(sections: Iterable[Section], report: Report) -> tuple[BfdInstance, ...]:
    """Build the instances; of two with one name, or with one neighbor, the second is left out."""
    built: dict[str, BfdInstance] = {}
    for section in sections:
        instance = _instance(section, report)
        if instance is None:
            continue
        session = instance.session
        rival = next((name for name, other in built.items() if _ends(other.session) == _ends(session)), None)
        if session.name in built:
            message = f"there is already a bfd_instance {session.name}; this one is left out"
            report(kinds.DUPLICATE_NAME.at(section.span, message))
        elif rival is not None:
            message = f"{session.name} and {rival} both have the neighbor {format_address(session.neighbor)}"
            report(kinds.BFD_DUPLICATE.at(section.span, message, f"track {rival} instead; {session.name} is left out"))
        else:
            built[session.name] = instance
    return tuple(built.values())


def _instance(section: Section, report: Report) -> BfdInstance | None:
    neighbor, source = section.last(rows.NEIGHBOR_IP), section.last(rows.SOURCE_IP)
    other = section.last(rows.NEIGHBOUR_IP)
    if neighbor is None or (other is not None and other.order > neighbor.order):
        neighbor = other
    who = f"bfd_instance {section.label}".rstrip()
    if neighbor is None:
        report(kinds.MISSING_SETTING.at(section.span, f"{who} has no neighbor_ip", "add neighbor_ip IP, such as: neighbor_ip 192.0.2.1"))
    elif source is not None and family_of(source.value) != family_of(neighbor.value):
        message = f"{who} is left out: source_ip and neighbor_ip are of different families"
        report(kinds.BFD_FAMILIES.at(source.span, message, "give both as IPv4 or both as IPv6"))
    elif section.label:
        weight = section.last(rows.WEIGHT)
        vrrp, checker = section.value(rows.VRRP, False), section.value(rows.CHECKER, False)
        session = Session(
            section.label,
            neighbor.value,
            source.value if source else None,
            section.value(rows.MIN_RX, TEN_MILLISECONDS),
            section.value(rows.MIN_TX, TEN_MILLISECONDS),
            section.value(rows.IDLE_TX, SECOND),
            section.value(rows.MULTIPLIER, 5),
            section.value(rows.PASSIVE, False),
            _ttl(section),
            section.value(rows.MAX_HOPS, None),
            section.value(rows.MULTIHOP, False),
        )
        _report_unusual(section, session, report)
        amount, reverse = (weight.value.amount, weight.value.reverse) if weight else (0, False)
        return BfdInstance(session, amount, reverse, vrrp or not checker, checker or not vrrp)
    return None


def _ttl(section: Section) -> int | None:
    """``hoplimit`` is another word for ``ttl``; the last one counts."""
    given = [each for each in (section.last(rows.TTL), section.last(rows.HOPLIMIT)) if each is not None]
    return max(given, key=lambda each: each.order).value if given else None


def _report_unusual(section: Section, session: Session, report: Report) -> None:
    """Tell what keepalived warns of, and what hears nobody."""
    for row in (rows.MIN_RX, rows.MIN_TX, rows.IDLE_TX):
        given = section.last(row)
        if given is not None and given.value > SLOWEST:
            message = f"{row.name} of {plain_seconds(given.value)} s is longer than makes sense (10 s): it is milliseconds"
            report(kinds.BFD_UNUSUAL.at(given.span, message))
    multiplier, hops = section.last(rows.MULTIPLIER), section.last(rows.MAX_HOPS)
    if multiplier is not None and multiplier.value > MOST:
        report(kinds.BFD_UNUSUAL.at(multiplier.span, f"a multiplier above {MOST} finds a dead neighbor late"))
    if hops is None:
        return
    if hops.value == NO_HOPS:
        report(kinds.BFD_HOPS.at(hops.span, "max_hops -1 drops every packet", "give 0 for a neighbor on the link, 255 for no check"))
    elif hops.value != ANY_HOPS and hops.value > (session.ttl or LARGEST_TTL):
        report(kinds.BFD_HOPS.at(hops.span, "max_hops exceeds the ttl: nothing is checked", "give 255 if that is meant"))


def _ends(session: Session) -> tuple[object, ...]:
    return session.neighbor, session.multihop
