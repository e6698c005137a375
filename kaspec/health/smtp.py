"""``SMTP_CHECK``: the server greets (220), answers HELO (250), and says something to QUIT."""

import re
from typing import Literal

from kaspec.frozen import evolve, frozen
from kaspec.health.events import Connect, Connected, ExchangeEvent, Received, Send, Verdict
from kaspec.health.exchange import Onward, failed
from kaspec.health.model import SmtpCheck
from kaspec.rules import health as rules

LONGEST_REPLY = 4096
"""More octets of a reply, all its lines together, are none."""
_LINE = re.compile(rb"([0-9]{3})([ -]?)")
Stage = Literal["connecting", "greeting", "hello", "quit"]
_WANTED: dict[Stage, int] = {"greeting": 220, "hello": 250}


@frozen
class SmtpExchange:
    """A dialogue: what is awaited, and what has come of the reply."""

    stage: Stage = "connecting"
    came: bytes = b""


SmtpStep = Onward[SmtpExchange] | Verdict


def begin(check: SmtpCheck) -> Onward[SmtpExchange]:
    """Begin."""
    return Onward(SmtpExchange(), (Connect(check.target),))


def take(check: SmtpCheck, exchange: SmtpExchange, event: ExchangeEvent) -> SmtpStep:
    """Take one event; total."""
    if isinstance(event, Connected) and exchange.stage == "connecting":
        return Onward(evolve(exchange, stage="greeting"))
    if isinstance(event, Received) and exchange.stage != "connecting":
        return _reply(check, exchange, exchange.came + event.octets)
    return failed(event) or Onward(exchange, heard=False)


def _reply(check: SmtpCheck, exchange: SmtpExchange, came: bytes) -> SmtpStep:
    """Read a reply of one line or several (RFC 5321 4.2.1)."""
    for line in came.split(b"\n")[:-1]:
        found = _LINE.match(line)
        if found is None:
            return Verdict(False, rules.SMTP_MALFORMED, f"[{_printable(line[:80])}]")
        if found[2] != b"-":
            return _answered(check, exchange, int(found[1]))
    if len(came) > LONGEST_REPLY:
        return Verdict(False, rules.SMTP_MALFORMED, "the reply is too long")
    return Onward(evolve(exchange, came=came))


def _answered(check: SmtpCheck, exchange: SmtpExchange, code: int) -> SmtpStep:
    wanted = _WANTED.get(exchange.stage, code)
    if code != wanted:
        return Verdict(False, rules.SMTP_CODE, f"{code} where {wanted} was wanted")
    if exchange.stage == "greeting":
        return Onward(SmtpExchange("hello"), (Send(f"HELO {check.helo_name}\r\n".encode(errors="surrogateescape")),))
    if exchange.stage == "hello":
        return Onward(SmtpExchange("quit"), (Send(b"QUIT\r\n"),))
    return Verdict(True, rules.SMTP_GOOD)


def _printable(octets: bytes) -> str:
    """Write what a server said so that a log can take it."""
    return "".join(each if each.isprintable() else "?" for each in octets.decode("ascii", errors="replace").strip())
