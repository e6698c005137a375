"""``kaspec doctor`` on machines that have something: it is found, the printed fix is carried out, and then it is gone, and VRRP works."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from conformance.lab.inject import advert_frame, inject
from conformance.lab.network import Host
from tests.interop.conftest import TwoRouters

CONFIGURATION = """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 100
    priority 100
    virtual_ipaddress {
        192.168.123.100/24
    }
}
"""
DOCTOR = (sys.executable, "-c", "from shell.main import main; main()", "doctor")
AS_NOBODY = (
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
)
"""An ordinary user, who may yet read this very program wherever it is installed."""
DROPPED_IN, DROPPED_OUT = "D020", "D021"


@frozen
class Examined:
    """What a run of ``kaspec doctor`` said: its exit status and its findings by code."""

    status: int
    findings: dict[str, dict[str, Any]]

    def fix(self, code: str) -> str:
        """Return the first command of the first fix of a finding."""
        command = self.findings[code]["fixes"][0]["commands"][0]
        assert isinstance(command, str)
        return command


@frozen
class Patient:
    """A router of the lab, its peer, and a socket that VRRP comes in on."""

    host: Host
    peer: Host
    ear: socket.socket

    def run(self, *command: str, check: bool = True, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command in the host."""
        done = subprocess.run(
            command, input=text, text=True, capture_output=True, check=False, cwd="/", preexec_fn=self.host.namespace.enter
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    def examine(self) -> Examined:
        """Let the doctor examine it, as root."""
        done = self.run(*DOCTOR, "--format", "json", "/run/kaspec.conf", check=False)
        assert done.returncode in (0, 1), done.stderr
        return Examined(done.returncode, {each["code"]: each for each in json.loads(done.stdout)["findings"]})

    def hears_adverts(self) -> bool:
        """Tell whether an advert of the peer gets to a raw socket; a datagram of another protocol, sent after it, ends the waiting."""
        fields = {"vrid": 100, "priority": 50, "addrlist": ["192.168.123.100"], "auth1": 0, "auth2": 0}
        inject(self.peer, "eth0", advert_frame("192.168.123.102", "02:00:00:00:00:02", fields))
        with self.host.socket(socket.AF_INET, socket.SOCK_DGRAM) as end, self.peer.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            end.bind(("192.168.123.101", 9))
            end.settimeout(5)
            sender.sendto(b"end", ("192.168.123.101", 9))
            end.recv(16)
        try:
            return bool(self.ear.recv(2048, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return False


@pytest.fixture
def patient(lan: TwoRouters) -> Iterator[Patient]:
    (lan.a.file("/run") / "kaspec.conf").write_text(CONFIGURATION)
    with lan.a.socket(socket.AF_INET, socket.SOCK_RAW, 112) as ear:
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.18") + socket.inet_aton("192.168.123.101"))
        yield Patient(lan.a, lan.b, ear)


def needs_program(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"needs the Debian package that has {name}")


def test_a_healthy_machine_has_nothing_to_fix(patient: Patient) -> None:
    examined = patient.examine()
    assert (examined.status, examined.findings) == (0, {})


NFT = """
table inet guard {
    chain incoming {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        meta l4proto { tcp, udp, icmp, icmpv6 } accept
    }
    chain outgoing {
        type filter hook output priority 0;
        ip daddr 224.0.0.0/4 ip protocol vrrp reject
    }
}
"""


def test_an_nftables_rule_that_drops_vrrp_is_found_and_the_printed_rule_mends_it(patient: Patient) -> None:
    needs_program("nft")
    patient.run("nft", "-f", "-", text=NFT)
    assert not patient.hears_adverts()
    before = patient.examine()
    assert (before.status, set(before.findings)) == (1, {DROPPED_IN, DROPPED_OUT})
    assert "policy drop of chain incoming" in before.findings[DROPPED_IN]["found"]
    for code in (DROPPED_IN, DROPPED_OUT):
        patient.run("sh", "-c", before.fix(code))
    assert patient.examine().findings == {}
    assert patient.hears_adverts()


@pytest.mark.parametrize("program", ["iptables", "iptables-legacy"])
def test_an_iptables_rule_that_drops_vrrp_is_found_and_the_printed_rule_mends_it(patient: Patient, program: str) -> None:
    needs_program(program)
    if patient.run(program, "-N", "GUARD", check=False).returncode:
        pytest.skip(f"{program} does not work on this kernel")
    for rule in (
        "-A GUARD -p vrrp -m comment --comment no-vrrp -j DROP",
        "-A INPUT -i eth0 ! -p tcp -m addrtype --dst-type MULTICAST -j GUARD",
    ):
        patient.run(program, *rule.split())
    assert not patient.hears_adverts()
    before = patient.examine()
    assert set(before.findings) == {DROPPED_IN}
    assert "-A GUARD -p vrrp" in before.findings[DROPPED_IN]["found"]
    patient.run("sh", "-c", before.fix(DROPPED_IN))
    assert patient.examine().findings == {}
    assert patient.hears_adverts()


def test_an_interface_that_is_down_is_found_and_the_printed_command_mends_it(patient: Patient) -> None:
    patient.host.set_link("eth0", up=False)
    before = patient.examine()
    assert (before.status, set(before.findings)) == (1, {"D011"})
    patient.run("sh", "-c", before.fix("D011"))
    assert patient.examine().findings == {}


def test_a_cable_that_is_out_is_found(patient: Patient, lan: TwoRouters) -> None:
    lan.lab.plug(patient.host, "eth0", connected=False)
    assert set(patient.examine().findings) == {"D012"}
    lan.lab.plug(patient.host, "eth0", connected=True)
    assert patient.examine().findings == {}


def test_an_interface_without_an_address_is_found_and_the_printed_command_mends_it(patient: Patient) -> None:
    patient.host.set_address("eth0", "192.168.123.101/24", present=False)
    before = patient.examine()
    assert (before.status, set(before.findings)) == (1, {"D013"})
    patient.run("sh", "-c", before.fix("D013"))
    assert patient.examine().findings == {}


def test_a_virtual_address_left_behind_is_found_and_the_printed_command_removes_it(patient: Patient) -> None:
    patient.host.set_address("eth0", "192.168.123.100/24")
    before = patient.examine()
    assert (before.status, set(before.findings)) == (0, {"D030"})
    patient.run("sh", "-c", before.fix("D030"))
    assert not patient.host.holds("192.168.123.100")


def test_no_multicast_is_found_and_the_printed_command_mends_it(patient: Patient) -> None:
    patient.run("ip", "link", "set", "dev", "eth0", "multicast", "off")
    before = patient.examine()
    assert set(before.findings) == {"D014"}
    patient.run("sh", "-c", before.fix("D014"))
    assert patient.examine().findings == {}


def test_a_script_anybody_can_write_is_found_and_the_printed_command_mends_it(patient: Patient) -> None:
    script = patient.host.file("/run") / "notify.sh"
    text = CONFIGURATION.replace("priority 100", "priority 100\n    notify /run/notify.sh root")
    (patient.host.file("/run") / "kaspec.conf").write_text(f"global_defs {{\n    enable_script_security\n    script_user root\n}}\n{text}")
    assert set(patient.examine().findings) == {"D060"}
    script.write_text("#!/bin/sh\n")
    script.chmod(0o666)
    before = patient.examine()
    assert {"D061", "D063"} <= set(before.findings)
    for code in ("D061", "D063"):
        patient.run("sh", "-c", before.fix(code))
    assert patient.examine().findings == {}


def test_an_ordinary_user_is_told_what_only_root_can_see(patient: Patient) -> None:
    needs_program("nft")
    needs_program("setpriv")
    done = patient.run(*AS_NOBODY, *DOCTOR, "/run/kaspec.conf", check=False)
    assert done.returncode == 0, done.stderr
    assert "[D006]" in done.stdout
    assert "run kaspec doctor as root" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_told_and_not_examined(patient: Patient) -> None:
    done = patient.run(*DOCTOR, "/run/nowhere.conf", check=False)
    assert done.returncode == 2
    assert "/run/nowhere.conf" in done.stderr
