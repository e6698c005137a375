"""``enable_snmp_checker`` in the kernel lab: a walk finds what it finds with keepalived, but for what is known."""

import re
from collections.abc import Mapping

import pytest

from conformance.lab.uml import run_job
from tests.interop.manager import missing_packages
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
}
COUNTED = re.compile(r"\.5\.3\.(3\.1\.(2[7-9]|3[0-689]|4[0-9]|50)|4\.1\.(1[4-9]|2[0-9]|3[0-9]))\.")
"""What the kernel counts."""
CONNECTIONS = ("3.1.27", "3.1.38", "4.1.14", "4.1.17", "4.1.27")
"""How many packets they take, and how many there are each second, depends on the moment; who serves them, on the client's port."""
TRAFFIC = ("3.3.1.28.1", "3.3.1.29.1", "3.3.1.30.1", "3.3.1.31.1", "3.3.1.39.1", "3.3.1.40.1")
VISITS = 3
PACKETS = 2
"""Of a visit each way at the least: the server answers its beginning and its end, the latter with one packet or with two."""


@pytest.fixture(scope="module")
def walks() -> tuple[dict[str, str], dict[str, str]]:
    """Ours, keepalived's."""
    if missing := missing_packages():
        pytest.skip(f"needs {', '.join(missing)}")
    order: dict[str, object] = {"configuration": CONFIGURATION.replace("global_defs {", f"global_defs {{{SETTINGS}"), "until": UNTIL}
    order |= {"visits": VISITS, "counted": {"3.3.1.27.1": f"Gauge32: {VISITS}"}, "at_least": dict.fromkeys(TRAFFIC, PACKETS * VISITS)}
    found = run_job(managing.walk_both, order, timeout=200)
    return _short(found["kaspec"]), _short(found["keepalived"])


def test_the_walk_is_keepalived_s_but_for_what_is_known(walks: tuple[dict[str, str], dict[str, str]]) -> None:
    ours, theirs = walks
    different = {name for name in theirs | ours if theirs.get(name) != ours.get(name) and not COUNTED.match(name)}
    unknown = {name: (theirs.get(name), ours.get(name)) for name in different if not any(re.search(known, name) for known in DIFFERENCES)}
    assert not unknown
    assert not [known for known in DIFFERENCES if not any(re.search(known, name) for name in different)]
    assert sum(name.startswith(".5.3.") for name in ours) > 150


def test_what_the_kernel_counts_is_shown_as_keepalived_shows_it(walks: tuple[dict[str, str], dict[str, str]]) -> None:
    ours, theirs = ({name: value for name, value in walk.items() if COUNTED.match(name)} for walk in walks)
    assert {name: _kind(value) for name, value in ours.items()} == {name: _kind(value) for name, value in theirs.items()}
    for walk in (ours, theirs):
        assert [_sum(walk, f".5.3.{column}.1") for column in CONNECTIONS] == [VISITS, VISITS, VISITS, 1, VISITS]


def _kind(value: str) -> str:
    return value.partition(":")[0]


def _sum(walk: Mapping[str, str], name: str) -> int:
    """Of an object, or of those below it."""
    return sum(int(value.split()[-1]) for each, value in walk.items() if each == name or each.startswith(f"{name}."))


def _short(walk: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(".1.3.6.1.4.1.9586.100"): value for name, value in walk.items()}
