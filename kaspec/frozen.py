"""``frozen`` and ``define`` of attrs, by which a class's methods are written when somebody first asks for one.

attrs writes the methods of a class as source and compiles them.  A program that reads one file imports two hundred classes, makes values of
half of them and compares next to none: to write all their methods took longer than all the rest.  What is written is attrs' own, so
afterwards a class is as attrs makes it, and as fast.
"""

from _thread import RLock
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, get_origin

import attrs

__all__ = ["define", "frozen"]

_MAKING = (
    *("__init__", "__setattr__", "__delattr__", "__getstate__", "__setstate__", "__replace__"),
    *("__match_args__", "__attrs_attrs__", "__attrs_props__"),
)
_SHOWING = ("__repr__",)
_COMPARING = ("__eq__", "__ne__", "__hash__")
_UNDERSTOOD = frozenset(("eq", "cache_hash"))
"""A class with other options is made at once, and so is one with a cached property."""
_KEPT_HASH = "_attrs_cached_hash"
"""The slot in which attrs keeps the hash with ``cache_hash``."""
_KEPT_ELSEWHERE = frozenset(("__dict__", "__weakref__"))

_writing = RLock()
"""The core has no threads, but whoever runs it may."""

Make = Callable[..., type]


class _Later:
    """Stands in a class for one of the ``names`` that attrs has yet to write; whoever asks for it has them written, and gets it."""

    __slots__ = ("cls", "make", "name", "names")

    def __init__(self, names: tuple[str, ...], make: Callable[[], type]) -> None:
        self.names = names
        self.make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self.cls = owner
        self.name = name

    def __get__(self, value: object, owner: type) -> Any:
        with _writing:
            if vars(self.cls).get(self.name) is self:  # nobody else was faster
                self._write()
        return getattr(owner if value is None else value, self.name)

    def _write(self) -> None:
        made = vars(self.make())
        for name in self.names:
            if name in made:
                type.__setattr__(self.cls, name, made[name])
            else:
                type.__delattr__(self.cls, name)


def _later(make: Make) -> Callable[..., Any]:
    """Return a decorator for the classes that ``make`` of attrs makes."""

    def decorate(origin: type | None = None, **options: Any) -> Any:
        if origin is None:
            return partial(decorate, **options)
        at_once = options.keys() - _UNDERSTOOD or any(isinstance(each, cached_property) for each in vars(origin).values())
        return make(origin, **options) if at_once else _late(make, origin, options)

    return decorate


def _late(make: Make, origin: type, options: dict[str, Any]) -> type:
    """Return the class with the slots it has by attrs, and whatever else attrs writes put off."""
    own = vars(origin)
    fields = {name for name, kind in own.get("__annotations__", {}).items() if get_origin(kind) is not ClassVar}
    above = {slot for base in origin.__mro__[1:] for slot in getattr(base, "__slots__", ())}
    keeps_hash = "cache_hash" in options
    body = {name: value for name, value in own.items() if name not in fields and name not in _KEPT_ELSEWHERE}
    body["__slots__"] = tuple({*fields, "__weakref__", *((_KEPT_HASH,) if keeps_hash else ())} - above)
    body["__qualname__"] = origin.__qualname__
    compares = options.get("eq", True)
    if compares and make is attrs.define:
        body.setdefault("__hash__", None)
    groups = [(_MAKING, {"repr": False, **(options if keeps_hash else {"eq": False})}), (_SHOWING, {"eq": False})]
    if compares:
        groups.append((_COMPARING, {"repr": False, **options}))
    for names, how in groups:
        missing = tuple(name for name in names if name not in body)
        body |= {name: _Later(missing, partial(make, origin, **how)) for name in missing}
    return type(origin)(origin.__name__, origin.__bases__, body)


if TYPE_CHECKING:
    from attrs import define, frozen
else:
    define, frozen = _later(attrs.define), _later(attrs.frozen)
