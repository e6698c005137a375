"""A story of two version 3 routers on a LAN, in either family and at any interval: election, crash, return, clean stop."""

from attrs import define, field, frozen

from conformance.lab.capture import Advert
from conformance.lab.holders import Holders, watching
from conformance.lab.network import Host
from conformance.lab.peers import Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.address import Address, Family, parse_address
from kaspec.config.values import plain_seconds
from kaspec.units import Instant, Interval
from kaspec.vrrp.intervals import master_down_interval, skew_time
from tests.interop.scenes import EVER, Scene, source_of

PRIORITY = {"a": 150, "b": 100}
VIRTUAL: dict[Family, tuple[str, ...]] = {4: ("192.168.123.100/24", "192.168.123.110/24"), 6: ("fe80::100/64", "fd00:123::100/64")}
WATCHED: dict[Family, str] = {4: "192.168.123.100", 6: "fd00:123::100"}
LIFE_SIGNS = 5
"""How many advertisements are waited for where a router is to be seen doing its work."""


def configuration(name: str, family: Family, interval: Interval, extra: str = "") -> str:
    """Return the text of router ``name``; ``extra`` are further lines of the instance."""
    addresses = "\n        ".join(VIRTUAL[family])
    return f"""
vrrp_instance VI_{family} {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {PRIORITY[name]}
    version 3
    advert_int {plain_seconds(interval)}
    {extra}
    virtual_ipaddress {{
        {addresses}
    }}
}}
"""


@frozen
class Pairing:
    """Who plays router a (priority 150) and b (100), in which family, how often they advertise, and what else each is told."""

    a: Peer
    b: Peer
    family: Family
    interval: Interval
    extra: dict[str, str] = field(factory=dict)

    @property
    def name(self) -> str:
        """How the tests call it."""
        told = "".join(f"-{line.replace(' ', '-')}" for line in self.extra.values())
        return f"{self.a.name}-{self.b.name}-ipv{self.family}-{plain_seconds(self.interval)}s{told}"

    def down(self, name: str) -> Interval:
        """Return Master_Down_Interval of a router."""
        return master_down_interval(3, PRIORITY[name], self.interval)

    def skew(self, name: str) -> Interval:
        """Return Skew_Time of a router."""
        return skew_time(3, PRIORITY[name], self.interval)


@define
class Story:
    """What happened: ``took`` says how long each takeover took after what began the wait, ``statuses`` how the daemons ended.

    ``disturbed`` is how often b advertised while a was well: on a machine too busy for the interval a Backup may miss its Master.
    """

    scene: Scene
    pairing: Pairing
    holders: Holders
    sources: dict[str, Address]
    took: dict[str, int] = field(factory=dict)
    statuses: dict[str, int] = field(factory=dict)
    farewells: dict[str, int] = field(factory=dict)
    disturbed: int = 0
    logs: dict[str, list[str]] = field(factory=dict)
    recording: str = ""

    def adverts(self, host: Host, since: Instant = EVER, priority_zero: bool = False) -> list[Advert]:
        """Return what a host advertised since then."""
        return [
            advert
            for advert in self.scene.capture.adverts
            if advert.at >= since and advert.source == self.sources[host.name] and (advert.advertisement.priority == 0) == priority_zero
        ]

    def hear(self, host: Host, since: Instant, count: int = 1) -> Advert:
        """Wait until a host has advertised so often since then, and return the first time."""

        def enough() -> list[Advert]:
            return heard if len(heard := self.adverts(host, since)) >= count else []

        patience = 8 + 4 * self.pairing.interval / 1e6 * count
        return wait_until(enough, patience, f"{count} adverts of {host.name}")[0]

    def settle(self, host: Host, since: Instant) -> Advert:
        """Wait until a host has advertised since then and alone holds the virtual address."""
        first = self.hear(host, since)
        wait_until(lambda: self.holders.now() == {host.name}, 3, f"{host.name} alone to hold {self.holders.address}")
        return first


def tell(pairing: Pairing, scene: Scene) -> Story:
    """Start both; cut a's power; bring it back; stop it; stop the other."""
    with watching([scene.a, scene.b], WATCHED[pairing.family]) as holders:
        own = {host.name: source_of(host) if pairing.family == 4 else parse_address(host.link_local("eth0")) for host in (scene.a, scene.b)}
        story = Story(scene, pairing, holders, own)
        running = {host.name: _start(story, host) for host in (scene.a, scene.b)}
        began = [running[name].wait_for_line("Entering BACKUP STATE", timeout=20).at for name in "ab"]
        elected = story.settle(scene.a, began[0]).at
        story.took["election"] = elected - began[0]
        story.hear(scene.a, max(began), LIFE_SIGNS)
        story.hear(scene.a, wall_clock(), LIFE_SIGNS)
        story.disturbed = len(story.adverts(scene.b, max(elected, *began)))
        scene.lab.power_off(scene.a)
        last = story.adverts(scene.a)[-1].at
        story.took["crash"] = story.settle(scene.b, last).at - last
        scene.lab.power_on(scene.a)
        again = wall_clock()
        running["a"] = _start(story, scene.a)
        running["a"].wait_for_line("Entering BACKUP STATE", timeout=20)
        story.settle(scene.a, again)
        story.hear(scene.a, wall_clock(), LIFE_SIGNS)
        story.statuses["a"] = running["a"].stop()
        (farewell, *_) = wait_until(lambda: story.adverts(scene.a, again, priority_zero=True), 3, "priority 0 of a")
        story.took["stop"] = story.settle(scene.b, farewell.at).at - farewell.at
        story.hear(scene.b, wall_clock(), LIFE_SIGNS)
        story.statuses["b"] = running["b"].stop()
        wait_until(lambda: not holders.now(), 3, "nobody to hold the address")
        story.farewells = {host.name: len(story.adverts(host, again, priority_zero=True)) for host in (scene.a, scene.b)}
        story.logs = {name: [line.text for line in process.lines] for name, process in running.items()}
        recorded = scene.b.file("/run/recording.trace")
        story.recording = recorded.read_text() if recorded.exists() else ""
        return story


def _start(story: Story, host: Host) -> Process:
    pairing = story.pairing
    peer, extra = (pairing.a if host.name == "a" else pairing.b), pairing.extra.get(host.name, "")
    host_text = configuration(host.name, pairing.family, pairing.interval, extra)
    return peer.start(host, host_text, peer.record("/run/recording.trace"))
