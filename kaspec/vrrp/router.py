"""A virtual router's configuration: an argument of ``step``, never part of the state (design: 5)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from kaspec.address import Address, Family, vrrp_group
from kaspec.frozen import frozen
from kaspec.units import SECOND, ZERO, Interval
from kaspec.vrrp.authentication import Authentication, NoAuthentication
from kaspec.vrrp.holdings import Holding, PolicyRule, Route, interfaces_of
from kaspec.vrrp.holdings import VirtualAddress as VirtualAddress  # noqa: PLC0414 - it is a part of a virtual router's configuration
from kaspec.vrrp.virtual_interface import VirtualInterface
from kaspec.wire.checksum import ChecksumForm

Version = Literal[2, 3]
Identity = tuple[str, Family, int, str]
"""Interface, family and VRID: the same VRID in IPv4 and IPv6 is two virtual routers (RFC 9568 5.2.3).  Last what tells it from others of
the same three (keepalived: told apart by their peers or groups), which is empty for the first."""
LARGEST_TTL = 255
FIVE_SECONDS = Interval(5 * SECOND)
TrackerKind = Literal["script", "file", "process", "bfd"]
Tracker = tuple[TrackerKind, str]
"""A ``vrrp_script``, ``track_file``, ``vrrp_track_process`` or ``bfd_instance``, by its name."""
OWNER_PRIORITY = 255
"""RFC 3768 5.3.4: the router that owns the virtual addresses."""


@frozen
class Peer:
    """A router that is spoken to alone (keepalived ``unicast_peer``), and within which bounds the TTL of what it sends must arrive."""

    address: Address
    min_ttl: int = 0
    max_ttl: int = LARGEST_TTL


@frozen
class InterfaceTrack:
    """An interface whose state matters (keepalived ``track_interface``).

    Weight 0: its failure is a fault, or with ``reverse`` its working.  A positive weight is added while it is up, a negative one while it
    is down; with ``reverse`` it is subtracted.
    """

    interface: str
    weight: int = 0
    reverse: bool = False


@frozen
class TrackerTrack:
    """A script, file, process or BFD session that matters (keepalived ``track_script``, ``_file``, ``_process``, ``_bfd``).

    Weight 0: its failure is a fault, or with ``reverse`` its working.  Otherwise a file adds its value times the weight; of the others a
    positive weight is added while they are good, a negative one while they are bad.  With ``reverse`` it is subtracted.
    """

    kind: TrackerKind
    name: str
    weight: int = 0
    reverse: bool = False

    @property
    def tracker(self) -> Tracker:
        """What is tracked."""
        return self.kind, self.name


@frozen
class GarpPolicy:
    """When gratuitous ARP is sent (keepalived ``garp_*``); ``None`` or 0 packets means not at all.

    A burst has ``repeat`` packets per address; a second burst follows ``delay`` after becoming Master, then one of ``refresh_repeat``
    every ``refresh``.  ``lower_priority_*`` is for a losing advertisement heard in Master.  Every ``extra`` one goes out of the interfaces
    that hold addresses and carry no advertisements (keepalived ``garp_extra_if``), ``everywhere`` or of virtual interfaces only: switches
    would forget their MAC addresses.
    """

    repeat: int = 5
    delay: Interval | None = FIVE_SECONDS
    refresh: Interval | None = None
    refresh_repeat: int = 1
    lower_priority_repeat: int = 5
    lower_priority_delay: Interval | None = FIVE_SECONDS
    extra: Interval | None = None
    everywhere: bool = False


@frozen
class Profile:
    """Where keepalived and the RFC differ, which one to follow (design: "Policy is a value too").

    ``answers_lower_priority``: RFC 9568 and keepalived send at once in reply to a losing advertisement; RFC 3768 stays silent.
    ``owner_discards``: RFC 3768's owner discards every advertisement (two owners then never agree; RFC 9568 erratum 8298 mends it).
    ``address_list``: what another address list does: ``report`` (keepalived >= 2.3.3), ``drop`` (before), ``drop-unless-owner`` (RFC 3768).
    ``checks_destination``: whether a packet must have been sent to the multicast group (to a unicast router: must not have been).
    ``first_link_local``: what becomes of an IPv6 advertisement whose first address is not link-local (RFC 9568: drop; FRR sends
    them).
    ``refreshes_caches``: what makes a Master announce its addresses anew, since there was another: ``after-lower`` a losing advertisement
    (keepalived), ``always`` also its priority 0 and the return of the link; the RFCs know nothing of it.
    ``rests_after_oversleeping``: whether a Master that slept until another must have taken over listens before it speaks again.
    ``discard_rearms_master``: keepalived's flaw; for the checker to show, never set in the daemon.
    ``answers_higher_priority``: whether a Master advertises once more before it yields (keepalived ``higher_prio_send_advert``).
    """

    name: str
    answers_lower_priority: bool
    owner_discards: bool
    address_list: Literal["report", "drop-unless-owner", "drop"]
    checks_destination: bool
    first_link_local: Literal["report", "drop"] = "report"
    discard_rearms_master: bool = False
    answers_higher_priority: bool = False
    refreshes_caches: Literal["never", "after-lower", "always"] = "always"
    rests_after_oversleeping: bool = True


KEEPALIVED = Profile("keepalived", True, False, "report", True)
"""The default: what current keepalived does, less its flaws."""
RFC3768 = Profile("rfc3768", False, True, "drop-unless-owner", False, refreshes_caches="never", rests_after_oversleeping=False)
"""RFC 3768 to the letter."""
RFC5798 = Profile("rfc5798", False, True, "report", False, refreshes_caches="never", rests_after_oversleeping=False)
"""RFC 5798 to the letter."""
RFC9568 = Profile("rfc9568", True, False, "report", False, "drop", refreshes_caches="never", rests_after_oversleeping=False)
"""RFC 9568 to the letter, with its errata 7947, 7949 and 8298 to 8301."""
ProfileName = Literal["keepalived", "rfc3768", "rfc5798", "rfc9568"]
PROFILES: Mapping[ProfileName, Profile] = {"keepalived": KEEPALIVED, "rfc3768": RFC3768, "rfc5798": RFC5798, "rfc9568": RFC9568}
"""Those that a configuration and a trace can ask for."""


@frozen(cache_hash=True)
class VirtualRouter:
    """One virtual router on one interface (RFC 3768 6.1; keepalived ``vrrp_instance``).

    ``priority`` is the configured one, 1..255; tracking may change the effective one (``Standing``).  ``source`` is a configured source
    address; without it the interface's own is used.  ``down_timer_adverts`` is the 3 in Master_Down_Interval.  ``checksum_form`` is what is
    sent in version 3 for IPv4; either is accepted.  ``highest_rival`` is the highest priority another router can have (keepalived
    ``timer_expired_backup``): its Skew_Time says when it has taken over from a Master that sleeps.

    ``interface`` is the operator's, where the source address is; a ``virtual_interface`` made over it carries advertisements (unless it
    ``transmits_on_base``) and addresses, ``address_interfaces`` addresses that are on another interface.  ``accept`` is the RFC's
    Accept_Mode.

    With ``peers`` it unicasts to each of them, with ``unicast_ttl``, and needs no ``interface`` if it has a ``source``; without, it
    multicasts to ``group`` (``None``: the family's own).  ``checks_peers``: only a peer is heard, within its TTL.  ``lacks_peers``: it was
    to unicast, but nobody to unicast to is configured (keepalived ``unicast_fault_no_peer``).  ``tracks_source``: a fault if the configured
    source is not on the interface.  ``trusts_address_list``: another list is told once of each Master (``skip_check_adv_addr``).
    ``distinction`` tells it from another of the same interface, family and VRID.
    A Master holds its ``addresses``, which are advertised, and what no advertisement carries: the ``excluded`` addresses, of either family,
    ``routes`` and ``rules``.  ``needs`` are interfaces that it cannot do without because of static items (keepalived ``track_group``).
    """

    name: str
    interface: str
    virtual_router_id: int
    priority: int = 100
    addresses: tuple[VirtualAddress, ...] = ()
    version: Version = 2
    family: Family = 4
    advertisement_interval: Interval = SECOND
    preempt: bool = True
    preempt_delay: Interval = ZERO
    authentication: Authentication = NoAuthentication()
    tracks: tuple[InterfaceTrack, ...] = ()
    trackers: tuple[TrackerTrack, ...] = ()
    dont_track_primary: bool = False
    source: Address | None = None
    garp: GarpPolicy = GarpPolicy()
    down_timer_adverts: int = 3
    profile: Profile = KEEPALIVED
    checksum_form: ChecksumForm = "pseudo-header"
    virtual_interface: VirtualInterface | None = None
    transmits_on_base: bool = False
    address_interfaces: tuple[VirtualInterface, ...] = ()
    accept: bool = True
    peers: tuple[Peer, ...] = ()
    unicast_ttl: int = LARGEST_TTL
    checks_peers: bool = False
    lacks_peers: bool = False
    group: Address | None = None
    tracks_source: bool = False
    trusts_address_list: bool = False
    distinction: str = ""
    highest_rival: int = 254
    excluded: tuple[VirtualAddress, ...] = ()
    routes: tuple[Route, ...] = ()
    rules: tuple[PolicyRule, ...] = ()
    needs: tuple[str, ...] = ()
    promote_secondaries: bool = False

    @cached_property
    def identity(self) -> Identity:
        """What identifies it on its host, whatever its name."""
        return self.port, self.family, self.virtual_router_id, self.distinction

    @cached_property
    def port(self) -> str:
        """The interface that its advertisements leave and come in by."""
        return self.interface if self.virtual_interface is None or self.transmits_on_base else self.virtual_interface.name

    @property
    def virtual_interfaces(self) -> tuple[VirtualInterface, ...]:
        """Every interface that is made for it."""
        own = () if self.virtual_interface is None else (self.virtual_interface,)
        return (*own, *self.address_interfaces)

    @cached_property
    def held_addresses(self) -> tuple[VirtualAddress, ...]:
        """Every address that it holds while Master."""
        return (*self.addresses, *self.excluded)

    @cached_property
    def silent_addresses(self) -> tuple[VirtualAddress, ...]:
        """The addresses on interfaces that carry no advertisements, as far as those want announcing all the same."""
        virtual = {each.name for each in self.virtual_interfaces}
        return tuple(
            each for each in self.held_addresses if each.interface != self.port and (self.garp.everywhere or each.interface in virtual)
        )

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Everything that it holds while Master."""
        return (*self.rules, *self.held_addresses, *self.routes)

    @cached_property
    def needed_interfaces(self) -> tuple[str, ...]:
        """The interfaces beside its own that it cannot do without, because of what is on them."""
        named = (name for holding in self.holdings if holding.tracked for name in interfaces_of(holding))
        own = {self.interface, *(each.name for each in self.virtual_interfaces)}
        return tuple(dict.fromkeys(name for name in (*named, *self.needs) if name not in own))

    @property
    def multicast_group(self) -> Address:
        """The group that it multicasts to, if it does."""
        return vrrp_group(self.family) if self.group is None else self.group

    @property
    def is_owner(self) -> bool:
        """Whether this router owns the addresses: it is always priority 255 and always preempts."""
        return self.priority == OWNER_PRIORITY
