"""What of SNMP is asked for."""

from kaspec.config.model import Snmp
from kaspec.frozen import evolve


def wanted(settings: Snmp, everything: bool, place: str | None) -> Snmp:
    """Return what is to be shown: keepalived's ``-x`` is every MIB, and ``-A`` goes before ``snmp_socket``."""
    chosen = evolve(settings, snmp_socket=place or settings.snmp_socket)
    if not everything:
        return chosen
    return evolve(chosen, enable_snmp_vrrp=True, enable_snmp_rfcv2=True, enable_snmp_rfcv3=True, enable_snmp_checker=True)
