"""What a virtual router wants done, in order: imperative verbs, a closed union.  The shell carries them out and decides nothing."""

from typing import Literal

from attrs import frozen

from kaspec.address import Address
from kaspec.vrrp.router import VirtualAddress
from kaspec.wire.vrrp import Advertisement, ChecksumForm


@frozen
class SendAdvertisement:
    """Multicast ``advertisement`` from IP ``source`` on the virtual router's interface, with that form of checksum in version 3."""

    advertisement: Advertisement
    source: Address
    form: ChecksumForm = "pseudo-header"


@frozen
class InstallAddresses:
    """Put the addresses on their interfaces; one already there is fine."""

    addresses: tuple[VirtualAddress, ...]


@frozen
class RemoveAddresses:
    """Take the addresses away; one already gone is fine."""

    addresses: tuple[VirtualAddress, ...]


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


Effect = SendAdvertisement | InstallAddresses | RemoveAddresses | SendGratuitousArp | SendUnsolicitedNeighborAdvertisement | Notify
