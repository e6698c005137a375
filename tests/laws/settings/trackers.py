"""Scripts, files, processes and BFD sessions, and who tracks them with which weight."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from attrs import frozen
from hypothesis import strategies as st

from kaspec.bfd.session import Session
from kaspec.config.model import BfdInstance
from kaspec.trackers.tracked import Script, TrackedFile, TrackedProcess
from kaspec.units import SECOND, Interval
from kaspec.vrrp.router import InterfaceTrack, TrackerKind, TrackerTrack
from tests.laws.settings.words import hosts, interfaces, phrases, words

_spans = st.integers(1_000, 4_294_967_295 * SECOND).map(Interval)
_counts = st.integers(1, (1 << 31) - 1)
_whole_script = st.builds(
    Script,
    words,
    phrases,
    _spans,
    st.none() | _spans,
    st.integers(-253, 253),
    st.booleans(),
    _counts,
    _counts,
    st.just("root"),
    st.none() | words,
    st.booleans(),
)
_whole_file = st.builds(
    TrackedFile, words, words, st.integers(-254, 254), st.booleans(), st.integers(-(1 << 31), (1 << 31) - 1), st.booleans()
)
_hour = st.integers(0, 3_600 * SECOND).map(Interval)
_process = st.builds(
    TrackedProcess,
    words,
    phrases,
    st.lists(phrases, max_size=2).map(tuple),
    st.sampled_from((None, "exact", "initial", "partial")),
    st.booleans(),
    st.integers(-254, 254),
    st.booleans(),
    st.integers(1, 65535),
    st.none() | st.integers(0, 65535),
    _hour,
    _hour,
)


def _named(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=2, unique_by=lambda one: one.name).map(tuple)


scripts = _named(_whole_script | st.builds(Script, words, phrases))
tracked_files = _named(_whole_file | st.builds(TrackedFile, words, words))
processes = _named(_process)
_intervals = st.integers(1_000, 4_294_967_000).map(Interval)
_told: st.SearchStrategy[tuple[bool, bool]] = st.sampled_from(((True, True), (True, False), (False, True)))
_session: dict[str, st.SearchStrategy[Any]] = {
    "min_rx": _intervals,
    "min_tx": _intervals,
    "idle_tx": st.integers(1_000_000, 4_294_967_000).map(Interval),
    "multiplier": st.integers(1, 255),
    "passive": st.booleans(),
    "ttl": st.none() | st.integers(1, 255),
    "max_hops": st.none() | st.integers(-1, 255),
    "multihop": st.booleans(),
}
_ends = st.tuples(hosts[4], st.none() | hosts[4]) | st.tuples(hosts[6], st.none() | hosts[6])


@st.composite
def bfd_instances(draw: st.DrawFn) -> tuple[BfdInstance, ...]:
    """Up to three, each with a neighbor of its own."""
    ends = draw(st.lists(_ends, max_size=3, unique_by=lambda pair: pair[0]))
    return tuple(
        BfdInstance(
            Session(f"b{place}", neighbor, source, **draw(st.fixed_dictionaries(_session))),
            draw(st.integers(-253, 253)),
            draw(st.booleans()),
            *draw(_told),
        )
        for place, (neighbor, source) in enumerate(ends)
    )


interface_tracks = st.builds(InterfaceTrack, interfaces, st.integers(-253, 253), st.booleans())
BOUNDS: Mapping[TrackerKind, int] = {"script": 253, "file": 254, "process": 254, "bfd": 253}
"""The largest weight of each kind."""


@frozen
class Defined:
    """What is defined in a configuration and can be tracked."""

    scripts: tuple[Script, ...]
    files: tuple[TrackedFile, ...]
    processes: tuple[TrackedProcess, ...]
    sessions: tuple[BfdInstance, ...]

    def names(self, kind: TrackerKind) -> list[str]:
        """Return the names of a kind; of the sessions those that tell VRRP."""
        found: Mapping[TrackerKind, Iterable[str]] = {
            "script": (each.name for each in self.scripts),
            "file": (each.name for each in self.files),
            "process": (each.name for each in self.processes),
            "bfd": (each.session.name for each in self.sessions if each.vrrp),
        }
        return list(found[kind])


NOTHING_DEFINED = Defined((), (), (), ())
definitions = st.builds(Defined, scripts, tracked_files, processes, bfd_instances())


def trackers(defined: Defined, owner: bool = False) -> st.SearchStrategy[tuple[TrackerTrack, ...]]:
    """Some of what is defined, kind by kind, with weights of their own; without any for an owner, whose priority never changes."""

    def some(kind: TrackerKind) -> st.SearchStrategy[list[TrackerTrack]]:
        if not (known := defined.names(kind)):
            return st.just([])
        weights = st.just(0) if owner else st.integers(-BOUNDS[kind], BOUNDS[kind])
        track = st.builds(TrackerTrack, st.just(kind), st.sampled_from(known), weights, st.booleans())
        return st.lists(track, max_size=2, unique_by=lambda each: each.name)

    return st.tuples(*map(some, get_args(TrackerKind))).map(lambda lists: tuple(track for each in lists for track in each))
