"""The checker's dumps: how each kind of virtual server and check is written (beside keepalived's: tests/lvs/test_dumping.py)."""

import json

from attrs import evolve

from kaspec.config import read
from kaspec.health import machine
from kaspec.health.events import Verdict
from kaspec.health.reported import WeightChange
from kaspec.lvs.services import begin
from kaspec.report.data import WallClock
from kaspec.report.directed import Directed, render_check_data
from kaspec.report.directed_json import render_check_json
from kaspec.report.verdicts import remember
from kaspec.rules import health as rules
from kaspec.units import SECOND, ZERO, Instant, Interval

TEXT = """
track_file load {
  file /run/load
}
bfd_instance peer {
  neighbor_ip 192.0.2.11
}
virtual_server_group G {
  192.0.2.1-2 80
  2001:db8::1 80
  fwmark 9
  fwmark 9 inet6
}
virtual_server 192.0.2.1 80 {
  protocol TCP
  lb_algo sh
  lb_kind DR
  sh-port
  persistence_timeout 50
  persistence_granularity 255.255.0.0
  ha_suspend
  alpha
  quorum_up /bin/up
  quorum_down /bin/down
  sorry_server 192.0.2.13 80
  real_server 192.0.2.11 80 {
    weight 2
    inhibit_on_failure
    notify_up /bin/up
    notify_down /bin/down
    TCP_CHECK {
      bindto 192.0.2.254
      bind_if eth0
      fwmark 3
    }
    HTTP_GET {
      url {
        path /a
        status_code 200
        digest 0123456789abcdef0123456789abcdef
        virtualhost v
      }
      url {
        path /b
        regex foo
        regex_no_match
      }
    }
    SMTP_CHECK {
    }
    DNS_CHECK {
    }
    MISC_CHECK {
      misc_path /bin/check
      misc_dynamic
    }
    UDP_CHECK {
      require_reply
    }
    PING_CHECK {
    }
    FILE_CHECK {
      track_file load
      weight 3 reverse
    }
    BFD_CHECK {
      name peer
    }
  }
}
virtual_server fwmark 7 {
  lb_algo wrr
  lb_kind TUN
  real_server 192.0.2.12 0 {
    lvs_method TUN type gue port 9000 remcsum
  }
}
virtual_server group G {
  lb_algo rr
  lb_kind NAT
  protocol UDP
  real_server 192.0.2.12 80 {
    PING_CHECK {
    }
  }
}
virtual_server 2001:db8::2 80 {
  protocol SCTP
  lb_algo rr
  lb_kind NAT
  persistence_timeout 50
  persistence_granularity 64
  real_server 2001:db8::12 80 {
  }
}
"""
CONFIGURATION = read(TEXT, "a.conf").configuration
NOW = Instant(5 * SECOND)
CLOCK = WallClock(NOW, 1_000_000_000 * SECOND, ZERO)
FIRST = CONFIGURATION.services[0]


def directed() -> Directed:
    """Everything as it begins, but a weight by a script, a file's number and a verdict."""
    checks = {
        ((virtual.key, server.key), number): machine.begin(check, Interval(SECOND), NOW)
        for virtual in CONFIGURATION.services
        for server in virtual.servers
        for number, check in enumerate(server.checks)
    }
    place = FIRST.key, FIRST.servers[0].key
    checks[place, 4] = evolve(checks[place, 4], weight=WeightChange("is", 7), decided=True)
    checks[place, 7] = evolve(checks[place, 7], weight=WeightChange("adds", -9))
    remembered = {(place, 4): remember(None, Verdict(True, rules.SCRIPT_GOOD, "exited with status 9"), NOW)}
    states = {virtual.key: begin(virtual) for virtual in CONFIGURATION.services}
    return Directed(states, checks, remembered, {"load": 3}, {FIRST.key: NOW, place: NOW})


LINES = render_check_data(CONFIGURATION, directed(), lambda instant: f"at {instant}").splitlines()


def after(line: str, count: int) -> list[str]:
    """So many lines from the first such on."""
    place = LINES.index(line)
    return LINES[place : place + count]


def test_a_group_tells_who_uses_its_entries() -> None:
    assert after(" Virtual Server Group = G, IPv4 = yes, IPv6 = yes", 11) == [
        " Virtual Server Group = G, IPv4 = yes, IPv6 = yes",
        "   VIP = 192.0.2.1, VPORT = 80",
        "     Alive: 0 tcp, 1 udp, 0 sctp",
        "   VIP = 192.0.2.2, VPORT = 80",
        "     Alive: 0 tcp, 1 udp, 0 sctp",
        "   VIP = 2001:db8::1, VPORT = 80",
        "     Alive: 0 tcp, 1 udp, 0 sctp",
        "   FWMARK = 9",
        "     Alive: 1 IPv4, 0 IPv6",
        "   FWMARK = 9",
        "     Alive: 0 IPv4, 1 IPv6",
    ]


def test_a_virtual_server_is_told_with_its_quorum_and_since_when() -> None:
    assert after(" VS VIP = 192.0.2.1, VPORT = 80", 26) == [
        " VS VIP = 192.0.2.1, VPORT = 80",
        "   Address family = inet",
        "   lvs_sched = sh",
        "   Hashed = disabled",
        "   sh-port = enabled",
        "   sh-fallback = disabled",
        "   One packet scheduling = disabled",
        "   persistence timeout = 50",
        "   persistence granularity = 255.255.0.0",
        "   protocol = TCP",
        "   alpha is ON",
        "   omega is OFF",
        "   quorum = 1, hysteresis = 0",
        "   Quorum up notify script = '/bin/up' (not run: it may not)",
        "   Quorum down notify script = '/bin/down' (not run: it may not)",
        "   Using HA suspend",
        "   Suspended = no",
        "   Using smtp notification = no",
        "   default forwarding method = DR",
        "   sorry server = [192.0.2.13]:tcp:80",
        "     forwarding method = DR",
        "     Inhibit on failure is OFF",
        "   alive = 1",
        "   quorum_state_up = 0",
        "   Since = at 5000000",
        "   ------< Real server >------",
    ]


def test_a_real_server_is_told_with_its_weight_and_what_it_goes_by() -> None:
    start = LINES.index("   RIP = 192.0.2.11, RPORT = 80, WEIGHT = 2 EFF WEIGHT = 2")
    assert LINES[start + 1 : start + 18] == [
        "   forwarding method = DR",
        "   Alpha is ON",
        "   connection limit range = 0 -> 0",
        "   Inhibit on failure is ON",
        "     RS up notify script = '/bin/up' (not run: it may not)",
        "     RS down notify script = '/bin/down' (not run: it may not)",
        "   Using smtp notification = yes",
        "   initial weight = 2",
        "   effective weight = 2",
        "   alive = 0",
        "   num failed checkers = 9",
        "   RS set = 1",
        "   Since = at 5000000",
        "   Tracked Files",
        "     load, weight 3 reverse",
        "   Tracked BFDs",
        "     peer",
    ]
    assert "   forwarding method = TUN, type = GUE, port = 9000, remote checksum" in LINES
    assert after(" VS VIP = 2001:db8::2, VPORT = 80", 11)[-2:] == ["   persistence granularity = 64", "   protocol = SCTP"]


def test_every_check_says_what_it_asks_and_the_last_verdict() -> None:
    methods = [line.removeprefix("   Keepalive method = ") for line in LINES if line.startswith("   Keepalive method")]
    assert methods == [
        "TCP_CHECK",
        "HTTP_GET, http protocol 1.0",
        "SMTP_CHECK",
        "DNS_CHECK",
        "MISC_CHECK",
        "UDP_CHECK",
        "PING_CHECK",
        "BFD_CHECK",
        "PING_CHECK",
        "FILE_CHECK",
    ]


def test_a_check_says_where_to_it_connects_and_what_it_wants() -> None:
    assert after("     Bind to = [192.0.2.254]:0", 3) == [
        "     Bind to = [192.0.2.254]:0",
        "     Bind i/f = eth0",
        "     Mark = 3",
    ]
    assert after("   Checked url = /a", 4) == [
        "   Checked url = /a",
        "     digest = 0123456789abcdef0123456789abcdef",
        "     HTTP Status Code(s)",
        "       200",
    ]
    assert after("       200-299", 4)[1:] == ['     Regex = "foo"', "     Regex no match", "     Regex options:"]
    assert after("   dynamic = YES", 4)[1:] == [
        "   Last verdict = good: exited with status 9",
        "   Last verdict at = at 5000000",
        "   Since = at 5000000",
    ]
    assert [line for line in LINES if "Current weight" in line and line != "   Current weight = 0"] == [
        "   Current weight = 5",
        "   Current weight = -9",
    ]
    assert after("------< Checker track files >------", 5) == [
        "------< Checker track files >------",
        " Track file = load",
        "   File = /run/load",
        "   Status = 3",
        "   Weight = 1",
    ]


def test_the_json_has_services_with_servers_with_checks() -> None:
    found = json.loads(render_check_json(CONFIGURATION, directed(), CLOCK))["virtual_servers"]
    assert [each["name"] for each in found] == ["[192.0.2.1]:tcp:80", "FWM 7", "[G]:0", "[2001:db8::2]:sctp:80"]
    (server,) = found[0]["real_servers"]
    assert found[0]["sorry_server"] == {"name": "[192.0.2.13]:tcp:80", "serves": True}
    assert (found[0]["has_quorum"], found[0]["weighs"], found[0]["since"], found[1]["since"]) == (False, 0, 1_000_000_000 * SECOND, None)
    assert server["checks"][4] == {
        "check": "MISC_CHECK",
        "is_up": False,
        "failures": 0,
        "last_verdict": "good",
        "detail": "exited with status 9",
        "at": 1_000_000_000 * SECOND,
        "since": 1_000_000_000 * SECOND,
    }
    assert len(server["checks"]) == 9


def test_a_verdict_is_remembered_since_the_first_of_its_kind() -> None:
    good, bad = Verdict(True, rules.SCRIPT_GOOD, "a"), Verdict(False, rules.SCRIPT_BAD, "b")
    first = remember(None, good, NOW)
    later = remember(first, evolve(good, detail="c"), Instant(NOW + SECOND))
    turned = remember(later, bad, Instant(NOW + 2 * SECOND))
    assert (later.since, later.at, later.verdict.detail) == (NOW, NOW + SECOND, "c")
    assert (turned.since, turned.at) == (NOW + 2 * SECOND, NOW + 2 * SECOND)
