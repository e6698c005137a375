"""Real servers, from their blocks to the model; what blocks with the same text in like virtual servers come to is worked out once.

A thousand virtual servers have few kinds of real servers: of those of a kind only the addresses differ, and where their checks connect to.
"""

from collections.abc import Callable, Hashable
from typing import assert_never

from kaspec.address import Address
from kaspec.command import Command
from kaspec.config.checks import Surroundings, build_checks
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import Setting, lvs
from kaspec.config.keywords import real_server as server
from kaspec.config.lexer import Report
from kaspec.config.sections import Section
from kaspec.config.terms import Endpoint
from kaspec.health.model import BfdCheck, Check, FileCheck, MiscCheck, Target
from kaspec.lvs.model import AddressService, GroupService, MarkService, RealServer, ServerKey, ServiceKey
from kaspec.lvs.settings import Forwarding

Aimed = Callable[[Address], Check]
"""Makes a check of the server at an address."""
Rest = tuple[int, int, int, bool, bool, Command | None, Command | None, bool | None]
"""What a server says besides where it is, its forwarding method and its checks, in the order of ``RealServer``."""
Kind = tuple[Rest, tuple[Aimed, ...]]
"""What real servers of a kind have in common."""


class RealServers:
    """Builds real servers and their checks, with what checks take from the rest of the configuration."""

    def __init__(self, surroundings: Surroundings, report: Report) -> None:
        self._surroundings, self._report = surroundings, report
        self._known: dict[Hashable, dict[Hashable, Kind]] = {}

    def build(self, section: Section, forwarding: Forwarding, key: ServiceKey) -> tuple[RealServer, ...]:
        """Build those of a virtual server, each address and port once: the first counts.

        Checks go to the port that is written, if one is.
        """
        known, found = self._known.setdefault(_said(section), {}), dict[ServerKey, RealServer]()
        for each in section.sections(lvs.REAL_SERVER):
            if isinstance(each.key, Endpoint):
                method = each.value(server.LVS_METHOD, forwarding)
                address, port = place = each.key.address, port_of(each.key, method, key)
                if place not in found:
                    checked = port if each.key.port is None else each.key.port
                    name = id(each.written), checked, len(address)
                    rest, checks = known.get(name) or self._kind(known, name, each, section, Endpoint(address, checked))
                    found[place] = RealServer(address, port, method, *rest, tuple([aimed(address) for aimed in checks]))
        return tuple(found.values())

    def _kind(self, known: dict[Hashable, Kind], name: Hashable, own: Section, section: Section, at: Endpoint) -> Kind:
        """Work out what a server's block says; it is remembered by ``name`` if there is nothing to tell of it."""
        problems: list[Diagnostic] = []
        here = Address(bytes(bytearray(at.address)))  # A value of its own, which no ``connect_ip`` is.
        checks = build_checks(own, section, Endpoint(here, at.port), self._surroundings, problems.append)
        kind = _rest(own, section), tuple(_aimed(check, here) for check in checks)
        if not problems:
            known[name] = kind
        for each in problems:
            self._report(each)
        return kind


def port_of(at: Endpoint, forwarding: Forwarding, key: ServiceKey) -> int:
    """Return the port a server gets packets at: only NAT changes that of the virtual server.

    With a mark it is whichever the client asked for, and in a group that of each entry (``kaspec.lvs.services.entries``).
    """
    match key:
        case AddressService(_, port):
            return port if at.port is None or forwarding.method != "NAT" else at.port
        case MarkService():
            return at.port or 0 if forwarding.method == "NAT" else 0
        case GroupService():
            return at.port or 0
        case _:
            assert_never(key)


def _said(section: Section) -> Hashable:
    """Return all that a virtual server says of its own, which its servers take from it."""
    return tuple((row.name, found[-1].value) for row, found in section.written.items() if found and isinstance(row, Setting))


def _rest(own: Section, section: Section) -> Rest:
    """Return what a server says, or else its service."""
    return (
        own.value(server.WEIGHT, section.value(lvs.WEIGHT, 1)),
        own.value(server.UTHRESHOLD, 0),
        own.value(server.LTHRESHOLD, 0),
        own.value(server.INHIBIT_ON_FAILURE, section.value(lvs.INHIBIT_ON_FAILURE, False)),
        own.value(server.ALPHA, section.value(lvs.ALPHA, False)),
        own.value(server.NOTIFY_UP, None),
        own.value(server.NOTIFY_DOWN, None),
        own.value(server.SMTP_ALERT, section.value(lvs.SMTP_ALERT, None)),
    )


def _aimed(check: Check, here: Address) -> Aimed:
    """Return what makes a check of one server that of another: it connects there, unless ``connect_ip`` says where."""
    if isinstance(check, MiscCheck | FileCheck | BfdCheck) or check.target.address is not here:
        return lambda _: check
    kind: Callable[..., Check] = type(check)
    probing, target, *others = (getattr(check, name) for name in type(check).__match_args__)
    _, *way = (getattr(target, name) for name in Target.__match_args__)
    return lambda address: kind(probing, Target(address, *way), *others)
