"""What simulated runs of a deployment came to: figures for a table, JSON, and a picture of how long outages last (SVG)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from typing import Any
from xml.sax.saxutils import escape

from kaspec.explore.deployment import Cluster
from kaspec.explore.remarks import shortly
from kaspec.explore.simulation import Case, Counted, Tally
from kaspec.frozen import frozen
from kaspec.report.simulation import COLOURS, curve
from kaspec.units import SECOND, Interval

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""
DAY = 86_400 * SECOND
WIDTH, HEIGHT, MARGIN, LEGEND = 760, 260, 64, 190
COLUMNS = 30
SHARES = (50, 90, 99)
"""Of all outages, these percentages are given a bound."""
HEADINGS = ("lost", "no Master", *(f"{share} % within" for share in SHARES), "longest", "how long: 0 to {}", "served",
            "two Masters", "longest", "takeovers")  # fmt: skip
"""The columns of ``cells``; how often something is, is told by the day."""


@frozen
class Simulated:
    """A cluster, the cases that it was left to, and what was counted in each."""

    cluster: Cluster
    cases: tuple[Case, ...]
    counted: tuple[Counted, ...]

    def names(self) -> tuple[str, ...]:
        """Return the names of the virtual routers."""
        return tuple(next(side.router.name for side in row if side) for row in self.cluster.rows)

    def days(self, case: int) -> float:
        """Return how much time was simulated of a case."""
        return self.counted[case].runs * self.cases[case].length / DAY


def percent(chance: float) -> str:
    """Write a chance as people do."""
    return f"{100 * chance:.4g} %"


def within(lasted: Counter[int], share: float) -> Interval:
    """Return how long it lasted at most in that share, in percent, of all times; 0 if there were none."""
    wanted, seen = lasted.total() * share / 100, 0
    for time in sorted(lasted):
        seen += lasted[time]
        if seen >= wanted:
            return Interval(time)
    return Interval(0)


def by_day(times: int, days: float) -> str:
    """Write how often something is in a day, or in how many days it never was."""
    if times:
        return f"{times / days:.3g} a day"
    return f"never in {days:.3g} days"


def part(lasted: Counter[int], days: float) -> float:
    """Return in what part of the time it was so."""
    return sum(time * times for time, times in lasted.items()) / (days * DAY)


def longest_shown(simulated: Simulated, virtual: int) -> Interval:
    """Return how far the columns of a table go: all but the longest hundredth of outages, to a whole second."""
    most = max(within(counted.tallies[virtual].without, 99) for counted in simulated.counted)
    return Interval(-(-most // SECOND) * SECOND)


def cells(simulated: Simulated, virtual: int, case: int) -> tuple[str, ...]:
    """Return the figures of a virtual router in a case, in the order of ``HEADINGS``."""
    tally, days = simulated.counted[case].tallies[virtual], simulated.days(case)
    without, twofold = tally.without, tally.twofold
    columns = _columns(without, longest_shown(simulated, virtual))
    return (
        percent(simulated.cases[case].chances.loss),
        by_day(without.total(), days),
        *(shortly(within(without, share)) if without else "" for share in SHARES),
        shortly(Interval(max(without))) if without else "",
        curve(columns, max(columns), COLUMNS),
        f"{100 - 100 * part(without, days):.5f} %",
        by_day(twofold.total(), days),
        shortly(Interval(max(twofold))) if twofold else "",
        by_day(tally.takeovers, days),
    )


def _columns(lasted: Counter[int], shown: int) -> list[int]:
    """Count how often it lasted how long, in ``COLUMNS`` equal steps."""
    found = [0] * COLUMNS
    for time, times in lasted.items():
        if time <= shown:
            found[min(time * COLUMNS // max(shown, 1), COLUMNS - 1)] += times
    return found


def assumptions(simulated: Simulated) -> Iterator[str]:
    """Say what the runs go by, in sentences."""
    case = simulated.cases[0]
    chances, runs = case.chances, simulated.counted[0].runs
    yield f"{runs} runs of {case.length / (3600 * SECOND):.4g} hours, seed {case.seed}; each begins with a steady Master"
    yield f"an advertisement takes {shortly(case.world.delay)}; each is lost on its way to each host independently of all others"
    for name, mean in chances.every.items():
        yield f"{BREAKS[name]}, on average after {lengthy(mean)}, and all is well again on average {lengthy(chances.mended)} later"
    yield from simulated.cluster.assumed


BREAKS = {
    "crash": "every host crashes",
    "stop": "every host is stopped as by TERM",
    "cut": "every two hosts are cut off from each other",
    "one_way": "every direction between two hosts is blocked",
    "carrier": "every interface loses its carrier",
    "tracked": "everything tracked is found bad",
}
"""What goes wrong, by fault."""


def lengthy(interval: Interval) -> str:
    """Write an interval in the largest unit of which it is a whole number."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if interval % (size * SECOND) == 0:
            return f"{interval // (size * SECOND)} {unit}"
    return f"{interval / SECOND:.6g} s"


def outages_json(files: Sequence[str], simulated: Sequence[Simulated], unexplored: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return all of it as what JSON can hold; times are in microseconds."""
    return {
        "format": JSON_FORMAT,
        "files": list(files),
        "virtual_routers": [
            {
                "name": name,
                "assumed": list(assumptions(each)),
                "cases": [_case_json(each, virtual, case) for case in range(len(each.cases))],
            }
            for each in simulated
            for virtual, name in enumerate(each.names())
        ],
        "not_simulated": [{"title": title, "reason": reason} for title, reason in unexplored],
    }


def _case_json(simulated: Simulated, virtual: int, number: int) -> dict[str, Any]:
    case, counted, days = simulated.cases[number], simulated.counted[number], simulated.days(number)
    tally: Tally = counted.tallies[virtual]
    return {
        "loss": case.chances.loss,
        "faults": {name.replace("_", "-"): mean for name, mean in case.chances.every.items()},
        "mended": case.chances.mended,
        "delay": case.world.delay,
        "seed": case.seed,
        "runs": counted.runs,
        "length": case.length,
        "advertisements": {"arrived": counted.arrived, "lost": counted.lost},
        "without_master": _lasted_json(tally.without, days),
        "two_masters": _lasted_json(tally.twofold, days),
        "takeovers": {"times": tally.takeovers, "per_day": tally.takeovers / days},
    }


def _lasted_json(lasted: Counter[int], days: float) -> dict[str, Any]:
    return {
        "times": lasted.total(),
        "per_day": lasted.total() / days,
        "part_of_time": part(lasted, days),
        "within": {str(share): within(lasted, share) for share in SHARES},
        "longest": max(lasted, default=0),
        "lasted": sorted(lasted.items()),
    }


def outages_svg(simulated: Simulated, virtual: int) -> str:
    """Draw how many outages a day last at least how long, a line for each case; the count is on a logarithmic scale."""
    right, shown = WIDTH - LEGEND, max(longest_shown(simulated, virtual), SECOND)
    most, fewest = max(each.tallies[virtual].without.total() for each in simulated.counted), 1 / simulated.days(0)
    bottom = floor(log10(fewest))
    top = max(ceil(log10(max(most, 1) * fewest)), bottom + 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT + 90}" viewBox="0 0 {WIDTH} {HEIGHT + 90}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT + 90}" fill="white"/>',
        f'<text x="{MARGIN}" y="22" font-size="14" font-weight="bold">'
        f"{escape(simulated.names()[virtual])}: how often in a day there is no Master for at least so long</text>",
        f'<g transform="translate(0 44)"><path d="M{MARGIN} 0V{HEIGHT}H{right}" fill="none" stroke="#999"/>',
        *_scales(top, bottom, shown, right),
    ]
    for number, case in enumerate(simulated.cases):
        lasted, days = simulated.counted[number].tallies[virtual].without, simulated.days(number)
        colour = COLOURS[number % len(COLOURS)]
        told = f"{percent(case.chances.loss)} lost: {by_day(lasted.total(), days)}"
        lines.append(f'<text x="{right + 10}" y="{12 + 16 * number}" fill="{colour}">{escape(told)}</text>')
        points = _survival(lasted, days, (top, bottom), shown, right)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _scales(top: int, bottom: int, shown: int, right: int) -> Iterator[str]:
    for power in range(bottom, top + 1):
        y = HEIGHT * (top - power) / (top - bottom)
        label = f"{10.0**power:g}"
        yield f'<path d="M{MARGIN} {y:.1f}H{right}" stroke="#eee"/><text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    for step in range(6):
        x = MARGIN + (right - MARGIN) * step / 5
        yield f'<text x="{x:.1f}" y="{HEIGHT + 16}" text-anchor="middle">{shown * step / 5 / SECOND:g} s</text>'


def _survival(lasted: Counter[int], days: float, decades: tuple[int, int], shown: int, right: int) -> str:
    """Return the corners of a line that steps down at each duration."""
    top, bottom = decades
    left, height, corners, seen = lasted.total(), 0.0, list[str](), -1.0
    for time in (0, *sorted(lasted), shown):
        x = MARGIN + (right - MARGIN) * min(time, shown) / shown
        left -= lasted.get(time, 0) if time < shown else 0
        if x - seen >= 0.5 or time >= shown:  # what is nearer than half a pixel is not seen
            after = HEIGHT * (top - log10(left / days)) / (top - bottom) if left else float(HEIGHT)
            after = min(max(after, 0.0), HEIGHT)
            corners += [f"{x:.1f},{height if corners else after:.1f}", f"{x:.1f},{after:.1f}"]
            height, seen = after, x
        if time >= shown:
            break
    return " ".join(corners)
