"""``keepalived_check.data`` in the kernel lab: line by line what keepalived writes of the same servers, but for what we do not have."""

import re
from pathlib import Path

from conformance.lab.uml import run_job
from tests.lvs import dumping

CONFIGURATION = """
global_defs {
  script_user root
}
track_file load {
  file /run/load
  weight 2
}
virtual_server_group G1 {
  192.0.2.9 81
  fwmark 9
}
virtual_server 192.0.2.1 80 {
  delay_loop 1
  protocol TCP
  lb_algo mh
  lb_kind NAT
  mh-port
  mh-fallback
  persistence_timeout 50
  persistence_granularity 255.255.255.0
  omega
  quorum 2
  hysteresis 1
  retry 2
  delay_before_retry 1
  warmup 0
  quorum_up "/bin/true up" root
  quorum_down "/bin/true down" root
  sorry_server 192.0.2.13 80
  sorry_server_inhibit
  smtp_alert
  real_server 192.0.2.11 80 {
    weight 2
    inhibit_on_failure
    uthreshold 20
    lthreshold 10
    notify_up "/bin/true rsup" root
    notify_down "/bin/true rsdown" root
    TCP_CHECK {
      connect_timeout 1
      bindto 192.0.2.254
      fwmark 3
    }
    HTTP_GET {
      url {
        path /
        status_code 200-204
        virtualhost v.example.org
      }
      connect_timeout 1
      http_protocol 1.1
      fast_recovery
    }
  }
  real_server 192.0.2.12 80 {
    weight 5
    MISC_CHECK {
      misc_path "/bin/sh -c 'exit 9'"
      misc_timeout 4
      misc_dynamic
    }
    PING_CHECK {
      connect_timeout 1
    }
    FILE_CHECK {
      track_file load
      weight 1 reverse
    }
  }
}
virtual_server fwmark 7 {
  lb_algo wrr
  lb_kind TUN
  real_server 192.0.2.12 0 {
    weight 1
    lvs_method TUN type gue port 9000 nocsum
  }
  real_server 192.0.2.13 0 {
    weight 1
    lvs_method DR
  }
}
virtual_server group G1 {
  lb_algo sh
  lb_kind DR
  protocol UDP
  delay_loop 1
  warmup 0
  real_server 192.0.2.12 81 {
    SMTP_CHECK {
      helo_name me.example.org
      connect_timeout 1
      retry 0
    }
    DNS_CHECK {
      type A
      name example.org
      connect_timeout 1
      retry 0
    }
  }
}
virtual_server 2001:db8::1 80 {
  protocol SCTP
  lb_algo lblc
  lb_kind NAT
  persistence_timeout 90
  persistence_granularity 64
  real_server 2001:db8::13 80 {
    weight 4
  }
}
"""
SHELL = str(Path("/bin/sh").resolve())
"""We look behind symbolic links before something is run as root."""
UNTIL = {"   Up = yes": 5, "   Has run = yes": 7}
NOT_OURS = re.compile(
    r" +(connection timeout|delay_loop|Delay loop = \d+\.|Retry (count|delay)|Warmup = \d+\.|Inhibit on failure|previous effective_weight|"
    r"reloaded|Reloaded|Default delay before retry|Retries iterations|Last (ran|status)|Failed URL|System is compiled|"
    r"Since|Suspended|Last verdict)"
)
"""What keepalived hands down from a virtual server is shown at the checks; the last line's words are ours alone."""


def topology(lines: list[str]) -> list[str]:
    """The part about virtual servers."""
    return [line for line in lines[lines.index("------< LVS Topology >------") :] if not NOT_OURS.match(line)]


def test_virtual_servers_and_their_checks_are_dumped_as_keepalived_dumps_them() -> None:
    found = run_job(dumping.dump_both, {"configuration": CONFIGURATION, "until": UNTIL}, timeout=200)
    ours, theirs = (topology(found[name]) for name in ("kaspec", "keepalived"))
    assert ours == [line.replace("/usr/bin/sh", SHELL) for line in theirs]
    assert "   Last verdict = good: exited with status 9" in found["kaspec"]
    assert sum(line.startswith("   Since = ") for line in found["kaspec"]) > len(UNTIL)
