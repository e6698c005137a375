"""``enable_snmp_checker`` in the kernel lab: a walk finds what it finds with keepalived, but for what is known."""

import re
import shutil
from collections.abc import Mapping

import pytest

from conformance.lab.uml import SEARCH_PATH, run_job
from tests.lvs import managing
from tests.lvs.test_dumping import CONFIGURATION

SETTINGS = """
  enable_snmp_checker
  snmp_socket unix:/run/agentx
  lvs_timeouts tcp 900
  lvs_sync_daemon eth0 inst VI_1 id 5
"""
UNTIL = {"3.3.1.21.1": "Gauge32: 2", "3.3.1.21.3": "Gauge32: 0", "3.4.1.7.1.3": "INTEGER: 4", "3.4.1.13.3.1": "Gauge32: 2"}
"""Both servers of the first are up, the third's is not, a script and a file have made a weight of 4, and two checks of one have failed."""
DIFFERENCES: Mapping[str, str] = {
    r"\.5\.1\.1\.0": "the program's name and version",
    r"\.5\.1\.2\.0": "keepalived says [unknown] where no router_id is given, we the host's name",
    r"\.5\.1\.3\.[1236]\.0": "keepalived shows a mail server that is not configured",
    r"\.5\.3\.3\.1\.(16|5[6-9]|60|6[4-7])\.": "what is handed down to checks",
    r"\.5\.3\.3\.1\.51\.[23]$": "keepalived shows an IPv6 granularity of IPv4 services that have none",
    r"\.5\.3\.4\.1\.(4[3-6]|48|49|5[01])\.": "what is handed down to checks",
    r"\.5\.3\.3\.1\.(2[7-9]|3[0-689]|4[0-9]|50)\.": "what the kernel counts",
    r"\.5\.3\.4\.1\.(1[4-9]|2[0-9]|3[0-9])\.": "what the kernel counts",
}


def test_the_walk_is_keepalived_s_but_for_what_is_known() -> None:
    if shutil.which("snmpd", path=SEARCH_PATH) is None or shutil.which("snmpbulkwalk", path=SEARCH_PATH) is None:
        pytest.skip("needs snmpd and snmp")
    order = {"configuration": CONFIGURATION.replace("global_defs {", f"global_defs {{{SETTINGS}"), "until": UNTIL}
    found = run_job(managing.walk_both, order, timeout=200)
    ours, theirs = (_short(found[each]) for each in ("kaspec", "keepalived"))
    different = {name for name in theirs | ours if theirs.get(name) != ours.get(name)}
    unknown = {name: (theirs.get(name), ours.get(name)) for name in different if not any(re.search(known, name) for known in DIFFERENCES)}
    assert not unknown
    assert not [known for known in DIFFERENCES if not any(re.search(known, name) for name in different)]
    assert sum(name.startswith(".5.3.") for name in ours) > 150


def _short(walk: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(".1.3.6.1.4.1.9586.100"): value for name, value in walk.items()}
