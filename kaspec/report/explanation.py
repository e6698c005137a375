"""A kind of problem explained on a terminal."""

from collections.abc import Iterator
from textwrap import wrap

from kaspec.config.diagnostics import KINDS
from kaspec.config.explanations import EXPLANATIONS

WIDTH = 100
_EXAMPLE_LINES = 20
"""An example of more lines (one is about depth itself) is cut."""


def explanation_lines(code: str) -> tuple[str, ...]:
    """Explain a code: what it means, why it matters, an example and its mended form; nothing if there is no such code."""
    return tuple(_lines(code)) if code in KINDS else ()


def _lines(code: str) -> Iterator[str]:
    kind, explanation = KINDS[code], EXPLANATIONS.get(code)
    yield f"{code} ({kind.severity}): {kind.meaning}"
    if explanation is None:
        return
    yield ""
    yield from wrap(explanation.why, WIDTH)
    if explanation.peer:
        yield from ("", "If the peer has", *_example(explanation.peer), "then instead of", *_example(explanation.wrong))
    else:
        yield from ("", "Instead of", *_example(explanation.wrong))
    yield from ("write", *_example(explanation.right))


def _example(text: str) -> list[str]:
    lines = [f"    {line[:WIDTH]}{'...' if len(line) > WIDTH else ''}" for line in text.splitlines()]
    return lines if len(lines) <= _EXAMPLE_LINES else [*lines[: _EXAMPLE_LINES // 2], "    ..."]
