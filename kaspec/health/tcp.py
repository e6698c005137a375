"""``TCP_CHECK``: the connection is accepted, and closed again."""

from functools import lru_cache

from kaspec.frozen import frozen
from kaspec.health.events import Connect, Connected, ExchangeEvent, Verdict
from kaspec.health.exchange import Onward, failed
from kaspec.health.model import TcpCheck
from kaspec.rules import health as rules


@frozen
class TcpExchange:
    """A connection is being made."""


@lru_cache(maxsize=16384)
def begin(check: TcpCheck) -> Onward[TcpExchange]:
    """Begin."""
    return Onward(TcpExchange(), (Connect(check.target),))


def take(exchange: TcpExchange, event: ExchangeEvent) -> Onward[TcpExchange] | Verdict:
    """Take one event; total."""
    if isinstance(event, Connected):
        return Verdict(True, rules.CONNECTED)
    return failed(event) or Onward(exchange, heard=False)
