"""What can be read, in order: ``GET``, ``GETNEXT`` and ``GETBULK`` on a snapshot (RFC 2741 7.2.3)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from heapq import merge

from kaspec.frozen import frozen
from kaspec.snmp.values import END_OF_MIB_VIEW, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Binding, Oid, Value
from kaspec.wire.agentx import Kind, Search, SearchRange

A_FEW = 256
MOST_BINDINGS = 1000
"""A master may ask for 65535 repetitions of many columns; more than this no SNMP message carries."""


Cell = tuple[Oid, Oid, Value]
"""An object: the name of its column (of a scalar, without the 0 at the end), its index there, and its value."""


@frozen
class View:
    """Every object there is by its name, and the names of the columns (RFC 2741 7.2.3.1 wants to know)."""

    objects: Mapping[Oid, Value]
    columns: Set[Oid] = frozenset()

    @cached_property
    def names(self) -> Sequence[Oid]:
        """Every name, in lexicographic order; sorted a few at a time, since no other thread runs while Python sorts a list."""
        unsorted = tuple(self.objects)
        return list(merge(*(sorted(unsorted[at : at + A_FEW]) for at in range(0, len(unsorted), A_FEW))))

    def get(self, name: Oid) -> Binding:
        """Return one object by its very name; what is missing in a column that is there is an instance, anything else an object."""
        value = self.objects.get(name)
        if value is None:
            is_column = any(name[:length] in self.columns for length in range(len(name)))
            value = NO_SUCH_INSTANCE if is_column else NO_SUCH_OBJECT
        return Binding(name, value)

    def after(self, asked: SearchRange) -> Binding:
        """Return the first object within a range, or under the range's own start that there is no more."""
        find = bisect_left if asked.include else bisect_right
        place = find(self.names, asked.start)
        if place == len(self.names) or (asked.end and self.names[place] >= asked.end):
            return Binding(asked.start, END_OF_MIB_VIEW)
        name = self.names[place]
        return Binding(name, self.objects[name])

    def search(self, asked: Search) -> tuple[Binding, ...]:
        """Answer a request."""
        match asked.kind:
            case Kind.GET:
                return tuple(self.get(each.start) for each in asked.ranges)
            case Kind.GET_BULK:
                return tuple(self._bulk(asked))
            case _:
                return tuple(map(self.after, asked.ranges))

    def _bulk(self, asked: Search) -> Iterator[Binding]:
        """Repeat for what is after the ``non_repeaters``; a round in which everything has ended is the last."""
        yield from map(self.after, asked.ranges[: asked.non_repeaters])
        repeaters = asked.ranges[asked.non_repeaters :]
        if not repeaters:
            return
        for _ in range(min(asked.max_repetitions, max(1, MOST_BINDINGS // len(repeaters)))):
            found = [self.after(each) for each in repeaters]
            yield from found
            if all(each.value == END_OF_MIB_VIEW for each in found):
                return
            repeaters = tuple(SearchRange(each.name, was.end) for each, was in zip(found, repeaters, strict=True))


def view(cells: Iterable[Cell]) -> View:
    """Return the view of these objects."""
    found = tuple(cells)
    return View({(*column, *index): value for column, index, value in found}, {column for column, _, _ in found})
