"""Thresholds: overloaded from the upper one on, relieved below the lower one or three quarters."""

import pytest
from attrs import evolve

from kaspec.lvs.schedulers.server import Server
from kaspec.lvs.schedulers.thresholds import after_beginning, after_ending, edited
from tests.unit.lvs.schedulers.sequences import key


@pytest.mark.parametrize(
    ("upper", "lower", "total", "overloaded"),
    [(4, 0, 3, True), (4, 0, 2, False), (8, 3, 3, True), (8, 3, 2, False), (0, 0, 99, False), (0, 5, 5, True)],
)
def test_a_server_is_relieved_below_its_lower_threshold(upper: int, lower: int, total: int, overloaded: bool) -> None:
    server = Server(key(1), active=total, upper=upper, lower=lower, overloaded=True)
    assert after_ending(server).overloaded == overloaded
    assert not after_ending(evolve(server, overloaded=False)).overloaded


def test_a_server_is_overloaded_at_its_upper_threshold() -> None:
    assert not after_beginning(Server(key(1), active=2, inactive=1, upper=4)).overloaded
    assert after_beginning(Server(key(1), active=2, inactive=2, upper=4)).overloaded
    assert not after_beginning(Server(key(1), active=99)).overloaded


@pytest.mark.parametrize(("upper", "overloaded"), [(3, True), (4, True), (5, False), (0, False)])
def test_raising_the_upper_threshold_relieves(upper: int, overloaded: bool) -> None:
    server = Server(key(1), weight=2, active=9, upper=4, overloaded=True)
    assert edited(server, 2, upper, 0).overloaded == overloaded


def test_the_last_weight_is_never_0() -> None:
    quiescent = edited(Server(key(1), weight=7), 0, 0, 0)
    assert (quiescent.weight, quiescent.last_weight) == (0, 7)
    assert edited(quiescent, 3, 0, 0).last_weight == 3
