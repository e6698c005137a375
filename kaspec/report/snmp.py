"""What ``.data`` says of SNMP, in keepalived's words."""

from collections.abc import Iterator

from kaspec.config.model import Snmp


def snmp_lines(snmp: Snmp) -> Iterator[str]:
    """Write which MIBs are shown, whether notifications are sent, and where the master agent is."""
    mibs = (("vrrp", snmp.enable_snmp_vrrp), ("RFCv2", snmp.enable_snmp_rfcv2), ("RFCv3", snmp.enable_snmp_rfcv3))
    for name, is_enabled in (*mibs, ("traps", snmp.enable_traps)):
        yield f" SNMP {name} {'enabled' if is_enabled else 'disabled'}"
    yield f" SNMP socket = {snmp.snmp_socket or 'default (unix:/var/agentx/master)'}"
