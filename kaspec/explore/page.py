"""What verifying a deployment came to, as one page: it needs no network and no other file, and without its script it still reads."""

import json
from collections.abc import Iterator, Mapping
from html import escape

from kaspec.explore.deployment import Cluster
from kaspec.explore.picture import picture
from kaspec.explore.properties import BY_NAME
from kaspec.explore.remarks import shortly
from kaspec.explore.report import FIGURES, Report, assumptions, conclusion, traced
from kaspec.explore.scenes import Played
from kaspec.explore.telling import story
from kaspec.explore.violations import Remedy, Verified, Violation, in_short
from kaspec.picture import Sequence, render_svg
from kaspec.picture.steps import steps_json
from kaspec.picture.svg import STYLE
from kaspec.units import in_seconds

VIOLATED = "violated"
AROUND = 3
"""How many lines of a file are shown before and after the one to change."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
CONTROLS = """<div class="controls" role="group" aria-label="step through" hidden>
<button type="button" data-go="first" aria-label="to the beginning">|◀</button>
<button type="button" data-go="back">◀ back</button>
<button type="button" data-go="forward">forward ▶</button>
<button type="button" data-go="last" aria-label="to the end">▶|</button>
<input type="range" min="0" value="0" aria-label="step"><output></output>
<span class="soft">or ← → Home End</span></div>"""


def page(report: Report, style: str, script: str) -> str:
    """Write the page, with its style sheet and its script in it."""
    title = f"kaspec verify: {', '.join(report.files)}"
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{style}{STYLE}</style></head><body>",
        f"<header><h1>{_verdict(report.verdict)} {escape(', '.join(report.files))}</h1>",
        f'<p class="soft">{escape(conclusion(report))}</p></header><div id="error" role="alert"></div><main>',
        *(part for verified in report.verified for part in _cluster(report, verified)),
        *(f"<section><h2>{escape(each.title)}</h2><p>Not explored, for {escape(each.reason)}.</p></section>" for each in report.unexplored),
        "</main>",
        *_demands(),
        f"<script>{script}</script></body></html>\n",
    ]
    return "\n".join(parts)


def _verdict(word: str) -> str:
    return f'<span class="verdict {escape(word.replace(" ", "-"))}">{escape(word)}</span>'


def _cluster(report: Report, verified: Verified) -> Iterator[str]:
    told = report.violations(verified)
    yield f"<section><h2>{_verdict(verified.verdict)} {escape(verified.cluster.title)}</h2>"
    yield from (f'<p class="lead">{escape(sentence)}</p>' for sentence in in_short(verified, told))
    yield from _instances(verified.cluster)
    for violation in told:
        yield from _violation(report, violation)
    yield "<h3>What was tried</h3>"
    yield from _scenes(verified)
    figures = [(what, verified.longest(name)) for name, what in FIGURES] if not verified.fails_by_itself else []
    yield "<ul>"
    yield from (f"<li>{escape(what)}: {shortly(found[0])} (when {escape(found[1])})</li>" for what, found in figures if found)
    yield from (f"<li>{escape(text)}</li>" for text in report.worth_knowing(verified))
    yield "</ul>"
    yield "<h3>What was assumed</h3><ul>"
    yield from (f"<li>{escape(text)}</li>" for text in assumptions(verified.cluster))
    yield "</ul></section>"


def _instances(cluster: Cluster) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("file", "instance", "virtual_router_id", "priority", "advert_int"))
    yield f"<table><tr>{heads}</tr>"
    for side in (side for row in cluster.rows for side in row if side):
        router = side.router
        every = f"{shortly(router.advertisement_interval)}"
        cells = (side.file, router.name, str(router.virtual_router_id), str(router.priority), every)
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"


def _scenes(verified: Verified) -> Iterator[str]:
    yield '<table><tr><th scope="col">when</th><th scope="col">verdict</th><th scope="col">violated</th><th scope="col">states</th></tr>'
    yield from map(_scene, verified.played)
    yield from (f"<tr><td>{escape(scene.words)}</td><td>{_verdict('left out')}</td><td></td><td></td></tr>" for scene in verified.left_out)
    yield "</table>"


def _scene(played: Played) -> str:
    names = ", ".join(each.name for each in played.found if each.judgement.verdict == "violated")
    states = f"{played.states}{'' if played.complete else ', then it was ended'}"
    return f"<tr><td>{escape(played.scene.words)}</td><td>{_verdict(played.verdict)}</td><td>{escape(names)}</td><td>{states}</td></tr>"


def _violation(report: Report, violation: Violation) -> Iterator[str]:
    yield f'<article class="card"><h3>{_verdict(VIOLATED)} {escape(violation.headline)} ({escape(violation.name)})</h3>'
    yield f"<p>When <strong>{escape(violation.scene.words)}</strong>, {escape(violation.meaning)}.</p>"
    yield f'<p class="soft">Demanded: {escape(violation.demanded)}</p>'
    if violation.reason:
        yield f"<p>{escape(violation.reason)}</p>"
    if violation.remedies:
        yield "<h4>What to change</h4>"
        yield from (part for remedy in violation.remedies for part in _remedy(remedy, report.texts))
    if violation.run is not None:
        run = violation.run
        yield "<h4>What happens</h4><ol>"
        yield from (
            f'<li class="{line.kind}"><span class="mono">{in_seconds(line.at)}</span> {escape(line.text)}</li>' for line in story(run)
        )
        yield f"</ol>{'<p>... and so it stays, for ever.</p>' if run.again else ''}"
        yield from figure(picture(run), f"{violation.headline}, when {violation.scene.words}")
        text = traced(violation.name, run)
        if text:
            yield f"<details><summary>As a trace, for <code>kaspec trace run</code></summary><pre>{escape(text)}</pre></details>"
    if violation.with_it:
        also = ", ".join(f"{BY_NAME[name].title} ({name})" for name in violation.with_it)
        yield f'<p class="soft">With it, violated as well: {escape(also)}.</p>'
    yield "</article>"


def _remedy(remedy: Remedy, texts: Mapping[str, str]) -> Iterator[str]:
    yield f'<div class="remedy"><p>Because {escape(remedy.because)}: {"add" if remedy.adds else "change"} '
    yield f"{' and '.join(f'<code>{escape(str(place))}</code>' for place in remedy.places)}: <strong>{escape(remedy.change)}</strong></p>"
    for place in remedy.places:
        lines = texts.get(place.file, "").splitlines()
        first = max(place.line - AROUND, 1)
        shown = [
            f'<span class="changed">{number:>4}  {escape(line)}</span>' if number == place.line else f"{number:>4}  {escape(line)}\n"
            for number, line in enumerate(lines[first - 1 : place.line + AROUND], first)
        ]
        if shown:
            yield f'<pre class="excerpt" aria-label="{escape(str(place))}">{"".join(shown)}</pre>'
    yield "</div>"


def figure(sequence: Sequence, title: str) -> Iterator[str]:
    """Write a diagram that one can step through, if there is a script to do it."""
    steps = json.dumps(steps_json(sequence)).replace("<", "\\u003c")
    yield f'<figure class="run" tabindex="0" aria-label="{escape(title)}">{CONTROLS}'
    yield f'<div class="drawn">{render_svg(sequence, title, styled=False)}</div><div class="now" aria-live="polite"></div>'
    yield f'<script type="application/json">{steps}</script></figure>'


def _demands() -> Iterator[str]:
    yield '<details><summary>Everything that is demanded</summary><table><tr><th scope="col">name</th><th scope="col">sentence</th></tr>'
    yield from (f"<tr><td>{escape(each.name)}</td><td>{escape(each.sentence)}</td></tr>" for each in BY_NAME.values())
    yield "</table></details>"
