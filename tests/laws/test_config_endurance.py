"""Ten thousand files, random and mutated from real ones: none raises, none takes long, every problem has a place in the text."""

import random
from itertools import chain
from pathlib import Path
from time import process_time

from kaspec.config import read, render_diagnostic
from kaspec.config.keywords import TABLE
from kaspec.config.lint import lint

FILES = 10_000
MOST_SECONDS = 2.0
"""Of the processor: whatever else the machine does counts for nothing."""
NOTES = Path(__file__).parents[1] / "unit" / "config"
SAMPLES = Path("/usr/share/doc/keepalived/samples")
WORDS = (
    *sorted({name for rows in TABLE.values() for name in rows}),
    "{",
    "}",
    '"',
    "~SEQ(i, 1, 9)",
    "$A=",
    "$A",
    "${A}",
    "@x",
    "!",
    "#",
    "\\",
    "\0",
)


def originals() -> tuple[str, ...]:
    paths = chain(NOTES.glob("*/*.conf"), SAMPLES.glob("keepalived.conf*"))
    return tuple(path.read_text(errors="surrogateescape") for path in sorted(paths))


def mutated(source: random.Random, text: str) -> str:
    """Cut, double, swap and insert a few times."""
    for _ in range(source.randrange(1, 8)):
        start = source.randrange(len(text) + 1)
        end = min(len(text), start + source.randrange(1, 40))
        piece = source.choice(
            ("", text[start:end] * 2, source.choice(WORDS), f" {source.choice(WORDS)} ", chr(source.randrange(1, 0x2FFF)))
        )
        text = text[:start] + piece + text[end:]
    return text


def scribbled(source: random.Random) -> str:
    """Write words of the language in no order."""
    return "".join(source.choice(WORDS) + source.choice((" ", "\n", "\t", "")) for _ in range(source.randrange(1, 80)))


def test_ten_thousand_files_are_read_to_their_end() -> None:
    source, texts = random.Random(3768), originals()
    slowest = 0.0
    for number in range(FILES):
        text = scribbled(source) if number % 4 == 0 else mutated(source, source.choice(texts))
        begun = process_time()
        reading = read(text, "file")
        told = [render_diagnostic(each, reading.texts) for each in (*reading.diagnostics, *lint(reading))]
        slowest = max(slowest, process_time() - begun)
        assert all("file:" in each for each in told), text
    assert slowest < MOST_SECONDS
