"""A cell played: two real routers on LANs that can be parted, and how long everything took."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from signal import SIGTERM
from threading import Lock
from typing import Literal

from attrs import define, field, frozen
from pyroute2.netlink.exceptions import NetlinkError

from conformance.lab.capture import Advert, Capture, capturing
from conformance.lab.network import Host, Lab, Lan, open_lab
from conformance.lab.waiting import wait_until, wall_clock
from conformance.matrix.cells import INTERFACE, MACS, PRIORITIES, VRID, Cell
from conformance.peers.peer import Running
from conformance.replay.trial import all_of
from kaspec.judge import Allowance, Verdict, capture_of, judge
from kaspec.judge import Host as Known
from kaspec.judge.profiles import PROFILES
from kaspec.units import MILLISECOND, Instant, Interval
from kaspec.wire.ip import Malformed

ATTEMPTS = 3
PATIENCE = 20.0
"""Seconds for what is bound to happen."""
FOLLOWED = {"kaspec": "keepalived", "keepalived": "keepalived-2.2.7", "frr": "frr"}
"""Whom each peer follows, as the judge calls it."""
LENGTHS = {4: 24, 6: 64}
ETHERNET = 1
"""The link type of Ethernet in a capture."""
MADE_BEFOREHAND = "vrrp4-", "vrrp6-"
"""How the interfaces begin that FRR wants made; they stay, with the address that they sent from."""
_making = Lock()
JOINT = ("joint0", "joint1")


Outcome = Literal["pass", "fail", "unsupported", "undetermined"]


@frozen
class Measured:
    """How long something took, and how long the core has it take; ``None``: there is no such bound."""

    what: str
    took: Interval
    expected: Interval | None
    late: Interval

    @property
    def well(self) -> bool:
        """Whether it took about so long."""
        return self.expected is None or -EARLY <= self.took - self.expected <= self.late


EARLY = Interval(30 * MILLISECOND)


@frozen
class Played:
    """What came of a cell: ``trouble`` says why it could not be played to its end, ``unjudged`` why its packets were not judged."""

    cell: Cell
    measured: tuple[Measured, ...] = ()
    verdict: Verdict | None = None
    trouble: str = ""
    unjudged: str = ""

    @property
    def outcome(self) -> Outcome:
        """Whether everything took as long as it must, and the judge allows it."""
        if self.trouble and not self.measured:
            return "unsupported" if self.cell.objection() else "undetermined"
        well = all(each.well for each in self.measured) and (self.verdict is None or self.verdict.answer == "allowed")
        return "undetermined" if self.trouble else "pass" if well else "fail"


@define(eq=False)
class _Table:
    """Two routers, each on a LAN of its own that is joined to the other's until cut."""

    cell: Cell
    lab: Lab
    lans: tuple[Lan, Lan]
    hosts: tuple[Host, Host]
    captures: tuple[Capture, Capture]
    running: list[Running | None] = field(factory=lambda: [None, None])
    measured: list[Measured] = field(factory=list)

    def start(self, place: int) -> Instant:
        """Start a router on what its host had at first; return when."""
        host = self.hosts[place]
        for name, index in _virtual_interfaces(host):
            if not name.startswith(MADE_BEFOREHAND):
                with suppress(NetlinkError):
                    host.netlink.link("del", index=index)
        for address in set(host.addresses(INTERFACE)) - {*host.own[INTERFACE], f"{host.link_local(INTERFACE)}/64"}:
            host.set_address(INTERFACE, address, present=False)
        at = wall_clock()
        peer = self.cell.peers[place]
        self.running[place] = running = peer.start(host, self.cell.device(place))
        wait_until(lambda: any(peer.entered.search(line.text) for line in running.process.lines), PATIENCE, f"{peer.name} has started")
        return at

    def crash(self, place: int) -> None:
        """Kill everything of a host; its kernel answers no more."""
        host = self.hosts[place]
        host.kill_everything()
        for _, index in _virtual_interfaces(host):
            with suppress(NetlinkError):
                host.netlink.link("set", index=index, state="down")

    def stop(self, place: int) -> None:
        """Ask a router to end."""
        running = self.running[place]
        assert running is not None
        running.process.signal(SIGTERM)

    def join(self, joined: bool) -> Instant:
        """Join the LANs, or part them: nobody loses carrier."""
        self.lab.switch.set_link(JOINT[0], up=joined)
        return wall_clock()

    def adverts(self, place: int, since: Instant, lan: int = 0, priority: int | None = None) -> list[Advert]:
        """Return what a router has advertised since, as seen on a LAN; ``priority`` 0 is a good-bye."""
        wanted = PRIORITIES[place] if priority is None else priority
        return [each for each in list(self.captures[lan].adverts)
                if each.at >= since and each.advertisement.priority == wanted and each.advertisement.virtual_router_id == VRID]  # fmt: skip

    def first(self, place: int, since: Instant, lan: int = 0, priority: int | None = None) -> Instant:
        """Wait for a router's first advertisement since an instant."""
        what = f"{self.cell.peers[place].name} ({'better' if place == 0 else 'other'}) advertises"
        return wait_until(lambda: self.adverts(place, since, lan, priority), PATIENCE, what)[0].at

    def last(self, place: int, before: Instant, lan: int = 0) -> Instant:
        """Return a router's last advertisement before an instant."""
        return [each.at for each in self.adverts(place, Instant(0), lan) if each.at < before][-1]

    def note(self, what: str, place: int, took: int, expected: Interval | None) -> None:
        """Keep a measurement of what a router did."""
        peer = self.cell.peers[place]
        self.measured.append(Measured(what, Interval(took), expected, peer.tolerance(self.cell.device(place)).late))

    def settle(self, place: int, since: Instant) -> Instant:
        """Wait until a router has been Master for two advertisements."""
        return wait_until(lambda: self.adverts(place, since)[2:], PATIENCE, "a Master advertises steadily")[0].at


def play(cell: Cell, keep: Path | None = None) -> Played:
    """Play a cell: start, crash, return, stop, return, cut and heal.  Raises ``LabUnavailableError``."""
    if (objection := cell.objection()) is not None:
        return Played(cell, trouble=objection)
    with _set(cell) as table:
        cut: Instant | None = None
        trouble = ""
        try:
            cut = _through(table)
        except (TimeoutError, LookupError) as error:
            trouble = str(error).splitlines()[0]
        if keep is not None:
            _keep(table, keep)
        return Played(cell, tuple(table.measured), _judged(table, cut), trouble, _unjudged(cell))


def _unjudged(cell: Cell) -> str:
    if cell.manner.family == 6 and "frr" in {peer.name for peer in cell.peers}:
        return "FRR's first advertisement comes a second after its announcement in IPv6 (conformance/captures)"
    return ""


def _judged(table: _Table, cut: Instant | None) -> Verdict | None:
    """Have the packets judged that came before the LANs were parted."""
    frames = [(each.at, ETHERNET, each.data) for each in list(table.captures[0].frames) if cut is None or each.at < cut]
    seen = capture_of(frames)
    if _unjudged(table.cell) or isinstance(seen, Malformed):
        return None
    exact = [peer.tolerance(table.cell.device(place)) for place, peer in enumerate(table.cell.peers)]
    allowance = Allowance(max(each.early for each in exact), max(each.late for each in exact))
    return judge(seen, [_known(table.cell, place) for place in (0, 1)], allowance)


def _virtual_interfaces(host: Host) -> list[tuple[str, int]]:
    named = [(link.get_attr("IFLA_IFNAME"), link["index"]) for link in host.netlink.get_links()]
    return [(name, index) for name, index in named if name not in {"lo", INTERFACE}]


def _known(cell: Cell, place: int) -> Known:
    profile, departures = PROFILES[FOLLOWED[cell.peers[place].name]]
    addresses = () if cell.manner.family == 6 else (cell.address(place),)
    return Known("ab"[place], cell.configuration(place), addresses, profile, departures)


def _through(table: _Table) -> Instant:
    """Take the routers through everything; return when they were cut off from each other."""
    cell = table.cell
    began = table.start(0)
    table.start(1)
    table.settle(0, began)
    table.note("start: the better is Master", 0, table.first(0, began) - began, None)
    crashed = wall_clock()
    table.crash(0)
    taken = table.first(1, crashed)
    table.note("crash: the other takes over", 1, taken - table.last(0, taken), cell.down(1))
    table.settle(1, taken)
    returned = table.start(0)
    preempted = table.settle(0, returned)
    table.note("return: the better is Master again", 0, table.first(0, returned) - returned, None)
    table.stop(0)
    goodbye = table.first(0, preempted, priority=0)
    taken = table.first(1, goodbye)
    table.note("stop: the other takes over", 1, taken - goodbye, cell.skew(1))
    table.settle(1, taken)
    table.crash(0)
    again = table.start(0)
    settled = table.settle(0, again)
    assert settled > again
    cut = table.join(joined=False)
    taken = table.first(1, cut, lan=1)
    table.note("cut: both are Master", 1, taken - table.last(0, cut, lan=1), cell.down(1))
    wait_until(lambda: table.adverts(1, taken, lan=1)[2:], PATIENCE, "the other is Master beyond the cut")
    healed = table.join(joined=True)
    heard = table.first(0, healed, lan=1)
    after = Instant(heard + 2 * cell.interval)
    wait_until(lambda: wall_clock() > after, PATIENCE, "time passes")
    late = [each.at for each in table.adverts(1, heard, lan=1)]
    table.note("heal: the other yields", 1, max(late, default=heard) - heard, Interval(0))
    return cut


@contextmanager
def _set(cell: Cell) -> Iterator[_Table]:
    with ExitStack() as stack:
        with _making:
            lab = stack.enter_context(open_lab())
            lans = lab.lan("lan0"), lab.lan("lan1")
            _joint(lab, lans)
            hosts = lab.host("a"), lab.host("b")
        for place, host in enumerate(hosts):
            family = cell.manner.family
            own = (f"192.0.2.{place + 1}/24",) if family == 4 else (f"192.0.2.{place + 1}/24", f"fd99::{place + 1}/{LENGTHS[6]}")
            lab.connect(host, lans[place], INTERFACE, MACS[place], own)
        captures = stack.enter_context(capturing(lab, lans[0])), stack.enter_context(capturing(lab, lans[1]))
        yield _Table(cell, lab, lans, hosts, captures)


def _joint(lab: Lab, lans: tuple[Lan, Lan]) -> None:
    netlink = lab.switch.netlink
    netlink.link("add", ifname=JOINT[0], kind="veth", peer={"ifname": JOINT[1]})
    for end, lan in zip(JOINT, lans, strict=True):
        netlink.link("set", index=lab.switch.index(end), master=lab.switch.index(lan.bridge), state="up")


def _keep(table: _Table, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for place, capture in enumerate(table.captures):
        capture.write(folder / f"{'ab'[place]}.pcap")
        running = table.running[place]
        if running is not None:
            (folder / f"{'ab'[place]}.log").write_text("".join(f"{line.text}\n" for line in running.process.lines))
        (folder / f"{'ab'[place]}.conf").write_text(table.cell.text(place, table.cell.manner.virtual_mac))


Told = Callable[[Played], None]


def play_all(wanted: Sequence[Cell], at_once: int, keep: Path | None, told: Told) -> tuple[Played, ...]:
    """Play cells, so many at a time; ``told`` hears of each.  Returns them in order."""
    parts = [partial(_play_again, cell, None if keep is None else keep / cell.name.replace(" ", "-").replace(",", "")) for cell in wanted]
    return all_of(parts, at_once, told)


def _play_again(cell: Cell, keep: Path | None) -> Played:
    """Play a cell, again if something was not as it must be: a machine that was too busy is so once, what is wrong stays so."""
    played = play(cell, keep)
    for _ in range(1, ATTEMPTS):
        if played.outcome in {"pass", "unsupported"}:
            break
        played = play(cell, keep)
    return played
