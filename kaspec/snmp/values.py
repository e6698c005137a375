"""Object identifiers and the values of SNMP (RFC 2578, RFC 2741 5)."""

from enum import IntEnum

from kaspec.frozen import frozen

Oid = tuple[int, ...]
"""An object identifier; Python's order of tuples is the lexicographic order of RFC 2741 2.1."""
LARGEST_SUBIDENTIFIER = 0xFFFF_FFFF


class Syntax(IntEnum):
    """The types of values, with their numbers on the wire (RFC 2741 5.4)."""

    INTEGER = 2
    OCTET_STRING = 4
    NULL = 5
    OBJECT_IDENTIFIER = 6
    IP_ADDRESS = 64
    COUNTER32 = 65
    GAUGE32 = 66
    TIME_TICKS = 67
    OPAQUE = 68
    COUNTER64 = 70
    NO_SUCH_OBJECT = 128
    NO_SUCH_INSTANCE = 129
    END_OF_MIB_VIEW = 130


@frozen
class Value:
    """A value: a number, bytes or an object identifier as ``syntax`` has it, or none at all (the last three, and null)."""

    syntax: Syntax
    content: int | bytes | Oid | None = None


@frozen
class Binding:
    """A name and its value (RFC 2741 5.4: VarBind)."""

    name: Oid
    value: Value


NO_SUCH_OBJECT, NO_SUCH_INSTANCE = Value(Syntax.NO_SUCH_OBJECT), Value(Syntax.NO_SUCH_INSTANCE)
END_OF_MIB_VIEW = Value(Syntax.END_OF_MIB_VIEW)


def integer(number: int) -> Value:
    """Return a signed number of 32 bits; one that does not fit becomes the nearest that does."""
    return Value(Syntax.INTEGER, min(max(number, -(1 << 31)), (1 << 31) - 1))


def gauge(number: int) -> Value:
    """Return an unsigned number of 32 bits (also SNMP's Unsigned32); one that does not fit becomes the nearest that does."""
    return Value(Syntax.GAUGE32, min(max(number, 0), 0xFFFF_FFFF))


def counter(number: int) -> Value:
    """Return a counter, which starts again after 32 bits."""
    return Value(Syntax.COUNTER32, number & 0xFFFF_FFFF)


def counter64(number: int) -> Value:
    """Return a counter of 64 bits."""
    return Value(Syntax.COUNTER64, number & 0xFFFF_FFFF_FFFF_FFFF)


def ticks(hundredths: int) -> Value:
    """Return a time in hundredths of a second, which starts again after 32 bits."""
    return Value(Syntax.TIME_TICKS, hundredths & 0xFFFF_FFFF)


def text(words: str | None) -> Value:
    """Return words, in UTF-8; without any, an empty string."""
    return octets((words or "").encode(errors="surrogateescape"))


def octets(content: bytes) -> Value:
    """Return bytes."""
    return Value(Syntax.OCTET_STRING, content)


def truth(is_so: bool) -> Value:
    """Return SNMP's yes or no: 1 or 2 (RFC 2579 TruthValue; ``enabled(1), disabled(2)`` and the like too)."""
    return integer(1 if is_so else 2)
