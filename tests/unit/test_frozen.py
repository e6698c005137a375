"""Classes whose methods attrs writes late are as those it makes at once."""

import copy
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Barrier
from types import FunctionType
from typing import Any, ClassVar, Generic, TypeVar

import attrs
import pytest
from attrs import evolve, field, fields

from kaspec.frozen import define, frozen

T = TypeVar("T")


@frozen
class Pair(Generic[T]):
    LARGEST: ClassVar[int] = 9
    left: T
    right: int = field(default=2, eq=False)
    rest: list[int] = field(factory=list, repr=False)

    @property
    def both(self) -> tuple[T, int]:
        return self.left, self.right


@frozen
class Triple(Pair[int]):
    third: str = "c"


@frozen(cache_hash=True)
class Kept:
    name: str


@frozen(eq=False)
class Alone:
    name: str


@define
class Counter:
    count: int = 0


@frozen
class Reckoned:
    numbers: tuple[int, ...]

    @cached_property
    def total(self) -> int:
        reckoned.append(self)
        return sum(self.numbers)

    @cached_property
    def mean(self) -> float:
        return self.total / len(self.numbers)


reckoned: list[Reckoned] = []


def made(decorate: Callable[[type], type]) -> type:
    @decorate
    class Fresh:
        name: str

    return Fresh


def written(cls: type) -> set[str]:
    return {name for name, value in vars(cls).items() if isinstance(value, FunctionType)}


def test_methods_are_written_when_they_are_asked_for() -> None:
    fresh = made(frozen)
    assert written(fresh) == set()
    one, other = fresh("a"), fresh("a")
    assert {"__init__"} <= written(fresh)
    assert not {"__eq__", "__hash__", "__repr__"} & written(fresh)
    assert one == other
    assert {"__eq__", "__hash__"} <= written(fresh)
    assert repr(one).endswith("Fresh(name='a')")
    assert set(vars(made(attrs.frozen))) - {"__attrs_base_of_slotted__"} <= set(vars(fresh))


@pytest.mark.parametrize("value", [Pair("a"), Triple(1, 2, [3], "d"), Kept("a"), Alone("a"), Counter(3)], ids=repr)
def test_a_value_is_copied_sent_and_changed(value: Any) -> None:
    first = fields(type(value))[0].name
    for same in (copy.copy(value), pickle.loads(pickle.dumps(value)), evolve(value)):
        assert same is not value
        assert repr(same) == repr(value)
        assert (same == value) is not isinstance(value, Alone)
    assert getattr(evolve(value, **{first: 7}), first) == 7


def test_what_counts_is_compared_and_shown() -> None:
    assert Pair(1, 2) == Pair(1, 3)
    assert Pair(1) != Triple(1)
    assert hash(Kept("a")) == hash(Kept("a"))
    assert repr(Triple(1, 2, [3])) == "Triple(left=1, right=2, third='c')"
    assert Pair("a").both == ("a", 2)
    assert [each.name for each in fields(Triple)] == ["left", "right", "rest", "third"]
    assert Pair.LARGEST == Triple.LARGEST == 9


def test_a_pattern_matches_before_a_value_is_made() -> None:
    fresh: Any = made(frozen)
    match Kept("a"):
        case fresh(name):
            pytest.fail(name)
        case Kept(name):
            assert name == "a"


def test_a_frozen_value_stays_and_a_defined_one_changes() -> None:
    kept: Any = Kept("a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        kept.name = "b"
    with pytest.raises(AttributeError):
        kept.other = "b"
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(made(define)("a"))
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)


def test_slots_are_those_of_attrs() -> None:
    late, once = made(frozen), made(attrs.frozen)
    assert set(vars(late)["__slots__"]) == set(vars(once)["__slots__"])
    assert not hasattr(late("a"), "__dict__")


def test_a_wrong_call_is_told() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'nam'"):
        made(frozen)(nam="a")


def test_threads_may_ask_at_the_same_time() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            for _ in range(20):
                fresh, gate = made(frozen), Barrier(6)

                def ask(fresh: Any = fresh, gate: Barrier = gate) -> bool:
                    gate.wait()
                    return bool(fresh("a") == fresh("a"))

                assert all(each.result() for each in [pool.submit(ask) for _ in range(6)])
    finally:
        sys.setswitchinterval(before)


def test_a_cached_property_is_reckoned_once() -> None:
    value = Reckoned((1, 2, 6))
    assert (value.mean, value.total, value.mean, [each is value for each in reckoned]) == (3.0, 9, 3.0, [True])
    assert evolve(value, numbers=(4,)).total == 4
    with pytest.raises(AttributeError, match="'Reckoned' object has no attribute 'sum'"):
        value.sum  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ZeroDivisionError):
        Reckoned(()).mean  # noqa: B018


def test_a_cached_property_is_no_part_of_a_value() -> None:
    value = Reckoned((1, 2))
    assert value.total == 3
    assert (value == Reckoned((1, 2)), hash(value) == hash(Reckoned((1, 2))), repr(value)) == (True, True, "Reckoned(numbers=(1, 2))")
    assert pickle.loads(pickle.dumps(value)) == copy.copy(value) == value
