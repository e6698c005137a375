"""The flight recorder (``--record FILE``): every event and what came of it, as a trace that ``kaspec trace run`` replays.

The loop only puts values on a queue; a thread turns them into text and writes it.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from kaspec.node import NodeEvent, Transition
from kaspec.trace.recording import Recording, entry, header, reloaded
from kaspec.tracking import Link
from kaspec.units import Instant
from shell import logs

_Job = Callable[[], str]
PENDING = 100_000
"""How many events may wait for the disk; beyond, the recording ends and says so."""


class Recorder:
    """Writes one recording; a file that cannot be written is said once and otherwise costs nothing."""

    def __init__(self, path: Path, name: str, configuration: str, links: Iterable[Link], began: Instant) -> None:
        self._recording = Recording(name, began)
        self._jobs: queue.Queue[_Job | None] = queue.Queue(PENDING)
        self._thread = threading.Thread(target=self._write, args=(path,), name="recorder", daemon=True)
        known = tuple(links)
        self._put(lambda: header(self._recording, configuration, known))
        self._thread.start()

    def event(self, event: NodeEvent, transition: Transition, at: Instant) -> None:
        """Record an event of the node."""
        self._put(lambda: entry(self._recording, event, transition, at))

    def reload(self, configuration: str, transition: Transition, at: Instant) -> None:
        """Record that the configuration was replaced."""
        self._put(lambda: reloaded(self._recording, configuration, transition, at))

    def close(self, patience: float = 2.0) -> None:
        """Write what is waiting, for at most ``patience`` seconds."""
        self._put(None)
        self._thread.join(patience)

    def _put(self, job: _Job | None) -> None:
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            logs.info("The recorder cannot keep up: the recording has a gap")

    def _write(self, path: Path) -> None:
        try:
            with path.open("w", encoding="utf-8") as file:
                path.chmod(0o600)
                while (job := self._jobs.get()) is not None:
                    file.write(job())
                    if self._jobs.empty():
                        file.flush()
        except OSError as error:
            logs.info(f"Recording to {path} ends: {error.strerror}")
