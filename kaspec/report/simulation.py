"""Simulated spreads as text, JSON and a picture (SVG)."""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from kaspec.lvs.simulation.spread import Share, Spread
from kaspec.units import in_seconds

BARS = " ▁▂▃▄▅▆▇█"
FULL, PARTS = "█", " ▏▎▍▌▋▊▉"
WIDTH, HEIGHT, MARGIN, LEGEND = 720, 150, 44, 210
COLOURS = ("#1b6ca8", "#e07a1f", "#2e9e5b", "#b8336a", "#7a5cc1", "#8a6d3b", "#3aa6b9", "#c0392b", "#6b8e23", "#555555")


def share_of(spread: Spread, share: Share) -> float:
    """Return what part of the connections that found a server went to this one, in percent."""
    return 100 * share.connections / spread.taken if spread.taken else 0.0


def bar(percent: float, width: int) -> str:
    """Draw a percentage in eighths of a character."""
    eighths = round(percent * width * 8 / 100)
    return (FULL * (eighths // 8) + (PARTS[eighths % 8] if eighths % 8 else "")).ljust(width)


def curve(values: Sequence[int], highest: int, width: int) -> str:
    """Draw values over time, of several that share a column the most; nothing is a blank, the highest a full block."""
    if not values or not highest:
        return " " * width
    columns = [values[place * len(values) // width : (place + 1) * len(values) // width] for place in range(width)]
    most = (max(column) if column else 0 for column in columns)
    return "".join(BARS[-(-value * (len(BARS) - 1) // highest)] for value in most)


def heading(spread: Spread) -> str:
    """Say in a line what became of the connections."""
    told = f"{spread.scheduler}: {spread.taken} connections in {in_seconds(spread.length)} s, {spread.moved} clients had several servers"
    return f"{told}, {spread.refused} connections found no server" if spread.refused else told


def spread_json(spread: Spread) -> dict[str, Any]:
    """Return a spread as what JSON can hold."""
    return {
        "scheduler": spread.scheduler,
        "taken": spread.taken,
        "refused": spread.refused,
        "clients_moved": spread.moved,
        "seconds": in_seconds(spread.length),
        "servers": [
            {
                "server": str(share.server),
                "weight": share.weight,
                "connections": share.connections,
                "percent": round(share_of(spread, share), 2),
                "clients": share.clients,
                "most_open": share.most,
                "open_over_time": list(share.open_at),
            }
            for share in spread.shares
        ],
    }


def render_svg(title: str, spreads: Sequence[Spread]) -> str:
    """Draw open connections over time, a panel for each scheduler and a line for each server, with the shares beside it."""
    height = 40 + len(spreads) * (HEIGHT + 40)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for number, spread in enumerate(spreads):
        lines += [f'<g transform="translate(0 {56 + number * (HEIGHT + 40)})">', *_panel(spread), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _panel(spread: Spread) -> Iterator[str]:
    right = WIDTH - LEGEND
    highest = max((share.most for share in spread.shares), default=0) or 1
    yield f'<text x="{MARGIN}" y="-6" fill="#333">{escape(heading(spread))}</text>'
    yield f'<path d="M{MARGIN} 0V{HEIGHT}H{right}" fill="none" stroke="#999"/>'
    yield f'<text x="{MARGIN - 4}" y="10" text-anchor="end" fill="#666">{highest}</text>'
    yield f'<text x="{MARGIN - 4}" y="{HEIGHT}" text-anchor="end" fill="#666">0</text>'
    yield f'<text x="{right}" y="{HEIGHT + 14}" text-anchor="end" fill="#666">{in_seconds(spread.length)} s</text>'
    for number, share in enumerate(spread.shares):
        colour = COLOURS[number % len(COLOURS)]
        count = max(len(share.open_at), 1)
        points = " ".join(
            f"{MARGIN + (right - MARGIN) * place / count:.1f},{HEIGHT - HEIGHT * value / highest:.1f}"
            for place, value in enumerate((0, *share.open_at))
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        told = f"{share.server} w{share.weight}: {share_of(spread, share):.1f} %"
        yield f'<text x="{right + 10}" y="{12 + 14 * number}" fill="{colour}">{escape(told)}</text>'
