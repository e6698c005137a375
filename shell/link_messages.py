"""rtnetlink messages that make and remove virtual interfaces, as bytes (rtnetlink(7), if_link.h).  Pure, like ``shell.rtnetlink``."""

from struct import Struct

from kaspec.vrrp.virtual_interface import Mode, VirtualInterface
from shell.rtnetlink import attribute, message

_LINK = Struct("=BxHiII")
_NUMBER = Struct("=I")
_SHORT = Struct("=H")

_NEW_LINK, _DELETE_LINK = 16, 17
_REQUEST, _CREATE, _EXCLUSIVE = 0x1, 0x400, 0x200
_IFF_UP = 0x1
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_LINK, _IFLA_LINKINFO, _IFLA_AF_SPEC, _IFLA_GROUP = 1, 3, 5, 18, 26, 27
_IFLA_INFO_KIND, _IFLA_INFO_DATA = 1, 2
_IFLA_MACVLAN_MODE, _IFLA_IPVLAN_MODE, _IFLA_IPVLAN_FLAGS = 1, 1, 2
_IPVLAN_LAYER_2 = 0
_AF_INET6, _IFLA_INET6_ADDR_GEN_MODE, _NO_ADDRESSES = 10, 8, 1
_NESTED = 0x8000

_MACVLAN_MODES: dict[Mode, int] = {"private": 1, "vepa": 2, "bridge": 4}
_IPVLAN_FLAGS: dict[Mode, int] = {"bridge": 0, "private": 1, "vepa": 2}


def link_creation(interface: VirtualInterface, base: int) -> bytes:
    """Make a virtual interface over the interface with index ``base``; it is down, and so has no addresses yet."""
    body = _LINK.pack(0, 0, 0, 0, 0)
    body += attribute(_IFLA_IFNAME, interface.name.encode() + b"\0") + attribute(_IFLA_LINK, _NUMBER.pack(base))
    if interface.mac is not None:
        body += attribute(_IFLA_ADDRESS, interface.mac)
    if interface.group:
        body += attribute(_IFLA_GROUP, _NUMBER.pack(interface.group))
    kind = attribute(_IFLA_INFO_KIND, interface.kind.encode()) + attribute(_IFLA_INFO_DATA | _NESTED, _mode(interface))
    body += attribute(_IFLA_LINKINFO | _NESTED, kind)
    return message(_NEW_LINK, _REQUEST | _CREATE | _EXCLUSIVE, body)


def link_silencing(index: int) -> bytes:
    """Let an interface give itself no IPv6 addresses; the kernel takes this neither at the making nor together with the raising."""
    silent = attribute(_IFLA_INET6_ADDR_GEN_MODE, bytes((_NO_ADDRESSES,)))
    body = _LINK.pack(0, 0, index, 0, 0) + attribute(_IFLA_AF_SPEC | _NESTED, attribute(_AF_INET6 | _NESTED, silent))
    return message(_NEW_LINK, _REQUEST, body)


def link_raising(index: int) -> bytes:
    """Bring an interface up."""
    return message(_NEW_LINK, _REQUEST, _LINK.pack(0, 0, index, _IFF_UP, _IFF_UP))


def link_removal(index: int) -> bytes:
    """Remove an interface."""
    return message(_DELETE_LINK, _REQUEST, _LINK.pack(0, 0, index, 0, 0))


def _mode(interface: VirtualInterface) -> bytes:
    if interface.kind == "macvlan":
        return attribute(_IFLA_MACVLAN_MODE, _NUMBER.pack(_MACVLAN_MODES[interface.mode]))
    flags = attribute(_IFLA_IPVLAN_FLAGS, _SHORT.pack(_IPVLAN_FLAGS[interface.mode]))
    return attribute(_IFLA_IPVLAN_MODE, _SHORT.pack(_IPVLAN_LAYER_2)) + flags
