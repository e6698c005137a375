"""The traces, as catchers of mutants."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import conformance.traces
from kaspec.trace import Trace, parse, run

HOME = Path(conformance.traces.__file__).parent
ACCEPTED = "just that: the violation was accepted"


@cache
def corpus() -> Mapping[str, Trace]:
    """Return every trace by its name: folder and file, without what all end in."""
    return {str(file.relative_to(HOME).with_suffix("")): _read(file) for file in sorted(HOME.rglob("*.trace"))}


def _read(file: Path) -> Trace:
    trace = parse(file.read_text(), file.name)
    assert isinstance(trace, Trace), "\n".join(map(str, trace))
    return trace


def accepts(name: str) -> bool:
    """Tell whether the core as it is now commits the violation that a trace shows."""
    return any(difference.got == ACCEPTED for difference in run(corpus()[name]).differences)
