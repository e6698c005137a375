"""``interface_up_down_delays``, read and written."""

from collections.abc import Iterable, Iterator

from kaspec.config.keywords import top
from kaspec.config.sections import Section
from kaspec.config.values import plain_seconds
from kaspec.config.writing import word
from kaspec.link_delay import LinkDelay
from kaspec.units import ZERO


def build_link_delays(section: Section) -> tuple[LinkDelay, ...]:
    """Build the delays; of two for one interface the last counts, and one that delays nothing is none."""
    lines = (given.value for given in section.entries(top.INTERFACE_UP_DOWN_DELAYS))
    found = {line.interface: LinkDelay(line.interface, line.down, line.up or ZERO) for line in lines}
    return tuple(each for each in found.values() if each.down or each.up)


def render_link_delays(delays: Iterable[LinkDelay]) -> Iterator[str]:
    """Write the lines of the block."""
    for each in delays:
        up = f" {plain_seconds(each.up)}" if each.up else ""
        yield f"{word(each.interface)} {plain_seconds(each.down)}{up}"
