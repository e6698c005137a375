"""What a configuration needs of a machine, whether this release acts on it or not."""

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.doctor import Needs
from kaspec.doctor.needs import Script, Wanted
from kaspec.doctor.reading import needs_of
from kaspec.doctor.wanted import facts_wanted

EVERYTHING = """\
global_defs {
    smtp_server mail.example.org 25
    enable_script_security
    script_user ops
    vrrp_mcast_group4 224.0.0.81
}
vrrp_script chk {
    script "/usr/bin/check -x"
    user nobody
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 1
    use_vmac
    mcast_src_ip 192.0.2.1
    authentication {
        auth_type AH
        auth_pass x
    }
    virtual_ipaddress {
        192.0.2.100/24
        192.0.2.101 dev eth1
    }
    notify "/etc/notify.sh all" root
}
vrrp_instance VI_6 {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        fe80::100/64
    }
}
vrrp_instance VI_U {
    interface eth0
    virtual_router_id 2
    unicast_src_ip 192.0.2.1
    unicast_peer {
        192.0.2.2
        192.0.2.3
    }
    virtual_ipaddress {
        192.0.2.102
    }
}
virtual_server 192.0.2.100 80 {
    protocol TCP
    lb_kind DR
    real_server 10.0.0.1 80 {
        TCP_CHECK {
            bindto 192.0.2.100
        }
    }
    real_server 10.0.0.2 80 {
        MISC_CHECK {
            misc_path /etc/misc.sh
        }
    }
}
virtual_server fwmark 3 {
    protocol TCP
    real_server 10.0.0.3 80 {
    }
}
"""


def needs_in(text: str) -> Needs:
    return needs_of(read(text, "k.conf"))


ALL = needs_in(EVERYTHING)


def test_an_instance_needs_its_interface_its_group_and_its_addresses() -> None:
    instance = ALL.instances[0]
    assert (instance.name, instance.interface, instance.family, instance.version) == ("VI_1", "eth0", 4, 2)
    assert instance.group == parse_address("224.0.0.81")
    assert instance.addresses == (
        Wanted(parse_address("192.0.2.100"), 24, "eth0"),
        Wanted(parse_address("192.0.2.101"), 32, "eth1"),
    )
    assert instance.source == parse_address("192.0.2.1")
    assert instance.virtual_mac


def test_an_authentication_header_is_another_protocol() -> None:
    assert [instance.protocol for instance in ALL.instances] == [51, 112, 112]


def test_an_ipv6_address_makes_it_version_3_on_ipv6() -> None:
    instance = ALL.instances[1]
    assert (instance.family, instance.version, instance.group) == (6, 3, parse_address("ff02::12"))
    assert ALL.needs_ipv6 == {"eth0"}


def test_peers_are_who_unicast_goes_to() -> None:
    assert ALL.instances[2].peers == (parse_address("192.0.2.2"), parse_address("192.0.2.3"))


def test_virtual_servers_translate_unless_all_say_otherwise() -> None:
    assert [(server.address, server.translates) for server in ALL.virtual_servers] == [(parse_address("192.0.2.100"), False), (None, True)]


def test_checkers_that_bind_are_known() -> None:
    assert [address for address, _ in ALL.binds] == [parse_address("192.0.2.100")]


def test_every_program_that_is_run_is_known_with_its_user() -> None:
    shown = {(script.path, script.keyword, script.user) for script in ALL.scripts}
    assert shown == {("/usr/bin/check", "script", "nobody"), ("/etc/notify.sh", "notify", "root"), ("/etc/misc.sh", "misc_path", None)}
    assert (ALL.secure, ALL.script_user) == (True, "ops")


def test_the_mail_server_is_known() -> None:
    assert ALL.smtp_server is not None
    assert ALL.smtp_server[0] == "mail.example.org"


def test_what_cannot_be_read_is_left_out() -> None:
    broken = "vrrp_instance {\n interface\n virtual_ipaddress {\n what/ever\n 1.2.3.4/x\n }\n}\nvirtual_server\n"
    needs = needs_in(broken)
    assert needs.instances == ()
    assert needs.errors > 0


def test_the_survey_is_asked_for_all_of_it() -> None:
    wanted = facts_wanted(ALL)
    assert {"net.ipv4.conf.eth1.promote_secondaries", "net.ipv4.ip_forward"} <= set(wanted.sysctls)
    assert {"/", "/etc", "/etc/notify.sh", "/usr/bin/check"} <= set(wanted.files)
    assert wanted.users == ("keepalived_script", "nobody", "ops", "root")
    assert wanted.names == ("mail.example.org",)


def test_an_interface_with_a_dot_is_asked_for_as_sysctl_writes_it() -> None:
    needs = needs_in("vrrp_instance V {\n interface eth0.5\n virtual_router_id 1\n}\n")
    assert "net.ipv4.conf.eth0/5.rp_filter" in facts_wanted(needs).sysctls


def test_a_program_found_by_path_is_not_looked_for() -> None:
    needs = Needs(scripts=(Script("killall", "script", ALL.scripts[0].span),))
    assert facts_wanted(needs).files == ()


def test_what_goes_by_the_time_needs_a_clock() -> None:
    form = "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n version 3\n auth_hmac {{\n{}\n }}\n}}\n"
    key = f"key 1 {'k' * 32}"
    timed = [needs_of(read(form.format(text), "x")).instances[0].timed for text in (key, "", f"{key}\nanti_replay monotonic")]
    assert timed == [True, False, False]
