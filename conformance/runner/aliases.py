"""The numbers of UNH-IOL's public VRRP Operations Test Suite (revision 2.5), as names for cases that put the same to the test."""

import re
from collections.abc import Mapping

from attrs import frozen


@frozen
class Alias:
    """A test of the suite: its title there, and what finds the names of our cases."""

    title: str
    cases: str


UNH: Mapping[str, Alias] = {
    "UNH-1.1": Alias("basic interoperation", r"/two-routers-(elect|crash)"),
    "UNH-1.2": Alias("advanced interoperation", r"/(two-routers-(tie|healed)|three-routers)"),
    "UNH-2.1": Alias("Initialize", r"/6\.4\.1-"),
    "UNH-2.2": Alias("packet reception in Backup", r"/6\.4\.2-holds-no-address"),
    "UNH-2.3": Alias("Master down in Backup", r"/6\.4\.2-master-down"),
    "UNH-2.4": Alias("advertisement in Backup", r"/6\.4\.2-(higher|lower|equal|priority-zero|learns)"),
    "UNH-2.5": Alias("packet reception in Master", r"/6\.4\.3-(holds-the-addresses|owner-accepts)"),
    "UNH-2.6": Alias("shutdown in Master", r"/6\.4\.3-shutdown"),
    "UNH-2.7": Alias("advertisement in Master", r"/6\.4\.3-(higher|lower|priority-zero|tie|own-adv)"),
    "UNH-3.1": Alias("Advertisement_Interval", r"/6\.4\.3-adver-timer"),
    "UNH-3.2": Alias("Skew_Time", r"/(6\.4\.1-backup-starts|6\.4\.2-(priority-zero|skew)|6\.1-vector)"),
    "UNH-3.3": Alias("Master_Down_Interval", r"/(6\.4\.2-master-down|6\.1-vector)"),
    "UNH-3.4": Alias("Preempt_Mode", r"/(6\.4\.2-no-preempt|6\.4\.3-preempt-mode|6\.1-owner-always)"),
    "UNH-4.1": Alias("TTL", r"-receive-ttl|-order-ttl"),
    "UNH-4.2": Alias("version", r"/7\.1-(version|order-version)"),
    "UNH-4.3": Alias("length", r"/7\.1-(length|order-length)"),
    "UNH-4.4": Alias("checksum", r"/(7\.1-(checksum|order-checksum)|5\.2\.8-checksum-received)"),
    "UNH-4.5": Alias("VRID", r"/7\.1-vrid"),
    "UNH-4.6": Alias("authentication type", r"/(5\.3\.6-|7\.1-order-authentication|rfc2338-)"),
    "UNH-4.7": Alias("Adver Int", r"/7\.1-interval"),
    "UNH-4.8": Alias("unknown type", r"/(5\.3\.2|5\.2\.2|7\.1)-type"),
    "UNH-4.9": Alias("proper transmission", r"/(7\.2-|5\.1-golden|5\..*-transmit-ttl|5\.2\.1-source|5\.2\.2-group|5\.2\.8-checksum-sent)"),
}
"""By the number: numbers and titles are the suite's; which of our cases is meant is our reading, so one test may be many cases."""


def aliases(case: str) -> tuple[str, ...]:
    """Return the numbers of the tests that a case of this name stands for."""
    return tuple(number for number, alias in UNH.items() if re.search(alias.cases, case))
