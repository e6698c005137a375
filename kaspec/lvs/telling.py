"""Whom a change of a virtual server is told: scripts, FIFOs and mail, in keepalived's words.  Nothing here starts or sends anything."""

from collections.abc import Mapping
from typing import Literal

from kaspec.config.model import Command, GlobalDefs, Permit
from kaspec.frozen import frozen
from kaspec.lvs.model import VirtualServer
from kaspec.lvs.services import QuorumChanged, ServerChanged, ServiceEffect
from kaspec.lvs.settings import LvsSettings
from kaspec.notification import Delivery, Mail, Script
from kaspec.report.services import quorum_words, server_name, service_name
from kaspec.turns import Task

ServiceSubject = tuple[Literal["VS", "RS"], str]
"""A virtual server, or a real server of one, by its name in the log."""


@frozen
class ServiceAudience:
    """Whom to tell: the definitions, and which commands may run; ``host`` stands for a ``router_id`` that is not given."""

    defs: GlobalDefs
    settings: LvsSettings
    permits: Mapping[Command, Permit]
    host: str = "localhost"

    @property
    def mails(self) -> bool:
        """Whether there is anybody to mail to, and a server to do it."""
        return bool(self.defs.notification_email and self.defs.smtp_server)


def deliver_change(
    audience: ServiceAudience, virtual: VirtualServer, effect: ServiceEffect, at: int
) -> tuple[ServiceSubject, Delivery] | None:
    """Return who changed, and what it comes to, ``at`` microseconds since 1970; nothing if nobody is told."""
    service = service_name(virtual.key)
    match effect:
        case ServerChanged(server, is_up, words, initially):
            if initially and not audience.settings.rs_init_notifies:
                return None
            name = f"{server_name(server, virtual)} {service}"
            command = server.notify_up if is_up else server.notify_down
            subject = f"Realserver {server_name(server, virtual)} of virtual server {service}"
            nearest = (server.smtp_alert, audience.settings.smtp_alert_checker, audience.defs.smtp_alert, True)
            wanted = _first(nearest) and not initially and not audience.settings.no_checker_emails
            return ("RS", name), _delivery(audience, ("RS", name), command, is_up, (subject, f"=> {words} <=") if wanted else None, at)
        case QuorumChanged(is_up):
            command = virtual.quorum_up if is_up else virtual.quorum_down
            words = f"=> {quorum_words(virtual, effect)} <="
            if effect.initially:
                words = words.replace("Gained quorum", "Starting with quorum up")
            wanted = _first((virtual.smtp_alert, audience.settings.smtp_alert_checker, audience.defs.smtp_alert, False))
            mail = (f"Virtualserver {service}", words) if wanted else None
            return ("VS", service), _delivery(audience, ("VS", service), command, is_up, mail, at)
        case _:
            return None


def change_line(subject: ServiceSubject, is_up: bool) -> bytes:
    """Write the line that FIFOs get; keepalived's ends with a NUL."""
    return f"{subject[0]} {subject[1]} {_word(is_up)}\n\0".encode(errors="surrogateescape")


def _delivery(
    audience: ServiceAudience, subject: ServiceSubject, command: Command | None, is_up: bool, mail: tuple[str, str] | None, at: int
) -> Delivery:
    """A ``mail`` is its subject and its words; the state and the router's name are added here."""
    word = _word(is_up)
    kind = "KASPEC_VIRTUAL_SERVER" if subject[0] == "VS" else "KASPEC_REAL_SERVER"
    environment = {"KASPEC_TIME": f"{at // 1_000_000}.{at % 1_000_000:06d}", kind: subject[1], "KASPEC_STATE": word}
    permit = audience.permits.get(command) if command is not None else None
    scripts = (Script(permit, (), environment),) if permit is not None else ()
    head = f"[{audience.defs.router_id or audience.host}]"
    letter = Mail(f"{head} {mail[0]} - {word}", mail[1]) if mail is not None and audience.mails else None
    return Delivery(Task(word, "state", scripts), change_line(subject, is_up), letter)


def _word(is_up: bool) -> str:
    return "UP" if is_up else "DOWN"


def _first(choices: tuple[bool | None, ...]) -> bool:
    return next((each for each in choices if each is not None), False)
