"""A subagent's session with a master agent (RFC 2741 7.1, 7.2), without input or output: bytes in, bytes out.

It opens, registers what it answers for, answers, and asks now and then whether the master is still there.  A master that says nothing for
a whole ``PATIENCE``, or says what is no AgentX, is left; who drives this connects anew after a ``pause``.
"""

from collections.abc import Callable, Iterable
from typing import Literal, assert_never

from kaspec.frozen import evolve, frozen
from kaspec.snmp.values import Binding, Oid
from kaspec.snmp.view import View
from kaspec.units import SECOND, Instant, Interval, after
from kaspec.wire import agentx
from kaspec.wire.agentx import Change, Close, Kind, NotAgentX, Notify, Open, Pdu, Ping, Register, Response, Search

PATIENCE = Interval(15 * SECOND)
"""How long the master may be silent before it is asked, and then before it counts as gone."""
LONGEST_PAUSE = Interval(30 * SECOND)
_NOT_OPEN = 257
_NOT_WRITABLE, _COMMIT_FAILED, _GENERAL_ERROR = 17, 14, 5
Stage = Literal["opening", "open"]


@frozen
class Session:
    """A session: ``due`` is when the master will be asked or given up (``asked``); ``unread`` is the beginning of a message.

    ``regions`` are the subtrees it answers for; ``registering`` those that the master has not confirmed, by the number of the packet.
    """

    regions: tuple[Oid, ...]
    due: Instant
    stage: Stage = "opening"
    session_id: int = 0
    packet_id: int = 1
    asked: bool = True
    unread: bytes = b""
    registering: tuple[tuple[int, Oid], ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the master takes notifications."""
        return self.stage == "open"


@frozen
class Said:
    """The session after it; what to send; why it is over (``None``: it is not); and regions that somebody else answers for already."""

    session: Session
    out: bytes = b""
    ended: str | None = None
    taken: tuple[Oid, ...] = ()


def begin(regions: Iterable[Oid], identity: Oid, description: str, now: Instant) -> Said:
    """Ask a master, just connected to, for a session (RFC 2741 7.1.1)."""
    session = Session(tuple(regions), after(now, PATIENCE))
    return _send(session, Open(identity, description))


def hear(session: Session, data: bytes, look: Callable[[], View], uptime: int, now: Instant) -> Said:
    """Take what the master sent; ``look`` is only called if it asks for values.  ``uptime`` is in hundredths of a second."""
    said = Said(evolve(session, unread=session.unread + data, due=after(now, PATIENCE), asked=not session.ready))
    while said.ended is None:
        found = agentx.decode(said.session.unread)
        if found is None:
            break
        if isinstance(found, NotAgentX):
            return evolve(said, ended=f"the master does not speak AgentX ({found.why})")
        pdu, length = found
        taken = _take(evolve(said.session, unread=said.session.unread[length:]), pdu, look, uptime)
        said = Said(taken.session, said.out + taken.out, taken.ended, said.taken + taken.taken)
    return said


def tick(session: Session, now: Instant) -> Said:
    """Its time has come, if it has: ask whether the master is there (RFC 2741 6.2.11), or give it up."""
    if now < session.due:
        return Said(session)
    if session.asked:
        return Said(session, ended=f"the master said nothing for {PATIENCE // SECOND} seconds")
    return _send(evolve(session, due=after(now, PATIENCE), asked=True), Ping())


def notify(session: Session, bindings: tuple[Binding, ...]) -> Said:
    """Have the master send a notification; before it has taken us on, nothing."""
    return _send(session, Notify(bindings)) if session.ready else Said(session)


def finish(session: Session) -> bytes:
    """Take leave: this is the last the master hears (RFC 2741 7.1.8)."""
    return _send(session, Close()).out


def pause(attempts: int) -> Interval:
    """Return how long to wait before the next attempt, so many having failed in a row: 1, 2, 4, ... seconds."""
    return min(Interval(SECOND << min(max(attempts - 1, 0), 10)), LONGEST_PAUSE)


def _send(session: Session, body: agentx.Body) -> Said:
    pdu = Pdu(session.session_id, 0, session.packet_id, body)
    return Said(evolve(session, packet_id=session.packet_id + 1 & 0x7FFF_FFFF), agentx.encode(pdu))


def _take(session: Session, pdu: Pdu, look: Callable[[], View], uptime: int) -> Said:
    def answer(response: Response) -> Said:
        return Said(session, agentx.encode(evolve(pdu, body=response, context=None)))

    match pdu.body:
        case Response():
            return _hear_answer(session, pdu.session_id, pdu.packet_id, pdu.body)
        case Close(reason):
            return Said(session, ended=f"the master closed the session (reason {reason})")
        case _ if session.stage == "opening" or pdu.session_id != session.session_id:
            return answer(Response(uptime, _NOT_OPEN))
        case Search() as asked:
            return answer(Response(uptime, bindings=look().search(asked)))
        case Change(Kind.TEST_SET):
            return answer(Response(uptime, _NOT_WRITABLE, 1))
        case Change(Kind.COMMIT_SET):
            return answer(Response(uptime, _COMMIT_FAILED, 1))
        case Change(Kind.CLEANUP_SET):
            return Said(session)  # RFC 2741 7.2.4.4: the only request without an answer
        case Change() | Ping():
            return answer(Response(uptime))
        case Open() | Register() | Notify() | agentx.Other():
            return answer(Response(uptime, _GENERAL_ERROR))
        case _:
            assert_never(pdu.body)


def _hear_answer(session: Session, session_id: int, packet_id: int, response: Response) -> Said:
    """Take the master's answer: to our wish for a session, to a registration, or to something that needs none."""
    if session.stage == "opening":
        if response.error:
            return Said(session, ended=f"the master refuses a session (error {response.error})")
        return _register(evolve(session, stage="open", session_id=session_id, asked=False))
    if response.error == _NOT_OPEN:
        return Said(session, ended="the master has forgotten the session")
    refused = tuple(region for number, region in session.registering if number == packet_id and response.error)
    waiting = tuple(pair for pair in session.registering if pair[0] != packet_id)
    return Said(evolve(session, registering=waiting), taken=refused)


def _register(session: Session) -> Said:
    out, waiting = b"", list[tuple[int, Oid]]()
    for region in session.regions:
        waiting.append((session.packet_id, region))
        said = _send(session, Register(region))
        session, out = said.session, out + said.out
    return Said(evolve(session, registering=tuple(waiting)), out)
