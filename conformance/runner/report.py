"""The results of a run: for a terminal, as JSON and as JUnit's XML."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from conformance.runner.running import VERDICTS, Result

_JUNIT = {"fail": "failure", "unsupported": "skipped", "undetermined": "error"}


def lines(results: Sequence[Result], versions: Mapping[str, str]) -> Iterator[str]:
    """Tell by peer how many cases came to what, and each that did not pass with its clauses."""
    for peer, version in versions.items():
        own = [each for each in results if each.peer == peer]
        counts = Counter(each.verdict for each in own)
        yield f"{peer} {version}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
        for each in own:
            if each.verdict in {"fail", "undetermined"}:
                clauses = f" [{' '.join(each.case.clauses)}]" if each.case.clauses else ""
                yield f"  {each.verdict}: {each.case.name}{clauses}"
                yield f"    {each.words}"
        yield from _reasons(own)


def _reasons(results: Sequence[Result]) -> Iterator[str]:
    reasons = Counter(each.words.rpartition(": ")[2] for each in results if each.verdict == "unsupported")
    yield from (f"  unsupported: {count} x {why}" for why, count in reasons.most_common())


def as_json(results: Sequence[Result], versions: Mapping[str, str]) -> str:
    """Write everything: the cases, and the verdicts by clause."""
    clauses: dict[str, dict[str, list[str]]] = {}
    for each in results:
        for clause in each.case.clauses:
            clauses.setdefault(clause, {}).setdefault(each.peer, []).append(each.verdict)
    cases = [
        {
            "case": each.case.name,
            "clauses": list(each.case.clauses),
            "peer": each.peer,
            "verdict": each.verdict,
            "words": each.words,
            "attempts": each.attempts,
        }
        for each in results
    ]
    return json.dumps({"peers": dict(versions), "cases": cases, "clauses": clauses}, indent=2)


def as_junit(results: Sequence[Result]) -> str:
    """Write a suite a peer; what is undetermined is an error, and only what is unsupported is skipped."""
    suites = ElementTree.Element("testsuites", name="kaspec conformance")
    for peer in dict.fromkeys(each.peer for each in results):
        own = [each for each in results if each.peer == peer]
        counts = Counter(each.verdict for each in own)
        suite = ElementTree.SubElement(suites, "testsuite", name=peer, tests=str(len(own)), failures=str(counts["fail"]),
                                       errors=str(counts["undetermined"]), skipped=str(counts["unsupported"]))  # fmt: skip
        for each in own:
            case = ElementTree.SubElement(suite, "testcase", classname=peer, name=each.case.name)
            if each.verdict != "pass":
                ElementTree.SubElement(case, _JUNIT[each.verdict], message=each.words)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode")
