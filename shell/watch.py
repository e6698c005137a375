"""Watching what we hold: which of our addresses, routes and rules somebody else took away, and who.

The routes and rules of the whole machine are listened to only while some are ours: a router with a full table changes thousands a second.
"""

import asyncio
import errno
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping

from kaspec.vrrp.events import HoldingsLost
from kaspec.vrrp.holdings import Holding, VirtualAddress
from shell.ledger import Ledger, address_key, process_words
from shell.requests import BUFFER, DATAGRAM, open_netlink
from shell.route_events import ROUTE_EVENTS, Key, read_route_events
from shell.rtnetlink import AddressGone


class Watch:
    """What is ours, and what of it has gone: ``gone`` has the netlink port that asked for it, ``port`` is our own.

    ``suspect`` tells that notifications of routes and rules were lost.
    """

    def __init__(self, port: int) -> None:
        self.ledger = Ledger()
        self.suspect = False
        self._port = port
        self._gone: dict[Key, int] = {}
        self._socket = open_netlink(BUFFER)
        self._socket.setblocking(False)
        self._listening = False
        self._notice: Callable[[], None] | None = None

    def close(self) -> None:
        """Free the descriptor; nobody is subscribed any more."""
        self._socket.close()

    def unsubscribe(self) -> None:
        """Call nobody any more."""
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._notice = None

    def subscribe(self, notice: Callable[[], None]) -> None:
        """Call ``notice`` in the running loop whenever routes or rules may have gone."""
        self._notice = notice
        if self._listening:
            asyncio.get_running_loop().add_reader(self._socket.fileno(), self._listen)

    def note(self, changes: Iterable[tuple[bool, Holding]], indexes: Mapping[str, int]) -> None:
        """Enter what we install (True), strike what we remove."""
        noted = tuple(changes)
        if not self._listening and any(install and not isinstance(holding, VirtualAddress) for install, holding in noted):
            self._socket.bind((0, ROUTE_EVENTS))
            self._listening = True
            if self._notice is not None:
                asyncio.get_running_loop().add_reader(self._socket.fileno(), self._listen)
        self.ledger.note(noted, indexes)

    def address_gone(self, event: AddressGone) -> None:
        """Somebody removed an address."""
        self._gone[address_key(event.index, event.address, event.prefix_length)] = event.port

    def losses(self, present: Container[Key]) -> tuple[HoldingsLost, ...]:
        """Return what of ours is gone and not ``present`` again, by who took it."""
        by_port: defaultdict[int, list[Holding]] = defaultdict(list)
        gone, self._gone = self._gone, {}
        for key, port in gone.items():
            holding = self.ledger.get(key)
            if holding is not None and key not in present:
                by_port[port].append(holding)
        return tuple(HoldingsLost(tuple(holdings), process_words(port)) for port, holdings in by_port.items())

    @property
    def alarmed(self) -> bool:
        """Whether anything has gone."""
        return bool(self._gone)

    def missing(self, present: Container[Key]) -> tuple[HoldingsLost, ...]:
        """Return what of ours is not ``present``, now that notifications were lost; who took it is unknown."""
        self.suspect = False
        self._gone.clear()
        lost = tuple(holding for key, holding in self.ledger.items() if key not in present)
        return (HoldingsLost(lost),) if lost else ()

    def _listen(self) -> None:
        """Take all notifications that wait; one that came again later is not gone."""
        while True:
            try:
                data = self._socket.recv(DATAGRAM)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.suspect = True
                continue
            for event in read_route_events(data):
                if not event.gone:
                    self._gone.pop(event.key, None)
                elif event.port != self._port and self.ledger.get(event.key) is not None:
                    self._gone[event.key] = event.port
        if (self._gone or self.suspect) and self._notice is not None:
            self._notice()
