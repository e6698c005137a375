"""The interop matrix: a few of its cells; the whole is ``nox -s matrix``."""

import os

import pytest
from attrs import evolve

from conformance.matrix.cells import MANNERS, Cell, Manner, cells
from conformance.matrix.play import play_all
from conformance.matrix.report import as_json, lines, markdown
from conformance.peers import PEERS
from kaspec.units import Interval

CHEAP = (
    Cell(PEERS["kaspec"], PEERS["keepalived"], Manner(3, 6)),
    Cell(PEERS["keepalived"], PEERS["kaspec"], Manner(2, 4, unicast=True)),
    Cell(PEERS["frr"], PEERS["kaspec"], Manner(3, 4)),
)


def test_they_get_on_with_each_other() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: makes network namespaces")
    here = [cell for cell in CHEAP if all(peer.missing() is None for peer in cell.peers)]
    played = play_all(here, len(here), None, lambda _: None)
    assert {each.cell.name: each.outcome for each in played} == {cell.name: "pass" for cell in here}, [*map(lines, played)]
    crash = next(one for one in played[0].measured if one.what.startswith("crash"))
    assert not evolve(crash, took=Interval(2 * crash.took)).well
    spoilt = evolve(played[0], measured=(evolve(crash, took=Interval(2 * crash.took)),))
    assert spoilt.outcome == "fail"
    assert "**no**" in "\n".join(markdown([spoilt]))
    assert '"outcome": "fail"' in as_json([spoilt], {})


def test_every_ordered_pair_is_there_in_every_manner() -> None:
    every = list(cells(list(PEERS.values())))
    assert len({cell.name for cell in every}) == len(every) == len(PEERS) ** 2 * len(MANNERS)
    assert Cell(PEERS["frr"], PEERS["frr"], Manner(3, 4, virtual_mac=True)).objection()
