"""``HTTP_GET`` and ``SSL_GET``: one page is fetched and looked at.

The body is what follows the head, up to Content-Length or to the end of the connection, as it is on the wire: a body in chunks is not
put together, so that digests are those that keepalived's genhash computes.
"""

from functools import lru_cache
from typing import Literal

from kaspec.address import format_address
from kaspec.frozen import evolve, frozen
from kaspec.health.digest import Digest
from kaspec.health.events import Connect, Connected, ExchangeEvent, Received, Secured, Send, StreamEnded, TlsWish, Verdict
from kaspec.health.exchange import Onward, failed
from kaspec.health.matching import Search, extend, matches
from kaspec.health.model import HttpCheck, HttpVersion, Target, Url
from kaspec.rules import health as rules

LONGEST_HEAD = 1 << 16
"""A head of more octets is none."""
Stage = Literal["connecting", "securing", "head", "body"]


@frozen
class Head:
    """What the head of a response says: the status, and how long the body is, if it says."""

    status: int
    length: int | None


@frozen
class HttpExchange:
    """A page being fetched: what has come of the head, or what the body so far comes to."""

    url: Url
    stage: Stage = "connecting"
    came: bytes = b""
    head: Head | None = None
    taken: int = 0
    digest: Digest = Digest()
    search: Search = Search()


@frozen
class Whole:
    """The page is there, as far as it will ever be."""

    exchange: HttpExchange


HttpStep = Onward[HttpExchange] | Verdict
Reading = HttpStep | Whole


def request(url: Url, target: Target, protocol: HttpVersion) -> bytes:
    """Write the request, octet by octet as keepalived does."""
    host = f"[{format_address(target.address)}]" if target.family == 6 else format_address(target.address)
    lines = (
        f"GET {url.path} HTTP/{protocol[:3]}",
        "User-Agent: KeepAliveClient",
        *(("Connection: close",) if protocol != "1.0" else ()),
        f"Host: {url.virtual_host or f'{host}:{target.port}'}",
        "",
        "",
    )
    return "\r\n".join(lines).encode(errors="surrogateescape")


@lru_cache(maxsize=4096)
def read_head(octets: bytes) -> Head | str:
    """Read the head of a response, its empty line included; in words what is wrong with it."""
    import h11  # slow to import, and not every check is of a page

    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.receive_data(octets)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        return str(error).replace("bytearray(b", "(")
    if not isinstance(event, h11.Response | h11.InformationalResponse):
        return "no response"
    length = next((value for name, value in event.headers if name == b"content-length"), None)
    return Head(event.status_code, None if length is None else int(length))


@lru_cache(maxsize=16384)
def begin(check: HttpCheck, place: int) -> Onward[HttpExchange]:
    """Begin with the url of that number."""
    url = check.urls[place]
    name = (check.sni_name or url.virtual_host) if check.sni else None
    wish = TlsWish(name, check.tls_verify, check.credentials) if check.tls else None
    return Onward(HttpExchange(url), (Connect(check.target, wish),))


def take(check: HttpCheck, exchange: HttpExchange, event: ExchangeEvent) -> HttpStep:
    """Take one event; total."""
    taken = read(check, exchange, event)
    return judge(taken.exchange) if isinstance(taken, Whole) else taken


def read(check: HttpCheck, exchange: HttpExchange, event: ExchangeEvent) -> Reading:
    """Take one event, without judging the page."""
    stage = exchange.stage
    if isinstance(event, Received) and stage == "head":
        return _head(exchange, event.octets)
    if isinstance(event, Received) and stage == "body":
        assert exchange.head is not None, "the head came before the body"
        return _body(exchange, exchange.head, event.octets)
    if isinstance(event, Connected) and stage == "connecting":
        return Onward(HttpExchange(exchange.url, "securing")) if check.tls else _ask(check, exchange.url)
    if isinstance(event, Secured) and stage == "securing":
        return _ask(check, exchange.url)
    if isinstance(event, StreamEnded) and stage == "body":
        return _ended(exchange, event)
    return failed(event) or Onward(exchange, heard=False)


@lru_cache(maxsize=16384)
def _ask(check: HttpCheck, url: Url) -> Onward[HttpExchange]:
    return Onward(HttpExchange(url, "head"), (Send(request(url, check.target, check.protocol)),))


def _head(exchange: HttpExchange, octets: bytes) -> Reading:
    came = exchange.came + octets
    end = came.find(b"\r\n\r\n", max(len(exchange.came) - 3, 0))
    if end < 0:
        too_long = len(came) > LONGEST_HEAD
        return Verdict(False, rules.HTTP_MALFORMED, "its head is too long") if too_long else Onward(evolve(exchange, came=came))
    head = read_head(came[: end + 4])
    if isinstance(head, str):
        return Verdict(False, rules.HTTP_MALFORMED, head)
    return _body(exchange, head, came[end + 4 :])


def _body(exchange: HttpExchange, head: Head, octets: bytes) -> Reading:
    """Take in some of the body: neither more of it than there is to be, nor what no one asks for."""
    url, length = exchange.url, head.length
    wanted = octets if length is None else octets[: length - exchange.taken]
    taken = exchange.taken + len(wanted)
    digest = exchange.digest.over(wanted) if url.digest is not None and wanted else exchange.digest
    search = extend(url.pattern, exchange.search, wanted) if url.pattern else exchange.search
    onward = HttpExchange(url, "body", b"", head, taken, digest, search)
    return Whole(onward) if taken == length else Onward(onward)


def _ended(exchange: HttpExchange, event: StreamEnded) -> Reading:
    if exchange.url.tls_compliant and not event.clean:
        return Verdict(False, rules.TLS_NOT_CLOSED)
    return Whole(exchange)


def judge(exchange: HttpExchange) -> Verdict:
    """Judge the whole page: its status, then its digest, then its pattern.  One shorter than it said to be is judged as it is."""
    assert exchange.head is not None, "the head came before the body"
    url, status = exchange.url, exchange.head.status
    if not any(low <= status <= high for low, high in url.status_codes):
        return Verdict(False, rules.HTTP_STATUS, f"status_code [{status}]")
    if url.digest is not None and exchange.digest.text != url.digest:
        return Verdict(False, rules.HTTP_DIGEST, f"MD5SUM [{exchange.digest.text}]")
    if url.pattern is not None and matches(url.pattern, exchange.search) == url.pattern.no_match:
        return Verdict(False, rules.HTTP_PATTERN, "regex found" if url.pattern.no_match else "regex not found")
    return Verdict(True, rules.HTTP_GOOD, f"status_code [{status}]")
