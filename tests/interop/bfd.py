"""BFD between hosts a and b: configurations, what of it crosses the LAN, and cutting it by a packet filter."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from conformance.lab.capture import Capture
from conformance.lab.network import Host
from conformance.lab.peers import SEARCH_PATH
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until
from kaspec.address import Family
from kaspec.units import Instant, Interval
from kaspec.wire.bfd import ControlPacket, SessionState, decode
from kaspec.wire.ip import Packet, decode_ip

ADDRESSES: dict[Family, dict[str, str]] = {
    4: {"a": "192.168.123.101", "b": "192.168.123.102"},
    6: {"a": "2001:db8::101", "b": "2001:db8::102"},
}
INTERVAL, MULTIPLIER = 60, 4
"""Of either side, in milliseconds."""
DETECTION = Interval(INTERVAL * MULTIPLIER * 1000)
COMES_UP = 10.0
"""Seconds: two slow intervals, and a busy machine."""
EVER = Instant(0)
_UDP = 17
_CHAIN = "add chain inet mute out { type filter hook output priority 0; }"


def bfd_instance(host: str, family: Family = 4, extra: str = "") -> str:
    """Return ``bfd_instance peer`` of host a or b."""
    own, other = ADDRESSES[family][host], ADDRESSES[family]["b" if host == "a" else "a"]
    timers = f"min_rx {INTERVAL}\n    min_tx {INTERVAL}\n    multiplier {MULTIPLIER}"
    return f"bfd_instance peer {{\n    neighbor_ip {other}\n    source_ip {own}\n    {timers}\n    {extra}\n}}\n"


def tracking(name: str, vrid: int, weight: str = "") -> str:
    """Return a virtual router that tracks ``peer``."""
    return (
        f"vrrp_instance {name} {{\n    interface eth0\n    virtual_router_id {vrid}\n    priority 100\n"
        f"    virtual_ipaddress {{\n        192.168.123.{vrid}/24\n    }}\n    track_bfd {{\n        peer {weight}\n    }}\n}}\n"
    )


@frozen
class Seen:
    """A BFD packet on the LAN."""

    at: Instant
    source: str
    ttl: int
    source_port: int
    packet: ControlPacket


def seen(capture: Capture, source: str, since: Instant = EVER) -> list[Seen]:
    """Return the BFD packets of an address since then."""
    found = []
    for frame in tuple(capture.frames):
        if frame.at < since or frame.data[12:14] not in {b"\x08\x00", b"\x86\xdd"}:
            continue
        datagram = decode_ip(frame.data[14:])
        if not isinstance(datagram, Packet) or datagram.protocol != _UDP or datagram.payload[2:4] != (3784).to_bytes(2, "big"):
            continue
        packet = decode(datagram.payload[8:])
        text = socket.inet_ntop(socket.AF_INET if len(datagram.source) == 4 else socket.AF_INET6, datagram.source)
        if text == source and isinstance(packet, ControlPacket):
            found.append(Seen(frame.at, text, datagram.ttl, int.from_bytes(datagram.payload[:2], "big"), packet))
    return found


def wait_for_state(capture: Capture, source: str, state: SessionState, since: Instant = EVER, timeout: float = COMES_UP) -> Seen:
    """Return the first packet of an address since then that says it is in a state."""

    def first() -> Seen | None:
        return next((each for each in seen(capture, source, since) if each.packet.state == state), None)

    found = wait_until(first, timeout, f"{source} to say {state.name}")
    assert found is not None
    return found


@contextmanager
def mute(host: Host) -> Iterator[None]:
    """Let a packet filter of the host drop all BFD that it sends."""
    _nft(host, f"add table inet mute; {_CHAIN}; add rule inet mute out udp dport 3784 drop")
    try:
        yield
    finally:
        _nft(host, "delete table inet mute")


def _nft(host: Host, commands: str) -> None:
    process = Process.start(host, ("nft", commands), {"PATH": SEARCH_PATH})
    try:
        assert process.program.wait(10) == 0, process.lines
    except subprocess.TimeoutExpired:
        process.kill()
        raise
