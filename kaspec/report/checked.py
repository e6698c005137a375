"""A check in the dump of the checker: how it stands, and what it asks, in keepalived's words."""

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from kaspec.address import Address, format_address
from kaspec.config.model import Command, Permit
from kaspec.health.machine import CheckState
from kaspec.health.model import (
    BfdCheck,
    Check,
    DnsCheck,
    FileCheck,
    HttpCheck,
    MiscCheck,
    PingCheck,
    SmtpCheck,
    Target,
    TcpCheck,
    UdpCheck,
    Url,
)
from kaspec.health.reported import WeightChange
from kaspec.lvs.model import RealServer
from kaspec.report.told import command_words
from kaspec.report.verdicts import Remembered
from kaspec.units import SECOND, Instant, in_seconds

Permits = Mapping[Command, Permit]


def check_dump(
    check: Check, server: RealServer, state: CheckState, last: Remembered | None, permits: Permits, write: Callable[[Instant], str]
) -> Iterator[str]:
    """Write a check of a server; ``write`` writes an instant."""
    yield f"   Enabled = {_yes(not state.is_suspended)}"
    yield f"   Up = {_yes(state.is_up)}"
    yield f"   Has run = {_yes(state.decided)}"
    yield f"   Current weight = {_weighs(state.weight, server)}"
    if not isinstance(check, FileCheck | BfdCheck):
        yield from _probing(check, state)
    yield f"   Log all failures = {_yes(check.probing.log_all_failures)}"
    if not isinstance(check, FileCheck | BfdCheck | MiscCheck):
        yield from _connection(check.target)
    yield from _method(check, permits)
    if last is not None:
        words = f": {last.verdict.detail}" if last.verdict.detail else ""
        yield f"   Last verdict = {'good' if last.verdict.is_good else 'bad'}{words}"
        yield f"   Last verdict at = {write(last.at)}"
        yield f"   Since = {write(last.since)}"


def _weighs(change: WeightChange | None, server: RealServer) -> int:
    """What it adds to the weight that is configured."""
    if change is None:
        return 0
    return change.amount - (server.weight if change.kind == "is" else 0)


def _probing(check: Check, state: CheckState) -> Iterator[str]:
    probing = check.probing
    yield f"   Alpha = {_yes(probing.alpha)}"
    yield f"   Delay loop = {probing.delay_loop} us"
    yield f"   Warmup = {probing.warmup} us"
    yield f"   Retries = {probing.retry}"
    if probing.retry:
        yield f"   Delay before retry = {probing.delay_before_retry} us"
    yield f"   Retries iterations = {state.failures}"


def _connection(target: Target) -> Iterator[str]:
    yield "   Connection"
    yield f"     Dest = {_endpoint(target.address, target.port)}"
    if target.source is not None:
        yield f"     Bind to = {_endpoint(target.source, target.source_port or 0)}"
    if target.interface is not None:
        yield f"     Bind i/f = {target.interface}"
    if target.mark:
        yield f"     Mark = {target.mark}"
    yield f"     Timeout = {in_seconds(target.connect_timeout)}"


def _method(check: Check, permits: Permits) -> Iterator[str]:
    match check:
        case TcpCheck():
            yield "   Keepalive method = TCP_CHECK"
        case HttpCheck():
            yield from _http(check)
        case SmtpCheck():
            yield "   Keepalive method = SMTP_CHECK"
            yield f"   helo = {check.helo_name}"
        case DnsCheck():
            yield "   Keepalive method = DNS_CHECK"
            yield f"   Type = {check.record_type}"
            yield f"   Name = {check.name}"
        case UdpCheck():
            yield from _udp(check)
        case PingCheck():
            yield "   Keepalive method = PING_CHECK"
        case MiscCheck():
            yield "   Keepalive method = MISC_CHECK"
            script, _, owner = command_words(Command(check.line, check.user, check.group), permits).partition(", ")
            yield f"   script = {script}"
            yield f"   timeout = {check.timeout // SECOND}"
            yield f"   dynamic = {'YES' if check.dynamic else 'NO'}"
            if owner:
                yield f"   {owner.replace('uid:gid ', 'uid:gid = ')}"
        case FileCheck():
            yield "   Keepalive method = FILE_CHECK"
            yield f"     Tracked file = {check.track_file}"
        case BfdCheck():
            yield "   Keepalive method = BFD_CHECK"
            yield f"   Name = {check.name}"
            yield f"   Alpha is {'ON' if check.probing.alpha else 'OFF'}"
        case _:
            assert_never(check)


def _http(check: HttpCheck) -> Iterator[str]:
    yield f"   Keepalive method = {'SSL' if check.tls else 'HTTP'}_GET, http protocol {check.protocol}"
    yield f"   Enable SNI {'set' if check.sni else 'unset'}"
    yield f"   Fast recovery {'set' if check.fast_recovery else 'unset'}"
    for url in check.urls:
        yield from _url(url)


def _url(url: Url) -> Iterator[str]:
    yield f"   Checked url = {url.path}"
    if url.digest is not None:
        yield f"     digest = {url.digest}"
    yield "     HTTP Status Code(s)"
    for first, last in url.status_codes:
        yield f"       {first}" if first == last else f"       {first}-{last}"
    if url.virtual_host is not None:
        yield f"     Virtual host = {url.virtual_host}"
    if (pattern := url.pattern) is not None:
        yield f'     Regex = "{pattern.text}"'
        if pattern.no_match:
            yield "     Regex no match"
        yield f"     Regex options:{''.join(f' {each}' for each in pattern.options)}"


def _udp(check: UdpCheck) -> Iterator[str]:
    yield "   Keepalive method = UDP_CHECK"
    yield f"   Payload len = {len(check.payload)}"
    yield f"   Require reply = {_yes(check.require_reply)}"
    if check.require_reply:
        yield f"     Min reply length = {check.min_reply_length}"
        yield f"     Max reply length = {check.max_reply_length}"


def _endpoint(address: Address, port: int) -> str:
    return f"[{format_address(address)}]:{port}"


def _yes(setting: bool) -> str:
    return "yes" if setting else "no"
