"""Plots that Hypothesis wrote, played at real routers: ours never departs from the core, keepalived's departure is found and named."""

import os
from pathlib import Path

import pytest

from conformance.differing import report
from conformance.differing.comparing import Comparing
from conformance.differing.hunt import Bag, Hunt
from conformance.peers import PEERS
from kaspec.trace import Trace, parse, run
from kaspec.units import SECOND, Interval
from tests.unit.differing.players import rearming_seed

PLOTS = 8


def hunted(peer: str, keep: Path) -> Bag:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    if why := PEERS[peer].missing():
        pytest.skip(why)
    comparing = Comparing(PEERS[peer], PEERS[peer].version(), PLOTS, longest=Interval(5 * SECOND))
    return Hunt(comparing, rearming_seed(comparing, PLOTS) if peer == "keepalived" else 0, keep).hunt(PLOTS)


def test_our_daemon_agrees_with_the_core(tmp_path: Path) -> None:
    bag = hunted("kaspec", tmp_path)
    assert bag.quarries == (), "\n".join(report.lines(bag))
    assert bag.count("agrees") > PLOTS // 2


def test_keepalived_s_re_arming_is_found_shrunk_named_and_kept(tmp_path: Path) -> None:
    bag = hunted("keepalived", tmp_path)
    report.save(bag, tmp_path)
    told = "\n".join(report.lines(bag))
    assert bag.count("unexplained") == 0, told
    (quarry,) = [each for each in bag.quarries if each.name == "re-arms"]
    assert (quarry.comparison.verdict, len(quarry.comparison.plot.moves)) == ("departure", 1), told
    kept = tmp_path / "keepalived" / "re-arms"
    trace = parse((kept / "case.trace").read_text(), "case.trace")
    assert isinstance(trace, Trace)
    assert run(trace).holds
    assert (kept / "eth0.pcap").stat().st_size > 24
