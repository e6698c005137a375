"""When a router began, by what it logged."""

import re

import pytest

from conformance.lab.process import Line
from conformance.replay.ground import began_between
from kaspec.units import Instant

ENTERED = re.compile(r"\((\S+)\) Entering (\S+) STATE")
STARTING = Line(Instant(10), "Mon Nov 30 07:44:10 2026: Starting VRRP child process, pid=5137")
REMOVING = Line(Instant(40), "Mon Nov 30 07:44:10 2026: (V) removing VIPs.")
BACKUP = Line(Instant(40), "Mon Nov 30 07:44:10 2026: (V) Entering BACKUP STATE (init)")
COMPLETE = Line(Instant(50), "Mon Nov 30 07:44:10 2026: Startup complete")


@pytest.mark.parametrize(
    ("log", "between"),
    [
        ([STARTING, REMOVING, BACKUP, COMPLETE], (10, 40)),
        ([STARTING, BACKUP], (10, 40)),
        ([REMOVING, BACKUP, COMPLETE], (40, 40)),
        ([BACKUP], (40, 40)),
        ([COMPLETE, BACKUP], (40, 40)),
        ([STARTING, REMOVING], None),
        ([], None),
    ],
)
def test_it_began_after_the_last_line_that_is_not_about_a_router(log: list[Line], between: tuple[int, int] | None) -> None:
    assert began_between(log, ENTERED) == between
