"""What was learnt of a router, and told: its machine beside the core's, where they differ, and whether that is known."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from conformance.departures import Departure, changed, known_of
from conformance.learning import core
from conformance.learning.alphabet import WAIT, Alphabet
from conformance.learning.answers import Answers
from conformance.learning.learner import Heard, learn
from conformance.learning.machine import Difference, Mealy, deviations, dot, first_differences
from kaspec.vrrp.router import KEEPALIVED, Profile

PATIENCE = (tuple([WAIT] * 5),)
"""What tells the states of a Backup apart: it takes over in the fourth or fifth slot."""


@frozen
class Known:
    """A departure that is known, and the shortest words that show it."""

    departure: Departure
    shown_by: tuple[Difference, ...]


@frozen
class Learnt:
    """What was learnt of a peer in a version of VRRP.

    ``differences`` are those from the core; ``unexplained`` those that are left from the core that departs in all known ways (``known``).
    """

    peer: str
    release: str
    alphabet: Alphabet
    machine: Mealy
    core: Mealy
    known: tuple[Known, ...]
    unexplained: tuple[Difference, ...]
    asked: int
    repeated: int

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Where it differs from the core: the words are shortest, the first output is the core's."""
        return first_differences(self.core, self.machine)


def machine_of_core(alphabet: Alphabet, profile: Profile = KEEPALIVED) -> Mealy:
    """Learn the core's machine; words cost nothing there, so it is tested for one state more."""
    return learn(alphabet.letters, Answers(lambda words: [core.answer(alphabet, word, profile) for word in words]), PATIENCE, extra=1)


def study(peer: str, release: str, alphabet: Alphabet, answers: Answers, extra: int, heard: Heard) -> Learnt:
    """Learn a peer's machine from its answers, and compare it.  Raises ``UnclearError``."""
    departures = tuple(each for each in known_of(peer, release) if changed(KEEPALIVED, (each,)) != KEEPALIVED)
    own = machine_of_core(alphabet)
    machine = learn(alphabet.letters, answers, PATIENCE, extra, heard)
    known = tuple(Known(each, first_differences(own, machine_of_core(alphabet, changed(KEEPALIVED, (each,))))) for each in departures)
    departing = machine_of_core(alphabet, changed(KEEPALIVED, departures)) if departures else own
    return Learnt(peer, release, alphabet, machine, own, known, first_differences(departing, machine), answers.asked, answers.repeated)


def lines(learnt: Learnt) -> Iterator[str]:
    """Tell it to people."""
    what = f"{learnt.peer} {learnt.release}, version {learnt.alphabet.version}"
    yield f"{what}: {len(learnt.machine.states)} states; {learnt.asked} words played, {learnt.repeated} of them again"
    if not learnt.differences:
        yield "  It is the core's machine: no word over these letters tells them apart."
        return
    yield f"  It differs from the core's machine ({len(learnt.core.states)} states):"
    yield from map(_deviation, deviations(learnt.core, learnt.machine))
    if learnt.unexplained:
        yield "  Not known of it, beside what is:"
        for each in learnt.unexplained:
            yield f"    {', '.join(each.word)}: expected was {each.one}, it {_third(each.other)}"
    else:
        yield "  That is just what is known of it; a core that departs so too is its machine to the letter:"
    for known in learnt.known:
        words = "; ".join(", ".join(each.word) for each in known.shown_by[:1])
        yield f"    - {known.departure.does} ({words})"


def _deviation(each: Difference) -> str:
    what = f"the core {_third(each.one)}, it {_third(each.other)}"
    if each.one == each.other:
        what = f"both {each.one.replace('silence', 'are silent')}, but what follows differs"
    return f"    {', '.join(each.word)}: {what}"


def _third(output: str) -> str:
    return "is silent" if output == "silence" else output


def as_json(learnt: Sequence[Learnt]) -> str:
    """Tell it to machines."""
    return json.dumps([_value(each) for each in learnt], indent=2)


def _value(learnt: Learnt) -> dict[str, Any]:
    return {
        "peer": learnt.peer,
        "release": learnt.release,
        "version": learnt.alphabet.version,
        "letters": list(learnt.alphabet.letters),
        "verdict": verdict(learnt),
        "words": learnt.asked,
        "machine": _table(learnt.machine),
        "core": _table(learnt.core),
        "differences": [_difference(each) for each in learnt.differences],
        "unexplained": [_difference(each) for each in learnt.unexplained],
        "known": [{"name": each.departure.name, "does": each.departure.does, "shown_by": [_difference(one) for one in each.shown_by]}
                  for each in learnt.known],
    }  # fmt: skip


def verdict(learnt: Learnt) -> str:
    """Return ``same``, ``departs as known`` or ``departs``."""
    return "departs" if learnt.unexplained else "departs as known" if learnt.differences else "same"


def _table(machine: Mealy) -> list[dict[str, Any]]:
    return [
        {"state": state, "letter": letter, "output": output, "after": after} for (state, letter), (after, output) in machine.moves.items()
    ]


def _difference(each: Difference) -> dict[str, Any]:
    return {"word": list(each.word), "core": each.one, "peer": each.other}


def drawing(learnt: Learnt) -> str:
    """Draw its machine for graphviz, red where it deviates from the core's."""
    odd = deviations(learnt.core, learnt.machine)
    strange = frozenset((learnt.machine.after(each.word[:-1]), each.word[-1]) for each in odd)
    return dot(learnt.machine, f"{learnt.peer} {learnt.release}, VRRP version {learnt.alphabet.version}", strange)


def traces(learnt: Learnt) -> Iterator[tuple[str, str]]:
    """Return for each deviation a file name and a trace of what the core does instead."""
    for number, each in enumerate(deviations(learnt.core, learnt.machine), start=1):
        title = (
            f"What the core does where {learnt.peer} {learnt.release} differs: after {', '.join(each.word)}",
            f"it {_third(each.other)}, and the core {_third(each.one)}.",
        )
        yield f"{learnt.peer}-v{learnt.alphabet.version}-{number:02}.trace", core.trace(learnt.alphabet, each.word, title)
