"""What the doctor found: for a terminal, and as JSON (the fields are those of ``kaspec.doctor.Finding``)."""

import json
from collections.abc import Callable, Iterator

from kaspec.doctor.findings import Finding, Fix, Severity

JSON_FORMAT = 1
"""Raised whenever the meaning of what is written changes; additions do not count."""
SYMBOLS: dict[Severity, str] = {"error": "✗", "warning": "!", "unknown": "?", "notice": "·"}
_NOUNS: dict[Severity, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "unknown": ("thing not known", "things not known"),
    "notice": ("notice", "notices"),
}

Paint = Callable[[str, Severity], str]
"""Colours a text by how grave it is."""


def doctor_lines(findings: tuple[Finding, ...], what: str, paint: Paint = lambda text, _: text) -> Iterator[str]:
    """Write every finding with its reason and its fixes, then a summary; ``what`` says what was examined, and where."""
    for finding in findings:
        mark = paint(SYMBOLS[finding.severity], finding.severity)
        yield f"{mark} {finding.subject}: {finding.found} [{finding.code}]"
        yield f"    why: {finding.why}"
        for place, fix in enumerate(finding.fixes):
            yield from _fix_lines(fix, "fix" if place == 0 else " or")
        yield ""
    yield f"{what}: {_count(findings)}"


def _fix_lines(fix: Fix, head: str) -> Iterator[str]:
    where = f"  ({fix.where})" if fix.where else ""
    for place, command in enumerate(fix.commands):
        yield f"    {f'{head}:' if place == 0 else '    '} {command}{where if place == 0 else ''}"


def _count(findings: tuple[Finding, ...]) -> str:
    counts = {severity: sum(each.severity == severity for each in findings) for severity in _NOUNS}
    return ", ".join(f"{count} {_NOUNS[severity][count > 1]}" for severity, count in counts.items() if count) or "nothing found"


def doctor_json(findings: tuple[Finding, ...], file: str | None, kernel: str) -> str:
    """Write the findings as JSON."""
    document = {
        "format": JSON_FORMAT,
        "file": file,
        "kernel": kernel,
        "findings": [
            {
                "severity": each.severity,
                "code": each.code,
                "subject": each.subject,
                "found": each.found,
                "why": each.why,
                "fixes": [{"commands": list(fix.commands), "where": fix.where or None} for fix in each.fixes],
            }
            for each in findings
        ],
    }
    return json.dumps(document, indent=2)
