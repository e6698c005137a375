"""Recordings of several routers, made by one clock, on one timeline."""

from collections.abc import Sequence

from kaspec.frozen import evolve
from kaspec.trace.language import (
    Expectation,
    HasDeadline,
    Moment,
    ReceivesAdvert,
    Recorded,
    Router,
    Subject,
    Trace,
)
from kaspec.units import ZERO, Instant, Interval, after


def merge(traces: Sequence[Trace]) -> Trace:
    """Merge recordings into one trace that begins with the earliest; a router recorded twice is ``NAME-2`` the second time.

    A recording that does not say when it began is taken to begin with the earliest.
    """
    begun = [began for trace in traces if (began := _began(trace)) is not None]
    earliest = min(begun, default=Instant(0))
    names: set[str] = set()
    routers: list[Router] = []
    timeline: list[Moment] = []
    for trace in traces:
        began = _began(trace)
        later = ZERO if began is None else Interval(began - earliest)
        called = {router.name: _unused(router.name, names) for router in trace.routers}
        routers += (evolve(router, name=called[router.name]) for router in trace.routers)
        timeline += (_moved(moment, later, called) for moment in trace.timeline)
    head = Recorded(earliest if begun else None)
    kept = tuple(said for trace in traces[:1] for said in trace.statements if not isinstance(said, Recorded))
    return Trace((*kept, head), tuple(routers), tuple(sorted(timeline, key=lambda moment: moment.at)))


def _began(trace: Trace) -> Instant | None:
    return next((said.began for said in trace.statements if isinstance(said, Recorded)), None)


def _unused(name: str, names: set[str]) -> str:
    """Return the name, numbered if it is taken, and take it."""
    free = next(each for number in range(1, len(names) + 2) if (each := name if number == 1 else f"{name}-{number}") not in names)
    names.add(free)
    return free


def _moved(moment: Moment, later: Interval, called: dict[str, str]) -> Moment:
    stimulus = moment.stimulus
    if isinstance(stimulus, ReceivesAdvert) and stimulus.sender is not None:
        stimulus = evolve(stimulus, sender=_renamed(stimulus.sender, called))
    expectations = tuple(_expected(each, later, called) for each in moment.expectations)
    return evolve(
        moment, at=after(moment.at, later), subject=_renamed(moment.subject, called), stimulus=stimulus, expectations=expectations
    )


def _expected(expectation: Expectation, later: Interval, called: dict[str, str]) -> Expectation:
    items = tuple(
        HasDeadline(after(item.at, later)) if isinstance(item, HasDeadline) and item.at is not None else item for item in expectation.items
    )
    subject = None if expectation.subject is None else _renamed(expectation.subject, called)
    return evolve(expectation, subject=subject, items=items)


def _renamed(subject: Subject, called: dict[str, str]) -> Subject:
    return evolve(subject, router=called[subject.router])
