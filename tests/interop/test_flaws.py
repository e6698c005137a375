"""Known flaws played at real routers: keepalived and FRR show what they are known to show, ours does not, and a broken copy of it does."""

import os
import re
from pathlib import Path

import pytest

from conformance.flaws.catalogue import FLAWS
from conformance.flaws.show import Shown, Verdict, chosen, show_all
from conformance.peers import PEERS
from conformance.peers.broken import BROKEN
from conformance.peers.peer import Peer

SELECTION: dict[tuple[str, str], Verdict] = {
    ("02-no-skew-b", "kaspec"): "does not",
    ("02-no-skew-b", "kaspec-no-skew"): "shows",
    ("09-interval-zero-b", "keepalived"): "shows",
    ("09-interval-zero-b", "kaspec"): "does not",
    ("10-heard-a", "frr"): "shows",
    ("14-rearmed-a", "keepalived"): "shows",
    ("14-rearmed-a", "kaspec"): "does not",
}
ROUTERS: dict[str, Peer] = {**PEERS, **BROKEN}
TABLE = Path(__file__).parents[2] / "docs" / "conformance.md"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Shown]:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    wanted = [(flaw, case, ROUTERS[peer]) for flaw, case in chosen() for name, peer in SELECTION if name == case.name]
    here = [each for each in wanted if each[2].missing() is None]
    found = show_all(here, len(here), tmp_path_factory.mktemp("flaws"), lambda _: None)
    return {(each.case.name, each.peer): each for each in found}


@pytest.mark.parametrize(("case", "peer"), SELECTION)
def test_who_shows_what(case: str, peer: str, shown: dict[tuple[str, str], Shown]) -> None:
    if why := ROUTERS[peer].missing():
        pytest.skip(why)
    found = shown[case, peer]
    assert found.verdict == SELECTION[case, peer], found.words


def test_the_documentation_says_so_too() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in TABLE.read_text().partition("<!-- end -->")[0].splitlines()
        if re.match(r"\| \d+ \|", line)
    ]
    told = {(row[2].split(" [")[0], name): row[3 + place] for row in rows for place, name in enumerate(PEERS)}
    every = [case for flaw in FLAWS for case in flaw.cases]
    assert [row[2].split(" [")[0] for row in rows] == [case.looks_for for case in every]
    for (name, peer), verdict in SELECTION.items():
        case = next(case for case in every if case.name == name)
        assert peer in BROKEN or ("shows it" in told[case.looks_for, peer]) == (verdict == "shows")
