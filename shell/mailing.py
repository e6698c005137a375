"""Sending mail, in a process of its own: it may hang for as long as its job's time, and nobody waits.

The argument is a ``Letter`` in JSON, the exit status tells how it went.
"""

import json
import smtplib
import socket
import sys
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import formatdate

from shell.letter import NO_ANSWER, NO_HOST, REFUSED, SENT, Letter

MAILER = "Keepalived"
"""What X-Mailer says, for filters that were made for keepalived's mail."""

LONGEST_LINE = 998
"""Octets, by RFC 5322 2.1.1.  Filters made for keepalived's mail look for a subject in one line, however long."""


def compose(sender: str, recipients: list[str], subject: str, body: str, at: float) -> bytes:
    """Return a message with keepalived's headers; one that is not ASCII has those of MIME too."""
    subject = subject.encode(errors="replace").decode()  # bytes of the configuration that are no text
    plain = (sender + subject + body + "".join(recipients)).isascii()
    message: Message = Message() if plain else EmailMessage()
    for name, value in (
        ("Date", formatdate(at, localtime=True)),
        ("From", sender),
        ("Subject", subject),
        ("X-Mailer", MAILER),
        ("To", ", ".join(recipients)),
    ):
        message[name] = value
    if isinstance(message, EmailMessage):
        message.set_content(f"{body}\n\n")
    else:
        message.set_payload(f"{body}\n\n")
    return message.as_bytes(policy=SMTP.clone(cte_type="7bit", max_line_length=LONGEST_LINE))


def send(letter: Letter) -> int:
    """Send every mail over one connection; return the exit status."""
    status = SENT
    try:
        with smtplib.SMTP(letter["host"], letter["port"], timeout=letter["timeout"]) as server:
            server.helo(letter["helo"])
            for subject, body, at in letter["mails"]:
                message = compose(letter["sender"], letter["recipients"], subject, body, at)
                try:
                    server.sendmail(letter["sender"], letter["recipients"], message)
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
                    status = REFUSED
    except socket.gaierror:
        return NO_HOST
    except (OSError, smtplib.SMTPException):
        return NO_ANSWER
    return status


def main(argument: str) -> None:
    """Send what the argument says."""
    letter: Letter = json.loads(argument)
    sys.exit(send(letter))
