"""How ``kaspec verify`` goes through its searches: those that may make all others needless first, then several at a time.

The processes are forked once the first searches are done, so that each of them has what these found out about the hosts.
"""

import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from multiprocessing.synchronize import Event

from kaspec.explore.deployment import Cluster
from kaspec.explore.scenes import Played, Scene, put_through
from kaspec.explore.search import Progress
from kaspec.explore.tables import Memory
from kaspec.explore.violations import Verified
from kaspec.frozen import frozen
from shell.terminal import StatusLine


@frozen
class Errand:
    """What the searches of a cluster have in common: what is known of its hosts, and that they end by ``ends``, or once ``stop`` is set."""

    memory: Memory
    ends: float
    stop: Event

    def run(self, scene: Scene, keep_going: Callable[[Progress], bool], is_last: bool = False) -> Played | None:
        """Put a cluster through a scene, if there is time: half of what is left, for others to have some too."""
        now = time.monotonic()
        if now > self.ends:
            return None
        ends = self.ends if is_last else now + (self.ends - now) / 2

        def goes_on(progress: Progress) -> bool:
            return keep_going(progress) and time.monotonic() < ends and not self.stop.is_set()

        return put_through(scene, goes_on, memory=self.memory)


def put_all_through(cluster: Cluster, wanted: Sequence[Scene], ends: float, jobs: int) -> Verified:
    """Put a cluster through scenes until there is no time, or the first show that the rest is needless."""
    errand = Errand(Memory(), ends, get_context("fork").Event())
    first = [scene for scene in wanted if scene.is_first]
    done = list[Played]()
    for number, scene in enumerate(first, 1):
        played = _shown(errand, scene, f"{cluster.title}: {number} of {len(wanted)}, {scene.words}")
        if played is None:
            break
        done.append(played)
        if played.verdict == "violated":
            break
    rest, found = wanted[len(first) :], list[Played | None]()
    if len(done) == len(first) and not any(each.verdict == "violated" for each in done):
        found = list(_side_by_side(errand, cluster, rest, jobs) if jobs > 1 and len(rest) > 1 else _one_by_one(errand, cluster, rest))
    done += [played for played in found if played is not None]
    tried = [played.scene for played in done]
    return Verified(cluster, tuple(done), tuple(scene for scene in wanted if scene not in tried))


def _one_by_one(errand: Errand, cluster: Cluster, rest: Sequence[Scene]) -> Iterator[Played | None]:
    for number, scene in enumerate(rest, 1):
        yield _shown(errand, scene, f"{cluster.title}: {number} of {len(rest)}, {scene.words}", number == len(rest))


def _shown(errand: Errand, scene: Scene, title: str, is_last: bool = False) -> Played | None:
    progress = Meter(title, errand.ends)
    played = errand.run(scene, progress, is_last)
    progress.line.clear()
    return played


def _side_by_side(errand: Errand, cluster: Cluster, rest: Sequence[Scene], jobs: int) -> list[Played | None]:
    global _inherited  # noqa: PLW0603
    _inherited = errand, rest
    line, states = StatusLine(cluster.title), 0
    with ProcessPoolExecutor(min(jobs, len(rest)), get_context("fork"), _begin) as executor:
        ahead = [executor.submit(_inherit, number) for number in range(len(rest))]
        try:
            for number, future in enumerate(as_completed(ahead), 1):
                played = future.result()
                states += played.states if played else 0
                line.show(f": {number} of {len(rest)} searches done, {states} states")
        except BaseException:
            errand.stop.set()
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    line.clear()
    return [future.result() for future in ahead]


_inherited: tuple[Errand, Sequence[Scene]]
"""What forked processes find."""


def _begin() -> None:
    """Leave it to the parent to be interrupted: it tells."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _inherit(number: int) -> Played | None:
    errand, rest = _inherited
    return errand.run(rest[number], lambda _: True)


class Meter:
    """Shows how far a search has come, and says when it must end."""

    def __init__(self, title: str, ends: float) -> None:
        self.ends, self.began, self.line = ends, time.monotonic(), StatusLine(title)
        self.before: Progress | None = None
        self.line.show("")

    def __call__(self, progress: Progress) -> bool:
        """Show it; tell whether there is time to go on."""
        rate = progress.states / max(time.monotonic() - self.began, 0.001)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        ahead = progress.ahead(self.before) if self.before else None
        left = f", about {ahead / rate:.0f} s left" if ahead is not None else ""
        self.line.show(f": {progress.states} states, {progress.frontier} to look at, {rate:.0f}/s, {memory} MB{left}")
        self.before = progress
        return time.monotonic() < self.ends
