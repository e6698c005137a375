"""``frozen``, ``define`` and ``evolve`` of attrs, by which a class's methods are written when somebody first asks for one.

attrs writes the methods of a class as source and compiles them.  A program that reads one file imports two hundred classes, makes values of
half of them and compares next to none: to write all their methods took longer than all the rest.  What is written is attrs' own, and the
``__init__`` of a class of plain fields is as attrs' own: afterwards a class is as attrs makes it, and as fast.
"""

from _thread import RLock
from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

import attrs

from kaspec.constructor import Fields, constructor, field_names, has_hooks, match_args, plain_fields

__all__ = ["define", "evolve", "frozen"]

_UNDERSTOOD = frozenset(("eq", "order", "cache_hash"))
"""A class with other options is made at once."""
_CALLED = ("__attrs_pre_init__", "__attrs_post_init__")
"""What an ``__init__`` of attrs calls where a class has it."""
_KEPT_HASH = "_attrs_cached_hash"
"""The slot in which attrs keeps the hash with ``cache_hash``."""
_PLAN = "__plan__"

_writing = RLock()
"""The core has no threads, but whoever runs it may."""

Make = Callable[..., type]
Methods = Mapping[str, Any]


class _Plan:
    """Of what a class is made, and how: ``make`` of attrs makes it of ``origin``, a class without slots, with the ``options``."""

    __slots__ = ("cls", "make", "options", "origin")
    cls: type

    def __init__(self, make: Make, origin: type, options: dict[str, Any]) -> None:
        self.make = make
        self.origin = origin
        self.options = options

    @property
    def kept(self) -> tuple[str, ...]:
        """The slot of the hash, if it is kept."""
        return (_KEPT_HASH,) if "cache_hash" in self.options else ()

    def made(self, **options: Any) -> Methods:
        """Return what attrs writes with those options."""
        return vars(self.make(self.origin, **options))


class _Later:
    """Stands in a class for one name that has yet to be written; whoever asks for it has it written, and gets it."""

    __slots__ = ("name", "plan")

    def __init__(self, plan: _Plan, name: str) -> None:
        self.plan = plan
        self.name = name

    def __get__(self, value: object, owner: type) -> Any:
        with _writing:
            if vars(self.plan.cls).get(self.name) is self:  # nobody else was faster
                _write(self.plan, *_GROUPS[self.name])
        return getattr(owner if value is None else value, self.name)


def _write(plan: _Plan, names: tuple[str, ...], write: Callable[[_Plan], Methods]) -> None:
    written = write(plan)
    for name in names:
        if not isinstance(vars(plan.cls).get(name), _Later):
            continue
        if name in written:
            type.__setattr__(plan.cls, name, written[name])
        else:
            type.__delattr__(plan.cls, name)


def _made(plan: _Plan) -> Methods:
    fields = _fields(plan)
    if fields is None:
        return _sent(plan)
    changes = plan.make is attrs.define
    made = {"__init__": constructor(plan.cls, fields, changes, plan.kept), "__match_args__": match_args(fields)}
    return made if changes else {**made, **_refusing()}


def _sent(plan: _Plan) -> Methods:
    return plan.made(repr=False, **(plan.options if plan.kept else {"eq": False}))


def _shown(plan: _Plan) -> Methods:
    return plan.made(eq=False)


def _compared(plan: _Plan) -> Methods:
    return plan.made(repr=False, **plan.options)


_COMPARING = ("__eq__", "__ne__", "__hash__")
_ORDERING = ("__lt__", "__le__", "__gt__", "__ge__")
_REFUSING = ("__setattr__", "__delattr__")
_GROUPS = {
    name: (names, write)
    for names, write in (
        (("__init__", "__match_args__", *_REFUSING), _made),
        (("__getstate__", "__setstate__", "__replace__", "__attrs_attrs__", "__attrs_props__"), _sent),
        (("__repr__",), _shown),
        ((*_COMPARING, *_ORDERING), _compared),
    )
    for name in names
}
"""By each name attrs writes: what is written with it, and how."""


@cache
def _refusing() -> Methods:
    """Return the methods by which the values of every frozen class stay as they are."""
    made = vars(attrs.frozen(type("Frozen", (), {})))
    return {name: made[name] for name in _REFUSING}


def _fields(plan: _Plan) -> Fields | None:
    """Return the fields of a class, those of its bases first; ``None`` unless all are plain and all their classes made in the same way."""
    if issubclass(plan.origin, BaseException) or any(hasattr(plan.origin, name) for name in _CALLED):
        return None
    plans = [vars(each)[_PLAN] for each in reversed(plan.cls.__mro__) if _PLAN in vars(each)]
    return plain_fields(vars(each.origin) for each in plans) if all(each.make is plan.make for each in plans) else None


def _is_made(base: type) -> bool:
    """Whether attrs has made that class, or it finds attributes in its own way; what comes of those below depends on it."""
    return "__getattr__" in vars(base) or ("__attrs_attrs__" in vars(base) and _PLAN not in vars(base))


def _later(make: Make) -> Callable[..., Any]:
    """Return a decorator for the classes that ``make`` of attrs makes."""

    def decorate(origin: type | None = None, **options: Any) -> Any:
        if origin is None:
            return partial(decorate, **options)
        at_once = options.keys() - _UNDERSTOOD or any(map(has_hooks, vars(origin).values())) or any(map(_is_made, origin.__mro__[:-1]))
        return make(origin, **options) if at_once else _late(_Plan(make, origin, options))

    return decorate


def _late(plan: _Plan) -> type:
    """Return the class with the slots it has by attrs, and whatever else attrs writes put off."""
    origin = plan.origin
    body = dict(vars(origin))
    names = field_names(body)
    above = {slot for base in origin.__mro__[1:-1] for slot in getattr(base, "__slots__", ())}
    reckoned = {name: value.func for name, value in body.items() if isinstance(value, cached_property)}
    for name in reckoned:
        delattr(origin, name)  # attrs would take it for a field the second time it writes of this class
    for name in (*names, *reckoned, "__dict__", "__weakref__"):
        body.pop(name, None)
    body["__slots__"] = (*(name for name in (*names, "__weakref__", *reckoned) if name not in above), *plan.kept)
    if reckoned:
        body["__getattr__"] = _reckoning(reckoned)
    body["__qualname__"] = origin.__qualname__
    compares = plan.options.get("eq", True)
    if compares and plan.make is attrs.define:
        body.setdefault("__hash__", None)
    never = {*(() if compares else _COMPARING), *(() if plan.options.get("order") else _ORDERING)}
    for name in _GROUPS:
        if name not in body and name not in never:
            body[name] = _Later(plan, name)
    body[_PLAN] = plan
    plan.cls = type(origin)(origin.__name__, origin.__bases__, body)
    return plan.cls


def _reckoning(reckoned: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any, str], Any]:
    """Return what is asked for an attribute whose slot is empty: a cached property is reckoned, and kept there."""

    def find(value: Any, name: str) -> Any:
        if name not in reckoned:
            raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}", name=name, obj=value)
        found = reckoned[name](value)
        object.__setattr__(value, name, found)
        return found

    return find


_givens: dict[type, tuple[tuple[str, str], ...]] = {}
"""By class, what ``_given`` found."""


def _given(cls: type) -> tuple[tuple[str, str], ...]:
    """Return the arguments of a class's ``__init__`` and the fields they are."""
    plan = vars(cls).get(_PLAN)
    fields = None if plan is None else _fields(plan)
    if fields is None:
        return tuple((each.alias, each.name) for each in attrs.fields(cls) if each.init)
    return tuple((each.argument, each.name) for each in fields)


def _evolve(value: Any, /, **changes: Any) -> Any:
    cls = type(value)
    given = _givens.get(cls)
    if given is None:
        given = _givens[cls] = _given(cls)
    for argument, name in given:
        if argument not in changes:
            changes[argument] = getattr(value, name)
    return cls(**changes)


if TYPE_CHECKING:
    from attrs import define, evolve, frozen
else:
    define, evolve, frozen = _later(attrs.define), _evolve, _later(attrs.frozen)
