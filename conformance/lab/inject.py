"""Frames of our own making, put on a LAN as they are: what no well-behaved daemon would send."""

from typing import Any

from conformance.lab.capture import packet_socket
from conformance.lab.network import Host
from kaspec.wire.ip import VRRP_PROTOCOL

VRRP_GROUP_MAC = "01:00:5e:00:00:12"


def inject(host: Host, interface: str, *frames: bytes) -> None:
    """Send Ethernet frames out of the host's interface, in order."""
    with packet_socket(host, interface, protocol=0) as wire:
        for frame in frames:
            wire.send(frame)


def advert_frame(source: str, mac: str, vrrp: dict[str, Any] | bytes, ttl: int = 255, destination: str = "224.0.0.18") -> bytes:
    """Build the frame of a VRRP version 2 message with scapy, an implementation that is not ours.

    ``vrrp`` are scapy's fields (``vrid``, ``priority``, ``addrlist``, ``authtype``, ``auth1``, ``auth2``, ``adv``; what is not given is
    computed, such as ``chksum``), or the message's bytes as they shall stand there.
    """
    from scapy.layers.inet import IP
    from scapy.layers.l2 import Ether
    from scapy.layers.vrrp import VRRP
    from scapy.packet import Raw

    message = Raw(vrrp) if isinstance(vrrp, bytes) else VRRP(**vrrp)
    return bytes(Ether(src=mac, dst=VRRP_GROUP_MAC) / IP(src=source, dst=destination, ttl=ttl, tos=0xC0, proto=VRRP_PROTOCOL) / message)
