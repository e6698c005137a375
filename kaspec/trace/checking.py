"""What the grammar cannot say of a trace: names that exist, time that does not run back, configurations that can be read."""

from collections.abc import Iterator

from kaspec.trace.configuration import routers_of
from kaspec.trace.language import (
    Clauses,
    Configuration,
    Deadline,
    Discarded,
    Expectation,
    Moment,
    Nothing,
    Problem,
    ReceivesAdvert,
    Recorded,
    Reloads,
    Subject,
    Trace,
    UsesProfile,
)
from kaspec.units import Instant, in_seconds

_Instances = dict[str, tuple[str, ...] | None]
"""The virtual routers of each router now; ``None`` where the configuration cannot be read."""


def problems_of(trace: Trace) -> tuple[Problem, ...]:
    """Return everything wrong with a trace that parsed."""
    instances: _Instances = {}
    problems = [*_head(trace)]
    for router in trace.routers:
        if router.name in instances:
            problems.append(_problem(trace, router.line, f"a second router {router.name}"))
        problems += _configure(trace, instances, router.name, router.configuration)
    before = Instant(0)
    for moment in trace.timeline:
        if moment.at < before:
            problems.append(_problem(trace, moment.line, f"earlier than the moment before it, at {in_seconds(before)}"))
        before = moment.at
        problems += _moment(trace, instances, moment)
    return tuple(problems)


def _problem(trace: Trace, line: int, message: str) -> Problem:
    return Problem(trace.name, line, 1, message)


def _head(trace: Trace) -> Iterator[Problem]:
    for kind, word in ((UsesProfile, "profile"), (Recorded, "recorded")):
        for again in [said for said in trace.statements if isinstance(said, kind)][1:]:
            yield _problem(trace, again.line, f"a second {word}")
    forbidden = [expectation for moment in trace.timeline for expectation in moment.expectations if expectation.forbidden]
    violated = [said for said in trace.statements if isinstance(said, Clauses) and said.polarity == "violated"]
    if violated and not forbidden:
        yield _problem(trace, violated[0].line, "a violated clause needs a '=/>' that shows the violation")
    if forbidden and not violated:
        yield _problem(trace, forbidden[0].line, "'=/>' is for traces of a violated clause")


def _configure(trace: Trace, instances: _Instances, router: str, configuration: Configuration) -> Iterator[Problem]:
    instances[router] = None
    read = routers_of(configuration, trace.profile, trace.name)
    problems = [each for each in read if isinstance(each, Problem)]
    if not problems:
        instances[router] = tuple(each.name for each in read if not isinstance(each, Problem))
    yield from problems


def _moment(trace: Trace, instances: _Instances, moment: Moment) -> Iterator[Problem]:
    subject, stimulus = moment.subject, moment.stimulus
    yield from _subject(trace, instances, subject, moment.line)
    if isinstance(stimulus, ReceivesAdvert) and stimulus.sender:
        yield from _subject(trace, instances, stimulus.sender, moment.line)
    receives = isinstance(stimulus, ReceivesAdvert | Deadline)
    if subject.instances and not receives:
        yield _problem(trace, moment.line, f"this happens to all of {subject.router}")
    if len(subject.instances) > 1 and not isinstance(stimulus, Deadline):
        yield _problem(trace, moment.line, "this happens to one virtual router")
    if isinstance(stimulus, Reloads):
        yield from _configure(trace, instances, subject.router, stimulus.configuration)
    for expectation in moment.expectations:
        yield from _expectation(trace, instances, moment, expectation)


def _subject(trace: Trace, instances: _Instances, subject: Subject, line: int) -> Iterator[Problem]:
    if subject.router not in instances:
        yield _problem(trace, line, f"no router is called {subject.router}")
        return
    known = instances[subject.router]
    for instance in subject.instances:
        if known is not None and instance not in known:
            yield _problem(trace, line, f"{subject.router} has no virtual router {instance}")


def _expectation(trace: Trace, instances: _Instances, moment: Moment, expectation: Expectation) -> Iterator[Problem]:
    subject = expectation.subject
    if subject is None:
        return
    if subject.router != moment.subject.router:
        yield _problem(trace, expectation.line, f"this moment is about {moment.subject.router}")
        return
    if len(subject.instances) > 1:
        yield _problem(trace, expectation.line, "an expectation is about one virtual router")
        return
    if not isinstance(moment.stimulus, Reloads):  # a reload's expectations may be about a virtual router that is gone
        yield from _subject(trace, instances, subject, expectation.line)
    whole = all(isinstance(item, Nothing | Discarded) for item in expectation.items) and not expectation.partial
    if not subject.instances and not whole and len(instances.get(subject.router) or "1") > 1:
        yield _problem(trace, expectation.line, f"{subject.router} has several virtual routers: name one, as {subject.router}/NAME")
