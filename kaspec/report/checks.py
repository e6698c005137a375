"""What checks log, in the words of keepalived, and what mails say of them."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from kaspec.health.events import Verdict
from kaspec.health.machine import CheckState, CheckStep
from kaspec.health.model import BfdCheck, Check, DnsCheck, FileCheck, HttpCheck, MiscCheck, PingCheck, SmtpCheck, TcpCheck, UdpCheck
from kaspec.rules import health as rules


def check_name(check: Check) -> str:
    """Return what keepalived calls a check in its lines."""
    match check:
        case TcpCheck():
            return "TCP_CHECK"
        case HttpCheck():
            return "SSL_CHECK" if check.tls else "HTTP_CHECK"
        case SmtpCheck():
            return "SMTP_CHECK"
        case DnsCheck():
            return "DNS_CHECK"
        case UdpCheck():
            return "UDP_CHECK"
        case PingCheck():
            return "ICMP_CHECK"
        case MiscCheck():
            return "MISC_CHECK"
        case FileCheck():
            return "FILE_CHECK"
        case BfdCheck():
            return "BFD_CHECK"
        case _:
            assert_never(check)


def check_lines(check: Check, server: str, service: str, before: CheckState, step: CheckStep) -> Iterable[str]:
    """Return what is logged of a transition; ``server`` and ``service`` are written as ``[192.0.2.10]:tcp:80``.

    Failures that do not count are logged only with ``log_all_failures``.
    """
    verdict = step.verdict
    if verdict is None:
        return ()
    if step.rule == rules.CHECK_SUCCEEDS:
        return (_success(check, server, service, verdict),)
    if not verdict.is_good and (step.rule == rules.CHECK_FAILS or check.probing.log_all_failures):
        return _failure(check, server, service, before, step, verdict)
    return ()


def _success(check: Check, server: str, service: str, verdict: Verdict) -> str:
    match check:
        case TcpCheck():
            return f"TCP connection to {server} success."
        case HttpCheck():
            return f"Remote Web server {server} succeed on service."
        case SmtpCheck():
            return f"Remote SMTP server {server} succeed on service."
        case UdpCheck():
            return f"UDP connection to {server} success."
        case PingCheck():
            return f"ICMP connection to {server} success."
        case DnsCheck():
            return f"DNS_CHECK ({server}) success."
        case MiscCheck():
            return f"Misc check for [{server} VS {service}] by [{check.line}] succeeded ({verdict.detail})."
        case FileCheck():
            return f"FILE_CHECK of {check.track_file} for {server} succeeded ({verdict.detail})."
        case BfdCheck():
            return f"BFD check of [{check.name}] RS({server}) is UP"
        case _:
            assert_never(check)


def _failure(check: Check, server: str, service: str, before: CheckState, step: CheckStep, verdict: Verdict) -> Iterator[str]:
    if isinstance(check, MiscCheck):
        yield f"Misc check for [{server} VS {service}] by [{check.line}] failed ({verdict.detail})."
        return
    if isinstance(check, BfdCheck):
        yield f"BFD check of [{check.name}] RS({server}) is DOWN"
        return
    if isinstance(check, FileCheck):
        yield f"FILE_CHECK of {check.track_file} for {server} failed ({verdict.detail})."
        return
    if isinstance(check, HttpCheck):
        yield _page(check, server, before, verdict)
    elif verdict.detail:
        yield f"{check_name(check)} ({server}) {verdict.detail}."
    counted = step.rule == rules.CHECK_FAILS and before.failures
    after = f" after {before.failures} retr{'ies' if before.failures > 1 else 'y'}" if counted else ""
    yield f"{check_name(check)} on service {server} failed{after}."


def _page(check: HttpCheck, server: str, before: CheckState, verdict: Verdict) -> str:
    """Say what is wrong with a page."""
    path = check.urls[min(before.place, len(check.urls) - 1)].path
    match verdict.rule:
        case rules.HTTP_STATUS:
            return f"HTTP status code error to {server} url({path}), {verdict.detail}."
        case rules.HTTP_DIGEST:
            return f"MD5 digest error to {server} url[{path}], {verdict.detail}."
        case _:
            return f"{check_name(check)} ({server}) url({path}): {verdict.detail or 'TLS was not closed as it should be'}."


def mail_words(check: Check, verdict: Verdict) -> str:
    """Return what a mail says between its arrows."""
    succeeds = "succeed" if verdict.is_good else "failed"
    match check:
        case TcpCheck():
            return f"TCP CHECK {succeeds} on service"
        case HttpCheck() | SmtpCheck():
            return f"CHECK {succeeds} on service{'' if verdict.is_good or not verdict.detail else f' : {verdict.detail}'}"
        case DnsCheck():
            return f"DNS_CHECK: {'succeed' if verdict.is_good else verdict.detail or 'failed'}"
        case UdpCheck():
            return f"UDP CHECK {succeeds} on service"
        case PingCheck():
            return f"ICMP CHECK {succeeds} on service"
        case MiscCheck():
            ended = "timed out" if verdict.rule == rules.SCRIPT_TIMED_OUT else "succeeded" if verdict.is_good else "failed"
            return f"MISC CHECK {ended} on service"
        case FileCheck():
            return f"FILE CHECK {check.track_file} {'succeeded' if verdict.is_good else 'failed'} on service"
        case BfdCheck():
            return f"BFD CHECK {check.name} {'succeeded' if verdict.is_good else 'failed'} on service"
        case _:
            assert_never(check)
