"""``kaspec genhash``: the digest of a page, for ``digest`` of a url, with keepalived's flags and output."""

import select
import sys
import time

import click
from attrs import field

from kaspec.address import Address, parse_address
from kaspec.frozen import define
from kaspec.health import http
from kaspec.health.events import Connect, Received, Send
from kaspec.health.exchange import Onward
from kaspec.health.http import HttpExchange, Whole
from kaspec.health.model import HttpCheck, HttpVersion, Probing, Target, Url
from kaspec.report.genhash import verbose as everything
from kaspec.units import Interval, seconds
from shell.checks.opening import open_stream
from shell.checks.tls import Layer
from shell.checks.wires import Stream

HASHED, NO_DIGEST = 0, 1
"""Exit statuses."""
PROTOCOLS: dict[str, HttpVersion] = {"1.0": "1.0", "1.0c": "1.0C", "1.1": "1.1"}
EPILOG = """\b
Examples:
  kaspec genhash -s 192.0.2.10 -p 80 -u /healthz              the digest of a page
  kaspec genhash -S -I -V www.example.com -s 192.0.2.10 -p 443 -u /
  kaspec genhash -v -s 2001:db8::10 -p 80 -u /                ... with everything that was read

\b
The digest is that of the body as it is on the wire: a body in chunks, which only HTTP 1.1 may have, is not put together.

\b
Exit statuses:
  0   the digest was printed
  1   there is none (keepalived's genhash exits with 0 then)
  2   the options are wrong"""


class _Server(click.ParamType[Address]):
    """A literal address."""

    name = "ip"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Read an address; names are not looked up."""
        try:
            return parse_address(value)
        except ValueError:
            self.fail(f"server should be an IP, not {value}", param, ctx)


@define
class _Fetched:
    """What came, in pieces, and what it comes to."""

    pieces: list[bytes] = field(factory=list)
    digest: str | None = None
    length: int = 0
    trouble: str = ""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("-s", "--server", type=_Server(), required=True, help="Address of the server.")
@click.option("-p", "--port", type=click.IntRange(1, 65535), required=True, help="Its port.")
@click.option("-u", "--url", required=True, help="Path of the page.")
@click.option("-S", "--use-ssl", is_flag=True, help="Speak TLS; no certificate is verified.")
@click.option("-I", "--use-sni", is_flag=True, help="Tell the server its name, that of -V, in TLS.")
@click.option("-V", "--use-virtualhost", metavar="NAME", help="What the Host header says.")
@click.option("-m", "--fwmark", type=click.IntRange(0, 0xFFFF_FFFF), default=0, help="Mark of the packets.")
@click.option("-P", "--protocol", type=click.Choice(tuple(PROTOCOLS), case_sensitive=False), default="1.0", help="HTTP; 1.0c closes.")
@click.option("-t", "--timeout", type=click.FloatRange(0, min_open=True), default=5.0, help="Seconds that each step may take.")
@click.option("-v", "--verbose", is_flag=True, help="Print everything that is read.")
def genhash(
    server: Address, port: int, url: str, use_ssl: bool, use_sni: bool, use_virtualhost: str | None, fwmark: int, protocol: str,
    timeout: float, verbose: bool,
) -> None:  # fmt: skip
    """Print the MD5 sum of a page: what its `digest` in a configuration is to be."""
    target = Target(server, port, mark=fwmark, connect_timeout=seconds(f"{timeout:.6f}"))
    page = Url(url, digest="", virtual_host=use_virtualhost)
    check = HttpCheck(Probing(), target, (page,), use_ssl, PROTOCOLS[protocol.lower()], use_sni)
    begun = time.monotonic_ns()
    fetched = _fetch(check, keeps=verbose)
    took = Interval((time.monotonic_ns() - begun) // 1000)
    if fetched.digest is None:
        click.echo(fetched.trouble, err=True)
        sys.exit(NO_DIGEST)
    for line in everything(fetched.pieces, fetched.length, fetched.digest, url, took) if verbose else (fetched.digest,):
        click.echo(line)


def _fetch(check: HttpCheck, keeps: bool) -> _Fetched:
    """Read the page by the checker's own machine; ``keeps`` all that came."""
    fetched, beginning = _Fetched(), http.begin(check, 0)
    exchange: HttpExchange = beginning.exchange
    (connect,) = beginning.effects
    assert isinstance(connect, Connect)
    try:
        stream = Stream(open_stream(connect.target), None if connect.tls is None else Layer(connect.tls))
    except OSError as error:
        return _Fetched(trouble=f"Connection failed: {error.strerror or error}")
    poll = select.epoll()
    poll.register(stream.socket, stream.interest)
    while True:
        happened = poll.poll(check.target.connect_timeout / 1_000_000)
        if not happened:
            return _Fetched(trouble=f"nothing came from the server within {check.target.connect_timeout / 1_000_000:g} s")
        for event in stream.ready(happened[0][1]):
            taken = http.read(check, exchange, event)
            if keeps and isinstance(event, Received):
                fetched.pieces.append(event.octets)
            if isinstance(taken, Whole):
                fetched.digest, fetched.length = taken.exchange.digest.text, taken.exchange.taken
                return fetched
            if not isinstance(taken, Onward):
                return _Fetched(trouble=f"no data received from remote webserver: {taken.detail}")
            exchange = taken.exchange
            for effect in taken.effects:
                if isinstance(effect, Send):
                    stream.send(effect.octets)
        if stream.may_hold_more:
            poll.modify(stream.socket, stream.interest)


def main() -> None:
    """Run ``genhash``; the entry of its own console script."""
    genhash(prog_name="genhash")
