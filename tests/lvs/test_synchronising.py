"""``lvs_sync_daemon`` in the kernel lab: the kernel's daemon goes with the virtual router's state, as keepalived's does."""

from typing import Any

import pytest

from conformance.lab.uml import run_job
from tests.lvs import synchronising

INSTANCE = """
vrrp_instance VI_1 {{
  interface eth0
  state BACKUP
  version 3
  virtual_router_id 51
  priority {priority}
  advert_int 0.2
  {more}
  virtual_ipaddress {{
    192.0.2.100/24
  }}
}}
"""
RIVAL = INSTANCE.format(priority=200, more="")


def configuration(daemon: str = "", more: str = "") -> str:
    globally = f"global_defs {{\n  lvs_sync_daemon {daemon}\n}}\n" if daemon else ""
    return globally + INSTANCE.format(priority=100, more=more)


WHOLE = configuration("eth0 inst VI_1 id 5 maxlen 1000 port 8849 ttl 3 group 224.0.0.82")
STEPS = (
    {"wanted": ["master"]},
    {"rival": True, "wanted": ["backup"]},
    {"rival": False, "wanted": ["master"]},
    {"cable": False, "wanted": ["backup"]},
    {"cable": True, "wanted": ["master"]},
    {"reload": configuration("eth0 VI_1"), "wanted": ["master sync daemon (mcast=eth0, syncid=51,"]},
)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    order = {"configuration": WHOLE, "rival": RIVAL, "steps": STEPS}
    answer: dict[str, Any] = run_job(synchronising.run_each, order, timeout=200)
    return answer


def test_the_daemon_goes_with_the_virtual_router_as_keepalived_s_does_and_none_stays_at_the_end(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["daemons"], found["keepalived"]["daemons"]
    assert ours == theirs
    assert ours[0] == ["master sync daemon (mcast=eth0, syncid=5, maxlen=1000, group=224.0.0.82, port=8849, ttl=3)"]
    assert [len(each) for each in ours] == [1] * len(STEPS) + [0]


def test_the_kernel_refuses_nothing(found: dict[str, Any]) -> None:
    assert [line for line in found["kaspec"]["log"] if "cannot start lvs_sync_daemon" in line or "cannot stop" in line] == []
