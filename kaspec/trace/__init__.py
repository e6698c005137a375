"""The trace language: a configuration and a timeline, parsed, written, recorded and run on the core (docs/trace-language.md)."""

from kaspec.trace.language import Problem, Trace
from kaspec.trace.merging import merge
from kaspec.trace.parsing import parse
from kaspec.trace.recording import Recording, entry, header, reloaded
from kaspec.trace.running import Verdict, run
from kaspec.trace.writing import write

__all__ = ["Problem", "Recording", "Trace", "Verdict", "entry", "header", "merge", "parse", "reloaded", "run", "write"]
