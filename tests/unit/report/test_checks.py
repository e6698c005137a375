"""What checks log, and what mails say of them."""

from attrs import evolve

from kaspec.health.events import Connected, ConnectionFailed, Received, ScriptEnded, SessionReported, StreamEnded
from kaspec.health.machine import CheckStep, begin, step
from kaspec.health.model import BfdCheck, Check, HttpCheck, MiscCheck, TcpCheck, Url
from kaspec.report.checks import check_lines, mail_words
from kaspec.units import ZERO
from tests.unit.health.examples import BEGAN, PROBING, TARGET, attempt

SERVER, SERVICE = "[192.0.2.10]:tcp:80", "[192.0.2.100]:tcp:80"
REFUSED = ConnectionFailed("Connection refused")


def lines(check: Check, last: CheckStep, before: CheckStep | None = None) -> list[str]:
    return list(check_lines(check, SERVER, SERVICE, before.state if before else begin(check, ZERO, BEGAN), last))


def test_a_connection_is_told_when_it_succeeds_first_and_when_it_fails() -> None:
    check = TcpCheck(PROBING, TARGET)
    up = attempt(check, [Connected()])
    assert lines(check, up) == [f"TCP connection to {SERVER} success."]
    first = attempt(check, [REFUSED], up)
    assert lines(check, first, up) == []
    second = attempt(check, [REFUSED], first)
    third = attempt(check, [REFUSED], second)
    assert lines(check, third, second) == [
        f"TCP_CHECK ({SERVER}) Connection refused.",
        f"TCP_CHECK on service {SERVER} failed after 2 retries.",
    ]


def test_every_failure_is_told_if_asked_for() -> None:
    check = TcpCheck(evolve(PROBING, log_all_failures=True), TARGET)
    up = attempt(check, [Connected()])
    assert lines(check, attempt(check, [REFUSED], up), up)[-1] == f"TCP_CHECK on service {SERVER} failed."


def test_what_is_wrong_with_a_page_is_told() -> None:
    check = HttpCheck(PROBING, TARGET, (Url("/x"),))
    bad = attempt(check, [Connected(), Received(b"HTTP/1.0 404 No\r\n\r\n"), StreamEnded()])
    assert lines(check, bad) == [
        f"HTTP status code error to {SERVER} url(/x), status_code [404].",
        f"HTTP_CHECK on service {SERVER} failed.",
    ]
    digest = evolve(check, urls=(Url("/x", digest="0" * 32),), tls=False)
    other = attempt(digest, [Connected(), Received(b"HTTP/1.0 200 OK\r\n\r\n"), StreamEnded()])
    assert lines(digest, other)[0] == f"MD5 digest error to {SERVER} url[/x], MD5SUM [d41d8cd98f00b204e9800998ecf8427e]."
    assert bad.verdict is not None
    assert mail_words(check, bad.verdict) == "CHECK failed on service : status_code [404]"


def test_programs_and_sessions_are_told_by_name() -> None:
    check = MiscCheck(PROBING, "/bin/check a")
    bad = attempt(check, [ScriptEnded(3)])
    assert lines(check, bad) == [f"Misc check for [{SERVER} VS {SERVICE}] by [/bin/check a] failed (exited with status 3)."]
    session = BfdCheck(PROBING, "b")
    down = step(session, begin(session, ZERO, BEGAN), SessionReported(is_up=False), BEGAN)
    assert lines(session, down) == [f"BFD check of [b] RS({SERVER}) is DOWN"]
    assert down.verdict is not None
    assert mail_words(session, down.verdict) == "BFD CHECK b failed on service"
