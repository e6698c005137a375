"""Examples of pages."""

import hashlib

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.health import http
from kaspec.health.credentials import Credentials
from kaspec.health.events import CheckEvent, Connect, Connected, Received, Secured, Send, StreamEnded, StreamFailed, TlsFailed, TlsWish
from kaspec.health.http import LONGEST_HEAD, request
from kaspec.health.machine import CheckStep, step
from kaspec.health.model import HttpCheck, Pattern, Target, Url
from kaspec.rules import Rule
from kaspec.rules import health as rules
from kaspec.units import SECOND, Instant
from tests.unit.health.examples import PROBING, TARGET, attempt

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
HTTP = HttpCheck(PROBING, TARGET, (Url("/"),))


def verdict(check: HttpCheck, *events: CheckEvent) -> Rule | None:
    found = attempt(check, [Connected(), *events]).verdict
    return found.rule if found else None


def test_what_is_asked_is_what_keepalived_asks() -> None:
    assert request(Url("/a?b"), TARGET, "1.0") == b"GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 192.0.2.10:80\r\n\r\n"
    closing = b"GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: www.example.com\r\n\r\n"
    assert request(Url("/", virtual_host="www.example.com"), TARGET, "1.0C") == closing
    at_v6 = Target(parse_address("2001:db8::1"), 8080)
    assert request(Url("/"), at_v6, "1.1").endswith(
        b"HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: [2001:db8::1]:8080\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("pieces", "rule"),
    [
        ([OK], rules.HTTP_GOOD),
        ([bytes((each,)) for each in OK], rules.HTTP_GOOD),
        ([OK[:-2]], None),
        ([b"HTTP/1.0 500 Oh\r\nContent-Length: 0\r\n\r\n"], rules.HTTP_STATUS),
        ([b"garbage\r\n\r\n"], rules.HTTP_MALFORMED),
        ([b"x" * (LONGEST_HEAD + 1)], rules.HTTP_MALFORMED),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: x\r\n\r\n"], rules.HTTP_MALFORMED),
    ],
)
def test_a_page_is_judged_when_it_is_whole(pieces: list[bytes], rule: Rule | None) -> None:
    assert verdict(HTTP, *map(Received, pieces)) == rule


def test_without_a_length_the_end_of_the_connection_ends_the_page() -> None:
    body = b"HTTP/1.0 200 OK\r\n\r\nhello"
    digested = evolve(HTTP, urls=(Url("/", digest=hashlib.md5(b"hello").hexdigest()),))
    assert verdict(digested, Received(body)) is None
    assert verdict(digested, Received(body), StreamEnded()) == rules.HTTP_GOOD
    assert verdict(digested, Received(body), StreamFailed("reset")) == rules.CUT_SHORT
    assert verdict(digested, Received(body + b"!"), StreamEnded()) == rules.HTTP_DIGEST


def test_a_head_cut_short_is_no_page() -> None:
    assert verdict(HTTP, Received(b"HTTP/1.0 200"), StreamEnded()) == rules.CUT_SHORT


def test_digest_and_status_count_both() -> None:
    url = Url("/", digest=hashlib.md5(b"hello").hexdigest(), status_codes=((404, 404),))
    assert verdict(evolve(HTTP, urls=(url,)), Received(OK)) == rules.HTTP_STATUS


def test_tls_comes_before_the_request() -> None:
    own = Credentials("/cert", "/key")
    check = evolve(HTTP, tls=True, sni=True, credentials=own, urls=(Url("/", virtual_host="a.example"),))
    assert attempt(check, []).effects == (Connect(TARGET, TlsWish("a.example", False, own)),)
    assert attempt(check, [Connected()]).effects == ()
    assert isinstance(attempt(check, [Connected(), Secured()]).effects[0], Send)
    assert verdict(check, TlsFailed("expired")) == rules.TLS_FAILED


def test_the_name_in_tls_is_sni_name_or_the_virtual_host_and_only_if_asked_for() -> None:
    wishes = [
        evolve(HTTP, tls=True, urls=(Url("/", virtual_host="a"),)),
        evolve(HTTP, tls=True, urls=(Url("/", virtual_host="a"),), sni=True),
        evolve(HTTP, tls=True, urls=(Url("/", virtual_host="a"),), sni=True, sni_name="b"),
    ]
    assert [
        effect.tls.server_name for check in wishes for effect in http.begin(check, 0).effects if isinstance(effect, Connect) and effect.tls
    ] == [
        None,
        "a",
        "b",
    ]


@pytest.mark.parametrize(("compliant", "rule"), [(True, rules.TLS_NOT_CLOSED), (False, rules.HTTP_GOOD)])
def test_a_missing_close_notify_matters_only_if_it_is_to(compliant: bool, rule: Rule) -> None:
    check = evolve(HTTP, tls=True, urls=(Url("/", tls_compliant=compliant),))
    assert verdict(check, Secured(), Received(b"HTTP/1.0 200 OK\r\n\r\nhello"), StreamEnded(clean=False)) == rule


def paged(*goods: bool, fast: bool = False) -> list[CheckStep]:
    check = evolve(HTTP, urls=(Url("/a"), Url("/b")), fast_recovery=fast, probing=evolve(PROBING, alpha=True))
    made: list[CheckStep] = []
    for good in goods:
        events = (Connected(), Received(OK)) if good else (Connected(), StreamEnded())
        made.append(attempt(check, events, made[-1] if made else None))
    return made


def test_each_page_has_a_turn_and_the_last_completes_the_check() -> None:
    first, second, third = paged(True, True, True)
    assert (first.rule, first.state.place, first.state.is_up) == (rules.CHECK_NEXT_URL, 1, False)
    assert (second.rule, second.state.place, second.state.is_up) == (rules.CHECK_SUCCEEDS, 0, True)
    assert third.rule == rules.CHECK_NEXT_URL
    assert first.state.due_at == 10 * SECOND


def test_fast_recovery_fetches_the_pages_at_once_while_down() -> None:
    first, second, third = paged(True, True, True, fast=True)
    assert (first.state.due_at, second.state.due_at, third.state.due_at) == (0, 10 * SECOND, 20 * SECOND)


def test_a_bad_page_begins_again_with_the_first() -> None:
    assert paged(True, False)[-1].state.place == 0


def test_a_retry_is_of_the_same_page() -> None:
    tried = paged(True, True, True, False)[-1]
    assert (tried.rule, tried.state.place, tried.state.failures) == (rules.CHECK_RETRIES, 1, 1)


def test_a_pattern_is_found_across_pieces() -> None:
    check = evolve(HTTP, urls=(Url("/", pattern=Pattern("hel+o")),))
    assert verdict(check, *(Received(bytes((each,))) for each in OK)) == rules.HTTP_GOOD
    assert verdict(evolve(check, urls=(Url("/", pattern=Pattern("hello!")),)), Received(OK)) == rules.HTTP_PATTERN


def test_each_part_of_an_answer_renews_connect_timeout_up_to_delay_loop() -> None:
    state = attempt(HTTP, [Connected()]).state
    deadlines = []
    for second in (4, 8, 9):
        state = step(HTTP, state, Received(b"H"), Instant(second * SECOND)).state
        deadlines.append(state.next_deadline)
    assert deadlines == [Instant(second * SECOND) for second in (9, 10, 10)]
