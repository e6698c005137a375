"""A plot as a trace: the core plays it, which gives the instants, and what it does is what is expected."""

from attrs import evolve

from conformance.differing.plot import INTERFACE, Pause, Plot, Setting, Until, Wait
from kaspec.trace import Trace, run, write
from kaspec.trace import language as t
from kaspec.trace.configuration import block
from kaspec.trace.running import Judged
from kaspec.units import MILLISECOND, Instant

NAME = "a"
MARGIN = 40 * MILLISECOND
"""How long before or after a deadline something happens: more than a router is early by, and less than it may be late by."""
_A = t.Subject(NAME)


def trace_of(plot: Plot, title: tuple[str, ...] = ()) -> Trace:
    """Return the trace of a plot, beginning with comments; it holds on the core, and says everything that the core does."""
    setting = plot.setting
    router = t.Router(NAME, (t.Interface(INTERFACE, (setting.own,)),), block(setting.configuration), comments=title)
    trace = _then(Trace((), (router,), ()), Instant(0), t.Starts())
    for move in plot.moves:
        trace, now = _waited(trace, move.wait, setting)
        trace = _then(trace, now, move.stimulus)
    return evolve(trace, timeline=tuple(map(_as_seen, run(trace).moments)))


def text_of(plot: Plot, title: tuple[str, ...] = ()) -> str:
    """Write the trace of a plot."""
    return write(trace_of(plot, title))


def _then(trace: Trace, at: Instant, stimulus: t.Stimulus) -> Trace:
    return evolve(trace, timeline=(*trace.timeline, t.Moment(at, _A, stimulus)))


def _waited(trace: Trace, wait: Wait, setting: Setting) -> tuple[Trace, Instant]:
    """Let the core have its deadlines for as long as a wait lasts; return also when it is over."""
    now = trace.timeline[-1].at
    match wait:
        case Pause(tenths):
            until = Instant(now + tenths * setting.milliseconds * MILLISECOND // 10)
        case Until(deadlines, late):
            until = now
            for _ in range(deadlines):
                trace = _served(trace, until)
                until = _next_deadline(trace) or Instant(until + setting.milliseconds * MILLISECOND)
            until = Instant(until + MARGIN if late else max(now, until - MARGIN))
    return _served(trace, until), until


def _served(trace: Trace, until: Instant) -> Trace:
    while (at := _next_deadline(trace)) is not None and at <= until:
        trace = _then(trace, at, t.Deadline())
    return trace


def _next_deadline(trace: Trace) -> Instant | None:
    (router,) = run(trace).moments[-1].seen
    return router.deadline.at


def _as_seen(judged: Judged) -> t.Moment:
    expectations = tuple(t.Expectation(_A, each.told, each.rule) for each in judged.seen)
    return evolve(judged.moment, expectations=expectations)
