"""The checks of one datagram each: ``DNS_CHECK``, ``UDP_CHECK``, ``PING_CHECK``.

dnspython is imported by the first who asks for a name, since it is slow to import and few do.
"""

from functools import lru_cache

from kaspec.frozen import frozen
from kaspec.health.events import ConnectionFailed, ExchangeEvent, Received, SendDatagram, SendEcho, Verdict
from kaspec.health.exchange import Onward
from kaspec.health.model import DnsCheck, PingCheck, RecordType, ReplyPattern, UdpCheck
from kaspec.rules import health as rules

ECHO = bytes(range(0x40, 0x40 + 56))
"""What an echo request carries."""
_HEADER = 12


@frozen
class DnsExchange:
    """A query of that id."""

    number: int


@frozen
class UdpExchange:
    """A datagram was sent."""


@frozen
class PingExchange:
    """An echo request was sent."""


@lru_cache(maxsize=16384)
def query(name: str, kind: RecordType) -> bytes:
    """Write a query with the id 0; recursion is desired, as with keepalived."""
    import dns.message

    return dns.message.make_query(name, kind, id=0).to_wire()


def name_fault(name: str) -> str | None:
    """Return why a name cannot be asked for, if it cannot."""
    import dns.exception

    try:
        query(name, "SOA")
    except (dns.exception.DNSException, ValueError) as error:
        return str(error) or type(error).__name__
    return None


def begin_dns(check: DnsCheck, draw: int) -> Onward[DnsExchange] | Verdict:
    """Ask, with a random id; a name that cannot be asked for fails at once."""
    trouble = name_fault(check.name)
    if trouble is not None:
        return Verdict(False, rules.DNS_ERROR, trouble)
    number = draw & 0xFFFF
    return Onward(DnsExchange(number), (SendDatagram(check.target, number.to_bytes(2) + query(check.name, check.record_type)[2:]),))


def take_dns(exchange: DnsExchange, event: ExchangeEvent) -> Onward[DnsExchange] | Verdict:
    """Take one event: an answer to the query with response code 0 is good, whatever it answers."""
    match event:
        case Received(octets):
            if len(octets) < _HEADER or int.from_bytes(octets[:2]) != exchange.number or not octets[2] & 0x80:
                return Onward(exchange, heard=False)
            code = octets[3] & 0x0F
            return Verdict(False, rules.DNS_ERROR, _code_name(code)) if code else Verdict(True, rules.DNS_GOOD)
        case ConnectionFailed(reason):
            return Verdict(False, rules.REFUSED, reason)
        case _:
            return Onward(exchange, heard=False)


def _code_name(code: int) -> str:
    import dns.rcode

    return dns.rcode.to_text(dns.rcode.from_flags(code, 0))


def begin_udp(check: UdpCheck) -> Onward[UdpExchange]:
    """Send the payload."""
    return Onward(UdpExchange(), (SendDatagram(check.target, check.payload),))


def take_udp(check: UdpCheck, exchange: UdpExchange, event: ExchangeEvent) -> Onward[UdpExchange] | Verdict:
    """Take one event: a reply is looked at only if one is required."""
    match event:
        case Received(octets) if check.require_reply:
            if not check.min_reply_length <= len(octets) <= check.max_reply_length:
                return Verdict(False, rules.UDP_MISMATCH, f"a reply of {len(octets)} bytes")
            good = check.reply is None or replies(check.reply, octets)
            return Verdict(good, rules.UDP_REPLY if good else rules.UDP_MISMATCH)
        case ConnectionFailed(reason):
            return Verdict(False, rules.REFUSED, reason)
        case _:
            return Onward(exchange, heard=False)


def replies(pattern: ReplyPattern, octets: bytes) -> bool:
    """Tell whether a reply is as the pattern, as far as both go."""
    return all((got ^ wanted) & mask == 0 for got, wanted, mask in zip(octets, pattern.octets, pattern.mask, strict=False))


def begin_ping(check: PingCheck) -> Onward[PingExchange]:
    """Send an echo request."""
    return Onward(PingExchange(), (SendEcho(check.target, ECHO),))


def take_ping(exchange: PingExchange, event: ExchangeEvent) -> Onward[PingExchange] | Verdict:
    """Take one event: what comes is the answer, for the kernel sorts them by socket."""
    match event:
        case Received():
            return Verdict(True, rules.PING_ANSWERED)
        case ConnectionFailed(reason):
            return Verdict(False, rules.REFUSED, reason)
        case _:
            return Onward(exchange, heard=False)
