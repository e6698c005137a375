"""The effective configuration as text and as JSON values."""

from collections.abc import Iterator
from typing import Any

from kaspec.config.explain import Explained, ExplainedInstance, Explanation, Provenance
from kaspec.config.source import Span
from kaspec.failover import Failover
from kaspec.frozen import frozen
from kaspec.units import Interval, in_seconds
from kaspec.vrrp.router import GarpPolicy


@frozen
class Table:
    """A part of the explanation: rows of (setting, value, where from)."""

    title: str
    rows: tuple[tuple[str, str, str], ...]


def tables(explanation: Explanation, instance: str | None = None) -> tuple[Table, ...]:
    """Return the explanation as tables; of one ``instance`` only, if named."""
    return tuple(_tables(explanation, instance))


def render_tables(parts: tuple[Table, ...]) -> Iterator[str]:
    """Write tables as plain lines, the columns of each aligned."""
    for place, part in enumerate(parts):
        if place:
            yield ""
        yield part.title
        widths = [max((len(row[column]) for row in part.rows), default=0) for column in (0, 1)]
        for keyword, value, origin in part.rows:
            yield f"    {keyword:{widths[0]}}  {value:{widths[1]}}  {origin}".rstrip()


def explanation_json(explanation: Explanation, instance: str | None = None) -> dict[str, Any]:
    """Return the explanation as values for JSON; intervals are seconds with six decimals, as strings."""
    chosen = [each for each in explanation.instances if instance in {None, each.router.name}]
    found: dict[str, Any] = {} if instance else {"global_defs": [_setting(each) for each in explanation.definitions]}
    return found | {"instances": [_instance(each) for each in chosen]}


def _tables(explanation: Explanation, instance: str | None) -> Iterator[Table]:
    if instance is None:
        yield Table("global_defs", tuple(map(_row, explanation.definitions)))
    for each in explanation.instances:
        if instance in {None, each.router.name}:
            name = f"vrrp_instance {each.router.name}"
            yield Table(f"{name} ({_place(each.span)})", tuple(map(_row, each.settings)))
            yield Table(f"{name}: timers", tuple(_timers(each)))


def _row(explained: Explained) -> tuple[str, str, str]:
    idle = "" if explained.acts else "; without effect in this release"
    return explained.keyword, explained.value, _origin(explained.provenance) + idle


def _origin(provenance: Provenance) -> str:
    place = _place(provenance.span) if provenance.span else ""
    match provenance.kind:
        case "given":
            return place
        case "inherited":
            return f"inherited from global_defs {place} ({provenance.why})"
        case "rewritten":
            return f"rewritten because {provenance.why} ({place})"
        case "default":
            return f"default{f', {provenance.why}' if provenance.why else ''}"


def _place(span: Span) -> str:
    """``FILE:LINE``, and how it came to be read if not as written there."""
    return ", ".join((f"{span.file}:{span.line}", *map(str, span.chain)))


def _timers(instance: ExplainedInstance) -> Iterator[tuple[str, str, str]]:
    """The effective timers, each with what it means to those who wait."""
    times, router = instance.failover, instance.router
    yield "Advertisement_Interval", _seconds(times.advertisement_interval), "between two advertisements of a Master"
    yield "Skew_Time", _seconds(times.skew_time), f"by priority {router.priority}"
    yield "Master_Down_Interval", _seconds(times.master_down_interval), f"{router.down_timer_adverts} intervals and Skew_Time"
    if times.lowest_priority != times.highest_priority:
        yield "priority", f"{times.lowest_priority}..{times.highest_priority}", "by what is tracked; below, the lowest counts"
    yield "takeover after a crash", f"at most {_seconds(times.crash)}", "after the Master's last advertisement"
    yield "takeover after a clean stop", f"at most {_seconds(times.clean_stop)}", "after the Master said priority 0"
    yield "takeover on coming back", *_comeback(times)
    yield from _announcements(router.garp)


def _comeback(times: Failover) -> tuple[str, str]:
    if times.comeback is None:
        return "never", "nopreempt: a Master of lower priority stays as long as it lives"
    if times.comeback == 0:
        return "at once", "priority 255: the address owner starts as Master"
    return f"at most {_seconds(times.comeback)}", "after starting beside a Master of lower priority (with preempt_delay, if there is one)"


def _announcements(garp: GarpPolicy) -> Iterator[tuple[str, str, str]]:
    per = "gratuitous ARP, per address"
    yield per, f"{garp.repeat} at once", "on becoming Master"
    if garp.delay:
        yield per, f"{garp.repeat} after {_seconds(garp.delay)}", "a second burst"
    if garp.refresh:
        yield per, f"{garp.refresh_repeat} every {_seconds(garp.refresh)}", "while Master"
    if garp.lower_priority_repeat:
        again = f", again after {_seconds(garp.lower_priority_delay)}" if garp.lower_priority_delay else ""
        yield per, f"{garp.lower_priority_repeat} at once{again}", "when a Master of lower priority is heard"


def _seconds(interval: Interval) -> str:
    return f"{in_seconds(interval)} s"


def _setting(explained: Explained) -> dict[str, Any]:
    origin, span = explained.provenance, explained.provenance.span
    place = {"file": span.file, "line": span.line} if span else None
    found = {"setting": explained.keyword, "value": explained.value, "from": origin.kind, "at": place, "why": origin.why or None}
    return {**found, "acts": explained.acts}


def _instance(instance: ExplainedInstance) -> dict[str, Any]:
    times, garp = instance.failover, instance.router.garp
    return {
        "name": instance.router.name,
        "at": {"file": instance.span.file, "line": instance.span.line},
        "settings": [_setting(each) for each in instance.settings],
        "timers": {
            "advertisement_interval": in_seconds(times.advertisement_interval),
            "skew_time": in_seconds(times.skew_time),
            "master_down_interval": in_seconds(times.master_down_interval),
            "lowest_priority": times.lowest_priority,
            "highest_priority": times.highest_priority,
            "takeover_after_crash_at_most": in_seconds(times.crash),
            "takeover_after_clean_stop_at_most": in_seconds(times.clean_stop),
            "takeover_on_coming_back_at_most": None if times.comeback is None else in_seconds(times.comeback),
            "gratuitous_arp": [
                {"at": in_seconds(Interval(0)), "count": garp.repeat, "repeats": False},
                *([{"at": in_seconds(garp.delay), "count": garp.repeat, "repeats": False}] if garp.delay else []),
                *([{"at": in_seconds(garp.refresh), "count": garp.refresh_repeat, "repeats": True}] if garp.refresh else []),
            ],
        },
    }
