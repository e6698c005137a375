"""Strict mode (``vrrp_strict``, ``strict_mode``), which undoes settings that the RFC does not have."""

from collections.abc import Iterator

from kaspec.config.diagnostics import STRICT_CONFLICT, Diagnostic
from kaspec.config.keywords import Row, global_defs, top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.reader import Reading
from kaspec.config.sections import Section
from kaspec.config.source import Span

UNDONE: dict[Row, str] = {
    rows.AUTHENTICATION: "authentication is removed",
    rows.PREEMPT_DELAY: "preempt_delay is removed",
    rows.UNICAST_PEER: "unicast is refused, and with it the instance",
    rows.DOWN_TIMER_ADVERTS: "down_timer_adverts is 3 whatever is written",
    rows.HIGHER_PRIO_SEND_ADVERT: "higher_prio_send_advert is off",
    rows.VMAC_XMIT_BASE: "vmac_xmit_base is refused",
}
"""What becomes of a setting in strict mode."""


def conflicts(reading: Reading) -> Iterator[Diagnostic]:
    """Strict mode and a setting it undoes stand in one file."""
    everywhere = reading.section.merged(top.GLOBAL_DEFS).value(global_defs.VRRP_STRICT, False)
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        if instance.value(rows.STRICT_MODE, everywhere):
            for row, outcome in UNDONE.items():
                if instance.given.get(row):
                    message = f"{instance.label} is in strict mode, so {outcome}"
                    yield STRICT_CONFLICT.at(_place(instance, row), message, f"remove {row.name}, or strict_mode")


def _place(section: Section, row: Row) -> Span:
    span = section.given[row][0].span
    assert isinstance(span, Span)
    return span


RULES = (conflicts,)
