"""How exact a real router is."""

from attrs import frozen

from kaspec.units import MILLISECOND, Interval


@frozen
class Tolerance:
    """How much ``late`` a device may do something, how much ``early`` by its own clock, and how much earlier than its log says it began.

    Its addresses may be ``moved`` later still: the kernel changes those of all namespaces one after the other.
    """

    late: Interval = Interval(150 * MILLISECOND)
    early: Interval = Interval(15 * MILLISECOND)
    began: Interval = Interval(120 * MILLISECOND)
    moved: Interval = Interval(500 * MILLISECOND)


USUAL = Tolerance()
"""Of a daemon on a busy machine."""
