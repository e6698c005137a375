"""AgentX (RFC 2741): bytes to ``Pdu`` and back.

Both byte orders are read; network byte order is written.  An object identifier always goes out in full, which every master understands,
and comes in with or without the prefix of the internet.
"""

from enum import IntEnum
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is an error's name
from typing import assert_never

from kaspec.frozen import evolve, frozen
from kaspec.snmp.values import LARGEST_SUBIDENTIFIER, Binding, Oid, Syntax, Value

HEADER_BYTES = 20
LONGEST_PAYLOAD = 1 << 20
"""More than a master has any reason to send; what claims more is no AgentX."""

_VERSION = 1
_NETWORK_BYTE_ORDER, _NON_DEFAULT_CONTEXT = 0x10, 0x08
_INTERNET: Oid = (1, 3, 6, 1)


class Kind(IntEnum):
    """The types of PDU (RFC 2741 6.1)."""

    OPEN = 1
    CLOSE = 2
    REGISTER = 3
    UNREGISTER = 4
    GET = 5
    GET_NEXT = 6
    GET_BULK = 7
    TEST_SET = 8
    COMMIT_SET = 9
    UNDO_SET = 10
    CLEANUP_SET = 11
    NOTIFY = 12
    PING = 13
    INDEX_ALLOCATE = 14
    INDEX_DEALLOCATE = 15
    ADD_AGENT_CAPS = 16
    REMOVE_AGENT_CAPS = 17
    RESPONSE = 18


@frozen
class SearchRange:
    """Where to look (RFC 2741 5.2): from ``start``, itself only if ``include``, to before ``end`` (empty: to the end)."""

    start: Oid
    end: Oid = ()
    include: bool = False


@frozen
class Open:
    """A session is wanted (RFC 2741 6.2.1); ``timeout`` is in seconds, 0 for the master's own."""

    identity: Oid
    description: str
    timeout: int = 0


@frozen
class Close:
    """A session ends (RFC 2741 6.2.2); 5 is: shutting down."""

    reason: int = 5


@frozen
class Register:
    """The subagent answers for everything below ``subtree`` (RFC 2741 6.2.3)."""

    subtree: Oid
    priority: int = 127
    timeout: int = 0


@frozen
class Search:
    """``GET``, ``GET_NEXT`` or ``GET_BULK`` (RFC 2741 6.2.5 to 6.2.7); the last two numbers are of the third alone."""

    kind: Kind
    ranges: tuple[SearchRange, ...]
    non_repeaters: int = 0
    max_repetitions: int = 0


@frozen
class Change:
    """``TEST_SET``, with what is to be set, or one of the three that follow it (RFC 2741 6.2.8, 6.2.9)."""

    kind: Kind
    bindings: tuple[Binding, ...] = ()


@frozen
class Notify:
    """A notification to send on (RFC 2741 6.2.10)."""

    bindings: tuple[Binding, ...]


@frozen
class Ping:
    """Is the other there? (RFC 2741 6.2.11)."""


@frozen
class Response:
    """An answer (RFC 2741 6.2.16): ``uptime`` in hundredths of a second; ``error`` 0 is none, ``index`` the binding it is about."""

    uptime: int = 0
    error: int = 0
    index: int = 0
    bindings: tuple[Binding, ...] = ()


@frozen
class Other:
    """A PDU that a subagent does not get."""

    kind: Kind


Body = Open | Close | Register | Search | Change | Notify | Ping | Response | Other


@frozen
class Pdu:
    """A message: three numbers that tell what it belongs to, and what it says.  ``context`` is SNMP's, ``None`` the default one."""

    session_id: int
    transaction_id: int
    packet_id: int
    body: Body
    context: bytes | None = None


@frozen
class NotAgentX:
    """The bytes are no AgentX, and what comes after them cannot be either."""

    why: str


def encode(pdu: Pdu) -> bytes:
    """Write a message, in network byte order."""
    kind, payload = _write(pdu.body)
    flags = _NETWORK_BYTE_ORDER
    if pdu.context is not None:
        flags |= _NON_DEFAULT_CONTEXT
        payload = _octets(pdu.context) + payload
    header = _HEADERS[True].pack(_VERSION, kind, flags, 0, pdu.session_id, pdu.transaction_id, pdu.packet_id, len(payload))
    return header + payload


def decode(data: bytes) -> tuple[Pdu, int] | NotAgentX | None:
    """Read the first message of a stream and tell how many bytes it had; ``None`` if it is not all there yet."""
    if len(data) < HEADER_BYTES:
        return None
    version, kind, flags = data[0], data[1], data[2]
    network = bool(flags & _NETWORK_BYTE_ORDER)
    *_, session_id, transaction_id, packet_id, length = _HEADERS[network].unpack_from(data)
    if version != _VERSION or length % 4 or length > LONGEST_PAYLOAD or kind not in list(Kind):
        return NotAgentX(f"version {version}, type {kind}, {length} bytes")
    if len(data) < HEADER_BYTES + length:
        return None
    reader = _Reader(data[HEADER_BYTES : HEADER_BYTES + length], network)
    try:
        context, reader = reader.octets() if flags & _NON_DEFAULT_CONTEXT else (None, reader)
        body = _read(Kind(kind), reader)
    except (StructError, ValueError) as error:
        return NotAgentX(f"type {kind}: {error}")
    return Pdu(session_id, transaction_id, packet_id, body, context), HEADER_BYTES + length


def _structs(fields: str) -> dict[bool, Struct]:
    return {True: Struct(">" + fields), False: Struct("<" + fields)}


_HEADERS, _LONG, _QUAD, _BINDING, _PAIR = _structs("BBBBIIII"), _structs("I"), _structs("Q"), _structs("HH"), _structs("HH")
_SIGNED = _structs("i")


@frozen
class _Reader:
    """Bytes still to be read; each step returns what it read and the reader after it, and raises ``ValueError`` at the end."""

    data: bytes
    network: bool
    at: int = 0

    def skip(self, count: int) -> "_Reader":
        if self.at + count > len(self.data):
            msg = "it ends too early"
            raise ValueError(msg)
        return evolve(self, at=self.at + count)

    def numbers(self, shape: dict[bool, Struct]) -> tuple[tuple[int, ...], "_Reader"]:
        after = self.skip(shape[True].size)
        return shape[self.network].unpack_from(self.data, self.at), after

    def octets(self) -> tuple[bytes, "_Reader"]:
        (length,), reader = self.numbers(_LONG)
        after = reader.skip(length + -length % 4)
        return self.data[reader.at : reader.at + length], after

    def oid(self) -> tuple[Oid, bool, "_Reader"]:
        after = self.skip(4)
        count, prefix, include = self.data[self.at], self.data[self.at + 1], self.data[self.at + 2]
        head = (*_INTERNET, prefix) if prefix else ()
        end = after.skip(4 * count)
        letter = ">" if self.network else "<"
        return (*head, *Struct(f"{letter}{count}I").unpack_from(self.data, after.at)), bool(include), end

    def binding(self) -> tuple[Binding, "_Reader"]:
        (kind, _), reader = self.numbers(_BINDING)
        name, _, reader = reader.oid()
        content, reader = reader.content(Syntax(kind))
        return Binding(name, Value(Syntax(kind), content)), reader

    def content(self, syntax: Syntax) -> tuple[int | bytes | Oid | None, "_Reader"]:
        match syntax:
            case Syntax.INTEGER:
                (number,), after = self.numbers(_SIGNED)
                return number, after
            case Syntax.COUNTER32 | Syntax.GAUGE32 | Syntax.TIME_TICKS:
                (number,), after = self.numbers(_LONG)
                return number, after
            case Syntax.COUNTER64:
                (number,), after = self.numbers(_QUAD)
                return number, after
            case Syntax.OCTET_STRING | Syntax.IP_ADDRESS | Syntax.OPAQUE:
                return self.octets()
            case Syntax.OBJECT_IDENTIFIER:
                oid, _, after = self.oid()
                return oid, after
            case Syntax.NULL | Syntax.NO_SUCH_OBJECT | Syntax.NO_SUCH_INSTANCE | Syntax.END_OF_MIB_VIEW:
                return None, self
            case _:
                assert_never(syntax)

    def bindings(self) -> tuple[Binding, ...]:
        found, reader = list[Binding](), self
        while reader.at < len(reader.data):
            binding, reader = reader.binding()
            found.append(binding)
        return tuple(found)

    def ranges(self) -> tuple[SearchRange, ...]:
        found, reader = list[SearchRange](), self
        while reader.at < len(reader.data):
            start, include, reader = reader.oid()
            end, _, reader = reader.oid()
            found.append(SearchRange(start, end, include))
        return tuple(found)


def _read(kind: Kind, reader: _Reader) -> Body:
    match kind:
        case Kind.OPEN:
            timeout, reader = reader.data[reader.at], reader.skip(4)
            identity, _, reader = reader.oid()
            return Open(identity, reader.octets()[0].decode(errors="replace"), timeout)
        case Kind.CLOSE:
            reader.skip(4)
            return Close(reader.data[reader.at])
        case Kind.REGISTER:
            reader, (timeout, priority) = reader.skip(4), reader.data[reader.at : reader.at + 2]
            return Register(reader.oid()[0], priority, timeout)
        case Kind.GET | Kind.GET_NEXT:
            return Search(kind, reader.ranges())
        case Kind.GET_BULK:
            (non_repeaters, max_repetitions), reader = reader.numbers(_PAIR)
            return Search(kind, reader.ranges(), non_repeaters, max_repetitions)
        case Kind.TEST_SET:
            return Change(kind, reader.bindings())
        case Kind.COMMIT_SET | Kind.UNDO_SET | Kind.CLEANUP_SET:
            return Change(kind)
        case Kind.NOTIFY:
            return Notify(reader.bindings())
        case Kind.PING:
            return Ping()
        case Kind.RESPONSE:
            (uptime,), reader = reader.numbers(_LONG)
            (error, index), reader = reader.numbers(_PAIR)
            return Response(uptime, error, index, reader.bindings())
        case _:
            return Other(kind)


def _write(body: Body) -> tuple[Kind, bytes]:
    match body:
        case Open(identity, description, timeout):
            return Kind.OPEN, bytes([timeout, 0, 0, 0]) + _oid(identity) + _octets(description.encode())
        case Close(reason):
            return Kind.CLOSE, bytes([reason, 0, 0, 0])
        case Register(subtree, priority, timeout):
            return Kind.REGISTER, bytes([timeout, priority, 0, 0]) + _oid(subtree)
        case Search(kind, ranges, non_repeaters, max_repetitions):
            numbers = _PAIR[True].pack(non_repeaters, max_repetitions) if kind == Kind.GET_BULK else b""
            return kind, numbers + b"".join(_oid(each.start, each.include) + _oid(each.end) for each in ranges)
        case Change(kind, bindings):
            return kind, b"".join(map(_binding, bindings))
        case Notify(bindings):
            return Kind.NOTIFY, b"".join(map(_binding, bindings))
        case Ping():
            return Kind.PING, b""
        case Response(uptime, error, index, bindings):
            return Kind.RESPONSE, _LONG[True].pack(uptime) + _PAIR[True].pack(error, index) + b"".join(map(_binding, bindings))
        case Other(kind):
            return kind, b""
        case _:
            assert_never(body)


def _oid(oid: Oid, include: bool = False) -> bytes:
    if len(oid) > 128 or any(not 0 <= each <= LARGEST_SUBIDENTIFIER for each in oid):
        msg = f"no object identifier: {oid}"
        raise ValueError(msg)
    return bytes([len(oid), 0, include, 0]) + Struct(f">{len(oid)}I").pack(*oid)


def _octets(content: bytes) -> bytes:
    return _LONG[True].pack(len(content)) + content + bytes(-len(content) % 4)


def _binding(binding: Binding) -> bytes:
    return _BINDING[True].pack(binding.value.syntax, 0) + _oid(binding.name) + _content(binding.value)


def _content(value: Value) -> bytes:
    match value.content:
        case None:
            return b""
        case bytes(content):
            return _octets(content)
        case int(number):
            shape = {Syntax.INTEGER: _SIGNED, Syntax.COUNTER64: _QUAD}.get(value.syntax, _LONG)
            return shape[True].pack(number)
        case oid:
            return _oid(oid)
