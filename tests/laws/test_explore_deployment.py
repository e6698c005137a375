"""Laws of deployments: whatever two configurations say, they are explored or it is said why not, and what is found can be told."""

import json

from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaspec.config import read
from kaspec.config.model import Configuration
from kaspec.config.render import render
from kaspec.explore.deployment import deploy
from kaspec.explore.report import Report, report_json, report_lines
from kaspec.explore.scenes import put_through, scenes
from kaspec.explore.violations import Verified
from kaspec.explore.world import Faults
from kaspec.units import Interval
from tests.laws.settings.configurations import configurations

FEW = 150
"""States of a scene."""


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(configurations(), configurations(), st.booleans())
def test_whatever_files_say_is_explored_and_told(one: Configuration, other: Configuration, same: bool) -> None:
    """Nobody raises, every property has a verdict, and the report can be written; with itself too, where more is alike."""
    texts = {"a.conf": render(one), "b.conf": render(one if same else other)}
    readings = [read(text, name) for name, text in texts.items()]
    deployment = deploy(readings, ["a", "b"], Interval(1_000))
    verified = []
    for cluster in deployment.clusters[:2]:
        played = tuple(put_through(evolve(scene, is_first=False), lambda _: True, FEW) for scene in scenes(cluster, Faults(loss=1)))
        assert all(
            each.judgement.verdict != "violated" for scene in played for each in scene.found if each.name in {"S9", "S7", "S11", "L5"}
        )
        verified.append(Verified(cluster, played))
    report = Report(tuple(texts), tuple(verified), deployment.unexplored, ())
    assert list(report_lines(report))
    assert json.loads(report_json(report))["verdict"] == report.verdict
