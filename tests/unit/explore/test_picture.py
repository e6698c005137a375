"""A run as a diagram, and as a capture."""

from pathlib import Path

import pytest
from attrs import evolve
from scapy.utils import RawPcapReader

from kaspec.explore import Faults, World
from kaspec.explore.capturing import frames
from kaspec.explore.moves import Delivers, Loses
from kaspec.explore.picture import picture
from kaspec.explore.playing import Run
from kaspec.picture import render_text
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.state import state_name
from kaspec.wire.pcap import encode_pcap
from tests.unit.explore import BETTER, WAY, WORSE, judged, settled, shown

WORDS = {"MASTER": "Master", "BACKUP": "Backup", "FAULT": "FAULT", "INIT": "waiting"}
WORLDS = {
    "lost": (settled(BETTER, WORSE, faults=Faults(loss=3)), "T1"),
    "cold": (World.of((BETTER, WORSE), WAY, Faults(loss=1)), "T1"),
    "equals": (World.of((BETTER, BETTER), WAY), "T1"),
    "cut": (evolve(World.of((BETTER, WORSE), WAY, Faults(cut=1)), caches=True), "S5-caches"),
    "strangers": (World.of((BETTER, evolve(WORSE, virtual_router_id=52)), WAY), "S1"),
}


def run_of(name: str) -> Run:
    return shown(*judged(*WORLDS[name]))


@pytest.mark.parametrize("name", WORLDS)
def test_at_every_place_the_lanes_are_what_the_core_has(name: str) -> None:
    run = run_of(name)
    drawn = picture(run)
    assert drawn.instants == tuple(played.at for played in run.played)
    for place, played in enumerate(run.played):
        if played.done and played.host is not None:
            span = drawn.span_at(played.host, place)
            assert span is not None
            assert span.word == WORDS[state_name(played.done[-1][1].state.states[0])]


@pytest.mark.parametrize("name", WORLDS)
def test_every_advertisement_is_drawn_once_for_each_who_could_hear_it(name: str) -> None:
    run = run_of(name)
    drawn = picture(run)
    sent = [
        played.at
        for played in run.played
        for _, transition in played.done
        for outcome in transition.steps
        for effect in outcome.step.effects
        if isinstance(effect, SendAdvertisement)
    ]
    assert sorted(drawn.instants[each.sent] for each in drawn.messages) == sent
    arrived = [each for each in drawn.messages if each.fate in {"arrives", "discarded"}]
    assert len(arrived) == sum(isinstance(played.move, Delivers) for played in run.played)
    assert sum(each.why == "lost on its way" for each in drawn.messages) == sum(isinstance(each.move, Loses) for each in run.played)


def test_what_is_lost_cut_off_or_discarded_is_shown_as_that() -> None:
    assert {each.why for each in picture(run_of("lost")).messages if each.fate == "lost"} == {"lost on its way"}
    assert {each.why for each in picture(run_of("cut")).messages if each.fate == "lost"} == {"cut off"}
    strangers = render_text(picture(run_of("strangers")))
    assert "▷" in strangers
    assert "b discards what a sends" in strangers
    assert "for ever" in strangers


@pytest.mark.parametrize("name", WORLDS)
def test_a_capture_has_every_packet_at_its_instant(tmp_path: Path, name: str) -> None:
    run = run_of(name)
    seen = frames(run)
    assert {each.at for each in seen} <= {played.at for played in run.played}
    file = tmp_path / "run.pcap"
    file.write_bytes(encode_pcap(seen))
    with RawPcapReader(str(file)) as reader:
        read = [(meta.sec * 1_000_000 + meta.usec, data) for data, meta in reader]
    assert read == [(each.at, each.data) for each in seen]
    adverts = [data for _, data in read if data[23:24] == b"\x70"]
    assert all(data[:6] == bytes.fromhex("01005e000012") for data in adverts)
    assert {data[6:12] for data in adverts} <= {bytes.fromhex(f"02000000000{number}") for number in (1, 2)}
    assert len(adverts) == len(picture(run).messages)
