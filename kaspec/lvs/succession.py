"""What a reload does with virtual servers: each is kept, changed in place, started or stopped."""

from typing import Literal

from kaspec.frozen import frozen
from kaspec.lvs.model import RealServer, Service, VirtualServer


@frozen
class ServiceAction:
    """What is done about one virtual server: ``start`` has no ``old``, ``stop`` no ``new``; ``change`` touches what differs only."""

    kind: Literal["keep", "change", "start", "stop"]
    old: VirtualServer | None
    new: VirtualServer | None

    @property
    def virtual(self) -> VirtualServer:
        """The virtual server as it will be, or as it was if it goes."""
        virtual = self.new or self.old
        assert virtual is not None
        return virtual

    @property
    def lost_services(self) -> tuple[Service, ...]:
        """What is served no more, in the order of before."""
        still = self.new.services if self.new else ()
        return tuple(each for each in (self.old.services if self.old else ()) if each not in still)

    @property
    def lost_servers(self) -> tuple[RealServer, ...]:
        """The real servers that go while their virtual server stays."""
        if self.old is None or self.new is None:
            return ()
        still = {each.key for each in self.new.servers}
        return tuple(each for each in self.old.servers if each.key not in still)


def succession_of_services(old: tuple[VirtualServer, ...], new: tuple[VirtualServer, ...]) -> tuple[ServiceAction, ...]:
    """Return what becomes of each: those that stop first, then the others in the new order."""
    before = {each.key: each for each in old}
    wanted = {each.key for each in new}
    stopped = (ServiceAction("stop", each, None) for each in old if each.key not in wanted)
    return (*stopped, *(_fate(before.get(each.key), each) for each in new))


def _fate(old: VirtualServer | None, new: VirtualServer) -> ServiceAction:
    return ServiceAction("start" if old is None else "keep" if old == new else "change", old, new)
