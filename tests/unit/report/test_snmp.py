"""The lines of ``.data`` about SNMP."""

from kaspec.config import read
from kaspec.report.snmp import snmp_lines


def test_an_older_name_and_one_for_both_are_understood() -> None:
    text = "global_defs {\nenable_snmp_keepalived\nenable_snmp_rfc\nenable_traps\nsnmp_socket unix:/run/agentx\n}\n"
    assert list(snmp_lines(read(text, "x").configuration.global_defs.snmp)) == [
        " SNMP vrrp enabled",
        " SNMP checker disabled",
        " SNMP RFCv2 enabled",
        " SNMP RFCv3 enabled",
        " SNMP traps enabled",
        " SNMP socket = unix:/run/agentx",
    ]


def test_without_a_word_nothing_is_shown() -> None:
    lines = list(snmp_lines(read("", "x").configuration.global_defs.snmp))
    assert all(line.endswith("disabled") for line in lines[:4])
