"""The BFD control packet (RFC 5880 4.1): bytes to ``ControlPacket`` and back.

There is no authentication here, so a packet that carries some is discarded (RFC 5880 6.8.6).  Intervals are microseconds on the wire too.
"""

from enum import IntEnum
from struct import Struct

from kaspec import rules
from kaspec.frozen import frozen
from kaspec.units import ZERO, Interval
from kaspec.wire.vrrp import Undecodable

SINGLE_HOP_PORT, MULTIHOP_PORT = 3784, 4784
"""RFC 5881 4, RFC 5883 5."""
SOURCE_PORTS = range(49152, 65536)
"""RFC 5881 4: where the source port must be from."""
LARGEST = 0xFFFF_FFFF
"""The largest discriminator, and the longest interval in microseconds."""

_VERSION, _LENGTH, _LENGTH_WITH_AUTHENTICATION = 1, 24, 26
_POLL, _FINAL, _INDEPENDENT, _AUTHENTICATION, _DEMAND, _MULTIPOINT = 0x20, 0x10, 0x08, 0x04, 0x02, 0x01
_HEADER = Struct("!BBBBIIIII")


class SessionState(IntEnum):
    """The states of a session, with their numbers on the wire (RFC 5880 4.1)."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(IntEnum):
    """Why a session last left Up (RFC 5880 4.1); other numbers may come from a peer and mean nothing to us."""

    NONE = 0
    DETECTION_TIME_EXPIRED = 1
    ECHO_FUNCTION_FAILED = 2
    NEIGHBOR_SIGNALED_DOWN = 3
    FORWARDING_PLANE_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMINISTRATIVELY_DOWN = 7
    REVERSE_CONCATENATED_PATH_DOWN = 8


@frozen
class ControlPacket:
    """A control packet; the field names are the RFC's, ``diagnostic`` is 0..31 and ``your_discriminator`` 0 while unknown."""

    state: SessionState
    detect_multiplier: int
    my_discriminator: int
    your_discriminator: int
    desired_min_tx_interval: Interval
    required_min_rx_interval: Interval
    required_min_echo_rx_interval: Interval = ZERO
    diagnostic: int = Diagnostic.NONE
    poll: bool = False
    final: bool = False
    control_plane_independent: bool = False
    demand: bool = False


def encode(packet: ControlPacket) -> bytes:
    """Write a packet: 24 bytes, no authentication section."""
    flags = packet.state << 6
    for is_set, bit in (
        (packet.poll, _POLL),
        (packet.final, _FINAL),
        (packet.control_plane_independent, _INDEPENDENT),
        (packet.demand, _DEMAND),
    ):
        flags |= bit if is_set else 0
    return _HEADER.pack(
        _VERSION << 5 | packet.diagnostic,
        flags,
        packet.detect_multiplier,
        _LENGTH,
        packet.my_discriminator,
        packet.your_discriminator,
        packet.desired_min_tx_interval,
        packet.required_min_rx_interval,
        packet.required_min_echo_rx_interval,
    )


def decode(payload: bytes) -> ControlPacket | Undecodable:
    """Read the payload of a datagram, checking what the bytes alone can tell, in the order of RFC 5880 6.8.6.

    Bytes after the packet's own length are not part of it and are ignored.
    """
    if len(payload) < _LENGTH:
        return Undecodable(rules.BFD_LENGTH, f"{len(payload)} bytes", f"{_LENGTH}")
    first, flags, multiplier, length, mine, yours, *intervals = _HEADER.unpack_from(payload)
    version, shortest = first >> 5, _LENGTH_WITH_AUTHENTICATION if flags & _AUTHENTICATION else _LENGTH
    state = SessionState(flags >> 6)
    if version != _VERSION:
        return Undecodable(rules.BFD_VERSION, str(version), str(_VERSION))
    if length < shortest:
        return Undecodable(rules.BFD_LENGTH, f"length {length}", f"at least {shortest}")
    if length > len(payload):
        return Undecodable(rules.BFD_LONGER_THAN_PAYLOAD, f"length {length}", f"at most {len(payload)}")
    if multiplier == 0:
        return Undecodable(rules.BFD_DETECT_MULTIPLIER, "0", "1..255")
    if flags & _MULTIPOINT:
        return Undecodable(rules.BFD_MULTIPOINT, "set", "clear")
    if mine == 0:
        return Undecodable(rules.BFD_MY_DISCRIMINATOR, "0", "not 0")
    if yours == 0 and state not in {SessionState.DOWN, SessionState.ADMIN_DOWN}:
        return Undecodable(rules.BFD_YOUR_DISCRIMINATOR, f"0 in state {state.name}", "our discriminator")
    if flags & _AUTHENTICATION:
        return Undecodable(rules.BFD_AUTHENTICATION, "set", "clear")
    desired, required, echo = map(Interval, intervals)
    bits = (bool(flags & bit) for bit in (_POLL, _FINAL, _INDEPENDENT, _DEMAND))
    return ControlPacket(state, multiplier, mine, yours, desired, required, echo, first & 0x1F, *bits)
