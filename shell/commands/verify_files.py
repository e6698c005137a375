"""What ``kaspec verify`` writes beside its report: a page, pictures, captures and traces of what is violated."""

from collections.abc import Iterator
from pathlib import Path

import click

from kaspec.explore.capturing import frames
from kaspec.explore.page import page
from kaspec.explore.picture import picture
from kaspec.explore.playing import Run
from kaspec.explore.report import Report, traced
from kaspec.explore.violations import Violation
from kaspec.picture import render_svg
from kaspec.wire.pcap import encode_pcap
from shell.web import asset


def write(report: Report, html: Path | None, svg: Path | None, pcap: Path | None, keep: Path | None) -> list[str]:
    """Write what is asked for, saying what was written; return a complaint for each file that cannot be."""
    shown = [(title, each, each.run) for title, each in _violations(report) if each.run is not None]
    wanted = list[tuple[Path, bytes]]()
    if html is not None:
        wanted.append((html, page(report, asset("page.css"), asset("errors.js") + asset("figure.js")).encode()))
    for path, kind in ((svg, "svg"), (pcap, "pcap")):
        if path is not None and shown:
            wanted.append((path, dict(_kept(*shown[0][1:]))[kind]))
        elif path is not None:
            click.echo(f"{path} is not written: nothing is violated that could be shown", err=True)
    if keep is not None:
        wanted += [(keep / f"{title}-{each.name}.{kind}", data) for title, each, run in shown for kind, data in _kept(each, run)]
    return [complaint for path, data in wanted if (complaint := _write(path, data))]


def _violations(report: Report) -> Iterator[tuple[str, Violation]]:
    """Return what is violated, with a name for files."""
    for number, verified in enumerate(report.verified, 1):
        letters = verified.cluster.title.replace(", ", "+")
        title = "".join(letter if letter.isalnum() or letter in "_.-+" else "-" for letter in letters)[:60] or str(number)
        taken = [other.cluster.title for other in report.verified].count(verified.cluster.title) > 1
        yield from ((f"{title}-{number}" if taken else title, each) for each in report.violations(verified))


def _kept(violation: Violation, run: Run) -> Iterator[tuple[str, bytes]]:
    yield "svg", render_svg(picture(run), f"{violation.headline}, when {violation.scene.words}").encode()
    yield "pcap", encode_pcap(frames(run))
    text = traced(violation.name, run)
    if text is not None:
        yield "trace", text.encode()


def _write(path: Path, data: bytes) -> str | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    click.echo(f"wrote {path}", err=True)
    return None
