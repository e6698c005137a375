"""Examples of SMTP, DNS, UDP, ICMP, programs, files and sessions."""

import pytest

from kaspec.health.datagrams import ECHO
from kaspec.health.events import (
    CheckEvent,
    Connect,
    Connected,
    ConnectionFailed,
    DeadlineReached,
    FileRead,
    Received,
    RunScript,
    ScriptEnded,
    Send,
    SendDatagram,
    SendEcho,
    SessionReported,
    StreamEnded,
)
from kaspec.health.machine import begin, step
from kaspec.health.model import BfdCheck, Check, DnsCheck, FileCheck, MiscCheck, PingCheck, ReplyPattern, SmtpCheck, UdpCheck
from kaspec.health.observed import FAULT
from kaspec.health.reported import WeightChange
from kaspec.health.smtp import LONGEST_REPLY
from kaspec.rules import Rule
from kaspec.rules import health as rules
from kaspec.units import ZERO, Instant
from tests.unit.health.examples import BEGAN, PROBING, TARGET, attempt

SMTP = SmtpCheck(PROBING, TARGET, "lb1.example.com")
DNS = DnsCheck(PROBING, TARGET, "A", "example.com")
UDP = UdpCheck(PROBING, TARGET, b"ping")
ANSWER = b"\x12\x34\x81\x80" + bytes(8)


def verdict(check: Check, *events: CheckEvent) -> Rule | None:
    found = attempt(check, events).verdict
    return found.rule if found else None


def test_a_mail_server_is_greeted_and_left() -> None:
    assert attempt(SMTP, []).effects == (Connect(TARGET),)
    assert attempt(SMTP, [Connected()]).effects == ()
    hello = attempt(SMTP, [Connected(), Received(b"220-hello\r\n22"), Received(b"0 there\r\n")])
    assert hello.effects == (Send(b"HELO lb1.example.com\r\n"),)
    said = (Connected(), Received(b"220 hello\r\n"), Received(b"250 ok\r\n"))
    assert attempt(SMTP, said).effects == (Send(b"QUIT\r\n"),)
    assert verdict(SMTP, *said, Received(b"500 what?\r\n")) == rules.SMTP_GOOD


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        ((Received(b"421 busy\r\n"),), rules.SMTP_CODE),
        ((Received(b"220 hello\r\n"), Received(b"550 no\r\n")), rules.SMTP_CODE),
        ((Received(b"SSH-2.0-OpenSSH\r\n"),), rules.SMTP_MALFORMED),
        ((Received(b"220-" + b"x" * LONGEST_REPLY),), rules.SMTP_MALFORMED),
        ((Received(b"220 hello"),), None),
        ((StreamEnded(),), rules.CUT_SHORT),
    ],
)
def test_what_is_no_mail_server(events: tuple[CheckEvent, ...], rule: Rule | None) -> None:
    assert verdict(SMTP, Connected(), *events) == rule


def test_a_query_is_of_its_id_name_and_type() -> None:
    (sent,) = attempt(DNS, []).effects
    assert isinstance(sent, SendDatagram)
    assert sent.octets == b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        ((Received(ANSWER),), rules.DNS_GOOD),
        ((Received(ANSWER[:3] + b"\x83" + bytes(8)),), rules.DNS_ERROR),
        ((Received(b"\0" + ANSWER[1:]),), None),
        ((Received(ANSWER[:2] + b"\x01\x00" + bytes(8)),), None),
        ((Received(ANSWER[:8]), Received(ANSWER)), rules.DNS_GOOD),
        ((ConnectionFailed("Connection refused"),), rules.REFUSED),
        ((DeadlineReached(),), None),
    ],
)
def test_answers_to_a_query(events: tuple[CheckEvent, ...], rule: Rule | None) -> None:
    assert verdict(DNS, *events) == rule


def test_a_name_that_cannot_be_asked_for_fails() -> None:
    taken = step(DnsCheck(PROBING, TARGET, "A", "a" * 64), begin(DNS, ZERO, BEGAN), DeadlineReached(), BEGAN)
    assert taken.verdict is not None
    assert taken.rule == rules.CHECK_FAILS


def test_silence_is_good_for_a_datagram_unless_an_answer_is_required() -> None:
    assert attempt(UDP, []).effects == (SendDatagram(TARGET, b"ping"),)
    state = attempt(UDP, [Received(b"anything")]).state
    late = step(UDP, state, DeadlineReached(), Instant(TARGET.connect_timeout))
    assert late.verdict is not None
    assert late.verdict.rule == rules.UDP_SILENT
    assert verdict(UDP, ConnectionFailed("Connection refused")) == rules.REFUSED


@pytest.mark.parametrize(
    ("reply", "octets", "rule"),
    [
        (None, b"x", rules.UDP_REPLY),
        (ReplyPattern(b"ab", b"\xff\xff"), b"abc", rules.UDP_REPLY),
        (ReplyPattern(b"ab", b"\xff\xff"), b"a", rules.UDP_REPLY),
        (ReplyPattern(b"ab", b"\xff\xff"), b"ax", rules.UDP_MISMATCH),
        (ReplyPattern(b"a\x60", b"\xff\xf0"), b"ab", rules.UDP_REPLY),
        (None, b"x" * 9, rules.UDP_MISMATCH),
    ],
)
def test_replies_that_are_required(reply: ReplyPattern | None, octets: bytes, rule: Rule) -> None:
    check = UdpCheck(PROBING, TARGET, b"ping", require_reply=True, reply=reply, max_reply_length=8)
    assert verdict(check, Received(octets)) == rule


def test_an_echo_is_answered() -> None:
    check = PingCheck(PROBING, TARGET)
    assert attempt(check, []).effects == (SendEcho(TARGET, ECHO),)
    assert verdict(check, Received(ECHO)) == rules.PING_ANSWERED
    assert verdict(check, ConnectionFailed("No route to host")) == rules.REFUSED


@pytest.mark.parametrize(
    ("dynamic", "ended", "good", "weight"),
    [
        (False, ScriptEnded(0), True, None),
        (False, ScriptEnded(2), False, None),
        (True, ScriptEnded(0), True, None),
        (True, ScriptEnded(1), False, None),
        (True, ScriptEnded(2), True, WeightChange("is", 0)),
        (True, ScriptEnded(255), True, WeightChange("is", 253)),
        (True, ScriptEnded(-11), False, None),
        (True, ScriptEnded(126, "Permission denied"), False, None),
    ],
)
def test_how_a_program_ends(dynamic: bool, ended: ScriptEnded, good: bool, weight: WeightChange | None) -> None:
    check = MiscCheck(PROBING, "/bin/check a", "nobody", dynamic=dynamic)
    assert attempt(check, []).effects == (RunScript("/bin/check a", "nobody", None),)
    found = attempt(check, [ended]).verdict
    assert found is not None
    assert (found.is_good, found.weight) == (good, weight)


@pytest.mark.parametrize(
    ("weight", "reverse", "value", "good", "change"),
    [
        (1, False, 5, True, WeightChange("adds", 5)),
        (2, True, 5, True, WeightChange("adds", -10)),
        (0, False, 0, True, None),
        (0, False, 1, False, None),
        (0, True, 1, True, None),
        (1, False, FAULT, False, None),
    ],
)
def test_what_a_file_says(weight: int, reverse: bool, value: int, good: bool, change: WeightChange | None) -> None:
    check = FileCheck(PROBING, "f", weight, reverse)
    found = step(check, begin(check, ZERO, BEGAN), FileRead(value), BEGAN).verdict
    assert found is not None
    assert (found.is_good, found.weight) == (good, change)


def test_what_is_not_of_this_check_changes_nothing() -> None:
    file, session = FileCheck(PROBING, "f"), BfdCheck(PROBING, "b")
    for check, event in ((file, SessionReported(is_up=True)), (session, FileRead(1)), (SMTP, FileRead(1)), (session, Connected())):
        state = begin(check, ZERO, BEGAN)
        assert step(check, state, event, BEGAN).state == state


def test_what_a_server_says_cannot_write_into_the_log() -> None:
    found = attempt(SMTP, [Connected(), Received(b"no\r\x1b[2J mail\r\n")]).verdict
    assert found is not None
    assert found.detail == "[no??[2J mail]"
