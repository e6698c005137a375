"""Sockets for checks: made, marked, bound and connected as a target says, without ever waiting."""

import errno
import os
import socket
from functools import lru_cache
from pathlib import Path

from kaspec.address import Address, format_address, is_link_local
from kaspec.health.model import Target
from shell import logs

Place = tuple[str, int] | tuple[str, int, int, int]
IP_RECVERR = 11
IPV6_RECVERR = 25
IP_BIND_ADDRESS_NO_PORT = 24
_UNWAITING = int(socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
_UNFINISHED = (0, errno.EINPROGRESS)
_PING_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")


def open_stream(target: Target) -> socket.socket:
    """Return a TCP socket that is being connected; raises ``OSError``."""
    return _connected(_made(target, socket.SOCK_STREAM, 0), target)


def open_datagram(target: Target) -> socket.socket:
    """Return a UDP socket that hears only the target, and every ICMP error about it; raises ``OSError``."""
    return _connected(_told_of_errors(_made(target, socket.SOCK_DGRAM, 0), target), target)


def open_echo(target: Target) -> socket.socket:
    """Return an ICMP socket for echo requests; raises ``OSError``.

    The kernel has such sockets for a range of groups, empty by default: ours is let in, as keepalived does.
    """
    protocol = socket.IPPROTO_ICMP if target.family == 4 else socket.IPPROTO_ICMPV6
    try:
        made = _made(target, socket.SOCK_DGRAM, protocol)
    except PermissionError:
        _let_in(os.getegid())
        made = _made(target, socket.SOCK_DGRAM, protocol)
    return _connected(_told_of_errors(made, target), target)


def _made(target: Target, kind: int, protocol: int) -> socket.socket:
    made = socket.socket(socket.AF_INET if len(target.address) == 4 else socket.AF_INET6, kind | _UNWAITING, protocol)
    try:
        if target.mark:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, target.mark)
        if target.interface is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, target.interface.encode())
        if target.source is not None or target.source_port is not None:
            _bind(made, target)
    except OSError:
        made.close()
        raise
    return made


def _bind(made: socket.socket, target: Target) -> None:
    """Bind to the source; a port that is not asked for is the kernel's choice at connecting, so that it need not be free everywhere."""
    if target.source_port is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    else:
        made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    source = target.source if target.source is not None else Address(bytes(len(target.address)))
    made.bind(_place(source, target.source_port or 0, _scope(target, source)))


def _scope(target: Target, address: Address) -> int:
    return socket.if_nametoindex(target.interface) if target.interface and is_link_local(address) else 0


def _told_of_errors(made: socket.socket, target: Target) -> socket.socket:
    if target.family == 4:
        made.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    return made


def _connected(made: socket.socket, target: Target) -> socket.socket:
    code = made.connect_ex(_place(target.address, target.port, _scope(target, target.address)))
    if code not in _UNFINISHED:
        made.close()
        raise OSError(code, os.strerror(code))
    return made


@lru_cache(maxsize=16384)
def _place(address: Address, port: int, scope: int) -> Place:
    """Return an address and port as sockets have them; ``scope`` is the number of a link-local address's interface."""
    text = format_address(address)
    return (text, port) if len(address) == 4 else (text, port, 0, scope)


def _let_in(group: int) -> None:
    """Widen the range of groups that may have ICMP sockets; if that fails, so will the socket."""
    try:
        low, high = map(int, _PING_GROUPS.read_text().split())
        wider = (group, group) if low > high else (min(low, group), max(high, group))
        _PING_GROUPS.write_text("{} {}".format(*wider))
    except (OSError, ValueError):
        return
    logs.info(f"net.ipv4.ping_group_range changed from {low} {high} to {wider[0]} {wider[1]} for PING_CHECK")
