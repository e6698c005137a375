"""Strict mode (``vrrp_strict``, ``strict_mode``): the RFC to the letter, so what goes beyond it is taken back, each with a diagnostic.

What a virtual router then does is in its values like everything else; nothing in the core asks whether it is strict.  Two departures from
keepalived 2.2.7: there ``vrrp_strict no`` turns it on, and one instance without an address ends the whole process.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kaspec.address import is_link_local
from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import Row, Setting, top
from kaspec.config.keywords import global_defs as globals_
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.lexer import Report
from kaspec.config.model import InitialState, InstanceSettings
from kaspec.config.sections import Given, Section
from kaspec.config.source import Span
from kaspec.frozen import evolve
from kaspec.units import ZERO
from kaspec.vrrp.authentication import HmacTrailer, NoAuthentication
from kaspec.vrrp.router import OWNER_PRIORITY, VirtualRouter
from kaspec.vrrp.virtual_interface import virtual_mac

DOWN_TIMER_ADVERTS = 3

SETTLED: Mapping[Row, Any] = {
    rows.DOWN_TIMER_ADVERTS: DOWN_TIMER_ADVERTS,
    rows.LOWER_PRIO_NO_ADVERT: True,
    rows.HIGHER_PRIO_SEND_ADVERT: False,
    rows.OWNER_IGNORE_ADVERTS: True,
    rows.GARP_LOWER_PRIO_REPEAT: 0,
    rows.GARP_LOWER_PRIO_DELAY: ZERO,
    rows.PREEMPT_DELAY: ZERO,
}
"""The settings that strict mode decides, and what they are there."""
_OUTCOMES: Mapping[Row, str] = {
    rows.DOWN_TIMER_ADVERTS: "down_timer_adverts is 3",
    rows.LOWER_PRIO_NO_ADVERT: "a losing advertisement is not answered",
    rows.HIGHER_PRIO_SEND_ADVERT: "a winning advertisement is not answered",
    rows.OWNER_IGNORE_ADVERTS: "an address owner hears no advertisements",
    rows.GARP_LOWER_PRIO_REPEAT: "a losing advertisement brings no gratuitous ARP about",
    rows.GARP_LOWER_PRIO_DELAY: "a losing advertisement brings no gratuitous ARP about",
    rows.PREEMPT_DELAY: "preempt_delay is removed",
}


def is_strict(section: Section, globally: Section) -> bool:
    """Tell whether an instance is in strict mode."""
    return section.value(rows.STRICT_MODE, globally.value(globals_.VRRP_STRICT, False))


def strict_state(section: Section, state: InitialState, priority: int, report: Report) -> InitialState:
    """Return how an instance begins: as MASTER exactly if it owns the addresses."""
    fitting: InitialState = "MASTER" if priority == OWNER_PRIORITY else "BACKUP"
    given = section.last(rows.STATE)
    if state != fitting and given is not None:
        why = "it does not own the addresses" if fitting == "BACKUP" else "it owns the addresses"
        _tell(report, section, rows.STATE, f"it begins as {fitting}: with priority {priority} {why}", f"write state {fitting}")
    return fitting


def made_strict(router: VirtualRouter, section: Section, report: Report) -> VirtualRouter:
    """Return a virtual router as strict mode has it."""
    for row, value in SETTLED.items():
        given = section.last(row) if isinstance(row, Setting) else None
        if given is not None and given.value != value:
            _tell(report, section, row, _OUTCOMES[row])
    strict = evolve(
        router,
        preempt_delay=ZERO,
        down_timer_adverts=DOWN_TIMER_ADVERTS,
        garp=evolve(router.garp, lower_priority_repeat=0, lower_priority_delay=None),
        profile=evolve(router.profile, answers_lower_priority=False, answers_higher_priority=False, owner_discards=True),
        accept=_accepts(router, section, report),
    )
    _tell_of_addressing(strict, section, report)
    return _authenticating(strict, section, report)


def _authenticating(router: VirtualRouter, section: Section, report: Report) -> VirtualRouter:
    """The RFCs have given authentication up (RFC 3768 10.); a trailer (``auth_hmac``) is then at least never optional."""
    match router.authentication:
        case NoAuthentication():
            return router
        case HmacTrailer(mode=mode) as keys:
            if mode != "enforce":
                _tell(report, section, rows.AUTH_HMAC, "every packet must have the trailer", "write mode enforce")
            return evolve(router, authentication=evolve(keys, mode="enforce"))
        case _:
            _tell(report, section, rows.AUTHENTICATION, "authentication is removed")
            return evolve(router, authentication=NoAuthentication())


def _accepts(router: VirtualRouter, section: Section, report: Report) -> bool:
    """Accept_Mode is False unless the router owns the addresses; version 2 does not even have it (RFC 3768 6.4.3, RFC 9568 6.1)."""
    accept, refuse = section.last(rows.ACCEPT), section.last(rows.NO_ACCEPT)
    asked = accept is not None and (refuse is None or accept.order > refuse.order)
    if asked and router.version == 2 and not router.is_owner:
        _tell(report, section, rows.ACCEPT, "the virtual addresses accept nothing, not even ping", "write version 3, or remove strict mode")
        return False
    return router.is_owner or asked


def _tell_of_addressing(router: VirtualRouter, section: Section, report: Report) -> None:
    if router.peers:
        _tell(
            report,
            section,
            rows.UNICAST_PEER,
            "it should multicast: the RFC has no unicast, and later keepalived refuses it (2.2.7 does not)",
        )
    if router.family == 6 and router.addresses and not is_link_local(router.addresses[0].address):
        given = section.entries(rows.VIRTUAL_IPADDRESS)[0]
        message = f"{section.label} is in strict mode, and its first IPv6 address is not link-local (RFC 9568 5.2.9)"
        report(kinds.STRICT_ADDRESS.at(given.span, message, "begin with a link-local address, such as fe80::1/64"))


def on_virtual_mac(router: VirtualRouter, section: Section, report: Report) -> VirtualRouter:
    """Return a strict virtual router on the RFC's virtual MAC address, by which it also sends (RFC 9568 7.3, 8.2)."""
    made = router.virtual_interface
    if made is None:
        return router
    mac = virtual_mac(router.family, router.virtual_router_id) if made.kind == "macvlan" else None
    if made.mac != mac:
        _tell(report, section, rows.USE_VMAC, "its virtual MAC address is the RFC's", "remove the MAC address")
    if rows.VMAC_XMIT_BASE in section.given and not router.peers:
        _tell(report, section, rows.VMAC_XMIT_BASE, "it sends from the virtual MAC address")
    return evolve(router, virtual_interface=evolve(made, mac=mac), transmits_on_base=bool(router.peers))


def tell_of_silence(section: Section, globally: Section, strict: Iterable[tuple[VirtualRouter, InstanceSettings]], report: Report) -> None:
    """Say once what surprises most: that nobody can ping a virtual address."""
    sections = {each.label: each for each in section.sections(top.VRRP_INSTANCE)}
    silent = [router.name for router, settings in strict if settings.strict_mode and not router.accept]
    unasked = [name for name in silent if not {rows.ACCEPT, rows.NO_ACCEPT} & sections[name].given.keys()]
    for span, names in _by_statement(sections, globally, unasked):
        message = f"strict mode: packets to the virtual addresses of {', '.join(names)} are dropped, ping and connections included"
        report(kinds.STRICT_CONFLICT.at(span, message, "remove strict mode, or with version 3 add accept; no_accept says it is meant"))


def _by_statement(sections: Mapping[str, Section], globally: Section, names: Iterable[str]) -> Iterator[tuple[Span, list[str]]]:
    found: dict[Span, list[str]] = {}
    for name in names:
        statement = strict_statement(sections[name], globally)
        if statement is not None:
            found.setdefault(statement.span, []).append(name)
    yield from found.items()


def strict_statement(section: Section, globally: Section) -> Given[bool] | None:
    """Return the statement that makes an instance strict, if one does."""
    given = section.last(rows.STRICT_MODE) or globally.last(globals_.VRRP_STRICT)
    return given if given is not None and given.value else None


def _tell(report: Report, section: Section, row: Row, outcome: str, hint: str | None = None) -> None:
    span = section.given[row][-1].span if isinstance(row, Setting) else section.given[row][0].span
    assert isinstance(span, Span)
    report(kinds.STRICT_CONFLICT.at(span, f"{section.label} is in strict mode, so {outcome}", hint or f"remove {row.name}, or strict mode"))
