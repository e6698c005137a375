"""A run as one page: it needs no network and no other file, and without its script it still reads."""

import os
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

from attrs import frozen

from conformance.clauses.ledger import LEDGER
from conformance.departures import Departure
from conformance.runner.aliases import UNH, aliases
from conformance.runner.drawing import diagram
from conformance.runner.packets import told
from conformance.runner.record import Line, Reached, Record
from conformance.runner.running import VERDICTS
from kaspec.explore.page import POLICY, figure
from kaspec.picture.svg import STYLE
from kaspec.units import Interval, in_seconds

SIGNS = {"pass": "✓", "fail": "✗", "unsupported": "–", "undetermined": "?"}
"""What stands before each verdict's word, so that nobody needs its colour."""
WORST = ("fail", "undetermined", "pass", "unsupported")
"""What of the cases of a clause is told of it, the first that is there."""
_CLAUSES = {clause.identifier: clause for clause in LEDGER}


@frozen
class Page:
    """A run and where its page is to be, which decides how it links what was kept."""

    whole: Record
    folder: Path

    def write(self, style: str, script: str) -> str:
        """Write the page, with its style sheet and its script in it."""
        title = "kaspec conformance run: " + ", ".join(f"{peer} {version}" for peer, version in self.whole.peers.items())
        parts = [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}{STYLE}</style></head><body>",
            f"<header><h1>{escape(title)}</h1>",
            '<nav aria-label="on this page"><a href="#departures">departures</a> <a href="#clauses">by clause</a>'
            ' <a href="#cases">by case</a> <a href="#details">case by case</a></nav></header>',
            '<div id="error" role="alert"></div><main>',
            *self._counts(),
            *self._departures(),
            *self._clauses(),
            *self._matrix(),
            *self._details(),
            f"</main><script>{script}</script></body></html>\n",
        ]
        return "\n".join(parts)

    def _counts(self) -> Iterator[str]:
        yield f"<section><h2>What it came to</h2><table>{_heads('', *(f'{SIGNS[each]} {each}' for each in VERDICTS))}"
        for peer, version in self.whole.peers.items():
            counts = Counter(each.verdict for each in self.whole.cases if each.peer == peer)
            yield _row(f"{peer} {version}", *(str(counts[verdict]) for verdict in VERDICTS))
        yield (
            "</table><p class=soft>pass: the core can have done just what was seen. fail: it cannot, by a known departure or twice alike."
            " unsupported: the peer cannot be such a router, or nobody outside can do what the trace says."
            " undetermined: it cannot, but not twice alike, or the machine was too busy.</p></section>"
        )

    def _departures(self) -> Iterator[str]:
        yield '<section id="departures"><h2>Departures</h2><h3>Known</h3>'
        known = self.whole.departures
        yield from (part for each in known for part in self._departure(each))
        if not known:
            yield "<p>None was seen.</p>"
        new = [each for each in self.whole.cases if each.verdict == "fail" and not each.departures]
        yield "<h3>New: no known departure is named for it</h3>"
        yield "<ul>" if new else "<p>None was seen.</p>"
        yield from (f"<li>{_link(each)} at {escape(each.peer)}: {escape(each.words)}</li>" for each in new)
        yield "</ul></section>" if new else "</section>"

    def _departure(self, departure: Departure) -> Iterator[str]:
        yield f'<article class="card"><h4>{escape(departure.peer)}: {escape(departure.name)}</h4>'
        yield f'<p>It {escape(departure.does)}.</p><p class="soft">Versions: {escape(departure.versions)}.</p><ul>'
        yield from (
            f"<li>{_link(each)}{'' if each.explained else ' (no core that departs so was asked)'}</li>"
            for each in self.whole.showing(departure)
        )
        yield "</ul></article>"

    def _clauses(self) -> Iterator[str]:
        peers = tuple(self.whole.peers)
        names = [name for name in _CLAUSES if any(name in each.clauses for each in self.whole.cases)]
        yield '<section id="clauses"><h2>By clause</h2><div class="wide"><table>'
        yield _heads("clause", "what it requires", *peers)
        for name in names:
            cells = "".join(self._clause_cell(name, peer) for peer in peers)
            clause = _CLAUSES[name]
            yield f'<tr><th scope="row">{escape(name)}</th><td>{escape(f"{clause.level}: {clause.requirement}")}</td>{cells}</tr>'
        yield "</table></div></section>"

    def _clause_cell(self, clause: str, peer: str) -> str:
        cases = [each for each in self.whole.cases if each.peer == peer and clause in each.clauses]
        worst = next((verdict for verdict in WORST if any(each.verdict == verdict for each in cases)), None)
        if worst is None:
            return "<td></td>"
        first = next(each for each in cases if each.verdict == worst)
        count = sum(each.verdict == worst for each in cases)
        of = f" {count} of {len(cases)}" if len(cases) > 1 else ""
        return f'<td><a href="#{_place(first)}">{_sign(worst)}</a>{of}</td>'

    def _matrix(self) -> Iterator[str]:
        peers = tuple(self.whole.peers)
        found = {(each.case, each.peer): each for each in self.whole.cases}
        yield '<section id="cases"><h2>By case</h2><div class="wide"><table>'
        yield _heads("case", "clauses", "UNH-IOL", *peers)
        for name, clauses in dict.fromkeys((each.case, each.clauses) for each in self.whole.cases):
            reached = (found.get((name, peer)) for peer in peers)
            cells = "".join(f'<td><a href="#{_place(each)}">{_sign(each.verdict)}</a></td>' if each else "<td></td>" for each in reached)
            numbers = " ".join(number.removeprefix("UNH-") for number in aliases(name))
            yield f'<tr><th scope="row">{escape(name)}</th><td>{escape(" ".join(clauses))}</td><td>{numbers}</td>{cells}</tr>'
        yield '</table></div><p class="soft">UNH-IOL: the tests of its public VRRP Operations Test Suite 2.5 that ask the same: '
        yield "; ".join(f"{number.removeprefix('UNH-')} {escape(alias.title)}" for number, alias in UNH.items()) + "</p></section>"

    def _details(self) -> Iterator[str]:
        yield '<section id="details"><h2>Case by case</h2><fieldset><legend>Show</legend>'
        for verdict in VERDICTS:
            yield f'<label><input type="checkbox" id="show-{verdict}" checked> {_sign(verdict)}</label>'
        yield "</fieldset>"
        yield from (part for each in self.whole.cases for part in self._case(each))
        yield "</section>"

    def _case(self, each: Reached) -> Iterator[str]:
        yield f'<details class="case of-{each.verdict}" id="{_place(each)}"><summary>{_sign(each.verdict)} '
        yield f"<strong>{escape(each.case)}</strong> at {escape(each.peer)}</summary><p>{escape(each.words)}</p>"
        yield from _requirements(each)
        if each.departures:
            yield f"<p>Known departure: <strong>{escape(', '.join(each.departures))}</strong></p>"
        yield from _lines("Stimulus", each.stimuli)
        yield from _lines("Expected", each.expected)
        if each.happened:
            yield "<h4>Seen</h4>"
            if each.refused is not None:
                yield f'<p class="fault"><span class="mono">{_time(each.refused.at)}</span> {escape(each.refused.text)},'
                yield f" where it was to be {escape(each.wanted)}</p>"
            yield from figure(diagram(each, self.whole.peers.get(each.peer, "")), f"{each.case} at {each.peer}")
        yield from _packets(each)
        yield from self._kept(each)
        yield "</details>"

    def _kept(self, each: Reached) -> Iterator[str]:
        folder = Path(each.kept) if each.kept else None
        if folder is None or not folder.is_dir():
            return
        links = (
            f'<a href="{escape(quote(os.path.relpath(file, self.folder.resolve())))}">{escape(file.name)}</a>'
            for file in sorted(folder.iterdir())
        )
        yield f"<p>Kept: {', '.join(links)}</p>"


def _requirements(each: Reached) -> Iterator[str]:
    yield "<ul>" if each.clauses else ""
    for name in each.clauses:
        clause = _CLAUSES.get(name)
        yield f"<li><strong>{escape(name)}</strong> {escape(f'{clause.level}: {clause.requirement}') if clause else ''}</li>"
    yield "</ul>" if each.clauses else ""


def _lines(title: str, lines: tuple[Line, ...]) -> Iterator[str]:
    if lines:
        yield f"<h4>{title}</h4><ul>"
        yield from (f'<li><span class="mono">{_time(each.at)}</span> {escape(each.text)}</li>' for each in lines)
        yield "</ul>"


def _packets(each: Reached) -> Iterator[str]:
    if not each.frames:
        return
    yield f'<details><summary>{len(each.frames)} packets</summary><div class="wide"><table>'
    yield _heads("at", "by", "from", "to", "what", "fields")
    for frame in each.frames:
        packet = told(frame.frame)
        fields = "; ".join(f"{name}: {text}" for name, text in packet.fields)
        by = each.peer if packet.from_device else "neighbour"
        yield _row(_time(frame.at), by, packet.source, packet.destination, packet.kind, fields)
    yield "</table></div></details>"


def _time(at: int) -> str:
    return in_seconds(Interval(at))


def _sign(verdict: str) -> str:
    return f'<span class="verdict {verdict}">{SIGNS[verdict]} {verdict}</span>'


def _place(each: Reached) -> str:
    return escape(quote(f"{each.peer}-{each.case}".replace("/", "-")))


def _link(each: Reached) -> str:
    return f'<a href="#{_place(each)}">{escape(each.case)}</a>'


def _heads(*names: str) -> str:
    cells = (f'<th scope="col">{escape(name)}</th>' for name in names)
    return f"<tr>{''.join(cells)}</tr>"


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
