"""The trace language: a configuration and a timeline, parsed, written, recorded and run on the core (docs/trace-language.md)."""

from kaspec.trace.language import Problem, Trace
from kaspec.trace.parsing import parse
from kaspec.trace.running import Verdict, run
from kaspec.trace.writing import write

__all__ = ["Problem", "Trace", "Verdict", "parse", "run", "write"]
