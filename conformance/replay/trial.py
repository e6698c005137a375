"""A trial: a script is played at a peer, and readings of the protocol are asked whether they explain what was seen."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from attrs import evolve, frozen

from conformance.lab.priority import hurried
from conformance.peers.peer import Peer
from conformance.replay.judge import Accepted, Core, Judge, Refuted, right_core
from conformance.replay.script import Script
from conformance.replay.stage import DisturbedError, Play, play
from conformance.replay.tolerance import Tolerance
from kaspec.node import Node
from kaspec.units import Interval
from kaspec.vrrp.router import GarpPolicy, Profile, VirtualRouter

T = TypeVar("T")
Announcing = Callable[[VirtualRouter], GarpPolicy]


@frozen
class Reading:
    """One way to run the protocol, said in a few words, and whether a router that runs it ``shows`` what is looked for.

    The node of the trace is changed to follow the ``profile``, to wait for ``adverts`` advertisements, and to make its announcements as
    ``announcing`` says, where these are given.
    ``parts`` says how many departures it is made of: nobody asks one of more where one of fewer explains what was seen.
    """

    words: str
    shows: bool
    core: Core = right_core
    profile: Profile | None = None
    adverts: int | None = None
    parts: int = 0
    announcing: Announcing | None = None

    def node(self, node: Node) -> Node:
        """Return how a node is configured that reads it so."""
        routers = node.routers
        if self.profile is not None:
            routers = tuple(evolve(router, profile=self.profile) for router in routers)
        if self.adverts is not None:
            routers = tuple(evolve(router, down_timer_adverts=self.adverts) for router in routers)
        if self.announcing is not None:
            routers = tuple(evolve(router, garp=self.announcing(router)) for router in routers)
        return evolve(node, routers=routers)


@frozen
class Judged:
    """A reading and what became of it."""

    reading: Reading
    answer: Accepted | Refuted

    @property
    def explains(self) -> bool:
        """Whether a router that reads it so can have done what was seen."""
        return isinstance(self.answer, Accepted)


@frozen
class Trial:
    """What came of it: the answers and how often the device advertised, with what was played, or why it could not be played."""

    judged: tuple[Judged, ...] = ()
    adverts: int = 0
    trouble: str = ""
    played: Play | None = None


def try_out(
    what: Script,
    peer: Peer,
    readings: Sequence[Reading],
    tail: Interval,
    keep: Path | None = None,
    counts_announcements: bool = True,
    tolerance: Tolerance | None = None,
) -> Trial:
    """Play a script once, ``tail`` longer than its trace, and judge it; ``keep`` is a folder for what was seen.

    The peer is judged as exact as it is, or by another ``tolerance``.
    """
    try:
        played = play(what, peer, tail, keep)
    except (DisturbedError, OSError) as error:  # a timeout, or a kernel that has no room
        return Trial(trouble=str(error))
    judge = partial(judge_play, what, peer, played, counts_announcements=counts_announcements, tolerance=tolerance)
    return Trial(asked(readings, judge), played.adverts, played=played)


def asked(readings: Sequence[Reading], judge: Callable[[Reading], Accepted | Refuted]) -> tuple[Judged, ...]:
    """Ask readings, in order of their parts, up to those of which one explains what was seen."""
    judged: list[Judged] = []
    for _, alike in groupby(readings, key=lambda each: each.parts):
        judged += [Judged(each, judge(each)) for each in alike]
        if any(each.explains for each in judged):
            break
    return tuple(judged)


def judge_play(
    what: Script, peer: Peer, played: Play, reading: Reading, counts_announcements: bool, tolerance: Tolerance | None = None
) -> Accepted | Refuted:
    """Ask whether a reading explains what a peer was seen to do; ``tolerance`` is the peer's own if not given."""
    node, exact = reading.node(what.device.node), tolerance or peer.tolerance(what.device)
    judge = Judge(reading.core, node, played.links, _moves_addresses(what, peer), counts_announcements, exact)
    return judge.judge(played.story, played.until)


def _moves_addresses(what: Script, peer: Peer) -> bool:
    """Tell whether the address that is watched comes and goes: not so an owner's, which is its own."""
    own = {address for link in what.device.links for address in link.addresses}
    return "moves addresses" in peer.abilities and not own & what.device.node.virtual_addresses


def all_of(parts: Sequence[Callable[[], T]], at_once: int, told: Callable[[T], None]) -> tuple[T, ...]:
    """Do all parts, so many at a time; ``told`` hears of each as it is done.  Returns what they return, in order."""
    found: dict[int, T] = {}
    with hurried(), ThreadPoolExecutor(at_once) as pool:
        futures = {pool.submit(part): place for place, part in enumerate(parts)}
        try:
            for future in as_completed(futures):
                found[futures[future]] = done = future.result()
                told(done)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # nothing more is begun if one failed, or nobody waits any longer
    return tuple(found[place] for place in range(len(parts)))
