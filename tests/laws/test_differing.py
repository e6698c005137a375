"""Laws of differential testing: every plot is a trace that the core plays and agrees with, and shrinking ends at what cannot be simpler."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.differing.plot import UNPLUGS, Plot, cost, simpler
from conformance.differing.shrinking import shrink
from conformance.differing.strategy import plots, written
from conformance.differing.telling import NAME, text_of, trace_of
from conformance.differing.ways import explanation, known, reading, suspects
from conformance.peers import PEERS
from conformance.replay.judge import Accepted
from conformance.replay.script import Script, script
from conformance.replay.trial import judge_play
from conformance.replay.virtual import play_virtually
from conformance.runner.cases import Case
from kaspec.trace import parse, run
from kaspec.units import MILLISECOND

Numbers = tuple[int, ...]
numbers = st.lists(st.integers(0, 9), max_size=8).map(tuple)


@given(plots())
@settings(max_examples=20)
def test_every_plot_is_a_trace_that_holds_and_can_be_played(plot: Plot) -> None:
    trace = trace_of(plot)
    assert parse(text_of(plot), "plot") == trace
    assert run(trace).holds
    assert isinstance(script(trace, NAME), Script)


@given(plots(), st.lists(st.integers(0, 100 * MILLISECOND), min_size=64, max_size=64))
@settings(max_examples=20)
def test_who_does_as_the_core_agrees_however_late_within_the_tolerance(plot: Plot, lateness: list[int]) -> None:
    what = script(trace_of(plot), NAME)
    assert isinstance(what, Script)
    tail = Case("plot", trace_of(plot), what).tail
    played = play_virtually(what, reading(()), tail, chain(lateness, repeat(0)))
    assert isinstance(judge_play(what, PEERS["kaspec"], played, reading(()), counts_announcements=True), Accepted)


@given(plots())
@settings(max_examples=20)
def test_what_is_simpler_costs_less_so_shrinking_ends(plot: Plot) -> None:
    assert all(cost(each) < cost(plot) for each in simpler(plot))


@given(plots())
@settings(max_examples=20)
def test_a_cable_is_pulled_and_put_in_by_turns(plot: Plot) -> None:
    cable = [move.stimulus for move in plot.moves if "LinkIs" in type(move.stimulus).__name__]
    assert cable[:1] in ([], [UNPLUGS])
    assert all(one != other for one, other in pairwise(cable))


def test_the_same_seed_writes_the_same_plots_and_another_others() -> None:
    assert written(7, 20) == written(7, 20) != written(8, 20)


def _fewer_or_less(example: Numbers) -> Iterator[Numbers]:
    yield from (example[:place] + example[place + 1 :] for place in range(len(example)))
    yield from ((*example[:place], number - 1, *example[place + 1 :]) for place, number in enumerate(example) if number)


@given(numbers, st.integers(0, 12), st.integers(1, 5))
def test_shrinking_ends_where_nothing_simpler_fails_and_asks_nothing_twice(example: Numbers, limit: int, at_once: int) -> None:
    asked: list[Numbers] = []

    def failing(examples: Sequence[Numbers]) -> list[bool]:
        assert len(examples) <= at_once
        asked.extend(examples)
        return [sum(each) >= limit for each in examples]

    found = shrink(example, _fewer_or_less, failing, at_once)
    assert len(asked) == len(set(asked))
    if sum(example) >= limit:
        assert sum(found) >= limit > max(map(sum, _fewer_or_less(found)), default=-1)


@given(st.sampled_from(sorted(PEERS)), st.sampled_from((2, 3)), st.data())
def test_an_explanation_has_no_way_too_many(peer: str, version: int, data: st.DataObject) -> None:
    ways = known(peer, "", 2 if version == 2 else 3)
    needed = data.draw(
        st.sampled_from(suspects(ways)).flatmap(lambda some: st.sets(st.sampled_from(some), min_size=1)) if ways else st.just(set())
    )
    found = explanation(ways, lambda some: needed <= set(some))
    assert (set(found) if found else None) == (needed or None)
