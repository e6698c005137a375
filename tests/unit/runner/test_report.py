"""What is told of a run, made of a record of a real one: keepalived 2.2.7, FRR 8.4.4 and ours, as ``--json`` wrote it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from conformance.departures import KNOWN, changed, known_of
from conformance.runner.aliases import UNH, aliases
from conformance.runner.cases import corpus
from conformance.runner.drawing import diagram
from conformance.runner.packets import told
from conformance.runner.page import SIGNS, Page
from conformance.runner.record import Reached, Record, as_json, from_json
from conformance.runner.report import lines
from conformance.runner.running import VERDICTS
from kaspec.judge.profiles import PROFILES
from kaspec.vrrp.router import KEEPALIVED
from shell.commands.conformance import conformance

FILE = Path(__file__).with_name("recorded.json")
RUN = from_json(FILE.read_text())
NAMES = tuple(case.name for case in corpus())
VOID = {"meta", "input", "path", "rect", "circle"}


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, and that each that opens closes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return Page(RUN, Path()).write("", "")


def test_a_record_is_read_as_it_was_written() -> None:
    assert from_json(as_json(RUN)) == RUN


def test_every_case_at_every_peer_is_there_with_what_was_seen(page: str) -> None:
    reader = read(page)
    assert reader.open == []
    cases = [attrs for tag, attrs in reader.elements if tag == "details" and "case" in (attrs.get("class") or "")]
    assert len(cases) == len({attrs["id"] for attrs in cases}) == len(RUN.cases)
    played = [each for each in RUN.cases if each.happened]
    figures = [attrs for tag, attrs in reader.elements if tag == "figure"]
    assert [attrs["aria-label"] for attrs in figures] == [f"{each.case} at {each.peer}" for each in played]
    assert sum(tag == "svg" for tag, _ in reader.elements) == len(played) > len(RUN.cases) // 2


def test_no_link_leads_nowhere_and_nothing_is_fetched(page: str) -> None:
    elements = read(page).elements
    places = {attrs["id"] for _, attrs in elements if attrs.get("id")}
    links = [attrs.get("href") or "" for tag, attrs in elements if tag == "a"]
    assert links
    assert all(link.startswith("#") and link[1:] in places for link in links)
    assert not any(name in {"src", "srcset", "data", "action"} for _, attrs in elements for name in attrs)
    assert not {"link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in elements}
    assert "default-src 'none'" in page.replace("&#x27;", "'")


def test_a_verdict_is_told_by_sign_and_word_and_not_only_by_colour(page: str) -> None:
    told_as = re.findall(r'<span class="verdict (\w+)">(.) (\w+)</span>', page)
    assert {verdict for verdict, _, _ in told_as} == set(VERDICTS)
    assert all(verdict == word and SIGNS[word] == sign for verdict, sign, word in told_as)
    assert len(set(SIGNS.values())) == len(VERDICTS)


def test_nothing_that_a_router_says_is_taken_for_markup() -> None:
    evil = "<script>alert(1)</script>&\"'"
    first = next(each for each in RUN.cases if each.happened)
    happened = tuple(evolve(each, text=evil) for each in first.happened)
    changed = evolve(first, words=evil, wanted=evil, happened=happened, case=evil, peer=evil, clauses=(evil,))
    reader = read(Page(Record({evil: evil}, (changed,)), Path()).write("", ""))
    scripts = [attrs for tag, attrs in reader.elements if tag == "script"]
    assert scripts == [{"type": "application/json"}, {}]
    assert reader.text.count(evil) > 1


def test_departures_are_named_and_what_is_new_is_called_so(page: str) -> None:
    shown = {(each.peer, each.name) for each in RUN.departures}
    assert {("keepalived", "re-arms"), ("keepalived", "address list"), ("keepalived", "interval zero"), ("frr", "silent to lower")} <= shown
    assert "kaspec" not in {peer for peer, _ in shown}
    new = evolve(RUN.cases[0], verdict="fail", departures=(), words="something else")
    texts = ["\n".join(lines(evolve(RUN, cases=(new,)))), Page(evolve(RUN, cases=(new,)), Path()).write("", "")]
    assert all("no known departure is named for it" in text and "something else" in text for text in texts)
    written = json.loads(as_json(RUN))["departures"]
    assert {each["name"] for each in written} == {name for _, name in shown}
    assert all(each["cases"] for each in written)
    for each in RUN.departures:
        assert each.does.replace("'", "&#x27;") in page


def test_a_departure_is_one_of_the_versions_that_have_it() -> None:
    addresses = next(each for each in KNOWN if each.name == "address list")
    assert [addresses.is_of("keepalived", version) for version in ("2.2.7", "2.3.2", "2.3.3", "2.10", "unknown")] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert not addresses.is_of("frr", "2.2.7")


def test_captures_of_keepalived_2_2_7_are_judged_by_its_known_departures() -> None:
    judged, _ = PROFILES["keepalived-2.2.7"]
    assert changed(KEEPALIVED, known_of("keepalived", "2.2.7")) == evolve(judged, name=KEEPALIVED.name)


def test_what_tells_a_departure_is_there() -> None:
    words = {reading.words for case in corpus() for reading in case.readings}
    for known in KNOWN:
        assert set(known.readings) <= words
        assert all(any(re.search(pattern, name) for name in NAMES) for pattern in known.cases)
        assert known.readings or known.cases or known.said


def test_where_it_cannot_be_is_marked_in_the_diagram() -> None:
    refused = [each for each in RUN.cases if each.refused and each.happened]
    assert refused
    for each in refused:
        drawn = diagram(each, "2.2.7")
        assert list(drawn.instants) == sorted(drawn.instants)
        (note,) = [note for note in drawn.notes if note.text.startswith("cannot be")]
        assert each.refused is not None
        assert drawn.instants[note.place] == each.refused.at
        spoken = [happening.at for happening in each.happened if happening.what in {"hears", "sends"}]
        assert [drawn.instants[message.sent] for message in drawn.messages] == spoken


def test_packets_are_decoded() -> None:
    frames = [told(frame.frame) for each in RUN.cases for frame in each.frames]
    assert {"VRRP", "VRRPv3", "ARP"} <= {each.kind for each in frames}
    advert = next(each for each in frames if each.kind == "VRRP")
    assert "priority" in dict(advert.fields)["VRRP"]
    assert "ttl" in dict(advert.fields)["IP"]
    assert {each.from_device for each in frames} == {True, False}


def test_each_test_of_unh_iol_is_some_case_of_ours() -> None:
    assert all(any(number in aliases(name) for name in NAMES) for number in UNH)
    assert {case.name for case in corpus(["UNH-2.6"])} == {name for name in NAMES if "6.4.3-shutdown" in name}


def test_a_run_is_told_again_from_its_record(tmp_path: Path) -> None:
    html, junit = tmp_path / "run.html", tmp_path / "run.xml"
    result = CliRunner().invoke(conformance, ["show", str(FILE), "--html", str(html), "--junit", str(junit)])
    assert result.exit_code == 1, result.output
    assert "known departure 're-arms'" in result.output
    assert "prefers-color-scheme: dark" in html.read_text()
    assert "<testsuites" in junit.read_text()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"peers": {}, "cases": [{"verdict": "fine"}]}', '{"peers": {}, "cases": [{"verdict": "pass"}]}']
)
def test_what_is_no_record_is_refused_in_words(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    result = CliRunner().invoke(conformance, ["show", str(tmp_path / "run.json")])
    assert (result.exit_code, "is not what" in result.output) == (2, True)


def test_what_was_kept_is_linked_from_where_the_page_is(tmp_path: Path) -> None:
    kept = tmp_path / "out put" / "frr"
    kept.mkdir(parents=True)
    (kept / "eth0.pcap").touch()
    reached = Reached("a", (), "frr", "pass", "words", kept=str(kept))
    assert 'href="out%20put/frr/eth0.pcap"' in Page(Record({"frr": "8"}, (reached,)), tmp_path).write("", "")
