"""A world to explore: hosts on broadcast domains, how long an advertisement takes, and what may go wrong how often.

Nothing here decides anything: the hosts run the daemon's own ``node_step``.  What is left open (``Faults``, and when within ``delay`` an
advertisement arrives) is what a search tries in every way.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from attrs import field, fields

from kaspec.address import Address
from kaspec.config.model import Configuration
from kaspec.frozen import evolve, frozen
from kaspec.node import Node
from kaspec.succession import Changed, Kept, Moved, succession
from kaspec.tracking import Link
from kaspec.units import ZERO, Interval
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.router import VirtualRouter

MOST_HOSTS = 250
NOWHERE: Mapping[str, str] = {}


@frozen
class Faults:
    """How often each thing may go wrong in one run, at any moment.

    - ``loss``: an advertisement is lost on its way to one host;
    - ``crash``: a host dies without a word; ``stop``: it is stopped as by TERM;
    - ``cut``: two hosts do not hear each other any more; ``one_way``: one does not hear the other;
    - ``carrier``: an interface of a host loses its carrier;
    - ``tracked``: something tracked (script, file, process, BFD session) is found bad;
    - ``duplication``: an advertisement arrives twice; ``reordering``: one arrives before others that were sent before it on its way;
    - ``removal``: somebody takes a virtual address away from its Master;
    - ``pause``: a host does nothing for a while: its timers are late, and what is sent to it waits;
    - ``drift``: the clock of a host begins to run faster or slower (``World.rates``);
    - ``reload``: a host takes another of its configurations (``Host.reloads``).

    What ``recovers`` may be mended at any moment later, or never, and that costs nothing: hosts start again, cuts heal, carriers return,
    pauses end early, clocks run right again.
    """

    loss: int = 0
    crash: int = 0
    stop: int = 0
    cut: int = 0
    one_way: int = 0
    carrier: int = 0
    tracked: int = 0
    duplication: int = 0
    reordering: int = 0
    removal: int = 0
    pause: int = 0
    drift: int = 0
    reload: int = 0
    recovers: bool = field(default=True, kw_only=True)

    @classmethod
    def once(cls, *names: str) -> "Faults":
        """Let each of the named things happen once."""
        return cls.counted(dict.fromkeys(names, 1))

    @classmethod
    def counted(cls, counts: Mapping[str, int]) -> "Faults":
        """Let each of the named things happen so often."""
        assert set(counts) <= set(FAULTS), counts
        return cls(*(counts.get(name, 0) for name in FAULTS))

    @property
    def budgets(self) -> tuple[int, ...]:
        """How often, in the order of ``FAULTS``."""
        return tuple(getattr(self, name) for name in FAULTS)

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', '-')}={count}" for name, count in zip(FAULTS, self.budgets, strict=True) if count) or "none"


FAULTS = tuple(each.name for each in fields(Faults) if each.name != "recovers")
"""The names of what can go wrong; ``LOSS`` and so on are places in it."""
LOSS, CRASH, STOP, CUT, ONE_WAY, CARRIER, TRACKED, DUPLICATION, REORDERING, REMOVAL, PAUSE, DRIFT, RELOAD = range(len(FAULTS))

Beginning = Literal["together", "apart", "settled"]
"""All hosts start at 0; or each at any moment, or never; or all is as a run without faults from ``together`` leaves it."""


STEADY = 1000
"""The rate of a clock that runs right, in thousandths."""


@frozen
class Setup:
    """What a host runs: ``definitions`` is what its configuration says beside virtual routers and sync groups (scripts and the like)."""

    node: Node
    definitions: Configuration = field(default=Configuration(), repr=False)


@frozen
class Host:
    """A host: its configuration, its interfaces before it starts, and by interface the broadcast domain that it is on.

    ``definitions`` are as in ``Setup``, for the traces.  ``reloads`` are the configurations that it may take later; without any, a reload
    reads the same one again.  ``rate`` is how much of its own time passes in a thousandth of time.
    """

    name: str
    node: Node
    links: tuple[Link, ...]
    wires: Mapping[str, str] = NOWHERE
    definitions: Configuration = field(default=Configuration(), repr=False)
    reloads: tuple[Setup, ...] = ()
    rate: int = STEADY

    @property
    def setups(self) -> tuple[Setup, ...]:
        """Every configuration that it may have, the first one first."""
        return (Setup(self.node, self.definitions), *self.reloads)

    def node_of(self, setup: int) -> Node:
        """Return what it runs by one of its configurations."""
        return self.reloads[setup - 1].node if setup else self.node


@frozen
class World:
    """Hosts, and what may happen to them.

    ``virtual`` has a row for each virtual router: its place on each host, ``None`` where it is not.  An advertisement arrives at any moment
    until ``delay`` after it was sent, on each way from one host to another in the order sent
    but for ``Faults.reordering``.

    Time leaps from one critical instant to the next (``kaspec.explore.tables``); with a ``grid`` it moves in steps of that instead, which
    must divide every interval: slower, and the measure of what leaping may leave out.  ``single`` has room for one advertisement on each
    way, which a second one replaces.  ``caches``: who announced the addresses last is a part of the state.  A pause ends after
    ``longest_pause`` at the latest.  ``rates`` are those that a clock may come to.
    """

    hosts: tuple[Host, ...]
    virtual: tuple[tuple[int | None, ...], ...]
    delay: Interval = ZERO
    faults: Faults = Faults()
    begins: Beginning = "together"
    grid: Interval | None = None
    single: bool = False
    caches: bool = False
    pause: Interval | None = None
    rates: tuple[int, ...] = (STEADY - 1, STEADY + 1)

    @classmethod
    def of(cls, routers: Sequence[VirtualRouter], delay: Interval = ZERO, faults: Faults = Faults(), begins: Beginning = "together",
           addresses: Sequence[Address] = ()) -> "World":  # fmt: skip
        """Put each router on a host of its own, called a, b, c and so on, all on one LAN.

        Without ``addresses`` they are at 192.0.2.1 (or fe80::1) and upwards.
        """
        hosts = tuple(
            lone_host(chr(ord("a") + number), router, addresses[number] if addresses else nth_address(router, number + 1))
            for number, router in enumerate(routers)
        )
        return cls(hosts, ((0,) * len(hosts),), delay, faults, begins)

    @property
    def routers(self) -> tuple[VirtualRouter, ...]:
        """Every virtual router of every host, in every configuration."""
        return tuple(router for host in self.hosts for setup in host.setups for router in setup.node.routers)

    def place(self, virtual: int, host: int, setup: int) -> int | None:
        """Return where a virtual router is on a host by one of its configurations, if anywhere."""
        place = self.virtual[virtual][host]
        if place is None or not setup:
            return place
        there = self.hosts[host]
        fates = succession(there.node.routers, there.node_of(setup).routers)
        return next((fate.new for fate in fates if isinstance(fate, Kept | Changed | Moved) and fate.old == place), None)

    def by_slowest_clock(self, interval: Interval) -> Interval:
        """Return how long an interval may take by the slowest clock there is or may be."""
        slowest = min((*(host.rate for host in self.hosts), *(self.rates if self.faults.drift else ())))
        return Interval(-(-interval * STEADY // slowest))

    @property
    def longest_pause(self) -> Interval:
        """How long a pause may last; if nobody says, until every Backup has become Master and been heard of."""
        return Interval(self.longest_down_interval + self.longest_interval) if self.pause is None else self.pause

    @property
    def longest_interval(self) -> Interval:
        """The longest time between two advertisements of a Master."""
        return max(router.advertisement_interval for router in self.routers)

    @property
    def longest_down_interval(self) -> Interval:
        """The longest Master_Down_Interval that any router can have, by the longest interval that it can learn."""
        return max(down_interval(router, 1 if router.trackers or router.tracks else router.priority, self.longest_interval)
                   for router in self.routers)  # fmt: skip


def down_interval(router: VirtualRouter, priority: int, learnt: Interval) -> Interval:
    """Return Master_Down_Interval of a router with an effective priority; ``learnt`` counts in version 3 only."""
    interval = router.advertisement_interval if router.version == 2 else learnt
    return master_down_interval(router.version, priority, interval, router.down_timer_adverts)


def lone_host(name: str, router: VirtualRouter, address: Address) -> Host:
    """Return a host with one virtual router, whose interface is on the LAN."""
    return Host(name, Node((router,)), (Link(router.interface, up=True, addresses=(address,)),), {router.port: "lan"})


def nth_address(router: VirtualRouter, number: int) -> Address:
    """Return an address for documentation (RFC 5737), or of the link: the ``number``th."""
    assert 0 < number < MOST_HOSTS
    return Address((b"\xc0\0\2" if router.family == 4 else b"\xfe\x80" + bytes(13)) + bytes([number]))


def without_later_announcements(routers: Iterable[VirtualRouter]) -> tuple[VirtualRouter, ...]:
    """Return routers that announce addresses when they become Master and never again for its own sake.

    Later bursts change no state and nobody's mind, but their timers are parts of the state; a law compares the searches with and without.
    """
    return tuple(
        evolve(router, garp=evolve(router.garp, delay=None, refresh=None, lower_priority_delay=None, extra=None)) for router in routers
    )
