"""An instance in two routers' files."""

from kaspec.address import Address
from kaspec.config.diagnostics import Diagnostic, Kind
from kaspec.config.keywords import Row
from kaspec.config.lint.instances import Instance
from kaspec.config.source import Span
from kaspec.frozen import frozen
from kaspec.vrrp.router import VirtualRouter


@frozen(eq=False)
class Side:
    """An instance of one file; sides are told apart, not compared."""

    file: str
    instance: Instance

    @property
    def router(self) -> VirtualRouter:
        """The virtual router as this side would run it."""
        return self.instance.router

    @property
    def source(self) -> Address | None:
        """The address that packets come from, if it is given."""
        return self.router.source

    @property
    def peers(self) -> tuple[Address, ...]:
        """The addresses that it unicasts to; none if it multicasts."""
        return tuple(peer.address for peer in self.router.peers)

    @property
    def multicast_group(self) -> Address:
        """The group that it multicasts to."""
        return self.router.multicast_group

    def place(self, *choice: Row) -> Span:
        """Where the first of these settings stands that is given, else the instance's name: all are left to the default."""
        given = next((found for row in choice if (found := self.instance.section.given.get(row))), None)
        span = given[-1].span if given else self.instance.section.span
        assert isinstance(span, Span)
        return span


@frozen
class Pair:
    """The two sides of a virtual router."""

    here: Side
    there: Side

    def differ(self, kind: Kind, row: Row, message: str, hint: str = "", there: str = "the peer's") -> Diagnostic:
        """Point at a setting on both sides."""
        return kind.at(self.here.place(row), message, hint, ((self.there.place(row), there),))
