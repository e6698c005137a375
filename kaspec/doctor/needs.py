"""What a configuration needs from the machine it is to run on."""

from typing import Literal

from kaspec.address import Address, Family
from kaspec.config.model import InterfaceUse
from kaspec.config.source import Span
from kaspec.doctor.firewall.adverts import VRRP
from kaspec.frozen import frozen


@frozen
class Wanted:
    """An address that is to move: with its subnet, on its interface."""

    address: Address
    prefix_length: int
    interface: str


@frozen
class Instance:
    """A virtual router: where it runs, what it sends from (``source`` if it is given) and to (``group``, or the ``peers``).

    ``timed`` tells that it discards what was not signed just now, by its own clock.
    """

    name: str
    span: Span
    interface: str
    group: Address
    family: Family = 4
    version: Literal[2, 3] = 2
    addresses: tuple[Wanted, ...] = ()
    source: Address | None = None
    peers: tuple[Address, ...] = ()
    protocol: int = VRRP
    virtual_mac: bool = False
    promotes: bool = False
    timed: bool = False


@frozen
class Script:
    """A program to be run: its path (the first word), the keyword that names it, whom it runs as (``None``: the default)."""

    path: str
    keyword: str
    span: Span
    user: str | None = None


@frozen
class VirtualServer:
    """A virtual server: its address (``None`` for a mark or a group) and whether it forwards by NAT or leaves the address (DR, TUN)."""

    span: Span
    address: Address | None
    family: Family
    translates: bool


@frozen
class Needs:
    """Everything a configuration needs; without one (``general``) what any configuration would."""

    general: bool = False
    errors: int = 0
    file: str = ""
    instances: tuple[Instance, ...] = ()
    uses: tuple[InterfaceUse, ...] = ()
    virtual_servers: tuple[VirtualServer, ...] = ()
    binds: tuple[tuple[Address, Span], ...] = ()
    scripts: tuple[Script, ...] = ()
    script_user: str | None = None
    secure: bool = False
    smtp_server: tuple[str, Span] | None = None
    synchronises: bool = False

    @property
    def needs_ipv6(self) -> frozenset[str]:
        """The interfaces that need IPv6."""
        own = {each.interface for each in self.instances if each.family == 6}
        return frozenset(own | {held.interface for each in self.instances for held in each.addresses if len(held.address) == 16})
