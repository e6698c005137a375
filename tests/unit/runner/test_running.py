"""The runner, its devices played by cores in virtual time: the right one passes every case, and the wrong ones do not."""

from itertools import repeat
from xml.etree import ElementTree

import pytest

from conformance.flaws import wrong
from conformance.peers import PEERS
from conformance.replay.acts import Told
from conformance.replay.ground import ethernet_header
from conformance.replay.judge import Accepted, Core, Judge, Refuted, right_core
from conformance.replay.script import Script
from conformance.replay.trial import Judged, Reading, Trial, asked
from conformance.replay.virtual import perform
from conformance.runner.cases import Case, corpus
from conformance.runner.record import Reached
from conformance.runner.report import as_junit
from conformance.runner.running import VERDICTS, conclude, run_case
from kaspec.node import DatagramReceived

CASES = {case.name: case for case in corpus()}
PLAYABLE = {name: case for name, case in CASES.items() if isinstance(case.what, Script)}


def tried(case: Case, core: Core) -> Trial:
    assert isinstance(case.what, Script)
    own = case.readings[0]
    story, until = perform(case.what, core, own.node(case.what.device.node), case.tail, repeat(1_000))
    assert any(isinstance(each, Told) for each in story)
    node, links = case.what.device.node, case.what.device.links

    def judge(reading: Reading) -> Accepted | Refuted:
        return Judge(reading.core, reading.node(node), links, counts_announcements=False).judge(story, until)

    return Trial(asked(case.readings, judge))


@pytest.mark.parametrize("name", PLAYABLE)
def test_who_does_as_the_core_passes(name: str) -> None:
    case = PLAYABLE[name]
    assert conclude(case, "core", tried(case, right_core), None, 1).verdict == "pass"


@pytest.mark.parametrize("name", PLAYABLE)
def test_whatever_a_trace_says_can_be_put_on_the_wire(name: str) -> None:
    what = PLAYABLE[name].what
    assert isinstance(what, Script)
    for cue in what.cues:
        if isinstance(cue.deed, DatagramReceived):
            assert len(ethernet_header(cue.deed.datagram, "02:00:00:00:00:0a", "02:00:00:00:10:")) == 14


@pytest.mark.parametrize(
    ("name", "core", "words"),
    [
        ("rfc3768/6.4.1-backup-starts", wrong.core(wrong.whole_seconds), "waits for whole seconds"),
        ("rfc3768/5.2.3-receive-ttl-in-master", wrong.core(wrong.rearming), "begins its interval anew"),
        ("rfc9568/7.1-interval-zero-in-backup", wrong.core(hearing=wrong.credulous), "learns an interval of zero"),
        ("rfc3768/6.4.3-priority-zero", wrong.core(wrong.unmoved), "does not begin its interval anew"),
        ("rfc5798/6.4.2-master-down-ipv6", wrong.core(wrong.unspoken), "sends no first advertisement"),
        ("keepalived/interval-mismatch-moves-no-timer", wrong.core(wrong.rearming), "begins its interval anew"),
        ("keepalived/fault-of-an-owner", wrong.hesitant, "waits as an owner whose fault ends"),
        ("rfc3768/7.1-length-cut-anywhere", wrong.core(hearing=wrong.exact), "longer than it must be"),
    ],
)
def test_who_departs_in_a_known_way_fails_and_is_told_how(name: str, core: Core, words: str) -> None:
    found = conclude(CASES[name], "wrong", tried(CASES[name], core), None, 1)
    assert (found.verdict, words in found.words) == ("fail", True), found.words


def test_what_nobody_explains_fails_if_it_comes_twice_alike() -> None:
    case = next(iter(PLAYABLE.values()))
    refuted = Refuted(case.what.ends, "nothing", "an advertisement")  # type: ignore[union-attr]
    trial = Trial((Judged(Reading("right", shows=False), refuted),))
    verdicts = [conclude(case, "odd", trial, before, 1).verdict for before in (None, refuted)]
    assert verdicts == ["undetermined", "fail"]
    assert conclude(case, "busy", Trial(trouble="too busy"), refuted, 1).verdict == "undetermined"


def test_what_nobody_outside_can_do_is_unsupported() -> None:
    case = next(each for each in CASES.values() if each.name not in PLAYABLE)
    assert run_case(case, PEERS["kaspec"]).verdict == "unsupported"


def test_junit_never_confuses_the_verdicts() -> None:
    (suite,) = ElementTree.fromstring(as_junit([Reached("case", (), "p", verdict, "why") for verdict in VERDICTS]))
    assert [[child.tag for child in each] for each in suite] == [[], ["failure"], ["skipped"], ["error"]]


def test_cases_are_chosen_by_clause_version_and_family() -> None:
    assert all(any(each.startswith("V2-6.4.3") for each in case.clauses) for case in corpus(clauses=["V2-6.4.3"]))
    assert all(
        router.version == 3 and router.family == 6
        for case in corpus(versions=[3], families=[6])
        if isinstance(case.what, Script)
        for router in case.what.device.node.routers
    )
