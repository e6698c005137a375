"""What a Master holds beside its state: addresses, routes and policy rules, each as the kernel would be told it.

Values only; the numbers are the kernel's.  ``tracked`` tells that the virtual router cannot do without the interface that the item is on
(keepalived: unless ``no_track``).
"""

from typing import Literal

from kaspec.address import Address, Family
from kaspec.frozen import frozen

KEEPALIVED_PROTOCOL = 18
"""RTPROT_KEEPALIVED: who installed a route or a rule."""
MAIN_TABLE = 254
AddressFlag = Literal["home", "mngtmpaddr", "noprefixroute", "autojoin"]
RouteType = Literal["unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat"]
Order = Literal["prepend", "add", "append"]
RuleAction = Literal["table", "goto", "nop", "blackhole", "unreachable", "prohibit"]
Span = tuple[int, int]
Network = tuple[Address, int]
"""An address and the length of its network part."""


@frozen(cache_hash=True)
class VirtualAddress:
    """An address to hold while Master, as ``ip address add`` would take it.

    ``scope`` is the kernel's number (0 is global); ``label`` is IPv4's interface alias such as ``eth0:100``; ``peer`` is the other end of a
    point-to-point link, whose prefix the length then is.  An IPv6 address is used at once unless ``duplicate_detection`` is asked for; new
    connections do not come from it when its ``preferred_lifetime`` is over (in seconds, ``None``: never).
    """

    address: Address
    prefix_length: int
    interface: str
    label: str | None = None
    scope: int = 0
    broadcast: Address | None = None
    peer: Address | None = None
    flags: frozenset[AddressFlag] = frozenset()
    duplicate_detection: bool = False
    preferred_lifetime: int | None = None
    tracked: bool = True
    track_group: str | None = None


@frozen
class RouteMetric:
    """One of a route's metrics, by iproute2's name; a ``locked`` one the kernel never adapts.  ``congctl`` is a name."""

    name: str
    value: int | str
    locked: bool = False


@frozen
class Encapsulation:
    """What a route wraps its packets in: ``ip`` and ``ip6`` tunnels by their header's fields, ``mpls`` by its labels."""

    kind: Literal["ip", "ip6", "mpls"]
    labels: tuple[int, ...] = ()
    identifier: int | None = None
    destination: Address | None = None
    source: Address | None = None
    hop_limit: int | None = None
    traffic_class: int | None = None
    flags: int | None = None


@frozen
class NextHop:
    """One way of several: a gateway, an interface, or both; it gets ``weight`` (1..256) shares of the traffic."""

    via: Address | None = None
    interface: str | None = None
    weight: int = 1
    onlink: bool = False
    realms: Span | None = None
    encapsulation: Encapsulation | None = None


@frozen(cache_hash=True)
class Route:
    """A route as ``ip route add`` would take it; ``None`` means not given.

    ``destination`` 0.0.0.0 with ``prefix_length`` 0 is the default route.  ``origin`` is IPv6's ``from``.  ``expires`` is in seconds,
    ``preference`` a router preference (RFC 4191: 0 medium, 1 high, 3 low).  With ``hops`` there is no other way.  ``order`` tells where it
    goes among others to the same place.
    """

    destination: Address
    prefix_length: int
    via: Address | None = None
    interface: str | None = None
    source: Address | None = None
    metric: int | None = None
    table: int | None = None
    scope: int | None = None
    type: RouteType = "unicast"
    order: Order = "prepend"
    onlink: bool = False
    origin: Network | None = None
    type_of_service: int = 0
    protocol: int = KEEPALIVED_PROTOCOL
    expires: int | None = None
    preference: int | None = None
    propagates_ttl: bool | None = None
    realms: Span | None = None
    metrics: tuple[RouteMetric, ...] = ()
    encapsulation: Encapsulation | None = None
    hops: tuple[NextHop, ...] = ()
    tracked: bool = True
    track_group: str | None = None

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The interfaces that it names."""
        named = (self.interface, *(hop.interface for hop in self.hops))
        return tuple(dict.fromkeys(name for name in named if name is not None))


@frozen(cache_hash=True)
class PolicyRule:
    """A rule of the routing policy database as ``ip rule add`` would take it.

    ``priority`` is its place among the rules.  ``target`` is the table (action ``table``) or the priority of the rule to go on with
    (``goto``).  ``realms`` are (from, to); ``suppress_*`` have a found route passed over.
    """

    family: Family
    priority: int
    action: RuleAction = "table"
    target: int | None = None
    inverted: bool = False
    source: Network | None = None
    destination: Network | None = None
    type_of_service: int = 0
    mark: tuple[int, int | None] | None = None
    incoming: str | None = None
    outgoing: str | None = None
    realms: Span | None = None
    suppress_prefix_length: int | None = None
    suppress_group: int | None = None
    tunnel: int | None = None
    users: Span | None = None
    any_vrf: bool = False
    protocol: int = KEEPALIVED_PROTOCOL
    ip_protocol: int | None = None
    source_ports: Span | None = None
    destination_ports: Span | None = None
    tracked: bool = True
    track_group: str | None = None


Holding = VirtualAddress | Route | PolicyRule
"""Something that is in the kernel for as long as its holder is there."""


@frozen(cache_hash=True)
class Statics:
    """What a host holds whoever is Master (keepalived ``static_*``)."""

    addresses: tuple[VirtualAddress, ...] = ()
    routes: tuple[Route, ...] = ()
    rules: tuple[PolicyRule, ...] = ()

    @property
    def items(self) -> tuple[Holding, ...]:
        """All of it, in the order in which it is installed."""
        return (*self.rules, *self.addresses, *self.routes)


def interfaces_of(holding: Holding) -> tuple[str, ...]:
    """Return the interfaces that an item is on, or needs."""
    match holding:
        case VirtualAddress():
            return (holding.interface,)
        case Route():
            return holding.interfaces
        case PolicyRule():
            return tuple(name for name in (holding.incoming,) if name is not None)
