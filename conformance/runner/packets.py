"""Frames in words, for people: who sent what to whom, and every field of it."""

from collections.abc import Iterator
from functools import cache

from attrs import frozen
from scapy.layers import inet6, vrrp  # noqa: F401  each teaches scapy's Ether what may be in it
from scapy.layers.l2 import Ether
from scapy.packet import Packet

OWN = "02:00:00:00:00:"
"""How the hardware address of a device begins on its LANs; a virtual one is the device's if it is not the neighbour's."""
NEIGHBOUR = "02:00:00:00:1"
_ADDRESSED = {"IP": ("src", "dst"), "IPv6": ("src", "dst"), "ARP": ("psrc", "pdst")}
_DULL = frozenset({"auth1", "auth2", "hwtype", "ptype", "hwlen", "plen", "fl", "ihl", "id", "flags", "frag", "options", "tos", "tc"})


@frozen
class Told:
    """A frame: whether the device sent it, from which address to which, what it is, and its fields by layer."""

    from_device: bool
    source: str
    destination: str
    kind: str
    fields: tuple[tuple[str, str], ...]


@cache
def told(frame: str) -> Told:
    """Decode a frame, given in hexadecimal; bytes that are nothing known are shown as they are."""
    whole = Ether(bytes.fromhex(frame))
    layers = list(_layers(whole))
    source, destination = str(whole.src), str(whole.dst)
    for layer in layers:
        if names := _ADDRESSED.get(str(layer.name)):
            source, destination = (str(layer.getfieldval(name)) for name in names)
    kind = next(str(each.name) for each in reversed(layers) if each.name not in {"Raw", "Padding"})
    fields = tuple((str(layer.name), _fields(layer)) for layer in layers[1:] if layer.name != "Padding")
    return Told(not str(whole.src).startswith(NEIGHBOUR), source, destination, kind, fields)


def _layers(packet: Packet) -> Iterator[Packet]:
    while packet.name != "NoPayload":
        yield packet
        packet = packet.payload


def _fields(layer: Packet) -> str:
    shown = []
    for field in layer.fields_desc:
        value = layer.getfieldval(field.name)
        if field.name in _DULL and not (field.name.startswith("auth") and value):
            continue
        if isinstance(value, bytes):
            text = value.hex() or "none"
        elif isinstance(value, list):
            text = " ".join(map(str, value)) or "none"
        else:
            text = f"0x{value:04x}" if field.name in {"chksum", "cksum"} and isinstance(value, int) else str(value)
        shown.append(f"{field.name} {text}")
    return ", ".join(shown)
