"""``python -m conformance.mutation``: break every rule of VRRP on purpose, and tell what notices."""

import json
import os
import sys
from collections.abc import Iterable
from itertools import count

import click

from conformance.mutation.catching import Caught, catch_all
from conformance.mutation.page import PAGE, figures, page
from conformance.mutation.proofs import proofs
from conformance.mutation.record import FILE, HOLES, Record, recorded, trimmed, write
from conformance.mutation.survey import Breakage, breakages

AS_RECORDED, OTHERWISE = 0, 1
"""Exit statuses; click has 2 for a command line that it does not understand."""

_EPILOG = """\b
Exit statuses:
  0   what is found is what is recorded, and every hole has its reason
  1   something is noticed or not that was not so before: see --record
  2   the command line is not understood"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Break every rule of VRRP on purpose, and tell which traces and properties notice (docs/mutation.md)."""


@main.command(epilog=_EPILOG)
@click.option("--rule", "word", default="", metavar="WORD", help="Only rules whose name contains this.")
@click.option("-j", "--jobs", default=os.cpu_count() or 1, show_default=True, help="On how many processors.")
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
@click.option("--record", "records", is_flag=True, help="Record what is found and write docs/mutation.md anew; clauses too, unless --rule.")
def rules(word: str, jobs: int, as_json: bool, records: bool) -> None:
    """Break rules, one in one way at a time, and let every trace and world look in which that can be seen."""
    chosen = [each for each in breakages() if word in each.rule]
    if not chosen:
        raise click.UsageError(f"--rule {word}: no rule that is broken has such a name")
    caught = trimmed(_try(chosen, jobs))
    if records:
        _record(caught, whole=not word)
    click.echo(write(Record(caught, ())) if as_json else "\n".join(map(_line, caught)))
    sys.exit(_compare(caught, whole=not word))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Write them as JSON.")
def clauses(as_json: bool) -> None:
    """Tell for each clause which traces are evidence for it, and the recorded mutation under which each fails."""
    known = recorded().proofs
    if as_json:
        click.echo(json.dumps(json.loads(write(Record((), known)))["clauses"], indent=1))
        return
    for proof in known:
        click.echo(f"{proof.clause:16} {proof.polarity:9} {proof.trace}: {proof.mutation}")


def _try(chosen: list[Breakage], jobs: int) -> tuple[Caught, ...]:
    if sys.stderr.isatty():
        with click.progressbar(length=len(chosen), label="Breaking rules", file=sys.stderr) as bar:
            return catch_all(chosen, jobs, lambda: bar.update(1))
    done = count(1)

    def tell() -> None:
        number = next(done)
        if number % 50 == 0 or number == len(chosen):
            click.echo(f"{number} of {len(chosen)} breakages tried", err=True)

    return catch_all(chosen, jobs, tell)


def _record(caught: Iterable[Caught], whole: bool) -> None:
    """Record what was found; of rules that were not broken now what is recorded stays."""
    known = {each.name: each for each in (*recorded().caught, *caught)}
    kept = tuple(known[name] for each in breakages() if (name := f"{each.rule}: {each.kind}") in known)
    record = Record(kept, proofs() if whole else recorded().proofs)
    FILE.write_text(write(record))
    PAGE.write_text(page(record))


def _line(caught: Caught) -> str:
    who = ", ".join([*caught.traces[:1], *(f"{name} ({places[0]})" for name, places in caught.properties)])
    return f"{caught.name}\n    {who or 'NOTHING NOTICES: ' + HOLES.get(caught.name, 'why is not known')}"


def _compare(caught: Iterable[Caught], whole: bool) -> int:
    """Tell what is other than recorded."""
    before, now = ({each.name: each.is_caught for each in some} for some in (recorded().caught, caught))
    changed = [name for name, noticed in now.items() if before.get(name) != noticed]
    changed += [name for name in before if whole and name not in now]
    changed += [name for name, noticed in now.items() if not noticed and name not in HOLES]
    for name in dict.fromkeys(changed):
        was, is_now = (some.get(name) for some in (before, now))
        words = {None: "not there", True: "noticed", False: "not noticed"}
        click.echo(f"{name}: {words[is_now]}, recorded as {words[was]}", err=True)
    if whole:
        click.echo(json.dumps(figures(Record(tuple(caught), ()))), err=True)
    return OTHERWISE if changed else AS_RECORDED


if __name__ == "__main__":
    main(prog_name="python -m conformance.mutation")
