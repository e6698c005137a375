"""Findings in SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines they are about."""

import json
from typing import Any
from urllib.parse import quote

from kaspec.config.diagnostics import KINDS, Diagnostic, Kind, Severity
from kaspec.config.source import Span
from kaspec.report.findings import Findings

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "notice": "note"}


def findings_sarif(findings: Findings, version: str) -> str:
    """Write the findings as one SARIF run of kaspec ``version``; every kind of problem is a rule, met or not."""
    kinds = list(KINDS.values())
    numbers = {kind.code: index for index, kind in enumerate(kinds)}
    driver = {"name": "kaspec", "semanticVersion": version, "rules": [_rule(kind) for kind in kinds]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file)}} for file in findings.texts],
        "results": [_result(diagnostic, numbers) for diagnostic in findings.diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(kind: Kind) -> dict[str, Any]:
    return {"id": kind.code, "shortDescription": {"text": kind.meaning}, "defaultConfiguration": {"level": _LEVELS[kind.severity]}}


def _result(diagnostic: Diagnostic, numbers: dict[str, int]) -> dict[str, Any]:
    text = f"{diagnostic.message} ({diagnostic.hint})" if diagnostic.hint else diagnostic.message
    steps = [(Span(each.file, each.line, each.column, each.column + 1), str(each)) for each in diagnostic.span.chain]
    places = (*steps, *diagnostic.related)
    related = [{"id": number, **_location(span), "message": {"text": what}} for number, (span, what) in enumerate(places)]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": numbers[diagnostic.code],
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [_location(diagnostic.span)],
        **({"relatedLocations": related} if related else {}),
    }


def _location(span: Span) -> dict[str, Any]:
    region = {"startLine": max(span.line, 1), "startColumn": max(span.column, 1), "endColumn": max(span.end, span.column, 1)}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.file)}, "region": region}}


def _uri(file: str) -> str:
    """Write a file name as a URI: relative names stay relative to wherever the run's root is."""
    return f"file://{quote(file, errors='replace')}" if file.startswith("/") else quote(file, errors="replace")
