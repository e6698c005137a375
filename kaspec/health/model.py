"""What is checked of a real server, as values: every default filled in, every inheritance carried out.

A check has a ``Probing`` part (when, how often, how patiently) and, if it connects to something, a ``Target`` (where to, from where).
Intervals are microseconds.  The names are those of keepalived.conf(5).
"""

from typing import Literal

from kaspec.address import Address, Family, family_of
from kaspec.frozen import frozen
from kaspec.health.credentials import Credentials
from kaspec.units import SECOND, Interval

HttpVersion = Literal["1.0", "1.0C", "1.1"]
RecordType = Literal["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"]
MINUTE = Interval(60 * SECOND)
FIVE_SECONDS = Interval(5 * SECOND)
DEFAULT_PAYLOAD = b"keepalived check - keepalived ch"
"""What a ``UDP_CHECK`` without a payload sends."""
SUCCESS_CODES = ((200, 299),)


@frozen
class Probing:
    """When a check takes place.

    The first begins at random within ``warmup`` of the start, the others ``delay_loop`` later each.  A failure is tried again ``retry``
    times, each ``delay_before_retry`` after the other, before it counts.  With ``alpha`` the server is down until the check has succeeded.
    ``log_all_failures`` logs those that are tried again, too.
    """

    delay_loop: Interval = MINUTE
    warmup: Interval = MINUTE
    retry: int = 1
    delay_before_retry: Interval = SECOND
    alpha: bool = False
    log_all_failures: bool = False


@frozen(cache_hash=True)
class Target:
    """Where a check connects to, and from where: ``source``, ``source_port``, ``interface`` and ``mark`` (SO_MARK; 0: none) if they matter.

    ``connect_timeout`` is how long each step of an exchange may take.
    """

    address: Address
    port: int
    source: Address | None = None
    source_port: int | None = None
    interface: str | None = None
    mark: int = 0
    connect_timeout: Interval = FIVE_SECONDS

    @property
    def family(self) -> Family:
        """4 or 6."""
        return family_of(self.address)


@frozen(cache_hash=True)
class TcpCheck:
    """``TCP_CHECK``: the connection is accepted."""

    probing: Probing
    target: Target


@frozen(cache_hash=True)
class Pattern:
    """A regular expression (PCRE2) that the body must match, or must not (``no_match``).

    ``options`` are keepalived's words for those of PCRE2; a match begins at an offset from ``min_offset`` up to ``max_offset``.
    ``stack`` is the size of the stack for matching in bytes, first and at most, ``None`` for PCRE2's own.
    """

    text: str
    options: tuple[str, ...] = ()
    no_match: bool = False
    min_offset: int = 0
    max_offset: int | None = None
    stack: tuple[int, int] | None = None


@frozen(cache_hash=True)
class Url:
    """A page that is fetched and what makes it good: its status, and the MD5 ``digest`` (lower case) or a pattern of its body.

    ``virtual_host`` is what the Host header says, ``None`` for the target's address and port.
    """

    path: str
    status_codes: tuple[tuple[int, int], ...] = SUCCESS_CODES
    digest: str | None = None
    virtual_host: str | None = None
    pattern: Pattern | None = None
    tls_compliant: bool = False


@frozen(cache_hash=True)
class HttpCheck:
    """``HTTP_GET``, or with ``tls`` ``SSL_GET``: its urls are fetched in turn.

    ``sni`` tells the server's name in TLS: ``sni_name``, or else the virtual host of the url.  ``tls_verify`` refuses a certificate that
    does not hold for that name; without it any will do, as with keepalived.
    """

    probing: Probing
    target: Target
    urls: tuple[Url, ...]
    tls: bool = False
    protocol: HttpVersion = "1.0"
    sni: bool = False
    sni_name: str | None = None
    fast_recovery: bool = False
    tls_verify: bool = False
    credentials: Credentials = Credentials()


@frozen(cache_hash=True)
class SmtpCheck:
    """``SMTP_CHECK``: the server greets, answers HELO and QUIT."""

    probing: Probing
    target: Target
    helo_name: str = "smtpchecker.keepalived.org"


@frozen
class DnsCheck:
    """``DNS_CHECK``: the server answers a query over UDP without an error."""

    probing: Probing
    target: Target
    record_type: RecordType = "SOA"
    name: str = "."


@frozen
class MiscCheck:
    """``MISC_CHECK``: a program ends well within ``timeout``; with ``dynamic`` its exit status sets the server's weight.

    ``line`` is the program and its arguments, ``user`` and ``group`` whom to run it as (``None``: script_user).
    """

    probing: Probing
    line: str
    user: str | None = None
    group: str | None = None
    timeout: Interval = MINUTE
    dynamic: bool = False


@frozen
class ReplyPattern:
    """What a reply begins with: ``octets`` where ``mask`` has ones; both are as long as what is compared."""

    octets: bytes
    mask: bytes


@frozen(cache_hash=True)
class UdpCheck:
    """``UDP_CHECK``: nothing refuses a datagram, or with ``require_reply`` one of such a length, beginning so, comes back."""

    probing: Probing
    target: Target
    payload: bytes = DEFAULT_PAYLOAD
    require_reply: bool = False
    reply: ReplyPattern | None = None
    min_reply_length: int = 0
    max_reply_length: int = 255


@frozen(cache_hash=True)
class PingCheck:
    """``PING_CHECK``: the server answers an echo request."""

    probing: Probing
    target: Target


@frozen
class FileCheck:
    """``FILE_CHECK``: the number in a tracked file times ``weight`` (times -1 if ``reverse``) adds to the server's weight.

    With a weight of 0, any number but 0 is a failure (``reverse``: 0 is).
    """

    probing: Probing
    track_file: str
    weight: int = 1
    reverse: bool = False


@frozen
class BfdCheck:
    """``BFD_CHECK``: the session of that name is up."""

    probing: Probing
    name: str


ConnectingCheck = TcpCheck | HttpCheck | SmtpCheck | DnsCheck | UdpCheck | PingCheck
Check = ConnectingCheck | MiscCheck | FileCheck | BfdCheck
