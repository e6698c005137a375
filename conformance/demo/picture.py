"""The stage as a picture for a terminal (rich): a pure reading of what was observed up to an instant."""

from bisect import bisect_left
from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from conformance.demo.acts import Finding
from conformance.demo.configuration import VIRTUAL_ADDRESS
from conformance.demo.stage import NO_POWER, OFF, STARTING, STOPPED, STOPPING, Router, Stage
from kaspec.units import SECOND, Instant, Interval, in_seconds

WIDTH = 80
MARGIN = 9
SPAN = Interval(24 * SECOND)
"""What the timeline shows; a run that lasts longer scrolls."""
CELL = Interval(SPAN // (WIDTH - MARGIN - 4))

COLOURS = ("cyan", "yellow")
WORDS = {OFF: "off", STARTING: "starting", STOPPING: "stopping", STOPPED: "stopped", NO_POWER: "NO POWER"}
HOLDING, LISTENING, WEAK, NOTHING, SILENT = "█", "─", "·", " ", "▁"


def picture(stage: Stage, now: Instant) -> RenderableType:
    """Draw the stage as it is at ``now``."""
    panels = Table.grid()
    for _ in range(3):
        panels.add_column(width=WIDTH // 3)
    panels.add_row(*(_router(stage, router, now) for router in stage.routers), _client(stage, now))
    title = Text.assemble((f" {stage.peer.name}", "bold"), " on two routers, one virtual address, a client pinging it")
    return Group(title, panels, _scene(stage), Panel(_timeline(stage, now), box=box.ROUNDED, border_style="dim", width=WIDTH))


def _router(stage: Stage, router: Router, now: Instant) -> Panel:
    colour, condition = _colour(stage, router), router.condition(now)
    holds = router.host.name in stage.holders.now()
    style = {"MASTER": f"bold reverse {colour}", "BACKUP": colour, NO_POWER: "bold red", "FAULT": "bold red"}.get(condition, "dim")
    body = Text.assemble(
        (f" {WORDS.get(condition, condition)} ", style),
        ("\n\n"),
        (f"● {VIRTUAL_ADDRESS}" if holds else "○", f"bold {colour}" if holds else "dim"),
    )
    return Panel(body, title=f"{router.title}, priority {router.priority}", border_style=colour if holds else "dim", box=box.ROUNDED)


def _client(stage: Stage, now: Instant) -> Panel:
    answering = stage.answering()
    asked = len(stage.ping.sent)
    since = max(
        (at for sequence, at in enumerate(stage.ping.sent[-500:], max(0, asked - 500)) if sequence in stage.ping.answers), default=None
    )
    if answering:
        told = Text(f"{answering.title} answers", f"bold {_colour(stage, answering)}")
    elif since is None:
        told = Text("no answer yet", "dim")
    elif all(router.condition(now) == STOPPED for router in stage.routers):
        told = Text("all is stopped", "dim")
    else:
        told = Text(f"silence for {(now - since) / SECOND:.1f} s", "bold red")
    body = Text.assemble("ping ", VIRTUAL_ADDRESS, "\n", told, "\n", (f"{stage.ping.lost()} of {asked} lost", "dim"))
    return Panel(body, title="client", border_style="green" if answering else "red", box=box.ROUNDED)


def _scene(stage: Stage) -> RenderableType:
    if not stage.scenes:
        return Text("\n")
    scene = stage.scenes[-1]
    return Text.assemble((f" {scene.number}  {scene.title}\n", "bold"), (f"    {scene.promise}", "dim"))


def _timeline(stage: Stage, now: Instant) -> Text:
    start = max(stage.began, Instant(now - SPAN))
    cells = [Instant(at) for at in range(start, now, CELL)]
    text = Text("seconds".ljust(MARGIN), "dim")
    text.append(_scale(stage.began, start), "dim")
    for router in stage.routers:
        text.append("\n" + router.title.ljust(MARGIN), _colour(stage, router))
        history = router.history()
        for cell in cells:
            _append_router_cell(text, stage, router, [m.condition for m in history if m.at <= cell + CELL // 2])
    text.append("\n" + "client".ljust(MARGIN))
    for cell in cells:
        _append_client_cell(text, stage, cell)
    text.append(f"\n\n{'':{MARGIN}}{HOLDING} Master   {LISTENING} Backup   {SILENT} no answer", "dim")
    return text


def _append_router_cell(text: Text, stage: Stage, router: Router, conditions: Sequence[str]) -> None:
    condition = conditions[-1] if conditions else OFF
    if condition == "MASTER":
        text.append(HOLDING, _colour(stage, router))
    elif condition == "BACKUP":
        text.append(LISTENING, _colour(stage, router))
    elif condition in (NO_POWER, "FAULT"):
        text.append("x", "red")
    else:
        text.append(NOTHING if condition == OFF else WEAK, "dim")


def _append_client_cell(text: Text, stage: Stage, cell: Instant) -> None:
    """Colour a cell by who answered in it; a cell with requests and no answer is silence."""
    sent, answers = stage.ping.sent, stage.ping.answers
    asked = range(bisect_left(sent, cell), bisect_left(sent, cell + CELL))
    answered = [answers[sequence] for sequence in asked if sequence in answers]
    if not asked:
        text.append(NOTHING)
    elif not answered:
        text.append(SILENT, "red")
    else:
        by = next(router for router in stage.routers if router.mac == answered[-1])
        text.append("▄", _colour(stage, by))


def _scale(began: Instant, start: Instant) -> str:
    """Write seconds since the beginning above the cells, every other second."""
    width = WIDTH - MARGIN - 4
    line = [" "] * (width + 4)
    for second in range(0, 60, 2):
        place = (began + second * SECOND - start) // CELL
        if 0 <= place <= width - 2:
            line[place : place + len(str(second))] = str(second)
    return "".join(line[:width])


def _colour(stage: Stage, router: Router) -> str:
    return COLOURS[stage.routers.index(router)]


def verdict(findings: Sequence[Finding], complaints: Sequence[str]) -> RenderableType:
    """Draw the table of what was measured against what the protocol says, and what went wrong."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("act")
    table.add_column("the protocol says")
    for title in ("measured", "client silent"):
        table.add_column(title, justify="right")
    table.add_column("")
    for finding in findings:
        silence = "" if finding.silence is None else f"{in_seconds(finding.silence)[:-3]} s"
        seal = Text("✓", "green") if finding.kept else Text("NO", "bold red")
        promise = f"{in_seconds(finding.promise)} s {finding.name}"
        table.add_row(finding.title, promise, f"{in_seconds(finding.measured)} s", silence, seal)
    wrong = [*(f"{finding.title}: {each}" for finding in findings for each in finding.complaints), *complaints]
    return Group(table, *(Text(each, "red") for each in wrong))
