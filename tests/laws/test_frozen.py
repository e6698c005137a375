"""A law of classes: whatever their fields, one whose methods are written late is as attrs makes it at once."""

import copy
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import attrs
from attrs import NOTHING, Factory, evolve, field, fields
from hypothesis import given
from hypothesis import strategies as st

from kaspec import frozen as late

NAMES = ("one", "_two", "three", "set", "_three", "two", "setter", "argument0", "field1", "factory0")
values = st.integers(0, 2) | st.sampled_from(("", "field0", None))
usual = st.fixed_dictionaries({}, optional={"kw_only": st.booleans(), "eq": st.booleans(), "repr": st.booleans()})
unusual = st.sampled_from(
    (
        {"init": False, "default": 1},
        {"validator": attrs.validators.instance_of(int)},
        {"converter": str},
        {"alias": "other"},
        {"default": Factory(lambda made: type(made).__name__, takes_self=True)},
    )
)


@st.composite
def kinds(draw: st.DrawFn) -> tuple[Any, Any, dict[str, Any] | None]:
    """Return a field's annotation, default, and what else is said of it in ``field(...)``, if that is used."""
    default: Any = draw(st.just(NOTHING) | values | st.just(Factory(list)))
    how: Any = draw(unusual if draw(st.integers(0, 7)) == 7 else st.none() | usual | usual)
    return draw(st.sampled_from((int, "str", None))), default, how


Body = dict[str, tuple[Any, Any, dict[str, Any] | None]]
Level = tuple[Body, dict[str, Any]]
bodies = st.dictionaries(st.sampled_from(NAMES), kinds(), max_size=6)
any_levels = st.lists(
    st.tuples(bodies, st.sampled_from(({}, {"eq": False}, {"order": True}, {"cache_hash": True}))), min_size=1, max_size=3
)


def in_order(levels: list[Level]) -> list[Level]:
    """Return the levels as attrs takes them: what must be given comes first."""
    first, *others = levels
    body = dict(sorted(first[0].items(), key=lambda named: named[1][1] is not NOTHING))
    return [(body, first[1]), *(({name: (kind, 0, how) for name, (kind, _, how) in body.items()}, options) for body, options in others)]


levels = st.one_of(any_levels, any_levels.map(in_order), any_levels.map(in_order))
by_names = st.dictionaries(st.sampled_from([*(name.lstrip("_") for name in NAMES), "other"]), values, max_size=4)


def made(decorate: Any, levels: list[Level]) -> type:
    """Return a class with those above it, or raise what attrs raises."""
    above: type = object
    for body, how in levels:
        space: dict[str, Any] = {"__annotations__": {name: kind for name, (kind, _, _) in body.items()}, "__slots__": ()}
        for name, (_, default, more) in body.items():
            if more is not None:
                space[name] = field(**({"default": default} | more))
            elif default is not NOTHING:
                space[name] = default
        above = decorate(**how)(type("Made", (above,), space))
        assert callable(vars(above)["__init__"].__get__(None, above))
    return above


def told(act: Callable[[], Any]) -> Any:
    """Return what comes of it, or which error and why."""
    try:
        return act()
    except (TypeError, ValueError, AttributeError, SyntaxError) as error:
        return type(error), str(error)


def shown(value: Any) -> Any:
    """Return the fields of a value, to be compared with those of another class's."""
    return {each.name: told(partial(getattr, value, each.name)) for each in fields(type(value))}


def seen_of_class(cls: Any) -> Iterator[Any]:
    init = cls.__init__
    yield inspect.signature(init), init.__annotations__, init.__name__, init.__qualname__, init.__module__, init.__doc__
    yield init.__code__.co_varnames[: len(inspect.signature(init).parameters)]
    yield (
        cls.__match_args__,
        sorted(vars(cls)["__slots__"]),
        [(each.alias, each.default, each.type, each.inherited) for each in fields(cls)],
    )
    yield cls.__setattr__.__qualname__, cls.__delattr__.__qualname__, callable(cls.__hash__)


def seen_of_value(cls: Any, places: list[Any], by_name: dict[str, Any]) -> Iterator[Any]:
    value, same = cls(*places, **by_name), cls(*places, **by_name)
    yield shown(value), repr(value), value == same, told(lambda: hash(value) == hash(same))
    yield told(lambda: (value < same, value <= same, value > same, value >= same))
    yield shown(copy.copy(value)), copy.copy(value) == value, told(lambda: shown(evolve(value)))
    for each in fields(cls):
        yield told(lambda changed={each.alias: 7}: shown(evolve(value, **changed)))  # type: ignore[misc]
        assert told(lambda changed={each.alias: 7}: shown(late.evolve(value, **changed))) == told(  # type: ignore[misc]
            lambda changed={each.alias: 7}: shown(evolve(value, **changed))  # type: ignore[misc]
        )
        yield told(partial(setattr, value, each.name, 8)), shown(value)
        yield told(partial(delattr, value, each.name)), shown(value)
    yield told(lambda: setattr(value, "none_such", 1))


@given(st.sampled_from(("frozen", "define")), levels, st.lists(values, max_size=8), by_names)
def test_a_class_written_late_is_as_attrs_makes_it(how: str, levels: list[Level], places: list[Any], by_name: dict[str, Any]) -> None:
    if how == "define":
        levels = [(body, {} if "cache_hash" in options else options) for body, options in levels]
    ours, theirs = (told(partial(made, getattr(each, how), levels)) for each in (late, attrs))
    if not isinstance(theirs, type):
        assert ours[0] is theirs[0]
        return
    assert list(seen_of_class(ours)) == list(seen_of_class(theirs))
    needed = {each.alias: 1 for each in fields(theirs) if each.init and each.default is NOTHING}
    for some, named in ((places, by_name), ([], needed), ([], needed | by_name)):
        assert told(lambda: list(seen_of_value(ours, some, named))) == told(lambda: list(seen_of_value(theirs, some, named)))  # noqa: B023
