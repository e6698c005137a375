"""Everything is decided of the usual deployments; the whole table is ``python -m tests.bench.deciding``."""

import pytest
from attrs import evolve

from kaspec.explore.scenes import put_through, scenes
from tests.bench.deciding import DEPLOYMENTS, Decided, Deployment, decide, page

CHEAP = tuple(each for each in DEPLOYMENTS if each.routers == 2 and not each.grouped and each.version == 3)


@pytest.mark.parametrize("deployment", CHEAP, ids=lambda each: each.title)
def test_two_routers_are_decided(deployment: Deployment) -> None:
    decided = decide(deployment, quick=True)
    assert decided.unexplained == ()
    assert decided.verdicts["S5-caches"] == "violated"


def test_a_table_tells_what_is_not_decided() -> None:
    """A violation without a reason, and what no search came to, are no decisions."""
    decided = Decided(CHEAP[0], {"S1": "violated", "S5-caches": "violated", "L1": "undetermined", "L2": "holds"})
    assert {"S1", "L1", "S3"} <= set(decided.unexplained)
    assert not {"S5-caches", "L2", "S7"} & set(decided.unexplained)
    assert "S7" in evolve(decided, deployment=DEPLOYMENTS[-1]).unexplained
    assert "for no known reason" in "\n".join(page([decided], "alone"))


def test_a_search_that_was_ended_decides_nothing() -> None:
    scene = next(iter(scenes(CHEAP[0].cluster)))
    assert put_through(scene, lambda _: False).verdict == "undetermined"
