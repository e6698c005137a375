"""The laws of turns: order is kept, one at a time, nothing is lost but what is out of date, and the last state is always told.

Each law holds under any interleaving of news, endings of scripts and passing time.
"""

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from kaspec.turns import LAST_PATIENCE, PATIENCE, End, Kind, Line, Run, Task, enter, next_deadline, over, overdue
from kaspec.units import Instant

Script = tuple[int, int]
"""The number of the news it tells, and which of its scripts it is."""


@define
class Subject:
    """A line with its history: what was entered, what ran, what was ended."""

    line: Line[Script] = field(factory=Line)
    now: Instant = Instant(0)
    entered: list[Task[Script]] = field(factory=list)
    ran: list[Script] = field(factory=list)
    running: Script | None = None
    killed: list[tuple[Script, bool]] = field(factory=list)
    superseded: set[int] = field(factory=set)

    def enter(self, word: str, kind: Kind, scripts: int) -> None:
        number = len(self.entered)
        for earlier in self.line.waiting:
            if kind != "remark" or earlier.word == word:
                self.superseded.add(self.entered.index(earlier))
        task = Task(word, kind, tuple((number, each) for each in range(scripts)))
        self.entered.append(task)
        self.line, run = enter(self.line, task, self.now)
        self._start(run)

    def over(self) -> None:
        if self.running is not None:
            self.running = None
            self.line, run = over(self.line, self.now)
            self._start(run)

    def wait(self, microseconds: int) -> None:
        self.now = Instant(self.now + microseconds)
        self.line, end = overdue(self.line, self.now)
        if isinstance(end, End):
            assert self.running is not None
            self.killed.append((self.running, end.at_once))

    def drain(self) -> None:
        while self.running is not None:
            self.over()

    def _start(self, run: Run[Script] | None) -> None:
        if run is not None:
            assert self.running is None, "two at once"
            self.running = run.script
            self.ran.append(run.script)
        assert (self.running is None) == self.line.is_idle
        assert self.running is not None or not self.line.waiting


states = st.tuples(st.just("enter"), st.sampled_from(("MASTER", "BACKUP", "FAULT")), st.just("state"), st.integers(0, 2))
remarks = st.tuples(st.just("enter"), st.just("MASTER_RX_LOWER_PRI"), st.just("remark"), st.integers(0, 1))
last = st.tuples(st.just("enter"), st.just("STOP"), st.just("last"), st.integers(0, 2))
endings = st.tuples(st.just("over"))
waits = st.tuples(st.just("wait"), st.sampled_from((0, LAST_PATIENCE // 2, LAST_PATIENCE, PATIENCE // 2, PATIENCE)))
histories = st.lists(st.one_of(states, states, remarks, last, endings, endings, waits), max_size=30)


def lived(history: list[tuple[object, ...]]) -> Subject:
    subject = Subject()
    for name, *arguments in history:
        getattr(subject, str(name))(*arguments)
    return subject


@given(histories)
def test_scripts_run_in_the_order_of_what_they_tell_and_each_once(history: list[tuple[object, ...]]) -> None:
    subject = lived(history)
    subject.drain()
    assert subject.ran == sorted(set(subject.ran))


@given(histories)
def test_whatever_was_entered_last_as_a_state_is_told_to_its_end(history: list[tuple[object, ...]]) -> None:
    subject = lived(history)
    subject.drain()
    final = max((number for number, task in enumerate(subject.entered) if task.kind != "remark"), default=None)
    if final is not None:
        told = [script for script in subject.ran if script[0] == final]
        assert told == list(subject.entered[final].scripts)


@given(histories)
def test_nothing_is_lost_but_what_was_superseded_while_it_waited_or_the_rest_before_a_last_word(history: list[tuple[object, ...]]) -> None:
    subject = lived(history)
    subject.drain()
    begun = {number for number, _ in subject.ran}
    for number, task in enumerate(subject.entered):
        if number not in subject.superseded and task.scripts:
            assert number in begun
        if number in begun and not any(later.kind == "last" for later in subject.entered[number + 1 :]):
            assert [script for script in subject.ran if script[0] == number] == list(task.scripts)


@given(histories)
def test_what_was_superseded_never_runs(history: list[tuple[object, ...]]) -> None:
    subject = lived(history)
    subject.drain()
    assert not {number for number, _ in subject.ran} & subject.superseded


@given(histories)
def test_a_script_is_only_ever_ended_for_something_that_waits(history: list[tuple[object, ...]]) -> None:
    subject = Subject()
    for name, *arguments in history:
        waiting, before = subject.line.waiting, len(subject.killed)
        getattr(subject, str(name))(*arguments)
        if len(subject.killed) > before:
            assert waiting
            assert subject.killed[-1][1] == any(task.kind == "last" for task in waiting)


@given(histories)
def test_whatever_keeps_others_waiting_has_a_deadline_until_it_was_ended(history: list[tuple[object, ...]]) -> None:
    subject = lived(history)
    if subject.line.waiting and subject.running not in [script for script, _ in subject.killed]:
        deadline = next_deadline(subject.line)
        assert deadline is not None
        assert deadline <= subject.now + PATIENCE
    if not subject.line.waiting:
        assert next_deadline(subject.line) is None


@given(histories)
def test_a_line_never_grows_beyond_one_state_and_one_remark(history: list[tuple[object, ...]]) -> None:
    subject = Subject()
    for name, *arguments in history:
        getattr(subject, str(name))(*arguments)
        assert len(subject.line.waiting) <= 2
