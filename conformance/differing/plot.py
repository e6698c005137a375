"""Plots: what happens to a router and when, told by its own deadlines, and what makes one simpler."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict, evolve, fields, frozen

from kaspec.address import Address, Family, format_address, parse_address
from kaspec.trace import language as t
from kaspec.vrrp.router import Version

INTERFACE = "eth0"
PASSWORD = "differ"
_OWN: dict[Family, str] = {4: "192.0.2.2", 6: "fe80::2"}
_LOWER: dict[Family, str] = {4: "192.0.2.1", 6: "fe80::1"}
_HIGHER: dict[Family, str] = {4: "192.0.2.200", 6: "fe80::c8"}
_FOREIGN: dict[Family, str] = {4: "198.51.100.1", 6: "fe80::beef"}
_VIRTUAL: dict[Family, tuple[str, ...]] = {
    4: ("192.0.2.100", "192.0.2.101", "192.0.2.102"),
    6: ("fe80::100", "2001:db8::100", "2001:db8::101"),
}
_LENGTH: dict[Family, int] = {4: 24, 6: 64}
PLAIN_PRIORITY, HIGHER_PRIORITY = 100, 200


@frozen
class Setting:
    """What the router is; ``milliseconds`` is its advertisement interval, ``addresses`` how many virtual ones it has."""

    version: Version = 3
    family: Family = 4
    milliseconds: int = 1000
    priority: int = PLAIN_PRIORITY
    addresses: int = 1
    preempt: bool = True
    password: bool = False

    @property
    def own(self) -> Address:
        """Its own address."""
        return parse_address(_OWN[self.family])

    @property
    def lower(self) -> Address:
        """A neighbour whose address is lower."""
        return parse_address(_LOWER[self.family])

    @property
    def higher(self) -> Address:
        """A neighbour whose address is higher."""
        return parse_address(_HIGHER[self.family])

    @property
    def foreign(self) -> Address:
        """A virtual address that it does not have."""
        return parse_address(_FOREIGN[self.family])

    @property
    def virtual(self) -> tuple[Address, ...]:
        """Its virtual addresses."""
        return tuple(map(parse_address, _VIRTUAL[self.family][: self.addresses]))

    @property
    def configuration(self) -> str:
        """The same as keepalived.conf."""
        lines = (
            f"version {self.version}",
            f"interface {INTERFACE}",
            "state BACKUP",
            "virtual_router_id 51",
            f"priority {self.priority}",
            f"advert_int {self.milliseconds / 1000:g}",
            "garp_master_delay 0",  # announcing a second time is keepalived's own idea, which others need not have
            "garp_lower_prio_delay 0",
            *(() if self.preempt else ("nopreempt",)),
            *(("authentication {", "    auth_type PASS", f"    auth_pass {PASSWORD}", "}") if self.password else ()),
            "virtual_ipaddress {",
            *(f"    {format_address(each)}/{_LENGTH[self.family]}" for each in self.virtual),
            "}",
        )
        return "\n".join(("vrrp_instance VI_1 {", *(f"    {line}" for line in lines), "}"))


@frozen
class Pause:
    """So many tenths of the advertisement interval go by."""

    tenths: int = 0


@frozen
class Until:
    """Time passes until just before what will be the core's n-th deadline from now, or, if ``late``, until just after it."""

    deadlines: int = 1
    late: bool = True


Wait = Pause | Until


@frozen
class Move:
    """A wait, and what then happens: an advertisement comes in, the cable is pulled or put in, or the router is stopped."""

    wait: Wait
    stimulus: t.ReceivesAdvert | t.LinkIs | t.Stops


@frozen
class Plot:
    """A router that is started at 0, and what happens to it."""

    setting: Setting
    moves: tuple[Move, ...] = ()


UNPLUGS, PLUGS = t.LinkIs(INTERFACE, "down"), t.LinkIs(INTERFACE, "up")
_USUAL = Setting()
_KEPT = ("version", "family")
"""What a setting keeps when it is made simpler: an advertisement means something else in another version."""


def cost(plot: Plot) -> int:
    """Return how much there is to a plot; whatever is simpler costs less."""
    return 2 * len(_unusual(plot.setting)) + sum(20 + _cost_of_wait(each.wait) + _cost_of(plot.setting, each) for each in plot.moves)


def _unusual(setting: Setting) -> dict[str, Any]:
    usual = asdict(_USUAL)
    return {name: usual[name] for name, value in asdict(setting).items() if name not in _KEPT and value != usual[name]}


def _cost_of_wait(wait: Wait) -> int:
    return (wait.tenths > 0) + (wait.tenths not in {0, 10}) if isinstance(wait, Pause) else 2 + wait.deadlines


def _cost_of(setting: Setting, move: Move) -> int:
    return sum(1 for _ in _plainer(setting, move.stimulus.fields)) if isinstance(move.stimulus, t.ReceivesAdvert) else 0


def simpler(plot: Plot) -> Iterator[Plot]:
    """Return plots that are simpler in one way each, the much simpler first."""
    moves = plot.moves
    half = len(moves) // 2
    if half > 1:
        yield evolve(plot, moves=moves[half:])
        yield evolve(plot, moves=moves[:half])
    for place in range(len(moves)):
        yield evolve(plot, moves=moves[:place] + moves[place + 1 :])
    for name, value in _unusual(plot.setting).items():
        yield evolve(plot, setting=evolve(plot.setting, **{name: value}))
    for place, move in enumerate(moves):
        for other in _simpler_moves(plot.setting, move):
            yield evolve(plot, moves=(*moves[:place], other, *moves[place + 1 :]))


def _simpler_moves(setting: Setting, move: Move) -> Iterator[Move]:
    if isinstance(move.stimulus, t.ReceivesAdvert):
        for plain in _plainer(setting, move.stimulus.fields):
            yield evolve(move, stimulus=evolve(move.stimulus, fields=plain))
    sooner = [Until(number, move.wait.late) for number in (1, 2)] if isinstance(move.wait, Until) else []
    waits: tuple[Wait, ...] = (Pause(0), Pause(10), *sooner)
    yield from (evolve(move, wait=each) for each in waits if _cost_of_wait(each) < _cost_of_wait(move.wait))


def _plainer(setting: Setting, said: t.AdvertFields) -> Iterator[t.AdvertFields]:
    """Return advertisements of which less is to be said: the plainest is of priority 200 from the lower address."""
    plain = t.AdvertFields(source=setting.lower, priority=HIGHER_PRIORITY)
    for name in (each.name for each in fields(t.AdvertFields)):
        if getattr(said, name) != getattr(plain, name):
            yield evolve(said, **{name: getattr(plain, name)})
