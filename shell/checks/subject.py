"""What the engine is given to do."""

from collections.abc import Hashable

from kaspec.config.model import Permit
from kaspec.frozen import frozen
from kaspec.health.model import BfdCheck, Check, FileCheck

Key = tuple[Hashable, int]


@frozen
class Subject:
    """A check to be made: of which ``server`` (the services' key) the ``number``-th, and how server and service are called in the log.

    ``permit`` is for its script; without, that may not run, and ``trouble`` says why.
    """

    server: Hashable
    number: int
    check: Check
    server_name: str
    service_name: str
    permit: Permit | None = None
    trouble: str = "it may not run"

    @property
    def key(self) -> Key:
        """Which check of all it is."""
        return self.server, self.number

    @property
    def observes(self) -> tuple[str, str] | None:
        """Which file or session the check goes by, if any."""
        if isinstance(self.check, FileCheck):
            return "file", self.check.track_file
        return ("bfd", self.check.name) if isinstance(self.check, BfdCheck) else None
