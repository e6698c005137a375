"""``kaspec trace``: run traces on the specification, write them canonically, explain them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from kaspec.picture import render_svg, render_text
from kaspec.rules import RULES, Rule
from kaspec.trace import Problem, Trace, Verdict, merge, parse, run, write
from kaspec.trace.drawing import diagram
from kaspec.trace.language import Moment, Reloads
from kaspec.trace.observing import Difference
from kaspec.trace.running import Judged
from kaspec.trace.writing import write_item, write_items, write_stimulus, write_subject
from kaspec.units import in_seconds

HOLD, DIFFER, UNREADABLE = 0, 1, 2
"""Exit statuses of ``kaspec trace run``."""

_PATHS = click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR...", type=click.Path(exists=True, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def trace() -> None:
    """Run, write and explain protocol traces: a configuration, a timeline, and what must be seen.

    The language is described in docs/trace-language.md.
    """


@trace.command("run")
@_PATHS
@click.option("-v", "--verbose", is_flag=True, help="Show every moment, what was done, and the rule's statement.")
@click.option("--json", "as_json", is_flag=True, help="Write the verdicts as JSON.")
def run_command(paths: tuple[Path, ...], verbose: bool, as_json: bool) -> None:
    """Run traces on the specification; a directory stands for all *.trace files below it.

    \b
    Exit statuses:
      0   every trace holds
      1   something differs from what a trace expects
      2   a file cannot be read, or is no trace
    """
    began = perf_counter()
    results = [(path, _load(path)) for path in _files(paths)]
    verdicts = [(path, run(loaded) if isinstance(loaded, Trace) else loaded) for path, loaded in results]
    if as_json:
        click.echo(json.dumps([_as_json(path, verdict) for path, verdict in verdicts], indent=2))
    else:
        for path, verdict in verdicts:
            click.echo("\n".join(_report(path, verdict, verbose)))
        click.echo(_summary([verdict for _, verdict in verdicts], perf_counter() - began))
    sys.exit(max((_status(verdict) for _, verdict in verdicts), default=UNREADABLE))


@trace.command("merge")
@_PATHS
def merge_command(paths: tuple[Path, ...]) -> None:
    """Put recordings of several routers, made on one machine, on one timeline; the trace goes to standard output.

    \b
    Exit statuses:
      0   merged
      2   a file cannot be read, or is no trace
    """
    loaded = [(path, _load(path)) for path in _files(paths)]
    for path, unreadable in ((path, each) for path, each in loaded if not isinstance(each, Trace)):
        click.echo(f"{path}: unreadable", err=True)
        click.echo("\n".join(map(str, unreadable)), err=True)
    traces = [each for _, each in loaded if isinstance(each, Trace)]
    if len(traces) < len(loaded):
        sys.exit(UNREADABLE)
    click.echo(write(merge(traces)), nl=False)


@trace.command("format")
@_PATHS
@click.option("--check", is_flag=True, help="Write nothing; say which files are not canonical, and exit with 1 if any is.")
def format_command(paths: tuple[Path, ...], check: bool) -> None:
    """Rewrite traces in their canonical form, comments kept."""
    status = HOLD
    for path in _files(paths):
        loaded = _load(path)
        if not isinstance(loaded, Trace):
            click.echo("\n".join(map(str, loaded)), err=True)
            status = UNREADABLE
            continue
        canonical = write(loaded)
        if canonical == path.read_text(encoding="utf-8"):
            continue
        click.echo(f"{path}: {'not canonical' if check else 'rewritten'}")
        if check:
            status = max(status, DIFFER)
        else:
            path.write_text(canonical, encoding="utf-8")
    sys.exit(status)


@trace.command("explain")
@_PATHS
def explain_command(paths: tuple[Path, ...]) -> None:
    """Tell what happens in a trace, and why: each rule with its clause and its statement.  Judges nothing."""
    status = HOLD
    for path in _files(paths):
        loaded = _load(path)
        if isinstance(loaded, Trace):
            click.echo("\n".join([str(path), *(line for judged in run(loaded).moments for line in _told(judged)), ""]))
        else:
            click.echo("\n".join(map(str, loaded)), err=True)
            status = UNREADABLE
    sys.exit(status)


@trace.command("draw")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--svg", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture to FILE, for a page.")
def draw_command(path: Path, svg: Path | None) -> None:
    """Draw what happens in a trace as a sequence diagram: on the terminal, or as a picture.

    \b
    Exit statuses:
      0   drawn
      1   drawn, with what differs from what the trace expects
      2   the file cannot be read or is no trace, or the picture cannot be written
    """
    loaded = _load(path)
    if not isinstance(loaded, Trace):
        click.echo("\n".join(map(str, loaded)), err=True)
        sys.exit(UNREADABLE)
    verdict = run(loaded)
    sequence = diagram(verdict)
    if svg is None:
        click.echo(render_text(sequence, sys.stdout.isatty()), nl=False)
    else:
        try:
            svg.write_text(render_svg(sequence, f"What happens in {path.name}"), encoding="utf-8")
        except OSError as error:
            click.echo(f"{svg} cannot be written: {error.strerror}", err=True)
            sys.exit(UNREADABLE)
    sys.exit(_status(verdict))


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.trace")) if path.is_dir() else [path]


def _load(path: Path) -> Trace | tuple[Problem, ...]:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        return (Problem(str(path), 1, 1, f"cannot be read: {error}"),)


_Result = Verdict | tuple[Problem, ...]


def _status(result: _Result) -> int:
    if not isinstance(result, Verdict):
        return UNREADABLE
    return HOLD if result.holds else DIFFER


def _report(path: Path, result: _Result, verbose: bool) -> Iterator[str]:
    if not isinstance(result, Verdict):
        yield f"{path}: no trace"
        yield from map(str, result)
        return
    clauses = ", ".join(clause if polarity == "holds" else f"{clause} violated" for clause, polarity in result.trace.clauses)
    yield f"{path}: {'holds' if result.holds else 'DIFFERS'}{f' ({clauses})' if clauses else ''}"
    for judged in result.moments:
        if verbose:
            yield from _told(judged)
        for difference in judged.differences:
            yield from _differing(path, judged.moment, difference)


def _differing(path: Path, moment: Moment, difference: Difference) -> Iterator[str]:
    yield f"  {path}:{difference.line}: {_when(moment)}"
    yield f"    {difference.subject} expected  {difference.expected}"
    yield f"    {' ' * len(difference.subject)} got       {difference.got}"
    if difference.rule:
        yield f"    {' ' * len(difference.subject)} by        {_because(difference.rule)}"


def _told(judged: Judged) -> Iterator[str]:
    yield f"  {_when(judged.moment)}"
    for each in judged.seen:
        if each.outcome or len(judged.seen) == 1:
            yield f"    {judged.moment.subject.router}/{each.instance}: {write_items(each.told)}"
            yield f"      {_because(each.rule)}"


def _when(moment: Moment) -> str:
    what = write_stimulus(moment.stimulus) + (" ..." if isinstance(moment.stimulus, Reloads) else "")
    return f"{in_seconds(moment.at)}  {write_subject(moment.subject)} {what}"


def _because(rule: Rule) -> str:
    clause = RULES[rule]
    return f"{rule} ({clause.source}): {clause.statement}"


def _summary(results: list[_Result], took: float) -> str:
    counts = [sum(_status(result) == status for result in results) for status in (HOLD, DIFFER, UNREADABLE)]
    hold, differ, unreadable = counts
    return f"{len(results)} traces: {hold} hold, {differ} differ, {unreadable} unreadable; {took:.2f} s"


def _as_json(path: Path, result: _Result) -> dict[str, Any]:
    if not isinstance(result, Verdict):
        problems = [{"line": each.line, "column": each.column, "message": each.message} for each in result]
        return {"file": str(path), "status": "unreadable", "problems": problems}
    return {
        "file": str(path),
        "status": "holds" if result.holds else "differs",
        "clauses": [{"clause": clause, "polarity": polarity} for clause, polarity in result.trace.clauses],
        "moments": [_moment_as_json(judged) for judged in result.moments],
    }


def _moment_as_json(judged: Judged) -> dict[str, Any]:
    return {
        "line": judged.moment.line,
        "at": in_seconds(judged.moment.at),
        "what": f"{write_subject(judged.moment.subject)} {write_stimulus(judged.moment.stimulus)}",
        "seen": [
            {"virtual_router": each.instance, "did": [write_item(item) for item in each.told], "rule": each.rule} for each in judged.seen
        ],
        "differences": [
            {"line": each.line, "subject": each.subject, "expected": each.expected, "got": each.got, "rule": each.rule}
            for each in judged.differences
        ],
    }
