"""The packets of VRRP as a packet filter sees them."""

from kaspec.address import Address, family_of, is_multicast
from kaspec.doctor.firewall.rules import Value
from kaspec.doctor.firewall.walk import Packet

VRRP, AH = 112, 51
"""IP protocols: VRRP's own, and the authentication header's, which ``auth_type AH`` puts around it."""

Range = tuple[Address, Address]
"""The addresses a packet may come from: the first and the last of them."""


def advert(incoming: bool, interface: str, source: Range, destination: Address, protocol: int = VRRP) -> Packet:
    """Describe an advertisement that comes in, or goes out, on an interface (RFC 3768 5.2, RFC 9568 5.1)."""
    family = family_of(destination)
    ip = "ip" if family == 4 else "ip6"
    group = is_multicast(destination)
    fields: dict[str, Value] = {
        "iifname" if incoming else "oifname": interface,
        "l4proto": (protocol, protocol),
        "nfproto": f"ipv{family}",
        "protocol": ip,
        "ether type": ip,
        "fib daddr type": "multicast" if group else ("local" if incoming else "unicast"),
        f"{ip} {'protocol' if family == 4 else 'nexthdr'}": (protocol, protocol),
        f"{ip} saddr": (int.from_bytes(source[0]), int.from_bytes(source[1])),
        f"{ip} daddr": (int.from_bytes(destination), int.from_bytes(destination)),
        f"{ip} {'ttl' if family == 4 else 'hoplimit'}": (255, 255),
    }
    if incoming:
        fields["pkttype"] = "multicast" if group else "host"
    return Packet(incoming, family, interface, fields)
