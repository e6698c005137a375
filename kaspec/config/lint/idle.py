"""Settings that have nothing to work on."""

from collections.abc import Iterator

from kaspec.config.diagnostics import BASE_UNASKED, PACE_MISSING, Diagnostic
from kaspec.config.keywords import garp_group, top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.reader import Reading


def paces(reading: Reading) -> Iterator[Diagnostic]:
    """A group without an interval of its own is paced by the global one, as if it were not there."""
    for section in reading.section.sections(top.GARP_GROUP):
        paced = section.value(garp_group.GARP_INTERVAL, None) or section.value(garp_group.GNA_INTERVAL, None)
        interfaces = section.given.get(garp_group.INTERFACE) or section.entries(garp_group.INTERFACES)
        if not paced:
            yield PACE_MISSING.at(section.span, "this garp_group has no interval, so it slows nothing down", "add garp_interval SECONDS")
        elif not interfaces:
            yield PACE_MISSING.at(section.span, "this garp_group has no interface", "add interfaces { INTERFACE ... }")


def base_unasked(reading: Reading) -> Iterator[Diagnostic]:
    """Without a virtual interface there is one to send from only."""
    for instance in reading.section.sections(top.VRRP_INSTANCE):
        given = instance.last(rows.VMAC_XMIT_BASE)
        made = any(instance.given.get(row) for row in (rows.USE_VMAC, rows.USE_VMAC_ADDR, rows.USE_IPVLAN))
        if given is not None and given.value and not made:
            message = f"{instance.label} has no virtual interface, so it sends from its interface anyway"
            yield BASE_UNASKED.at(given.span, message, "remove vmac_xmit_base, or add use_vmac")


RULES = (paces, base_unasked)
