"""What ``.data`` says of SNMP, in keepalived's words."""

from collections.abc import Iterator

from kaspec.config.model import Snmp


def snmp_lines(snmp: Snmp) -> Iterator[str]:
    """Write which MIBs are shown, whether notifications are sent, and where the master agent is."""
    shown = (
        ("vrrp", snmp.enable_snmp_vrrp),
        ("checker", snmp.enable_snmp_checker),
        ("RFCv2", snmp.enable_snmp_rfcv2),
        ("RFCv3", snmp.enable_snmp_rfcv3),
        ("traps", snmp.enable_traps),
    )
    for name, is_enabled in shown:
        yield f" SNMP {name} {'enabled' if is_enabled else 'disabled'}"
    yield f" SNMP socket = {snmp.snmp_socket or 'default (unix:/var/agentx/master)'}"
