"""What a virtual router wants done, in order: imperative verbs, a closed union.  The shell carries them out and decides nothing."""

from typing import Literal

from attrs import field

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.vrrp.holdings import PolicyRule, Route, VirtualAddress
from kaspec.wire.checksum import ChecksumForm
from kaspec.wire.ip import VRRP_TTL
from kaspec.wire.vrrp import Advertisement


@frozen
class HeaderSeal:
    """An authentication header with this sequence number and key of eight bytes (RFC 2338 5.3.6.3)."""

    sequence: int
    key: bytes = field(repr=False)


@frozen
class TrailerSeal:
    """A trailer of keepalived's ``auth_hmac`` with this sequence number, by that key."""

    sequence: int
    key_id: int
    key: bytes = field(repr=False)


Seal = HeaderSeal | TrailerSeal
"""What makes an advertisement authentic; no two of a sender have the same sequence number."""


@frozen
class SendAdvertisement:
    """Send ``advertisement`` from IP ``source`` on the virtual router's interface, with that form of checksum in version 3.

    ``destination`` is a group or a peer, ``None`` the family's group; the node puts the ``seal`` on, where there are keys.
    """

    advertisement: Advertisement
    source: Address
    form: ChecksumForm = "pseudo-header"
    destination: Address | None = None
    ttl: int = VRRP_TTL
    seal: Seal | None = None


@frozen
class InstallAddresses:
    """Put the addresses on their interfaces; one already there is fine."""

    addresses: tuple[VirtualAddress, ...]


@frozen
class RemoveAddresses:
    """Take the addresses away; one already gone is fine."""

    addresses: tuple[VirtualAddress, ...]


@frozen
class InstallRoutes:
    """Have the kernel route so; a route that is there already is fine."""

    routes: tuple[Route, ...]


@frozen
class RemoveRoutes:
    """Take the routes away; one already gone is fine."""

    routes: tuple[Route, ...]


@frozen
class InstallRules:
    """Put the rules into the routing policy database; one that is there already is fine."""

    rules: tuple[PolicyRule, ...]


@frozen
class RemoveRules:
    """Take the rules away; one already gone is fine."""

    rules: tuple[PolicyRule, ...]


@frozen
class SendGratuitousArp:
    """Announce each IPv4 address ``repeat`` times."""

    addresses: tuple[VirtualAddress, ...]
    repeat: int


@frozen
class SendUnsolicitedNeighborAdvertisement:
    """Announce each IPv6 address ``repeat`` times."""

    addresses: tuple[VirtualAddress, ...]
    repeat: int


@frozen
class Notify:
    """Tell scripts, FIFOs and mail about the new state, in keepalived's words."""

    state: Literal["MASTER", "BACKUP", "FAULT", "STOP"]


@frozen
class NotifyLowerPriority:
    """Tell scripts and FIFOs that a losing advertisement was heard in Master (keepalived's event MASTER_RX_LOWER_PRI)."""


Notification = Notify | NotifyLowerPriority
Installation = InstallAddresses | InstallRoutes | InstallRules
Removal = RemoveAddresses | RemoveRoutes | RemoveRules
Effect = SendAdvertisement | Installation | Removal | SendGratuitousArp | SendUnsolicitedNeighborAdvertisement | Notification
