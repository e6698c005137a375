"""Laws of exploring by hand: whatever is offered can be done, and what was done can be followed by its trace, or by its packets."""

import pytest
from attrs import evolve
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from kaspec.explore import World
from kaspec.explore.capturing import frames
from kaspec.explore.explaining import explain, heard
from kaspec.explore.exploring import Explorer, NoSuchMoveError
from kaspec.explore.following import follow
from kaspec.explore.local import relative
from kaspec.explore.playing import Stage, trace
from kaspec.judge import Capture, read_capture
from kaspec.trace import Trace, parse
from kaspec.vrrp.state import State
from kaspec.wire.pcap import encode_pcap
from tests.unit.explore import BETTER, WAY, WORSE

WORLD = World.of((BETTER, WORSE), WAY)
TRIO = World.of((BETTER, WORSE, evolve(WORSE, priority=20)), WAY)
choices = some.lists(some.integers(0, 1_000), min_size=10, max_size=40)
SILENT = ("pass", "cut", "heal", "pauses", "goes on", "again", "out of order", "loses", "clock at", "reloads")
"""What a trace says in comments only or not at all, or what makes it a recorded one."""


def wander(explorer: Explorer, numbers: list[int], without: tuple[str, ...] = ()) -> tuple[Stage, list[str]]:
    """Walk at random; most of the time what is usual goes on."""
    stage, path = Stage.of(explorer.steps), list[str]()
    for number in (0, *numbers):
        words = [explorer.key(move) for _, move in explorer.moves(stage)]
        words = [word for word in words if " pass" in word or not any(each in word for each in without)]
        usual = [word for word in words if word.endswith(("starts", "deadline", "pass")) or (" hears " in word and "," not in word)]
        if not words:
            break
        likely = usual if usual and number % 5 else words
        path.append(likely[number // 5 % len(likely)])
        explorer.make(stage, path[-1])
    return stage, path


def states(stage: Stage) -> list[tuple[State, ...]]:
    """Return how all hosts are, as seen from now."""
    return [tuple(relative(state, stage.now) for state in node.states) for node in stage.nodes]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(choices, some.sampled_from([WORLD, TRIO]))
def test_whatever_is_offered_can_be_done_and_leads_where_the_same_words_lead(numbers: list[int], world: World) -> None:
    explorer = Explorer.free(world)
    stage, path = wander(explorer, numbers)
    words = [explorer.key(move) for _, move in explorer.moves(stage)]
    assert len(set(words)) == len(words)
    assert all(explorer.words(stage, move) for _, move in explorer.moves(stage))
    again = Explorer.free(world).walk(path)
    assert (states(again), again.now) == (states(stage), stage.now)
    told = explorer.position(path)
    assert [each["key"] for each in told["moves"]] == words
    assert len(told["steps"]) == len(stage.played)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(choices)
@example([0, 6, 225, 0, 0, 1, 1, 0, 46, 0])
def test_a_trace_of_a_walk_leads_where_the_walk_did(numbers: list[int]) -> None:
    explorer = Explorer.free(WORLD)
    stage, _ = wander(explorer, numbers, SILENT)
    text = trace(stage.run)
    assert text is not None
    read = parse(text)
    assert isinstance(read, Trace)
    followed = follow(Explorer.free(WORLD), read)
    assert followed.complaint == ""
    there = followed.explorer.walk(followed.path)
    told = [played.at for played in stage.run.played if played.done]
    assert told[-1:] <= [there.now] <= [stage.run.ends]
    for host, node in enumerate(there.nodes):
        if explorer.local(stage, host).power == "on":
            assert node.states == stage.nodes[host].states


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(some.integers(0, 40), some.sampled_from(["a crashes", "a stops", "a to b lost", "b crashes", ""]))
def test_what_a_walk_sent_is_explained_by_no_more_than_what_went_wrong(place: int, wrong: str) -> None:
    explorer = Explorer.free(WORLD)
    stage, path = Stage.of(explorer.steps), list[str]()
    while stage.now < 12_000_000:
        words = [explorer.key(move) for _, move in explorer.moves(stage)]
        if len(path) >= place and wrong in words:
            word, wrong = wrong, ""
        else:
            power = {name: explorer.local(stage, host).power for host, name in enumerate("ab")}
            usual = [word for word in words if word.endswith("deadline") or (" hears " in word and "," not in word)]
            begins = [word for word in words if word.endswith("starts") and power[word[0]] == "new"]
            passing = [word for word in words if word.endswith("pass")]
            word = (begins + usual + passing)[0]
        path.append(word)
        explorer.make(stage, word)
    capture = read_capture(encode_pcap(frames(stage.run)))
    assert isinstance(capture, Capture)
    told = heard(capture)
    followed = explain(WORLD, told)
    assert followed.complaint == ""
    again = read_capture(encode_pcap(frames(followed.explorer.walk(followed.path).run)))
    assert isinstance(again, Capture)
    assert [each.said for each in heard(again)] == [each.said for each in told]
    assert sum(word.endswith(("crashes", "stops", "lost")) for word in followed.path) <= 1


def test_what_cannot_happen_is_refused() -> None:
    explorer = Explorer.free(WORLD)
    for path in (["a crashes"], ["a starts", "b starts", "9.000000 s pass"], ["a starts", "nonsense"]):
        with pytest.raises(NoSuchMoveError, match=f"move {len(path)}, .* cannot happen there; what can: "):
            explorer.walk(path)
