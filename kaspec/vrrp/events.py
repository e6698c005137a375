"""What can happen to a virtual router: past participles, a closed union."""

from typing import Literal

from kaspec.address import Address
from kaspec.frozen import frozen
from kaspec.rules import Rule
from kaspec.vrrp.holdings import Holding, VirtualAddress
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Standing
from kaspec.wire.vrrp import Advertisement


@frozen
class Startup:
    """The router is to take part; ``held``: its sync group begins as Backup, so an address owner does too."""

    held: bool = False


@frozen
class Shutdown:
    """The router is to stop."""


@frozen
class DeadlineReached:
    """The clock reached ``next_deadline`` (before it, this is the identity).

    ``held``: another member of the sync group does not want to be Master, so a Backup waits.
    """

    held: bool = False


@frozen
class Remark:
    """Something odd about an advertisement that is used all the same."""

    rule: Rule
    received: str
    expected: str


@frozen
class AdvertisementReceived:
    """An advertisement that passed every check of RFC 3768 7.1, from IP ``source``."""

    advertisement: Advertisement
    source: Address
    remarks: tuple[Remark, ...] = ()


@frozen
class AdvertisementDiscarded:
    """A packet that failed a check: the rule, what was there and what should have been.  Never moves a timer."""

    rule: Rule
    source: Address
    received: str = ""
    expected: str = ""


@frozen
class StandingChanged:
    """Tracking came to another result (priority, source address or faults); ``held`` is as at ``Startup``."""

    standing: Standing
    held: bool = False


@frozen
class Reconfigured:
    """The configuration was replaced: ``previous`` was in force until now, ``standing`` is by the new one; ``held`` as at ``Startup``."""

    previous: VirtualRouter
    standing: Standing
    held: bool = False


@frozen
class GroupMoved:
    """The sync group is now Master, or Backup, and its members with it."""

    to: Literal["MASTER", "BACKUP"]


@frozen
class LinkReturned:
    """An interface of the router carries again, which was no fault; meanwhile the network may have found the addresses elsewhere.

    The kernel may have dropped what was on it.
    """

    interface: str = ""


@frozen
class HoldingsLost:
    """Somebody took away what is held: ``by`` names who, as far as the kernel tells (``process 812 (systemd-network)``)."""

    holdings: tuple[Holding, ...]
    by: str = ""


@frozen
class AddressesAppeared:
    """Addresses that are held only while Master are on this host, and no virtual router of ours put them there."""

    addresses: tuple[VirtualAddress, ...]


Heard = AdvertisementReceived | AdvertisementDiscarded
Event = (
    Startup
    | Shutdown
    | DeadlineReached
    | Heard
    | StandingChanged
    | LinkReturned
    | Reconfigured
    | GroupMoved
    | HoldingsLost
    | AddressesAppeared
)
