"""The other arguments of several words, as values, and writing them."""

from typing import Literal

from kaspec.address import Address
from kaspec.config import writing
from kaspec.config.argument import Placed
from kaspec.config.values import Prefix
from kaspec.frozen import frozen
from kaspec.lvs.settings import Forwarding, SyncDaemon, Timeouts
from kaspec.units import Interval


@frozen
class Server:
    """``HOST [PORT]``."""

    host: str
    port: int | None = None


@frozen
class TrackLine:
    """``NAME [weight N [reverse|noreverse]]``; what is not said is as the tracked thing's own, or for an interface 0 and not reversed."""

    name: Placed[str]
    weight: int | None = None
    reverse: bool | None = None

    @property
    def interface(self) -> Placed[str]:
        """The name of a tracked interface."""
        return self.name


@frozen
class Weight:
    """``N [reverse|noreverse]``."""

    amount: int
    reverse: bool = False


@frozen
class Peer:
    """A unicast peer, and the smallest and largest TTL its packets may have."""

    address: Address
    min_ttl: int | None = None
    max_ttl: int | None = None


@frozen
class Vmac:
    """``use_vmac``: the macvlan's name, its MAC address (5 bytes: the VRID is the sixth), its group."""

    name: str | None = None
    address: bytes | None = None
    group: int | str | None = None
    netlink_notify: bool = False


@frozen
class Ipvlan:
    """``use_ipvlan``: the ipvlan's mode flag, name, address and group."""

    mode: Literal["bridge", "private", "vepa"] | None = None
    name: str | None = None
    address: Prefix | None = None
    group: int | str | None = None


@frozen
class HmacKey:
    """A key of ``auth_hmac``: its number and the secret, as it is written (``hex:...`` and ``file:PATH`` are not resolved)."""

    identifier: int
    secret: str


@frozen
class Refresh:
    """How often addresses on other interfaces are announced; ``everywhere`` or on VMACs only."""

    interval: Interval
    everywhere: bool = False


@frozen
class Owner:
    """Whom something belongs to or runs as; ``user`` is ``None`` in ``:GROUP``."""

    user: str | None
    group: str | None = None


@frozen
class Fifo:
    """A FIFO and whom it belongs to."""

    path: str
    owner: Owner | None = None


@frozen
class InitialFile:
    """``init_file``: the value a tracked file begins with, and whether one that is there is overwritten."""

    value: int = 0
    overwrite: bool = False


@frozen
class LinkDelay:
    """How long an interface must have been down, and up, before that counts; without ``up`` it does so at once."""

    interface: str
    down: Interval
    up: Interval | None = None


@frozen
class LinkBeat:
    """An interface that is polled, and by what method."""

    interface: str
    method: str | None = None


@frozen
class Endpoint:
    """``ADDRESS [PORT]``."""

    address: Address
    port: int | None = None


@frozen
class FirewallMark:
    """``fwmark N [inet|inet6]``."""

    mark: int
    family: Literal[4, 6] | None = None


@frozen
class GroupName:
    """``group NAME``: every service of a ``virtual_server_group``."""

    name: str


Service = Endpoint | FirewallMark | GroupName
"""What a ``virtual_server`` serves."""


@frozen
class AddressRange:
    """The addresses ``first`` to ``last``."""

    first: Address
    last: Address
    port: int | None = None


@frozen
class Network:
    """Every address of a network."""

    prefix: Prefix
    port: int | None = None


GroupEntry = Endpoint | AddressRange | Network | FirewallMark
"""A line of a ``virtual_server_group``."""


@frozen
class Stack:
    """Sizes of the stack that matching a regular expression gets, in bytes."""

    start: int
    maximum: int


# Writing.


def write_server(value: Server) -> str:
    """Write ``HOST [PORT]``."""
    return writing.word(value.host) if value.port is None else f"{writing.word(value.host)} {value.port}"


def write_track(value: TrackLine) -> str:
    """Write ``NAME [weight N [reverse|noreverse]]``."""
    head = writing.word(value.name.value)
    reversal = "" if value.reverse is None else " reverse" if value.reverse else " noreverse"
    return head if value.weight is None else f"{head} weight {value.weight}{reversal}"


def write_weight(value: Weight) -> str:
    """Write ``N [reverse]``."""
    return f"{value.amount} reverse" if value.reverse else str(value.amount)


def write_peer(value: Peer) -> str:
    """Write ``ADDRESS [min_ttl N] [max_ttl N]``."""
    return writing.following(writing.address(value.address), ("min_ttl", value.min_ttl, str), ("max_ttl", value.max_ttl, str))


def write_vmac(value: Vmac) -> str:
    """Write ``[NAME] [MAC] [group G] [netlink_notify_msg]``."""
    parts = (
        _interface_name(value.name),
        "" if value.address is None else value.address.hex(":"),
        "" if value.group is None else f"group {writing.either(value.group)}",
        "netlink_notify_msg" if value.netlink_notify else "",
    )
    return " ".join(part for part in parts if part)


def write_ipvlan(value: Ipvlan) -> str:
    """Write ``[MODE] [NAME] [ADDRESS] [group G]``."""
    parts = (
        value.mode or "",
        _interface_name(value.name),
        "" if value.address is None else writing.prefix(value.address),
        "" if value.group is None else f"group {writing.either(value.group)}",
    )
    return " ".join(part for part in parts if part)


_TAKEN = frozenset(("name", "group", "netlink_notify_msg", "bridge", "private", "vepa"))


def _interface_name(name: str | None) -> str:
    """Write the name alone, as every release takes it, unless it would be taken for something else."""
    if name is None:
        return ""
    return f"name {writing.word(name)}" if name in _TAKEN or ":" in name or name[:1].isdigit() or "-" in name else writing.word(name)


def write_key(value: HmacKey) -> str:
    """Write ``ID SECRET``."""
    return f"{value.identifier} {writing.word(value.secret)}"


def write_refresh(value: Refresh) -> str:
    """Write ``[all] SECONDS``."""
    return f"{'all ' if value.everywhere else ''}{writing.seconds(value.interval)}"


def write_owner(value: Owner) -> str:
    """Write ``USER [GROUP]`` or ``:GROUP``."""
    if value.user is None:
        return writing.word(f":{value.group}")
    return writing.words((value.user,) if value.group is None else (value.user, value.group))


def write_fifo(value: Fifo) -> str:
    """Write ``PATH [USER [GROUP]]``."""
    return writing.word(value.path) if value.owner is None else f"{writing.word(value.path)} {write_owner(value.owner)}"


def write_initial_file(value: InitialFile) -> str:
    """Write ``VALUE [overwrite]``."""
    return f"{value.value}{' overwrite' if value.overwrite else ''}"


def write_link_delay(value: LinkDelay) -> str:
    """Write ``IF DOWN [UP]``."""
    times = (writing.seconds(each) for each in (value.down, value.up) if each is not None)
    return " ".join((writing.word(value.interface), *times))


def write_link_beat(value: LinkBeat) -> str:
    """Write ``IF [METHOD]``."""
    return writing.words(each for each in (value.interface, value.method) if each is not None)


def write_service(value: Service | GroupEntry) -> str:
    """Write what a virtual server serves, or a line of a group."""
    match value:
        case FirewallMark(mark, family):
            return f"fwmark {mark}{'' if family is None else ' inet' if family == 4 else ' inet6'}"
        case GroupName(name):
            return f"group {writing.word(name)}"
        case Endpoint(address, port):
            head = writing.address(address)
        case AddressRange(first, last, port):
            head = f"{writing.address(first)}-{writing.address(last)}"
        case Network(prefix, port):
            head = writing.prefix(prefix)
    return head if port is None else f"{head} {port}"


def write_forwarding(value: Forwarding) -> str:
    """Write ``METHOD [type TUNNEL [port N] [CHECKSUM]]``."""
    checksum = "" if value.checksum is None else f" {value.checksum}"
    return writing.following(value.method, ("type", value.tunnel, str), ("port", value.port, str)) + checksum


def write_stack(value: Stack) -> str:
    """Write ``START MAX``."""
    return f"{value.start} {value.maximum}"


def write_timeouts(value: Timeouts) -> str:
    """Write ``[tcp N] [tcpfin N] [udp N]``."""
    return writing.following("", *((name, getattr(value, name), writing.seconds) for name in ("tcp", "tcpfin", "udp"))).strip()


def write_sync_daemon(value: SyncDaemon) -> str:
    """Write ``IF [inst INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]``."""
    return writing.following(
        writing.word(value.interface),
        ("inst", value.instance, writing.word),
        ("id", value.identifier, str),
        ("maxlen", value.longest, str),
        ("port", value.port, str),
        ("ttl", value.ttl, str),
        ("group", value.group, writing.address),
    )
