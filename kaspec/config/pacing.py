"""``vrrp_garp_interval``, ``vrrp_gna_interval`` and ``garp_group``, read and written."""

from collections.abc import Iterable, Iterator

from kaspec.config.keywords import garp_group as rows
from kaspec.config.keywords import global_defs
from kaspec.config.model import InterfaceUse
from kaspec.config.sections import Section
from kaspec.config.values import plain_seconds
from kaspec.config.writing import word
from kaspec.pacing import GarpGroup, Pacing
from kaspec.units import ZERO, Interval


def build_pacing(globally: Section, groups: Iterable[Section]) -> Pacing:
    """Build the paces; an interface belongs to the first group that names it."""
    return Pacing(
        globally.value(global_defs.VRRP_GARP_INTERVAL, ZERO),
        globally.value(global_defs.VRRP_GNA_INTERVAL, ZERO),
        tuple(_group(section) for section in groups),
    )


def _group(section: Section) -> GarpGroup:
    listed = (name for line in section.entries(rows.INTERFACES) for name in line.value)
    single = (given.value for given in section.given.get(rows.INTERFACE, ()))
    names = tuple(dict.fromkeys((*single, *listed)))
    return GarpGroup(names, section.value(rows.GARP_INTERVAL, None), section.value(rows.GNA_INTERVAL, None))


def interface_uses(section: Section) -> Iterator[InterfaceUse]:
    """Return the interfaces that a ``garp_group`` names."""
    for given in section.given.get(rows.INTERFACE, ()):
        yield InterfaceUse(given.value, given.word, "garp_group")
    for line in section.entries(rows.INTERFACES):
        yield from (InterfaceUse(name, line.span, "garp_group") for name in line.value)


def render_intervals(pacing: Pacing) -> Iterator[str]:
    """Write what stands in ``global_defs``."""
    yield from _intervals("vrrp_", pacing.garp_interval or None, pacing.gna_interval or None)


def render_garp_group(group: GarpGroup) -> Iterator[str]:
    """Write what stands in a ``garp_group``, an interface a line."""
    yield from _intervals("", group.garp_interval, group.gna_interval)
    yield from (f"interface {word(name)}" for name in group.interfaces)


def _intervals(prefix: str, garp: Interval | None, gna: Interval | None) -> Iterator[str]:
    for name, interval in (("garp_interval", garp), ("gna_interval", gna)):
        if interval is not None:
            yield f"{prefix}{name} {plain_seconds(interval)}"
