"""A run for a terminal, and as JUnit's XML."""

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from conformance.runner.record import Reached, Record
from conformance.runner.running import VERDICTS

_JUNIT = {"fail": "failure", "unsupported": "skipped", "undetermined": "error"}


def lines(whole: Record) -> Iterator[str]:
    """Tell by peer how many cases came to what, each that did not pass with its clauses, and the known departures."""
    for peer, version in whole.peers.items():
        own = [each for each in whole.cases if each.peer == peer]
        counts = Counter(each.verdict for each in own)
        yield f"{peer} {version}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
        for each in own:
            if each.verdict in {"fail", "undetermined"}:
                clauses = f" [{' '.join(each.clauses)}]" if each.clauses else ""
                yield f"  {each.verdict}: {each.case}{clauses}"
                yield f"    {each.words}"
                if each.verdict == "fail":
                    yield f"    {'known: ' + ', '.join(each.departures) if each.departures else 'new: no known departure is named for it'}"
        yield from _reasons(own)
    yield from _departures(whole)


def _reasons(cases: Sequence[Reached]) -> Iterator[str]:
    reasons = Counter(each.words.rpartition(": ")[2] for each in cases if each.verdict == "unsupported")
    yield from (f"  unsupported: {count} x {why}" for why, count in reasons.most_common())


def _departures(whole: Record) -> Iterator[str]:
    for each in whole.departures:
        yield f"{each.peer}, known departure {each.name!r} (versions: {each.versions}; cases: {len(whole.showing(each))}): it {each.does}"


def as_junit(cases: Sequence[Reached]) -> str:
    """Write a suite a peer; what is undetermined is an error, and only what is unsupported is skipped."""
    suites = ElementTree.Element("testsuites", name="kaspec conformance")
    for peer in dict.fromkeys(each.peer for each in cases):
        own = [each for each in cases if each.peer == peer]
        counts = Counter(each.verdict for each in own)
        suite = ElementTree.SubElement(suites, "testsuite", name=peer, tests=str(len(own)), failures=str(counts["fail"]),
                                       errors=str(counts["undetermined"]), skipped=str(counts["unsupported"]))  # fmt: skip
        for each in own:
            case = ElementTree.SubElement(suite, "testcase", classname=peer, name=each.case)
            if each.verdict != "pass":
                ElementTree.SubElement(case, _JUNIT[each.verdict], message=each.words)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode")
