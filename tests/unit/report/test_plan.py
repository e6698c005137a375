"""How a plan reads."""

from kaspec.config import read
from kaspec.plan import plan
from kaspec.report.plan import plan_json, render_plan

OLD = """\
global_defs {
    router_id a
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.101/24
    }
}
"""
NEW = (
    OLD.replace("router_id a", "router_id b\nvrrp_garp_master_delay 3")
    .replace("1111", "2222")
    .replace("192.0.2.100/24", "192.0.2.99/24 dev eth1")
)
NEW = NEW.replace("virtual_router_id 51", "virtual_router_id 51\npriority 90\nnotify_master /bin/a root")


def made(old: str, new: str) -> tuple[str, ...]:
    return render_plan(plan(read(old, "x").configuration, read(new, "x").configuration))


def test_a_plan_reads_as_the_keywords_of_the_file() -> None:
    assert made(OLD.replace("}\nvrrp_instance VI_2", "garp_master_delay 5\n}\nvrrp_instance VI_2"), NEW)[:15] == (
        "global_defs: changes",
        "    router_id a -> b",
        "    vrrp_garp_master_delay 5 -> 3",
        "    vrrp_garp_lower_prio_delay 5 -> 3",
        "vrrp_instance VI_1 (VRID 51 on eth0): changes and keeps its state",
        "    priority 100 -> 90",
        "    - virtual_ipaddress 192.0.2.100/24",
        "    + virtual_ipaddress 192.0.2.99/24 dev eth1",
        "    authentication PASS -> PASS (password not shown)",
        "    garp_master_delay 5 -> 3",
        "    garp_lower_prio_delay 5 -> 3",
        '    notify_master none -> "/bin/a" root',
        "    outage if MASTER: gives up 192.0.2.100 at once",
        "    note if MASTER: adds and announces 192.0.2.99 at once",
        "    risk: peers with another address list discard the advertisements (keepalived before 2.3.3) or complain",
    )


def test_the_last_line_sums_up() -> None:
    second = OLD[OLD.index("vrrp_instance VI_2") :]
    assert made(OLD, OLD)[-1] == "Nothing to do: both mean the same"
    assert made(OLD, OLD.replace(second, ""))[-1] == "Instances: 1 untouched, 1 stopped; this interrupts service"
    assert made(OLD.replace(second, ""), OLD)[-1] == "Instances: 1 untouched, 1 started; this interrupts nothing"
    assert made(OLD, OLD.replace("1111", "2222"))[-1] == "Instances: 1 untouched, 1 changed; this may interrupt service"
    assert made(OLD, OLD.replace("virtual_router_id 51", "virtual_router_id 9"))[-1].startswith("Instances: 1 untouched, 1 restarted")


def test_the_log_does_not_tell_what_is_not_touched() -> None:
    found = plan(read(OLD, "x").configuration, read(OLD.replace("1111", "2222"), "x").configuration)
    assert not any("VI_2" in line for line in render_plan(found, kept=False))
    assert "vrrp_instance VI_2 (VRID 52 on eth0): is not touched" in render_plan(found)


def test_json_has_the_same_words() -> None:
    found = plan_json(plan(read(OLD, "x").configuration, read(NEW, "x").configuration))
    assert (found["empty"], found["interrupts"]) == (False, True)
    assert found["global_defs"][0] == {"setting": "router_id", "old": "a", "new": "b"}
    first, second = found["instances"]
    assert (first["action"], first["keeps_state"], second["action"]) == ("change", True, "change")
    assert {"setting": "priority", "old": "100", "new": "90"} in first["changes"]
    assert first["virtual_ipaddress"] == {"added": ["192.0.2.99/24 dev eth1"], "removed": ["192.0.2.100/24"]}
    assert {"if": "MASTER", "grade": "outage", "what": "gives up 192.0.2.100 at once"} in first["consequences"]


def test_who_is_told_is_compared_keyword_by_keyword() -> None:
    told = "global_defs {\n notify_fifo /run/a ops\n script_user ops wheel\n umask 022\n startup_script_timeout 20\n}\n"
    assert made("", told)[:5] == (
        "global_defs: changes",
        "    script_user none -> ops wheel",
        "    notify_fifo none -> /run/a ops",
        "    umask none -> 022",
        "    startup_script_timeout 10 -> 20",
    )


SERVED = """\
global_defs {
    lvs_timeouts tcp 7200
}
SSL {
    password s3cr3t
}
virtual_server_group G {
    192.0.2.1 80
}
virtual_server 198.51.100.100 80 {
    protocol TCP
    lb_algo rr
    real_server 192.0.2.11 80 {
        TCP_CHECK {
            connect_timeout 2
        }
    }
    real_server 192.0.2.12 80 {
    }
}
virtual_server fwmark 3 {
    real_server 192.0.2.12 80 {
    }
}
"""


def test_virtual_servers_change_setting_by_setting_and_say_whose_connections_end() -> None:
    new = SERVED.replace("lb_algo rr", "lb_algo wrr\nomega").replace("timeout 2", "timeout 3").replace("192.0.2.12 80", "192.0.2.13 80", 1)
    new = new.replace("tcp 7200", "tcp 9").replace("s3cr3t", "s3cr3t2").replace("192.0.2.1 80", "192.0.2.2 80", 1).replace("k 3", "k 4")
    assert made(SERVED, new) == (
        "global_defs: changes",
        "    lvs_timeouts tcp 7200 -> tcp 9",
        "    SSL password -> password",
        "    virtual_server_group G { 192.0.2.1 80 } -> G { 192.0.2.2 80 }",
        "virtual_server fwmark 3: stops",
        "    - real_server 192.0.2.12 80 weight 1",
        "    outage: FWM 3 is served no more: its connections end",
        "virtual_server 198.51.100.100 80 (TCP): changes in place; servers that stay keep their connections",
        "    lb_algo rr -> wrr",
        "    omega no -> yes",
        "    - real_server 192.0.2.12 80 weight 1",
        "    real_server 192.0.2.11 80: TCP_CHECK connect_timeout 2 -> 3",
        "    + real_server 192.0.2.13 80 weight 1",
        "    outage: connections to real_server 192.0.2.12 80 end",
        "virtual_server fwmark 4: starts",
        "    + real_server 192.0.2.12 80 weight 1",
        "Instances: none; virtual servers: 1 changed, 1 started, 1 stopped; this interrupts service",
    )


def test_other_checks_are_named_and_other_pages_shown_whole() -> None:
    page = "real_server 192.0.2.11 80 {\nHTTP_GET {\nurl {\npath /a\n}\nurl {\npath /b\n}\n}\n"
    first = SERVED.replace("real_server 192.0.2.11 80 {", page, 1)
    details = [line.strip() for line in made(first, first.replace("path /a", "path /c"))[1:3]]
    assert [line.split("path")[0] for line in details] == [
        "real_server 192.0.2.11 80: HTTP_GET - url { ", "real_server 192.0.2.11 80: HTTP_GET + url { "
    ]  # fmt: skip
    exchanged = made(SERVED, SERVED.replace("TCP_CHECK", "PING_CHECK"))
    assert exchanged[1:3] == ("    real_server 192.0.2.11 80: - TCP_CHECK", "    real_server 192.0.2.11 80: + PING_CHECK")


def test_virtual_servers_that_are_not_touched_are_left_out_of_the_log() -> None:
    found = plan(read(SERVED, "x").configuration, read(SERVED.replace("lb_algo rr", "lb_algo sh"), "x").configuration)
    assert "virtual_server fwmark 3: is not touched" in render_plan(found)
    assert not any("fwmark 3" in line for line in render_plan(found, kept=False))
    assert [each["action"] for each in plan_json(found)["virtual_servers"]] == ["change", "keep"]
