"""Checkers: from their blocks inside a ``real_server`` to the model; what one does not say, the server does, or else the service."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from attrs import field

from kaspec.address import family_of, format_address
from kaspec.config import diagnostics as kinds
from kaspec.config.keywords import Block, Setting, checkers, lvs, real_server, url
from kaspec.config.lexer import Report
from kaspec.config.sections import Section
from kaspec.config.terms import Endpoint, Weight
from kaspec.frozen import evolve, frozen
from kaspec.health.credentials import Credentials
from kaspec.health.model import (
    MINUTE,
    SUCCESS_CODES,
    BfdCheck,
    Check,
    DnsCheck,
    FileCheck,
    HttpCheck,
    HttpVersion,
    MiscCheck,
    Pattern,
    PingCheck,
    Probing,
    RecordType,
    ReplyPattern,
    SmtpCheck,
    Target,
    TcpCheck,
    UdpCheck,
    Url,
)
from kaspec.units import SECOND, Interval

HOPELESS = "as it stands, the check fails always"
T = TypeVar("T")
D = TypeVar("D")


@frozen
class Surroundings:
    """What checkers take from the rest of the configuration.

    ``log_all_failures`` is ``checker_log_all_failures``; ``credentials`` the SSL block; ``file_weights`` that of each tracked file.
    """

    log_all_failures: bool = False
    credentials: Credentials = Credentials()
    file_weights: Mapping[str, Weight] = field(factory=dict)


@frozen
class _Place:
    """Where a checker stands: its block and keyword, the server's, the service's, the server itself."""

    block: Section
    row: Block[None]
    server: Section
    service: Section
    endpoint: Endpoint
    surroundings: Surroundings
    report: Report

    def inherited(self, own: Setting[T], of_server: Setting[T], of_service: Setting[T], default: D) -> T | D:
        """Return what the checker says, or its server, or its service."""
        of_server_or_service: T | D = self.server.value(of_server, self.service.value(of_service, default))
        return self.block.value(own, of_server_or_service)

    def complain(self, missing: Setting[Any], section: Section | None = None) -> None:
        """Tell that a setting is missing without which the checker cannot be; if it is there it cannot be read, which has been told."""
        section = section or self.block
        if not section.gives(missing):
            message = f"{self.row.name} of real_server {self.server.label} has no {missing.name}: it is left out"
            hint = f"add {missing.name} {missing.argument.example}"
            self.report(kinds.MISSING_SETTING.at(section.span, message, hint))


def build_checks(server: Section, service: Section, endpoint: Endpoint, surroundings: Surroundings, report: Report) -> tuple[Check, ...]:
    """Build the checkers of a real server, in the text's order; ``endpoint`` is the server's address and port (0 if it has none).

    One that lacks what it needs is left out and told.
    """
    found = [(block, row) for row in _BUILDERS if server.gives(row) for block in server.sections(row)]
    if len(found) > 1:
        found.sort(key=lambda each: each[0].span.reading_order)
    return tuple(
        check for block, row in found for check in _BUILDERS[row](_Place(block, row, server, service, endpoint, surroundings, report))
    )


@lru_cache(maxsize=4096)
def _common(delay_loop: Interval, warmup: Interval, retry: int, delay_before_retry: Interval, alpha: bool, log_all: bool) -> Probing:
    """Thousands of servers are probed alike: they share one value."""
    return Probing(delay_loop, warmup, retry, delay_before_retry, alpha, log_all)


def _probing(place: _Place, retry: int = 1, delay_before_retry: Interval | None = SECOND) -> Probing:
    """Read what all checkers have in common; ``delay_before_retry`` of ``None`` is ``delay_loop``."""
    delay_loop = place.inherited(checkers.DELAY_LOOP, real_server.DELAY_LOOP, lvs.DELAY_LOOP, MINUTE)
    delay = delay_loop if delay_before_retry is None else delay_before_retry
    return _common(
        delay_loop,
        place.inherited(checkers.WARMUP, real_server.WARMUP, lvs.WARMUP, delay_loop),
        place.inherited(checkers.RETRY, real_server.RETRY, lvs.RETRY, retry),
        place.inherited(checkers.DELAY_BEFORE_RETRY, real_server.DELAY_BEFORE_RETRY, lvs.DELAY_BEFORE_RETRY, delay),
        place.inherited(checkers.ALPHA, real_server.ALPHA, lvs.ALPHA, default=False),
        place.block.value(checkers.LOG_ALL_FAILURES, place.surroundings.log_all_failures),
    )


def _target(place: _Place, needs_port: bool = True) -> Target | None:
    """Read where a checker connects to; nothing if it lacks a port, or has a source of another family: both are told."""
    block = place.block
    target = Target(
        block.value(checkers.CONNECT_IP, place.endpoint.address),
        block.value(checkers.CONNECT_PORT, place.endpoint.port or 0),
        block.value(checkers.BINDTO, None),
        block.value(checkers.BIND_PORT, None),
        block.value(checkers.BIND_IF, None),
        block.value(checkers.FWMARK, 0),
        place.inherited(checkers.CONNECT_TIMEOUT, real_server.CONNECT_TIMEOUT, lvs.CONNECT_TIMEOUT, Interval(5 * SECOND)),
    )
    if needs_port and not target.port:
        place.complain(checkers.CONNECT_PORT)
        return None
    source = block.last(checkers.BINDTO)
    if source is not None and family_of(source.value) != target.family:
        message = f"{place.row.name} connects to {format_address(target.address)}, from {format_address(source.value)}: it is left out"
        place.report(kinds.CHECKER_FAMILIES.at(source.span, message, "give connect_ip and bindto as addresses of one family"))
        return None
    return target


def _tcp(place: _Place) -> Iterator[Check]:
    if (target := _target(place)) is not None:
        yield TcpCheck(_probing(place), target)


def _http(place: _Place) -> Iterator[Check]:
    target, urls, block = _target(place), tuple(_urls(place)), place.block
    if target is None:
        return
    if not urls:
        if not block.gives(checkers.URL):
            message = f"{place.row.name} of real_server {place.server.label} has no url: it is left out"
            place.report(kinds.MISSING_SETTING.at(block.span, message, "add url { path / }"))
        return
    name = block.value(checkers.SNI_NAME, None)
    tls = place.row is real_server.SSL_GET
    yield HttpCheck(
        _with_older_retry(_probing(place, delay_before_retry=Interval(3 * SECOND)), block),
        target,
        urls,
        tls,
        cast("HttpVersion", block.value(checkers.HTTP_PROTOCOL, "1.0")),
        name is not None or block.value(checkers.ENABLE_SNI, default=False),
        name,
        block.value(checkers.FAST_RECOVERY, default=False),
        block.value(checkers.TLS_VERIFY, default=False),
        place.surroundings.credentials if tls else Credentials(),
    )


def _with_older_retry(probing: Probing, block: Section) -> Probing:
    """``nb_get_retry`` is an older name of ``retry``; of both the last counts."""
    older, newer = block.last(checkers.NB_GET_RETRY), block.last(checkers.RETRY)
    counts = older is not None and (newer is None or older.order > newer.order)
    return evolve(probing, retry=older.value) if older is not None and counts else probing


def _urls(place: _Place) -> Iterator[Url]:
    host = place.inherited(checkers.VIRTUALHOST, real_server.VIRTUALHOST, lvs.VIRTUALHOST, None)
    compliant = place.block.value(checkers.TLS_COMPLIANT, default=False)
    for each in place.block.sections(checkers.URL):
        path, digest = each.value(url.PATH, None), each.value(url.DIGEST, None)
        if path is None:
            place.complain(url.PATH, each)
            continue
        codes = tuple(code for given in each.entries(url.STATUS_CODE) for code in given.value)
        yield Url(
            path,
            codes or SUCCESS_CODES,
            None if digest is None else digest.lower(),
            each.value(url.VIRTUALHOST, host),
            _pattern(each, place.report),
            each.value(url.TLS_COMPLIANT, compliant),
        )


def _pattern(section: Section, report: Report) -> Pattern | None:
    given, stack = section.last(url.REGEX), section.value(url.REGEX_STACK, None)
    if given is None:
        return None
    pattern = Pattern(
        given.value,
        tuple(option for given in section.entries(url.REGEX_OPTIONS) for option in given.value),
        section.value(url.REGEX_NO_MATCH, default=False),
        section.value(url.REGEX_MIN_OFFSET, 0),
        section.value(url.REGEX_MAX_OFFSET, None),
        None if stack is None else (stack.start, stack.maximum),
    )
    from kaspec.health.matching import fault  # PCRE2, for those that use it

    if (trouble := fault(pattern)) is not None:
        report(kinds.CHECKER_HOPELESS.at(given.span, f"PCRE2 does not take this regular expression: {trouble}", HOPELESS))
    return pattern


def _smtp(place: _Place) -> Iterator[Check]:
    """Each ``host`` is a check of its own, with the rest of the block's settings where it has none."""
    name, hosts = place.block.value(checkers.HELO_NAME, "smtpchecker.keepalived.org"), place.block.sections(checkers.HOST)
    for host in hosts or (Section("", place.block.span),):
        merged = Section("", place.block.span, {**place.block.given, **host.given})
        target = _target(evolve(place, block=merged))
        if target is not None:
            yield SmtpCheck(_probing(place), target, name)


def _dns(place: _Place) -> Iterator[Check]:
    target, name = _target(place), place.block.last(checkers.NAME)
    if target is None:
        return
    if name is not None:
        from kaspec.health.datagrams import name_fault  # dnspython, for those that use it

        if (trouble := name_fault(name.value)) is not None:
            place.report(kinds.CHECKER_HOPELESS.at(name.span, f"{name.value} is no name to ask for: {trouble}", HOPELESS))
    kind = cast("RecordType", place.block.value(checkers.TYPE, "SOA"))
    yield DnsCheck(_probing(place, 3, None), target, kind, name.value if name else ".")


def _misc(place: _Place) -> Iterator[Check]:
    command, user = place.block.value(checkers.MISC_PATH, None), place.block.value(checkers.USER, None)
    if command is None:
        place.complain(checkers.MISC_PATH)
        return
    probing = _probing(place, 0)
    yield MiscCheck(
        probing,
        command.line,
        user.user if user else None,
        user.group if user else None,
        place.block.value(checkers.MISC_TIMEOUT, place.service.value(lvs.DELAY_LOOP, MINUTE)),
        place.block.value(checkers.MISC_DYNAMIC, default=False),
    )


def _udp(place: _Place) -> Iterator[Check]:
    target, block = _target(place), place.block
    if target is None:
        return
    payload, wanted = block.value(checkers.PAYLOAD, None), block.value(checkers.REQUIRE_REPLY, None)
    check = UdpCheck(
        _probing(place),
        target,
        require_reply=wanted is not None,
        reply=_reply_pattern(wanted) if wanted else None,
        min_reply_length=block.value(checkers.MIN_REPLY_LENGTH, 0),
        max_reply_length=block.value(checkers.MAX_REPLY_LENGTH, 255),
    )
    yield check if payload is None else evolve(check, payload=_octets(payload))


def _octets(words: Iterable[str], odd: str = "0") -> bytes:
    """Read hexadecimal digits; one left over at the end of a word is the low half of an octet, whose other half is ``odd``."""
    return bytes.fromhex("".join(word if len(word) % 2 == 0 else f"{word[:-1]}{odd}{word[-1]}" for word in words))


def _reply_pattern(words: tuple[str, ...]) -> ReplyPattern:
    """Read hexadecimal digits with ``x`` for any."""
    lower = [word.lower() for word in words]
    masks = ["".join("0" if each == "x" else "f" for each in word) for word in lower]
    return ReplyPattern(_octets(word.replace("x", "0") for word in lower), _octets(masks, "f"))


def _ping(place: _Place) -> Iterator[Check]:
    if (target := _target(place, needs_port=False)) is not None:
        yield PingCheck(_probing(place), target)


def _file(place: _Place) -> Iterator[Check]:
    name, weight = place.block.value(checkers.TRACK_FILE, None), place.block.value(checkers.FILE_WEIGHT, None)
    if name is None:
        place.complain(checkers.TRACK_FILE)
        return
    weight = weight or place.surroundings.file_weights.get(name, Weight(1))
    yield FileCheck(_probing(place), name, weight.amount, weight.reverse)


def _bfd(place: _Place) -> Iterator[Check]:
    name = place.block.value(checkers.BFD_NAME, None)
    if name is None:
        place.complain(checkers.BFD_NAME)
        return
    alpha = place.inherited(checkers.BFD_ALPHA, real_server.ALPHA, lvs.ALPHA, default=False)
    yield BfdCheck(Probing(alpha=alpha), name)


_Builder = Callable[[_Place], Iterator[Check]]
_BUILDERS: Mapping[Block[None], _Builder] = {
    real_server.TCP_CHECK: _tcp,
    real_server.HTTP_GET: _http,
    real_server.SSL_GET: _http,
    real_server.SMTP_CHECK: _smtp,
    real_server.DNS_CHECK: _dns,
    real_server.MISC_CHECK: _misc,
    real_server.UDP_CHECK: _udp,
    real_server.PING_CHECK: _ping,
    real_server.FILE_CHECK: _file,
    real_server.BFD_CHECK: _bfd,
}
