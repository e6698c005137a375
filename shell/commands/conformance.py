"""``kaspec conformance``: real routers put to the test, with the core as the judge."""

import shlex
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from shell.commands.differ import differ
from shell.commands.learn import learn
from shell.commands.matrix import matrix
from shell.commands.peers import NAMES, peers_of
from shell.terminal import Tally, give_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.flaws.show import Shown
    from conformance.peers.peer import Peer
    from conformance.runner.record import Record
    from conformance.runner.running import Result

REMOTE = "remote"
"""What ``--peer`` calls a device on a wire."""
WELL, SHOWN, TROUBLE, UNDETERMINED = 0, 1, 2, 3
"""Exit statuses."""
AT_ONCE = 6
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.pass_context
def conformance(context: click.Context) -> None:
    """Put real routers to the test: in network namespaces of their own, with the core as the judge.

    Described in docs/conformance.md.
    """
    if threading.current_thread() is threading.main_thread():  # ^C ends it at once: the lab's keepers see to what was started
        context.call_on_close(partial(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.SIG_DFL)))


conformance.add_command(differ)
conformance.add_command(learn)
conformance.add_command(matrix)
FLAWS_EPILOG = """\b
Examples:
  kaspec conformance flaws                            every flaw at every router that is here
  kaspec conformance flaws --peer keepalived 9 13     two of them at keepalived
  kaspec conformance flaws --keep out                 also keep packets, logs, configurations and traces in out/
  kaspec conformance flaws --json | jq '.cases[] | select(.verdict == "shows") | .case'

\b
The number is that of the table in docs/conformance.md.  The checker's shortest way to each flaw is played:
the router is one of the trace's, everybody else is played by a neighbour, packet by packet.  What the router
then does is compared with what the core would do that reads the protocol so or so.

\b
Verdicts:
  shows it             only a core explains it that has the flaw (or the flaw is VRRP's own)
  does not             only one explains it that does not have it
  cannot be provoked   the router cannot be configured so, or nobody outside can do it
  undetermined         no core explains what was seen, or both kinds do; see --json and --keep

\b
Exit statuses:
  0   nobody shows a flaw but those of the protocol itself
  1   somebody does
  2   an option is not understood, or this machine does not allow network namespaces
  3   nobody does, but something is undetermined"""


@conformance.command(epilog=FLAWS_EPILOG, context_settings=CONTEXT)
@click.argument("numbers", nargs=-1, metavar="[NUMBER...]", type=click.IntRange(min=1))
@click.option("--peer", "names", multiple=True, type=click.Choice(NAMES), help="Whom to test; once for each.  [default: whoever is here]")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="So many at a time.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Keep packets, logs and traces in DIR.")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON, with what each core had to say.")
@click.option("--markdown", is_flag=True, help="Write the table of the documentation.")
def flaws(numbers: tuple[int, ...], names: tuple[str, ...], jobs: int, keep: Path | None, as_json: bool, markdown: bool) -> None:
    """Play the known flaws of VRRP and its implementations at real routers, and tell who shows which."""
    from conformance.flaws import report
    from conformance.flaws.catalogue import FLAWS
    from conformance.flaws.show import chosen, show_all
    from conformance.lab.namespace import LabUnavailableError, enter_user_namespace

    if unknown := set(numbers) - {flaw.number for flaw in FLAWS}:
        give_up(f"There is no flaw number {min(unknown)}: they are 1 to {len(FLAWS)}", TROUBLE)
    peers = peers_of(names, TROUBLE)
    versions = report.versions(peers)
    wanted = [(flaw, case, peer) for flaw, case in chosen(numbers) for peer in peers]
    try:
        enter_user_namespace()
        shown = show_all(wanted, jobs, keep, _counting(len(wanted)))
    except LabUnavailableError as error:
        give_up(str(error), TROUBLE)
    if as_json:
        click.echo(report.as_json(shown, versions))
    elif markdown:
        click.echo(report.markdown(shown, versions))
    else:
        click.echo("\n".join(report.lines(shown, versions)))
    sys.exit(_status(shown))


RUN_EPILOG = """\b
Examples:
  kaspec conformance run --peer keepalived                     the whole corpus at keepalived
  kaspec conformance run --clause V2-6.4.3 --peer frr          what is evidence for clauses that begin so
  kaspec conformance run --version 3 --family 6 -j 12          only version 3 in IPv6, twelve cases at a time
  kaspec conformance run --clause UNH-2.4                      what UNH-IOL's public test 2.4 asks
  kaspec conformance run --case rfc5798/6.4.3                  the cases that a report calls so
  kaspec conformance run --keep out --html out/run.html        a page, linked to packets, logs and traces
  kaspec conformance run --junit out/run.xml --json > run.json JUnit's XML, and all that was seen as JSON
  kaspec conformance show run.json --html run.html             the page of what was run before
  kaspec conformance run --peer remote --interface eth1 --handler ./my-router --clause V2
                                                               a device on a wire, which ./my-router handles

\b
A case is a trace of conformance/traces with one of its routers played by the peer.  The judge is the core with the
trace's profile; where the peer does something else, known departures are asked whether they explain it.

\b
Verdicts:
  pass           the core can have done just what was seen
  fail           it cannot: by a known departure, which is named, or twice alike
  unsupported    the peer cannot be such a router, or nobody outside can do what the trace says
  undetermined   it cannot, but not twice alike; or the machine was too busy

\b
A remote device is judged by what it sends, one case at a time.  Its handler is run as COMMAND VERB FOLDER, where the
folder has device.json and, in keepalived's syntax, device.conf:
  can            exit 0 if the device can be such a one; 1 if not, with the reason as first line
  start          configure it so and start it from nothing; return the moment it works
  stop, crash    stop it in an orderly way; cut its power
  up, down       put its cable in; pull it
  version        (no folder) write what it is
Without a handler you are asked to do these things yourself.

\b
Exit statuses:
  0   everything passes that is supported
  1   something fails
  2   an option is not understood, or this machine does not allow network namespaces
  3   nothing fails, but something is undetermined"""


@conformance.command(epilog=RUN_EPILOG, context_settings=CONTEXT)
@click.option(
    "--peer", "names", multiple=True, type=click.Choice([*NAMES, REMOTE]), help="Whom to test; once for each.  [default: whoever is here]"
)
@click.option("--interface", metavar="IF", help="The interface behind which the remote device is.")
@click.option("--handler", metavar="COMMAND", help="The program that handles the remote device.  [default: you are asked to]")
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="Only evidence for clauses that begin so, or a test UNH-...")
@click.option("--case", "cases_named", multiple=True, metavar="NAME", help="Only cases whose names begin so, as a report tells them.")
@click.option("--version", "versions", multiple=True, type=click.IntRange(2, 3), help="Only routers of this version.")
@click.option("--family", "families", multiple=True, type=click.Choice(["4", "6"]), help="Only routers of this family.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="So many at a time.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Keep packets, logs and traces in DIR.")
@click.option("--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Also write JUnit's XML to FILE.")
@click.option("--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Also write everything as one page to FILE.")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON, the verdicts by clause too.")
def run(
    names: tuple[str, ...],
    interface: str | None,
    handler: str | None,
    clauses: tuple[str, ...],
    cases_named: tuple[str, ...],
    versions: tuple[int, ...],
    families: tuple[str, ...],
    jobs: int,
    keep: Path | None,
    junit: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Play the corpus of traces at real routers, clause by clause."""
    from conformance.flaws.report import versions as versions_of
    from conformance.lab.namespace import LabUnavailableError, enter_user_namespace
    from conformance.peers.handling import HandlingError
    from conformance.runner.cases import corpus
    from conformance.runner.record import record
    from conformance.runner.running import run_all

    cases = corpus(clauses, versions, tuple(map(int, families)), cases_named)
    if not cases:
        give_up("No trace of the corpus is about that: see docs/conformance.md for what clauses are called", TROUBLE)
    for file in filter(None, (junit, html)):
        _make_room(file)
    try:
        if REMOTE in names:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # the device is stopped first
            peers, jobs = [_remote(names, interface, handler)], 1
        else:
            peers = peers_of(names, TROUBLE)
            enter_user_namespace()
        told = versions_of(peers)
        results = run_all(cases, peers, jobs, keep, _counting(len(cases) * len(peers)))
    except (LabUnavailableError, HandlingError) as error:
        give_up(str(error), TROUBLE)
    _show(record(results, told), junit, html, as_json)


SHOW_EPILOG = """\b
Examples:
  kaspec conformance run --json > run.json             run, and keep what was seen
  kaspec conformance show run.json                     tell it again
  kaspec conformance show run.json --html run.html     as a page

\b
Exit statuses are those of `kaspec conformance run`; 2 also if the file is no such record."""


@conformance.command(epilog=SHOW_EPILOG, context_settings=CONTEXT)
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Also write JUnit's XML to FILE.")
@click.option("--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Also write everything as one page to FILE.")
def show(file: Path, junit: Path | None, html: Path | None) -> None:
    """Tell again what `kaspec conformance run --json` wrote."""
    from conformance.runner.record import from_json

    try:
        whole = from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        give_up(f"{file} is not what `kaspec conformance run --json` writes: {error}", TROUBLE)
    _show(whole, junit, html, as_json=False)


def _show(whole: "Record", junit: Path | None, html: Path | None, as_json: bool) -> NoReturn:
    from conformance.runner import record, report

    try:
        if junit is not None:
            junit.write_text(report.as_junit(whole.cases), encoding="utf-8")
        if html is not None:
            html.write_text(_page(whole, html), encoding="utf-8")
            click.echo(f"wrote {html}", err=True)
    except OSError as error:
        give_up(f"{error.filename} cannot be written: {error.strerror}", TROUBLE)
    click.echo(record.as_json(whole) if as_json else "\n".join(report.lines(whole)))
    found = {each.verdict for each in whole.cases}
    sys.exit(SHOWN if "fail" in found else UNDETERMINED if "undetermined" in found else WELL)


def _make_room(file: Path) -> None:
    """See to it that a file can be written later, before what it tells of has taken minutes."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        give_up(f"{file} cannot be written: {error.strerror}", TROUBLE)


def _page(whole: "Record", file: Path) -> str:
    from conformance.runner.page import Page
    from shell.web import asset

    script = asset("errors.js") + asset("figure.js") + asset("conformance.js")
    return Page(whole, file.parent).write(asset("page.css") + asset("conformance.css"), script)


def _status(shown: "tuple[Shown, ...]") -> int:
    if any(each.verdict == "shows" and not each.case.protocol for each in shown):
        return SHOWN
    return UNDETERMINED if any(each.verdict == "undetermined" for each in shown) else WELL


def _remote(names: tuple[str, ...], interface: str | None, handler: str | None) -> "Peer":
    from conformance.peers.handling import Operator, Program
    from conformance.peers.remote import Remote

    if set(names) != {REMOTE}:
        give_up(f"--peer {REMOTE}: a remote device is tested by itself", TROUBLE)
    if interface is None:
        give_up(f"--peer {REMOTE}: name the interface behind which it is: --interface IF", TROUBLE)
    ask = Operator(lambda question: str(click.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True)))
    remote = Remote(interface, Program(tuple(shlex.split(handler))) if handler else ask)
    if why := remote.missing():
        give_up(f"--peer {REMOTE}: {why}", TROUBLE)
    return remote


def _counting(wanted: int) -> "Callable[[Shown | Result], None]":
    """Return what is to be told of each thing that was played: the terminal shows how many there are yet."""
    tally = Tally(wanted)
    return lambda shown: tally.one_more(f": {shown.case.name} at {shown.peer}: {shown.verdict}")


LEDGER_EPILOG = """\b
Examples:
  kaspec conformance ledger                           how many clauses are shown, and what is wrong
  kaspec conformance ledger --json | jq '.clauses[] | select(.exception)'
  kaspec conformance ledger --page > docs/clauses.md  the page of the documentation

\b
Exit statuses:
  0   every clause is shown in both polarities or has its exception, and all that is named exists
  1   something is wrong: each is told"""


@conformance.command(epilog=LEDGER_EPILOG, context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="Write every clause with all that shows it as JSON.")
@click.option("--page", is_flag=True, help="Write the page of the documentation, in Markdown.")
def ledger(as_json: bool, page: bool) -> None:
    """Tell what the RFCs require of a router, and which traces and tests show that it is so, and that a violation is noticed."""
    from conformance.clauses import as_it_stands
    from conformance.clauses import page as written

    found = as_it_stands()
    if page:
        click.echo(written.page(found), nl=False)
    elif as_json:
        click.echo(written.as_json(found))
    else:
        click.echo("\n".join(written.lines(found)))
    sys.exit(SHOWN if found.problems() else WELL)
