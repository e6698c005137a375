"""IP addresses as network-order bytes.

``Address`` is 4 bytes (IPv4) or 16 bytes (IPv6).  Bytes hash and compare fast and their order *is* the comparison the RFCs ask for
(RFC 9568 6.4.3: unsigned, in network byte order), which signed or host-order integers get wrong.
"""

from typing import Literal, NewType

from kaspec.expression import expression

Address = NewType("Address", bytes)
Family = Literal[4, 6]

VRRP_GROUP_V4 = Address(bytes([224, 0, 0, 18]))
"""224.0.0.18, the IPv4 multicast group of VRRP (RFC 3768 5.2.2)."""
VRRP_GROUP_V6 = Address(bytes.fromhex("ff020000000000000000000000000012"))
"""ff02::12, the IPv6 multicast group of VRRP (RFC 9568 5.1.2.2)."""
ALL_NODES_V6 = Address(bytes.fromhex("ff020000000000000000000000000001"))
"""ff02::1, every node on the link (RFC 4291 2.7.1)."""
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = expression(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


def parse_address(text: str) -> Address:
    """Read an IPv4 or IPv6 address; raises ``ValueError`` if it is neither."""
    if _IPV4.fullmatch(text):  # several times as fast as ipaddress, which large configurations notice
        return Address(bytes(map(int, text.split("."))))
    import ipaddress  # slow to import, and most configurations have no address of IPv6

    return Address(ipaddress.ip_address(text).packed)


def format_address(address: Address) -> str:
    """Write an address the usual way: ``192.0.2.1`` or ``fe80::1``."""
    if len(address) == 4:
        return ".".join(map(str, address))
    import ipaddress

    return str(ipaddress.IPv6Address(bytes(address)))


def family_of(address: Address) -> Family:
    """Return 4 or 6."""
    return 4 if len(address) == 4 else 6


def is_link_local(address: Address) -> bool:
    """Tell whether the address is of the link alone: fe80::/10 or 169.254.0.0/16."""
    if len(address) == 16:
        return address[0] == 0xFE and address[1] & 0xC0 == 0x80
    return address[:2] == b"\xa9\xfe"


def vrrp_group(family: Family) -> Address:
    """Return the multicast group of a family (RFC 9568 5.1)."""
    return VRRP_GROUP_V4 if family == 4 else VRRP_GROUP_V6


def is_multicast(address: Address) -> bool:
    """Tell whether the address is an IPv4 or IPv6 multicast group."""
    return address[0] == 0xFF if len(address) == 16 else 224 <= address[0] <= 239
