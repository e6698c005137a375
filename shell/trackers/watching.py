"""Everything that is tracked beside interfaces, together."""

from asyncio import AbstractEventLoop
from collections.abc import Callable

from attrs import field

from kaspec.config.model import Configuration
from kaspec.frozen import define
from kaspec.node import Node, TrackerReported
from kaspec.report.trackers import Watched
from kaspec.tracking import Finding, Tracker
from kaspec.units import Instant
from shell import clock
from shell.runner import Runner
from shell.trackers.files import Files
from shell.trackers.processes import Processes
from shell.trackers.scripts import Scripts


@define(eq=False)
class Trackers:
    """What is watched for a configuration; ``take`` hears of every finding, before the configuration that wants it is in force."""

    take: Callable[[TrackerReported], None]
    scripts: Scripts
    files: Files
    processes: Processes
    since: dict[Tracker, Instant] = field(factory=dict)

    @classmethod
    def at(cls, loop: AbstractEventLoop, runner: Runner, take: Callable[[TrackerReported], None]) -> "Trackers":
        """Return trackers that watch nothing yet."""

        def report(tracker: Tracker, finding: Finding) -> None:
            trackers.since[tracker] = clock.now()
            take(TrackerReported(tracker, finding))

        trackers = cls(take, Scripts(loop, runner, report), Files(loop, report), Processes(loop, report))
        return trackers

    def adopt(self, configuration: Configuration) -> None:
        """Watch what this configuration tracks from now on; what it has in common with the one before is not touched."""
        tracked = Node(configuration.routers, configuration.groups).tracked
        self.since = {tracker: at for tracker, at in self.since.items() if tracker in tracked}
        self.scripts.adopt(configuration, tracked)
        self.files.adopt(configuration, tracked)
        self.processes.adopt(configuration, tracked)

    @property
    def watched(self) -> Watched:
        """How everything stands, for reports."""
        return Watched(self.scripts.states, self.files.values, self.processes.states, dict(self.since))

    def close(self) -> None:
        """Watch nothing any more."""
        self.scripts.close()
        self.files.close()
        self.processes.close()
