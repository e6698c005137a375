"""Checkers back into keepalived's syntax, every setting in full: what encloses them may say otherwise."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from kaspec.address import format_address
from kaspec.config.commands import quoted
from kaspec.config.terms import Owner, Weight, write_owner, write_weight
from kaspec.config.values import plain_seconds
from kaspec.config.writing import bounds, word
from kaspec.health.credentials import Credentials
from kaspec.health.model import (
    BfdCheck,
    Check,
    DnsCheck,
    FileCheck,
    HttpCheck,
    MiscCheck,
    Pattern,
    PingCheck,
    Probing,
    ReplyPattern,
    SmtpCheck,
    Target,
    TcpCheck,
    UdpCheck,
    Url,
)


def render_credentials(credentials: Credentials) -> Iterator[str]:
    """Write the lines of the ``SSL`` block."""
    for name in ("certificate", "key", "password", "ca"):
        if (value := getattr(credentials, name)) is not None:
            yield f"{name} {word(value)}"


def render_check(check: Check) -> tuple[str, Iterator[str]]:
    """Write a checker: the keyword of its block, and the lines inside."""
    match check:
        case TcpCheck(probing, target):
            return "TCP_CHECK", _lines(_target(target), _probing(probing))
        case HttpCheck():
            return "SSL_GET" if check.tls else "HTTP_GET", _lines(_target(check.target), _probing(check.probing), _http(check))
        case SmtpCheck(probing, target, name):
            return "SMTP_CHECK", _lines(_target(target), _probing(probing), (f"helo_name {word(name)}",))
        case DnsCheck(probing, target, kind, name):
            return "DNS_CHECK", _lines(_target(target), _probing(probing), (f"type {kind}", f"name {word(name)}"))
        case MiscCheck():
            return "MISC_CHECK", _lines(_probing(check.probing), _misc(check))
        case UdpCheck():
            return "UDP_CHECK", _lines(_target(check.target), _probing(check.probing), _udp(check))
        case PingCheck(probing, target):
            return "PING_CHECK", _lines(_target(target), _probing(probing))
        case FileCheck(probing, name, weight, reverse):
            own = (f"track_file {word(name)}", f"weight {write_weight(Weight(weight, reverse))}")
            return "FILE_CHECK", _lines(_probing(probing), own)
        case BfdCheck(probing, name):
            return "BFD_CHECK", iter((f"name {word(name)}", f"alpha {_boolean(probing.alpha)}"))
        case _:
            assert_never(check)


def _lines(*parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield from part


def _boolean(value: bool) -> str:
    return str(value).lower()


def _probing(probing: Probing) -> Iterator[str]:
    for name in ("delay_loop", "warmup", "delay_before_retry"):
        yield f"{name} {plain_seconds(getattr(probing, name))}"
    yield f"retry {probing.retry}"
    yield f"alpha {_boolean(probing.alpha)}"
    yield f"log_all_failures {_boolean(probing.log_all_failures)}"


def _target(target: Target) -> Iterator[str]:
    yield f"connect_ip {format_address(target.address)}"
    if target.port:
        yield f"connect_port {target.port}"
    if target.source is not None:
        yield f"bindto {format_address(target.source)}"
    if target.source_port is not None:
        yield f"bind_port {target.source_port}"
    if target.interface is not None:
        yield f"bind_if {word(target.interface)}"
    yield f"fwmark {target.mark}"
    yield f"connect_timeout {plain_seconds(target.connect_timeout)}"


def _http(check: HttpCheck) -> Iterator[str]:
    yield f"http_protocol {check.protocol}"
    yield f"enable_sni {_boolean(check.sni)}"
    if check.sni_name is not None:
        yield f"sni_name {word(check.sni_name)}"
    yield f"fast_recovery {_boolean(check.fast_recovery)}"
    yield f"tls_verify {_boolean(check.tls_verify)}"
    for url in check.urls:
        yield "url {\n" + "".join(f"    {line}\n" for line in _url(url)) + "}"


def _url(url: Url) -> Iterator[str]:
    yield f"path {word(url.path)}"
    yield f"status_code {' '.join(map(bounds, url.status_codes))}"
    if url.digest is not None:
        yield f"digest {url.digest}"
    if url.virtual_host is not None:
        yield f"virtualhost {word(url.virtual_host)}"
    if url.pattern is not None:
        yield from _pattern(url.pattern)
    yield f"tls_compliant {_boolean(url.tls_compliant)}"


def _pattern(pattern: Pattern) -> Iterator[str]:
    yield f"regex {quoted(pattern.text)}"
    if pattern.options:
        yield f"regex_options {' '.join(pattern.options)}"
    if pattern.no_match:
        yield "regex_no_match"
    yield f"regex_min_offset {pattern.min_offset}"
    if pattern.max_offset is not None:
        yield f"regex_max_offset {pattern.max_offset}"
    if pattern.stack is not None:
        yield f"regex_stack {pattern.stack[0]} {pattern.stack[1]}"


def _misc(check: MiscCheck) -> Iterator[str]:
    yield f"misc_path {quoted(check.line)}"
    if check.user is not None or check.group is not None:
        yield f"user {write_owner(Owner(check.user, check.group))}"
    yield f"misc_timeout {plain_seconds(check.timeout)}"
    if check.dynamic:
        yield "misc_dynamic"


def _udp(check: UdpCheck) -> Iterator[str]:
    yield f"payload {check.payload.hex()}"
    if check.require_reply:
        yield f"require_reply {_digits(check.reply) if check.reply else ''}".rstrip()
    yield f"min_reply_length {check.min_reply_length}"
    yield f"max_reply_length {check.max_reply_length}"


def _digits(pattern: ReplyPattern) -> str:
    """Write the octets in hexadecimal, ``x`` for what may be anything."""
    pairs = zip(pattern.octets.hex(), pattern.mask.hex(), strict=True)
    return "".join("x" if mask == "0" else digit for digit, mask in pairs)
