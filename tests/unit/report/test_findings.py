"""Findings on a terminal, as JSON, and as SARIF."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from kaspec.config import read
from kaspec.config.compare import compare
from kaspec.config.diagnostics import KINDS
from kaspec.config.reader import Reading
from kaspec.report.findings import Findings, findings_json, findings_lines, summary
from kaspec.report.sarif import findings_sarif
from tests.unit.config.expansion.trees import read_tree

INSTANCE = (
    "vrrp_instance V {{\n  interface eth0\n  virtual_router_id {}\n  priority {}\n  virtual_ipaddress {{\n    192.0.2.100/24\n  }}\n}}\n"
)


def findings(*readings: Reading) -> Findings:
    diagnostics = [each for reading in readings for each in reading.diagnostics]
    texts = {name: text for reading in readings for name, text in reading.texts.items()}
    return Findings(tuple(texts), (*diagnostics, *compare(readings)), texts)


WRONG = findings(read(INSTANCE.format(51, "hïgh") + "\nglobal_defs {\n  router_id a b\n}\n", "a b.conf"))
PEERS = findings(read(INSTANCE.format(51, 100), "one.conf"), read(INSTANCE.format(52, 150), "/etc/two.conf"))
FINE = findings(read(INSTANCE.format(51, 100), "fine.conf"))


def test_the_summary_counts_by_severity() -> None:
    assert summary(WRONG) == "a b.conf: 1 error, 1 warning"
    assert summary(FINE) == "fine.conf: nothing to remark"


def test_twenty_of_a_kind_are_shown_and_the_rest_is_counted() -> None:
    many = findings(read("bogus\n" * 25 + "vrrp_instance\n", "x"))
    shown = list(findings_lines(many))
    assert sum("[K010]" in line for line in shown) == 20
    assert sum("[K008]" in line for line in shown) == 1
    assert shown[-2] == "... and 5 more of K010: No such keyword. (--all shows them)"
    assert sum("[K010]" in line for line in findings_lines(many, None)) == 25


def test_json_has_every_problem_with_its_place() -> None:
    document = json.loads(findings_json(WRONG))
    assert (document["format"], document["files"]) == (1, ["a b.conf"])
    assert document["summary"] == {"errors": 1, "warnings": 1, "notices": 0}
    malformed, extra = document["problems"]
    assert malformed == {
        "severity": "error",
        "code": "K014",
        "meaning": KINDS["K014"].meaning,
        "message": "'hïgh' is not a whole number",
        "hint": None,
        "file": "a b.conf",
        "line": 4,
        "column": 12,
        "end_column": 16,
        "chain": [],
        "related": [],
    }
    assert (extra["code"], extra["line"]) == ("K013", 11)


def test_json_names_the_peer_as_related() -> None:
    (problem,) = json.loads(findings_json(PEERS))["problems"]
    assert (problem["code"], problem["file"], problem["line"]) == ("K150", "one.conf", 3)
    assert problem["related"] == [{"file": "/etc/two.conf", "line": 3, "column": 21, "end_column": 23, "message": "the peer's"}]


@pytest.mark.parametrize("found", [WRONG, PEERS, FINE])
def test_sarif_is_as_the_standard_wants_it(found: Findings) -> None:
    """The parts of OASIS SARIF 2.1.0 that are mandatory (3.13, 3.14, 3.27, 3.29, 3.30, 3.49), and the sense of those we write."""
    document = json.loads(findings_sarif(found, "1.2.3"))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("kaspec", "1.2.3")
    rules = [rule["id"] for rule in driver["rules"]]
    assert rules == list(KINDS)
    assert all(rule["shortDescription"]["text"] and rule["defaultConfiguration"]["level"] in LEVELS for rule in driver["rules"])
    assert len(run["results"]) == len(found.diagnostics)
    for result, diagnostic in zip(run["results"], found.diagnostics, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == diagnostic.code
        assert result["level"] in LEVELS
        assert diagnostic.message in result["message"]["text"]
        (location,) = result["locations"]
        for place in (location, *result.get("relatedLocations", ())):
            stands_in(place["physicalLocation"], found)


LEVELS = {"none", "note", "warning", "error"}


def stands_in(place: dict[str, Any], found: Findings) -> None:
    """Check that a region is inside its file, whose name is a URI reference."""
    uri, region = place["artifactLocation"]["uri"], place["region"]
    assert uri.isascii()
    assert " " not in uri
    line = found.texts[unquote(uri.removeprefix("file://"))].split("\n")[region["startLine"] - 1]
    assert 1 <= region["startColumn"] < region["endColumn"] <= len(line) + 1


def test_sarif_says_what_the_peer_has() -> None:
    (result,) = json.loads(findings_sarif(PEERS, "1"))["runs"][0]["results"]
    (related,) = result["relatedLocations"]
    assert related["message"] == {"text": "the peer's"}
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "file:///etc/two.conf"}


def test_an_included_mistake_says_how_it_came_to_be_read() -> None:
    whole = read_tree({"main.conf": "include part.conf\n", "part.conf": "bogus\n"})
    found = Findings(("main.conf",), whole.diagnostics, whole.texts)
    (problem,) = json.loads(findings_json(found))["problems"]
    assert (problem["file"], problem["line"]) == ("part.conf", 1)
    assert [(step["how"], step["file"], step["line"]) for step in problem["chain"]] == [("included", "main.conf", 1)]
    (result,) = json.loads(findings_sarif(found, "1"))["runs"][0]["results"]
    (related,) = result["relatedLocations"]
    assert related["message"] == {"text": str(whole.diagnostics[0].span.chain[0])}
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "main.conf"
