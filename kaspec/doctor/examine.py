"""All examinations, in the order in which to mend what they find."""

from kaspec.doctor import findings as kind
from kaspec.doctor.addresses import examine_addresses
from kaspec.doctor.filters import examine_filters
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.interfaces import examine_interfaces
from kaspec.doctor.kernel import examine_kernel
from kaspec.doctor.machine import Machine
from kaspec.doctor.needs import Needs
from kaspec.doctor.scripts import examine_scripts
from kaspec.doctor.software import examine_software

_ORDER = ("error", "warning", "unknown", "notice")


def examine(needs: Needs, machine: Machine) -> tuple[Finding, ...]:
    """Tell what on the machine would keep the configuration from working: the gravest first."""
    found: list[Finding] = []
    if needs.errors:
        what = f"{needs.file} has {needs.errors} error{'s' if needs.errors > 1 else ''} that have nothing to do with this machine"
        found.append(kind.CONFIGURATION_WRONG.of(needs.file, what, Fix((f"kaspec check {needs.file}",))))
    for examination in (examine_kernel, examine_interfaces, examine_filters, examine_addresses, examine_software, examine_scripts):
        found.extend(examination(needs, machine))
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: (_ORDER.index(finding.severity), finding.code)))
