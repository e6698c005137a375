"""The whole demo: set the stage, play the acts, keep the packets and the trace, tell the verdict."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field
from rich.console import Console, RenderableType

from conformance.demo.acts import ACTS, Finding, curtain
from conformance.demo.audience import in_lines, on_screen
from conformance.demo.picture import WIDTH, picture, verdict
from conformance.demo.stage import Audience, Stage, set_stage
from conformance.lab.namespace import enter_user_namespace
from conformance.lab.peers import Peer
from conformance.lab.waiting import wall_clock
from kaspec.trace import Trace, merge, parse, run, write

PACKETS, TRACE = "demo.pcap", "demo.trace"


@define
class Performance:
    """What came of it: by act, as a whole, and the picture at the end of the last act."""

    findings: list[Finding] = field(factory=list)
    complaints: list[str] = field(factory=list)
    last: RenderableType = ""

    @property
    def verdict(self) -> RenderableType:
        """The table of what was measured."""
        return verdict(self.findings, self.complaints)

    @property
    def succeeded(self) -> bool:
        """Whether every act was played and all happened as it should."""
        return len(self.findings) == len(ACTS) and all(finding.kept for finding in self.findings) and not self.complaints


def perform(console: Console, peer: Peer, directory: Path, plain: bool) -> Performance:
    """Play the demo on ``console``; packets, logs and records go to ``directory``.  Raises ``LabUnavailableError``."""
    enter_user_namespace()
    performance = Performance()
    with _watching(console, plain) as audience, set_stage(peer, audience) as stage:
        try:
            for act in ACTS:
                performance.findings.append(act(stage))
            performance.last = picture(stage, wall_clock())
            performance.complaints.extend(curtain(stage))
        except TimeoutError as error:
            performance.complaints.append(str(error))
        audience(stage)
        _keep(stage, directory)
        if peer.records:
            performance.complaints.extend(_replay_all(stage, directory / TRACE))
    console.print(performance.verdict)
    return performance


def _replay_all(stage: Stage, file: Path) -> Iterator[str]:
    """Put what the daemons recorded on one timeline in ``file`` and run it on the core; yield what is wrong with it."""
    records = [record for router in stage.routers for record in sorted(router.host.file("/tmp").glob("*.trace"))]
    expected = sum(len(router.processes) for router in stage.routers)
    if len(records) != expected:
        yield f"{expected} daemons ran and {len(records)} recorded"
    traces = [parse(record.read_text(), record.name) for record in records]
    yield from (str(problem) for trace in traces if not isinstance(trace, Trace) for problem in trace)
    file.write_text(write(merge([trace for trace in traces if isinstance(trace, Trace)])))
    yield from replay(file.read_text(), file.name)


def replay(text: str, name: str) -> tuple[str, ...]:
    """Run what a daemon recorded on the core: it must have done, to the effect, what the specification does.  Return the differences."""
    trace = parse(text, name)
    if not isinstance(trace, Trace):
        return tuple(str(problem) for problem in trace)
    return tuple(
        f"{name}:{each.line}: {each.subject}: {each.expected}, but the core has {each.got} [{each.rule}]" for each in run(trace).differences
    )


def draw(performance: Performance, file: Path) -> None:
    """Write the last picture and the verdict as SVG."""
    easel = Console(record=True, file=io.StringIO(), width=WIDTH, color_system="truecolor", force_terminal=True)
    easel.print(performance.last)
    easel.print(performance.verdict)
    easel.save_svg(str(file), title="kaspec demo")


@contextmanager
def _watching(console: Console, plain: bool) -> Iterator[Audience]:
    if plain:
        yield in_lines(console)
    else:
        with on_screen(console) as audience:
            yield audience


def _keep(stage: Stage, directory: Path) -> None:
    """Write the packets, and each router's configuration and log."""
    directory.mkdir(parents=True, exist_ok=True)
    stage.capture.write(directory / PACKETS)
    for router in stage.routers:
        lines = [line.text for process in router.processes for line in process.lines]
        (directory / f"{router.title}.log").write_text("\n".join(lines) + "\n")
        (directory / f"{router.title}.conf").write_text(router.configuration)
