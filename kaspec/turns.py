"""Turns: the scripts of one subject run one after another, in the order of what they tell, and what is out of date is not told.

A subject is a virtual router or a sync group.  Each has a ``Line``: the task that has its turn, and those that wait.  A new state takes the
place of all that waits, for it is what matters now; a state whose turn has come is told to its end.  The one limit of time is on what
keeps others waiting: it then has ``PATIENCE``, and ``LAST_PATIENCE`` if what waits is a subject's last word.
"""

from typing import Generic, Literal, TypeVar

from kaspec.frozen import evolve, frozen
from kaspec.units import MILLISECOND, SECOND, Instant, Interval, after

T = TypeVar("T")
Kind = Literal["state", "remark", "last"]
"""A ``state`` replaces whatever waits, a ``remark`` an earlier remark of the same word; ``last`` is the state after which there is none."""

PATIENCE = Interval(30 * SECOND)
"""How long a script may still run once something newer waits for it to end."""
LAST_PATIENCE = Interval(500 * MILLISECOND)
"""The same where the newer is the subject's last word, as at the end of the daemon."""
STOP_WAIT = Interval(SECOND)
"""How long the end of the daemon then waits for scripts, as keepalived does."""


@frozen
class Task(Generic[T]):
    """The scripts that tell one thing, in order; ``word`` names it, as ``MASTER`` does."""

    word: str
    kind: Kind
    scripts: tuple[T, ...] = ()


@frozen
class Turn(Generic[T]):
    """A task whose turn it is: ``script`` runs, ``rest`` follows; at ``until`` it has kept others waiting for long enough."""

    task: Task[T]
    script: T
    rest: tuple[T, ...] = ()
    until: Instant | None = None


@frozen
class Line(Generic[T]):
    """One subject's line; nothing waits without a turn."""

    turn: Turn[T] | None = None
    waiting: tuple[Task[T], ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs, so that nothing waits either."""
        return self.turn is None


@frozen
class Run(Generic[T]):
    """Start this script; ``over`` tells of its end."""

    script: T


@frozen
class End:
    """End the script that runs: with a request first, or at once.  ``over`` still tells of its end."""

    at_once: bool


def enter(line: Line[T], task: Task[T], now: Instant) -> tuple[Line[T], Run[T] | None]:
    """Let a task join a line; without scripts it only drops what it makes out of date."""
    kept = tuple(each for each in line.waiting if task.kind == "remark" and each.word != task.word)
    waiting = (*kept, task) if task.scripts else kept
    if line.turn is None:
        return _next(Line(None, waiting), now)
    return Line(_hurried(line.turn, waiting, now), waiting), None


def over(line: Line[T], now: Instant) -> tuple[Line[T], Run[T] | None]:
    """Take note that the script that ran has ended, however it did."""
    turn = line.turn
    if turn is None or not turn.rest or _last_waits(line.waiting):
        return _next(Line(None, line.waiting), now)
    following = evolve(turn, script=turn.rest[0], rest=turn.rest[1:], until=None)
    return Line(_hurried(following, line.waiting, now), line.waiting), Run(following.script)


def overdue(line: Line[T], now: Instant) -> tuple[Line[T], End | None]:
    """Have the script ended that others have waited for long enough; before that, nothing."""
    turn = line.turn
    if turn is None or turn.until is None or now < turn.until:
        return line, None
    return evolve(line, turn=evolve(turn, until=None)), End(_last_waits(line.waiting))


def next_deadline(line: Line[T]) -> Instant | None:
    """Return when ``overdue`` will next matter."""
    return None if line.turn is None else line.turn.until


def _next(line: Line[T], now: Instant) -> tuple[Line[T], Run[T] | None]:
    if not line.waiting:
        return Line(), None
    task, *later = line.waiting
    first, *rest = task.scripts
    turn = Turn(task, first, tuple(rest))
    return Line(_hurried(turn, tuple(later), now), tuple(later)), Run(first)


def _hurried(turn: Turn[T], waiting: tuple[Task[T], ...], now: Instant) -> Turn[T]:
    """Limit a turn from when others began to wait for it, or give it back its time once none does."""
    if not waiting:
        return evolve(turn, until=None)
    if _last_waits(waiting):
        latest = after(now, LAST_PATIENCE)
        return evolve(turn, until=latest if turn.until is None else min(turn.until, latest))
    return turn if turn.until is not None else evolve(turn, until=after(now, PATIENCE))


def _last_waits(waiting: tuple[Task[T], ...]) -> bool:
    return any(task.kind == "last" for task in waiting)
