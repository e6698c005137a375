"""Laws of what is tracked: scripts never run twice at once, ends count as they should, and what does not last is no change."""

from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec import rules
from kaspec.rules import RULES
from kaspec.trackers import file, process, script
from kaspec.trackers.process import Became, Exited, Forked, ProcessEvent, ProcessState, Surveyed
from kaspec.trackers.script import ScriptEnded, ScriptState
from kaspec.trackers.tracked import Process, Script, TrackedProcess
from kaspec.tracking import Finding
from kaspec.units import SECOND, ZERO, Instant, Interval, after
from kaspec.vrrp.events import DeadlineReached

BEGAN = Instant(0)
few = st.integers(1, 4)
lengths = st.sampled_from((Interval(1), Interval(SECOND // 10), SECOND, Interval(3 * SECOND)))
scripts = st.builds(Script, st.just("chk"), st.just("/bin/true"), lengths, st.none() | lengths, rise=few, fall=few, init_fail=st.booleans())
ends = st.sampled_from(
    (ScriptEnded(0), ScriptEnded(0), ScriptEnded(1), ScriptEnded(-9), ScriptEnded(0, timed_out=True), ScriptEnded(0, trouble="gone"))
)
waits = st.integers(0, 5 * SECOND).map(Interval)
lives = st.lists(st.tuples(waits, st.none() | ends), max_size=30)
"""How long until a script's turn is looked at (``None``) or until it ends so."""


Life = list[tuple[Interval, ScriptEnded | None]]
Order = list[tuple[Interval, ProcessEvent]]


def lived(which: Script, life: Life) -> list[tuple[Instant, ScriptState, script.ScriptStep]]:
    """When, in which state, what was done."""
    now, state, done = BEGAN, script.begin(which, BEGAN), []
    for wait, end in life:
        now = after(now, wait)
        taken = script.step(which, state, DeadlineReached() if end is None else end, now)
        done.append((now, state, taken))
        state = taken.state
    return done


@given(scripts, lives)
def test_a_script_never_runs_twice_at_once(which: Script, life: Life) -> None:
    """It starts only when it does not run, its turns are at least an interval apart, and the next one is always ahead."""
    done = lived(which, life)
    for now, before, taken in done:
        assert taken.rule in RULES
        assert 0 <= taken.state.score <= which.best
        assert not (taken.runs and before.running)
        assert taken.runs <= taken.state.running
        if taken.rule in (rules.SCRIPT_RUNS, rules.SCRIPT_STILL_RUNS):
            assert before.run_at <= now < taken.state.run_at
    starts = [before.run_at for _, before, taken in done if taken.runs]
    assert all(later - earlier >= which.interval for earlier, later in pairwise(starts))


@given(scripts, st.lists(ends, max_size=30))
def test_ends_count_as_rise_and_fall_say(which: Script, order: list[ScriptEnded]) -> None:
    """``rise`` successes in a row make it good, ``fall`` failures in a row bad; the first end decides, but for ``init_fail``."""
    state = script.begin(which, BEGAN)
    good = False if which.init_fail else None
    streak = 0
    assert script.finding(which, state) == (None if good is None else Finding(good))
    for end in order:
        state = script.step(which, evolve(state, running=True), end, BEGAN).state
        streak = max(streak, 0) + 1 if end.is_good else min(streak, 0) - 1
        if good is None:
            good = end.is_good
        elif streak >= which.rise:
            good = True
        elif -streak >= which.fall:
            good = False
        assert script.finding(which, state) == Finding(good)


@given(scripts, lives, waits)
def test_translating_time_translates_scripts(which: Script, life: Life, by: Interval) -> None:
    for now, before, taken in lived(which, life):
        event = ScriptEnded(0) if before.running else DeadlineReached()
        moved = script.step(which, evolve(before, run_at=after(before.run_at, by)), event, after(now, by))
        here = script.step(which, before, event, now)
        assert moved == evolve(here, state=evolve(here.state, run_at=after(here.state.run_at, by)))
        assert taken.state.next_deadline == taken.state.run_at


@given(scripts, scripts, lives)
def test_a_reload_keeps_what_was_found(old: Script, new: Script, life: Life) -> None:
    """Considered successful, or unsuccessful, as before; what has not ended yet is not known yet; the new interval holds."""
    done = lived(old, life)
    now, state = (done[-1][0], done[-1][2].state) if done else (BEGAN, script.begin(old, BEGAN))
    carried = script.succeed(old, new, state, now)
    assert script.finding(new, carried) == script.finding(old, state)
    assert 0 <= carried.score <= new.best
    assert carried.run_at <= after(now, new.interval)
    assert script.succeed(old, old, state, now) in (state, evolve(state, run_at=after(now, old.interval)))
    assert not script.succeed(old, evolve(new, line="/bin/false"), state, now).running


@given(
    st.integers(-(1 << 31), (1 << 31) - 1), st.sampled_from(("", " ", "\n", "x", " 7", ".5", "\n8")), st.sampled_from(("", " ", "\t\n "))
)
def test_a_file_holds_the_integer_it_begins_with(value: int, behind: str, before: str) -> None:
    assert file.value_of(f"{before}{value}{behind}") == value
    hexadecimal = f"{'-' if value < 0 else '+'}{abs(value):#x}"
    assert file.value_of(f"{before}{hexadecimal}{behind.replace('x', 'z')}") == value


@given(st.text(max_size=30))
def test_any_text_of_a_file_means_something(text: str) -> None:
    """Total; what does not begin like a number is 0, and one beyond 32 bits does not count."""
    found = file.read(text, Finding.of_file(3))
    assert -(1 << 31) <= found.value < 1 << 31
    if not set(text) & set("0123456789"):
        assert found == Finding.of_file(0)


# Processes.

delays = st.sampled_from((ZERO, ZERO, SECOND))
tracked_processes = st.builds(
    TrackedProcess,
    st.just("web"),
    st.just("haproxy"),
    quorum=st.integers(1, 3),
    quorum_max=st.none() | st.integers(0, 4),
    terminate_delay=delays,
    fork_delay=delays,
)
pids = st.integers(1, 5)
process_events: st.SearchStrategy[ProcessEvent] = st.one_of(
    st.builds(Forked, pids, pids),
    st.builds(Became, pids, st.booleans()),
    st.builds(Exited, pids),
    st.builds(Surveyed, st.frozensets(pids)),
    st.just(DeadlineReached()),
)
happenings = st.lists(st.tuples(st.sampled_from((ZERO, Interval(SECOND // 3), SECOND)), process_events), max_size=30)


def happened(tracked: TrackedProcess, order: Order) -> list[tuple[Instant, ProcessState, process.ProcessStep]]:
    now, state, done = BEGAN, process.begin(tracked, frozenset()), []
    for wait, event in order:
        until = after(now, wait)
        while state.turns_at is not None and state.turns_at <= until:
            taken = process.step(tracked, state, DeadlineReached(), state.turns_at)
            done.append((state.turns_at, state, taken))
            state = taken.state
        now = until
        taken = process.step(tracked, state, event, now)
        done.append((now, state, taken))
        state = taken.state
    return done


@given(tracked_processes, happenings)
def test_what_lasts_is_found(tracked: TrackedProcess, order: Order) -> None:
    """A finding is what the number says, or the opposite waits for its delay; no longer than the longest one."""
    for now, before, taken in happened(tracked, order):
        state = taken.state
        right = tracked.suffices(len(state.pids))
        assert (state.good == right) == (state.turns_at is None)
        assert state.turns_at is None or now <= state.turns_at <= now + max(tracked.fork_delay, tracked.terminate_delay)
        assert (taken.rule in (rules.PROCESS_GAINED, rules.PROCESS_LOST)) == (state.good != before.good)
        assert process.finding(state) == Finding(state.good)
        assert state.next_deadline == state.turns_at


@given(tracked_processes.map(lambda each: evolve(each, fork_delay=ZERO, terminate_delay=ZERO)), happenings)
def test_without_delays_the_number_decides(tracked: TrackedProcess, order: Order) -> None:
    for _, _, taken in happened(tracked, order):
        assert taken.state.good == tracked.suffices(len(taken.state.pids))


@given(tracked_processes.filter(lambda each: bool(each.fork_delay and each.terminate_delay)), pids, pids)
def test_a_restart_within_the_delay_is_no_change(tracked: TrackedProcess, old: int, new: int) -> None:
    """One ends and another takes its place before the delay is over: nothing is found to have changed."""
    state = process.begin(tracked, frozenset({old}))
    for event in (Exited(old), Became(new, counts=True)):
        taken = process.step(tracked, state, event, BEGAN)
        assert taken.state.good == state.good
        state = taken.state
    assert state.turns_at is None


@given(st.text("ab/ ", min_size=1, max_size=20), st.lists(st.text("ab ", max_size=3), max_size=3))
def test_matches_grow_laxer(name: str, given_parameters: list[str]) -> None:
    """A process matches itself in every way; what matches exactly matches partially, and what does that matches initially."""
    it = Process(name, (name, *given_parameters))
    plain = TrackedProcess("x", name)
    assert plain.matches(it)
    assert evolve(plain, full_command=True).matches(it)
    assert evolve(plain, match="partial").matches(it) == (not given_parameters)
    for count in range(1, len(given_parameters) + 1):
        some = evolve(plain, parameters=tuple(given_parameters[:count]))
        assert some.matches(it) == (count == len(given_parameters))
        assert evolve(some, match="partial").matches(it)
        assert evolve(some, match="initial").matches(it)
