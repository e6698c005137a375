"""What every exchange with a server answers: it goes on, with something to do, or there is a verdict."""

from typing import Generic, TypeVar

from kaspec.frozen import frozen
from kaspec.health.events import CheckEffect, ConnectionFailed, ExchangeEvent, StreamEnded, StreamFailed, TlsFailed, Verdict
from kaspec.rules import health as rules

E_co = TypeVar("E_co", covariant=True)


@frozen
class Onward(Generic[E_co]):
    """The exchange goes on, in this state, once the effects are carried out; ``heard`` tells that the server has said something."""

    exchange: E_co
    effects: tuple[CheckEffect, ...] = ()
    heard: bool = True


def failed(event: ExchangeEvent) -> Verdict | None:
    """Return the verdict on a connection that is no more, before the answer is whole; nothing for another event."""
    match event:
        case ConnectionFailed(reason):
            return Verdict(False, rules.REFUSED, reason)
        case TlsFailed(reason):
            return Verdict(False, rules.TLS_FAILED, reason)
        case StreamFailed(reason):
            return Verdict(False, rules.CUT_SHORT, reason)
        case StreamEnded():
            return Verdict(False, rules.CUT_SHORT, "the connection was closed")
        case _:
            return None
