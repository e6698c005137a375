"""A mail has keepalived's headers in keepalived's order; what is not ASCII is written by MIME."""

from email import message_from_bytes
from email.policy import default

from shell.mailing import compose

NAME = "of_the_first_floor_" * 5
BODY = "=> VRRP Instance is now owning VRRP VIPs <="


def test_a_mail_is_byte_for_byte_keepalived_s() -> None:
    """A subject is one line, however long."""
    written = compose("lvs@example.org", ["a@example.org", "b@example.org"], f"[LVS] VRRP Instance {NAME} - Entering MASTER state", BODY, 0)
    date, rest = written.split(b"\r\n", 1)
    assert date.startswith((b"Date: Thu, 01 Jan 1970 ", b"Date: Wed, 31 Dec 1969 "))
    assert rest == (
        f"From: lvs@example.org\r\nSubject: [LVS] VRRP Instance {NAME} - Entering MASTER state\r\nX-Mailer: Keepalived\r\n".encode()
        + b"To: a@example.org, b@example.org\r\n\r\n=> VRRP Instance is now owning VRRP VIPs <=\r\n\r\n"
    )


def test_a_name_that_is_not_ascii_comes_through() -> None:
    subject = "[Köln] VRRP Instance Büro - Entering MASTER state"
    written = compose("lvs@example.org", ["a@example.org"], subject, BODY, 0)
    assert written.isascii()
    read = message_from_bytes(written, policy=default)
    assert read["Subject"] == subject
    assert read.get_content().strip() == BODY


def test_a_name_that_is_no_text_does_not_keep_a_mail_from_being_sent() -> None:
    read = message_from_bytes(compose("lvs@example.org", ["a@example.org"], "[\udcff] VRRP", BODY, 0), policy=default)
    assert read["Subject"] == "[?] VRRP"


def test_many_recipients_are_all_named() -> None:
    recipients = [f"operator{number}@example.org" for number in range(40)]
    read = message_from_bytes(compose("lvs@example.org", recipients, "s", BODY, 0), policy=default)
    assert read["To"] == ", ".join(recipients)
