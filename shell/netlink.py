"""The kernel's interfaces, addresses and routes: dumped at the start, followed by events, changed in batches (rtnetlink(7)).

The kernel answers every request within the system call that makes it, so nothing here waits.  An address event only says *which* interface
changed; its addresses are then read anew, once for a whole burst.  So what the core is told is the kernel's own list in its own order, and
an overrun of the event queue is the same case with every interface changed.
"""

import asyncio
import errno
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import Self

from kaspec.address import Address, family_of, format_address
from kaspec.frozen import frozen
from kaspec.node import LinkChanged
from kaspec.tracking import Link
from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import Holding, VirtualAddress
from shell import rtnetlink
from shell.holding_requests import HINTS, request_for
from shell.ledger import address_key
from shell.problem import Problem
from shell.requests import BUFFER, DATAGRAM, Request, Requests, open_netlink
from shell.route_events import Key, read_route_events, routes_wanted, rules_wanted
from shell.rtnetlink import AddressGone, AddressReport, LinkReport, Report, SettingReport
from shell.watch import Watch

ADDRESS_SPACING = 0.02
"""Seconds between two readings of addresses while events keep coming: a takeover's own events cost a few readings, not one each."""

_EVENTS = rtnetlink.LINK_EVENTS | rtnetlink.IPV4_ADDRESS_EVENTS | rtnetlink.IPV6_ADDRESS_EVENTS | rtnetlink.IPV6_SETTING_EVENTS


Buffers = tuple[tuple[int, bool], tuple[int, bool]]


@frozen
class Interface:
    """An interface of this host: ``link`` is what the core knows of it; ``index``, ``mac`` (6 bytes on Ethernet), whether it
    ``forwards`` IPv6 packets and whether it ``resolves`` addresses (not IFF_NOARP) are for sockets and frames."""

    name: str
    index: int
    mac: bytes
    link: Link
    forwards: bool = False
    resolves: bool = True


class Kernel:
    """The routing side of the kernel, in the network namespace that the process is in when this is made.

    ``interfaces`` is what has been reported to the subscriber.  Raises ``OSError`` if the sockets cannot be made.  ``buffers`` are the
    sizes of the receive buffers for events and for answers, and whether each may exceed the system's limit.
    """

    def __init__(self, buffers: Buffers = ((BUFFER, True), (BUFFER, True))) -> None:
        events, answers = buffers
        self._events = open_netlink(*events)
        self._events.setblocking(False)
        self._events.bind((0, _EVENTS))
        self._requests = Requests(HINTS, *answers)
        self._watch = Watch(self._requests.port)
        self._tell: Callable[[LinkChanged | HoldingsLost], None] | None = None
        self._links: dict[int, LinkReport] = {}
        self._addresses: dict[int, tuple[AddressReport, ...]] = {}
        self._forwarding: set[int] = set()
        self._stale: set[int] = set()
        self._moving: set[tuple[int, Address]] = set()
        self._present: dict[int, Interface] = {}
        self._later: asyncio.TimerHandle | None = None
        self._reported_at = float("-inf")
        self._read_all()
        self.interfaces: Mapping[str, Interface] = {each.name: each for each in self._present.values()}

    async def __aenter__(self) -> Self:
        """Do nothing: it is open already."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Stop reporting and free the descriptors."""
        self.unsubscribe()
        self._watch.close()
        self._events.close()
        self._requests.close()

    def links(self) -> tuple[Link, ...]:
        """Return every interface, as the core sees it."""
        return tuple(interface.link for interface in self.interfaces.values())

    def subscribe(self, tell: Callable[[LinkChanged | HoldingsLost], None]) -> None:
        """Report every change from now on, in the running loop: one ``LinkChanged`` for each interface that is no longer as it was.

        An interface that was replaced by another of the same name is reported gone first.  What somebody else took away of what we had the
        kernel hold is reported after that, as ``HoldingsLost``.
        """
        self._tell = tell
        self._watch.subscribe(self._report)
        asyncio.get_running_loop().add_reader(self._events.fileno(), self._listen)

    def apply(self, changes: Iterable[tuple[bool, Holding]]) -> tuple[Problem, ...]:
        """Install (True) or remove (False) items, in order and in one batch; return a problem for each that the kernel refused.

        One that is there already, or gone already, is no problem.  No other address is lost with a removed one (see ``_survivors``), and no
        route of ours: the kernel drops those that needed it, without a word.
        """
        wanted = tuple(changes)
        indexes = self._indexes()
        addresses = [(install, each) for install, each in wanted if isinstance(each, VirtualAddress)]
        self._moving |= {(indexes[each.interface], each.address) for _, each in addresses if each.interface in indexes}
        survivors = tuple(self._survivors(addresses))
        self._watch.note(wanted, indexes)
        asked = [request_for(install, each, indexes) for install, each in wanted]
        if any(not install for install, _ in addresses) or survivors:
            asked += [*survivors, *(request_for(True, route, indexes) for route in self._watch.ledger.routes())]
        requests = [each for each in asked if isinstance(each, Request)]
        return (*(each for each in asked if isinstance(each, Problem)), *self._requests.carry_out(requests))

    def prepare(self, holdings: Iterable[Holding]) -> None:
        """Make the messages that will install and remove the items, and send an empty batch, so that all is at hand when it matters."""
        indexes = self._indexes()
        for holding in holdings:
            for install in (True, False):
                request_for(install, holding, indexes)
        tuple(self._requests.transact([]))

    def _indexes(self) -> dict[str, int]:
        return {name: interface.index for name, interface in self.interfaces.items()}

    def _survivors(self, changes: Sequence[tuple[bool, VirtualAddress]]) -> Iterator[Request]:
        """Have the kernel put back what it removes unasked.

        With a primary IPv4 address go all secondary ones of its subnet, unless the interface has ``promote_secondaries`` set (it is off by
        default): virtual addresses of another virtual router, new ones of this batch, or what the operator added.
        """
        removed: defaultdict[int, set[VirtualAddress]] = defaultdict(set)
        for install, virtual in changes:
            if not install and (interface := self.interfaces.get(virtual.interface)) is not None:
                removed[interface.index].add(virtual)
        for index, virtuals in removed.items():
            if any(self._may_be_primary(virtual, index) for virtual in virtuals):
                self._refresh(index)
                yield from self._put_back(index, {(virtual.address, virtual.prefix_length) for virtual in virtuals}, changes)

    def _put_back(self, index: int, removed: Set[tuple[Address, int]], changes: Sequence[tuple[bool, VirtualAddress]]) -> Iterator[Request]:
        """Repeat what is to stay of the subnets that lose their primary address: what was there, then what was to come."""
        present = self._addresses.get(index, ())
        bereft = {each.subnet for each in present if not each.secondary and (each.address, each.prefix_length) in removed}
        for each in present:
            if each.secondary and each.subnet in bereft and (each.address, each.prefix_length) not in removed:
                what = f"cannot put back {format_address(each.address)}/{each.prefix_length}, which went with its subnet's primary address"
                yield Request(rtnetlink.address_again(each), what, (errno.EEXIST,))
        last = {(virtual.interface, virtual.address, virtual.prefix_length): (install, virtual) for install, virtual in changes}
        for install, virtual in last.values():
            subnet = rtnetlink.subnet_of(virtual.address, virtual.prefix_length)
            interface = self.interfaces.get(virtual.interface)
            if install and subnet in bereft and interface is not None and interface.index == index:
                request = request_for(True, virtual, {interface.name: index})
                if isinstance(request, Request):
                    yield request

    def _may_be_primary(self, virtual: VirtualAddress, index: int) -> bool:
        """Rule out, without asking the kernel, the usual case: the subnet's primary address is none of those that come and go here."""
        if family_of(virtual.address) == 6 or virtual.prefix_length == 32:
            return False
        subnet = rtnetlink.subnet_of(virtual.address, virtual.prefix_length)
        steady = (each for each in self._addresses.get(index, ()) if not each.secondary and (index, each.address) not in self._moving)
        return all(each.subnet != subnet for each in steady)

    def unsubscribe(self) -> None:
        """Report nothing any more."""
        if self._tell is not None:
            asyncio.get_running_loop().remove_reader(self._events.fileno())
            self._watch.unsubscribe()
            self._tell = None
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def carry_out(self, requests: Sequence[Request]) -> tuple[Problem, ...]:
        """Make other changes of interfaces; return a problem for each that the kernel refused."""
        return tuple(self._requests.carry_out(requests))

    def catch_up(self) -> None:
        """Report what has happened until now, at once."""
        self._take_events()
        self._report()

    def _listen(self) -> None:
        """Events are waiting: take them all, then report."""
        self._schedule(at_once=self._take_events())

    def _take_events(self) -> bool:
        """Take note of all events that wait; tell whether any of them should be reported at once.

        After an overrun the events still in the queue are older than those lost, so they go first and everything is read anew after them.
        """
        link_changed = overrun = False
        while True:
            try:
                events = rtnetlink.read_events(self._events.recv(DATAGRAM), self._requests.port)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                overrun = True
                continue
            for event in events:
                link_changed |= self._follow(event)
        if overrun:
            self._read_all()
            self._watch.suspect = True
        return link_changed or overrun

    def _follow(self, event: LinkReport | SettingReport | AddressGone | int) -> bool:
        """Take note of an event; tell whether it is about a link rather than an address."""
        if isinstance(event, AddressGone):
            self._watch.address_gone(event)
            self._stale.add(event.index)
            return False
        if isinstance(event, int):
            self._stale.add(event)
            return False
        self._stale.add(event.index)
        if isinstance(event, SettingReport):
            self._note_setting(event)
            return False
        if event.gone:
            self._links.pop(event.index, None)
            self._watch.ledger.forget_interface(event.index)
        else:
            self._links[event.index] = event
        return True

    def _schedule(self, at_once: bool) -> None:
        """Report now; but while only address events keep coming, not all the time."""
        loop = asyncio.get_running_loop()
        due = self._reported_at + ADDRESS_SPACING
        if at_once or due <= loop.time():
            self._report()
        elif self._later is None:
            self._later = loop.call_at(due, self._report)

    def _report(self) -> None:
        """Read what changed, and tell the difference."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._reported_at = time.monotonic()
        stale, self._stale = self._stale, set()
        for index in stale:
            self._refresh(index)
        before, self.interfaces = self.interfaces, {each.name: each for each in self._present.values()}
        for change in _differences(before, self.interfaces):
            if self._tell is not None:
                self._tell(change)
        for lost in self._losses():
            if self._tell is not None:
                self._tell(lost)

    def _losses(self) -> tuple[HoldingsLost, ...]:
        """Return what is gone of what is ours, now that everybody knows of the interfaces."""
        if not (self._watch.suspect or self._watch.alarmed):
            return ()
        addresses = self._addresses.items()
        keys: set[Key] = {address_key(index, each.address, each.prefix_length) for index, reports in addresses for each in reports}
        if not self._watch.suspect:
            return self._watch.losses(keys)
        raw: list[bytes] = []
        for request in (routes_wanted(), rules_wanted()):
            self._requests.dump(request, raw)
        return self._watch.missing(keys | {event.key for data in raw for event in read_route_events(data)})

    def _refresh(self, index: int) -> None:
        """Read the addresses of one interface anew."""
        if index in self._links:
            self._see(index, self._requests.dump(rtnetlink.addresses_wanted(index)))
        else:
            self._addresses.pop(index, None)
            self._present.pop(index, None)

    def _read_all(self) -> None:
        """Read everything anew."""
        self._links = {each.index: each for each in self._requests.dump(rtnetlink.links_wanted()) if isinstance(each, LinkReport)}
        self._present.clear()
        self._read_settings()
        reports = self._requests.dump(rtnetlink.addresses_wanted())
        by_index: defaultdict[int, list[Report]] = defaultdict(list)
        for report in reports:
            if isinstance(report, AddressReport):
                by_index[report.index].append(report)
        for index in self._links:
            self._see(index, by_index[index])

    def _see(self, index: int, reports: Iterable[Report]) -> None:
        link = self._links[index]
        addresses = tuple(each for each in reports if isinstance(each, AddressReport) and each.index == index)
        self._addresses[index] = addresses
        seen = Link(link.name, link.up, tuple(each.address for each in addresses if each.usable))
        self._present[index] = Interface(link.name, index, link.mac, seen, index in self._forwarding, link.resolves)

    def _read_settings(self) -> None:
        """Read which interfaces forward IPv6; a kernel without IPv6 does not know what is asked."""
        self._forwarding.clear()
        with suppress(OSError):
            for report in self._requests.dump(rtnetlink.settings_wanted()):
                if isinstance(report, SettingReport):
                    self._note_setting(report)

    def _note_setting(self, report: SettingReport) -> None:
        change = self._forwarding.add if report.forwards else self._forwarding.discard
        change(report.index)


def _differences(before: Mapping[str, Interface], after: Mapping[str, Interface]) -> Iterator[LinkChanged]:
    """Tell what changed: first what is gone, then what is there.  One that took another's name is both."""
    for name, was in before.items():
        now_it_is = after.get(name)
        if now_it_is is None or now_it_is.index != was.index:
            yield LinkChanged(name, None)
    for name, interface in after.items():
        if interface != before.get(name):
            yield LinkChanged(name, interface.link)
