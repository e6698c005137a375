"""Mail that is asked for and never sent."""

from collections.abc import Iterator
from typing import Any

from kaspec.config.diagnostics import MAIL_ADDRESS, MAIL_NOWHERE, Diagnostic
from kaspec.config.keywords import global_defs, top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.reader import Reading
from kaspec.config.sections import Given, Section


def nowhere(reading: Reading) -> Iterator[Diagnostic]:
    """Without a server or without a recipient keepalived sends no mail, and says nothing."""
    globally = reading.section.merged(top.GLOBAL_DEFS)
    missing = [row.name for row in (global_defs.SMTP_SERVER, global_defs.NOTIFICATION_EMAIL) if row not in globally.given]
    asked = next(_asked(globally, reading.section.sections(top.VRRP_INSTANCE)), None)
    if asked and missing:
        hint = f"add {' and '.join(missing)} to global_defs"
        yield MAIL_NOWHERE.at(asked.span, f"without {' and '.join(missing)} no mail is ever sent", hint)


def _asked(globally: Section, instances: tuple[Section, ...]) -> Iterator[Given[Any]]:
    for scope, row in ((globally, global_defs.SMTP_ALERT), *((instance, rows.SMTP_ALERT) for instance in instances)):
        alert = scope.last(row)
        if alert and alert.value:
            yield alert
    yield from globally.entries(global_defs.NOTIFICATION_EMAIL)[:1]


def address(reading: Reading) -> Iterator[Diagnostic]:
    """What has no ``@`` and is no local user's name either is a slip of the finger, or a web page's protection against robots."""
    globally = reading.section.merged(top.GLOBAL_DEFS)
    recipients = [(given, " ".join(given.value)) for given in globally.entries(global_defs.NOTIFICATION_EMAIL)]
    sender = globally.last(global_defs.NOTIFICATION_EMAIL_FROM)
    for given, text in (*recipients, *(((sender, sender.value),) if sender else ())):
        if "@" not in text and not text.replace("-", "").replace("_", "").isalnum():
            yield MAIL_ADDRESS.at(given.span, f"'{text}' is not a mail address: it has no '@'", "write USER@HOST")


RULES = (nowhere, address)
