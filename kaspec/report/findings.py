"""What was found in configuration files: for a terminal, and as JSON (described in docs/check.md)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from kaspec.config.diagnostics import KINDS, Diagnostic, Paint, Severity, render_diagnostic, unpainted
from kaspec.config.source import Span
from kaspec.frozen import frozen

SHOWN_OF_A_KIND = 20
"""How many problems of one kind are shown unless all are asked for."""

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")


@frozen
class Findings:
    """The files that were looked at, in the order asked for; every diagnostic; and each file's text by its name."""

    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]

    def count(self, severity: Severity) -> int:
        """Count the diagnostics of a severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)


def findings_lines(findings: Findings, limit: int | None = SHOWN_OF_A_KIND, paint: Paint = unpainted) -> Iterator[str]:
    """Write every diagnostic, at most ``limit`` of a kind, what was left out, and a summary."""
    met: Counter[str] = Counter()
    for diagnostic in findings.diagnostics:
        met[diagnostic.code] += 1
        if limit is None or met[diagnostic.code] <= limit:
            yield render_diagnostic(diagnostic, findings.texts, paint)
    for code, count in sorted(met.items()):
        if limit is not None and count > limit:
            yield f"... and {count - limit} more of {code}: {_meaning(code)} (--all shows them)"
    yield summary(findings)


def summary(findings: Findings) -> str:
    """Say in a line how much was found."""
    counts = [_plural(count, severity) for severity in _SEVERITIES if (count := findings.count(severity))]
    return f"{', '.join(findings.files)}: {', '.join(counts) or 'nothing to remark'}"


def findings_json(findings: Findings) -> str:
    """Write the findings as JSON: all of them."""
    import json  # not needed for a terminal, where a check is to be quick

    document = {
        "format": JSON_FORMAT,
        "files": list(findings.files),
        "summary": {f"{severity}s": findings.count(severity) for severity in _SEVERITIES},
        "problems": [_problem(diagnostic) for diagnostic in findings.diagnostics],
    }
    return json.dumps(document, indent=2)


def _problem(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "meaning": _meaning(diagnostic.code),
        "message": diagnostic.message,
        "hint": diagnostic.hint or None,
        **_place(diagnostic.span),
        "chain": [
            {"how": each.how, "name": each.name, "file": each.file, "line": each.line, "column": each.column}
            for each in diagnostic.span.chain
        ],
        "related": [{**_place(span), "message": message} for span, message in diagnostic.related],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "end_column": span.end}


def _meaning(code: str) -> str:
    return KINDS[code].meaning if code in KINDS else ""


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"
