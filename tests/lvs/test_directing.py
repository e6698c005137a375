"""A director in the kernel lab: servers fail, the sorry server comes, and the kernel's table is keepalived's, step by step."""

from typing import Any

import pytest

from conformance.lab.uml import run_job
from tests.lvs import directing

CHECK = "TCP_CHECK {\n connect_timeout 1\n retry 1\n delay_before_retry 1\n warmup 0\n }\n"
CONFIGURATION = f"""
virtual_server 192.0.2.1 80 {{
  delay_loop 1
  protocol TCP
  lb_algo wrr
  lb_kind NAT
  persistence_timeout 50
  persistence_granularity 255.255.255.0
  quorum_up "/bin/sh -c 'echo quorum up >> /run/told'" root
  quorum_down "/bin/sh -c 'echo quorum down >> /run/told'" root
  sorry_server 192.0.2.13 80
  real_server 192.0.2.11 80 {{
    weight 2
    notify_down "/bin/sh -c 'echo 11 down >> /run/told'" root
    {CHECK}
  }}
  real_server 192.0.2.12 80 {{
    weight 3
    inhibit_on_failure
    {CHECK}
  }}
}}
virtual_server fwmark 7 {{
  lb_algo sh
  lb_kind DR
  sh-port
  real_server 192.0.2.13 0 {{
    weight 1
  }}
}}
virtual_server 2001:db8::1 80 {{
  protocol TCP
  lb_algo mh
  lb_kind TUN
  real_server 2001:db8::13 80 {{
    weight 4
    uthreshold 10
    lthreshold 5
  }}
}}
"""
FIRST, SECOND, SORRY = "192.0.2.11:80", "192.0.2.12:80", "192.0.2.13:80"
OTHERS = ["192.0.2.13:0", "[2001:db8::13]:80"]
EVERYBODY = [FIRST, SECOND, *OTHERS]
STEPS = (
    {"wanted": EVERYBODY},
    {"fail": 11, "wanted": [SECOND, *OTHERS]},
    {"fail": 12, "wanted": [SORRY, *OTHERS]},
)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    order = {"configuration": CONFIGURATION, "serving": [11, 12], "steps": STEPS}
    answer: dict[str, Any] = run_job(directing.run_both, order, timeout=300)
    return answer


def test_the_table_is_keepalived_s_at_every_step_and_empty_at_the_end(found: dict[str, Any]) -> None:
    ours, theirs = found["kaspec"]["tables"], found["keepalived"]["tables"]
    assert ours == theirs
    assert len(ours) == len(STEPS) + 1
    assert ours[-1] == []


def test_scripts_are_told_what_keepalived_tells(found: dict[str, Any]) -> None:
    assert found["kaspec"]["told"] == found["keepalived"]["told"] == ["quorum up", "11 down", "quorum down"]


def test_what_somebody_changes_is_put_right_and_a_death_or_a_reload_touches_nothing_else() -> None:
    """A deleted server comes back by itself; a killed checker is started again, and the table stays; a reload changes one weight."""
    steps = (
        {"wanted": EVERYBODY},
        {
            "disturb": "ipvsadm -d -t 192.0.2.1:80 -r 192.0.2.11:80",
            "says": "Somebody else changed the IPVS table: add",
            "wanted": EVERYBODY,
        },
        {"kill": "checker", "says": "Respawning", "wanted": EVERYBODY},
        {"reload": CONFIGURATION.replace("weight 2", "weight 5"), "says": "Reload complete", "wanted": EVERYBODY},
    )
    order = {"configuration": CONFIGURATION, "serving": [11, 12], "steps": steps, "daemons": ["kaspec"]}
    found = run_job(directing.run_both, order, timeout=300)["kaspec"]
    begun, repaired, respawned, reloaded, ended = found["tables"]
    assert begun == repaired == respawned
    assert [(before, after) for before, after in zip(begun, reloaded, strict=True) if before != after] == [
        ("-> 192.0.2.11:80 Masq 2", "-> 192.0.2.11:80 Masq 5")
    ]
    assert ended == []
