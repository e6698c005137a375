"""SNMP's other end in a host of the lab: net-snmp's master agent, its daemon that traps go to, and what a manager asks."""

import os
import re
import shutil
import subprocess

from attrs import frozen

from conformance.lab.network import Host
from conformance.lab.process import Process
from conformance.lab.uml import SEARCH_PATH
from conformance.lab.waiting import wait_until

PROGRAMS = {"snmpd": "snmpd", "snmptrapd": "snmptrapd", "snmpbulkwalk": "snmp"}
"""What there must be, and the Debian package each is in."""
KEEPALIVED_MIB, VRRP_MIB, VRRPV3_MIB = ".1.3.6.1.4.1.9586.100.5", ".1.3.6.1.2.1.68", ".1.3.6.1.2.1.207"
SOCKET = "unix:/run/agentx"
PATIENCE = 30.0
MASTER = """
master agentx
agentXSocket /run/agentx
rwcommunity public
trap2sink 127.0.0.1:1162 public
agentaddress udp:127.0.0.1:1161
"""
LISTENER = """
disableAuthorization yes
snmpTrapdAddr udp:127.0.0.1:1162
"""
HOME = {"SNMP_PERSISTENT_DIR": "/run", "PATH": SEARCH_PATH}
UPTIME = ".1.3.6.1.2.1.1.3.0"
"""The first thing a notification brings; its name is the second."""

MASTER_ENDS = ".1.3.6.1.4.1.8072.4.0.2"


def missing_packages() -> list[str]:
    """Return the Debian packages that this takes and the machine does not have."""
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=SEARCH_PATH) is None})


def start_master(host: Host) -> Process:
    """Start a master agent, which sends traps to the listener, and wait until subagents may come."""
    host.file("/run/snmpd.conf").write_text(MASTER)
    host.file("/run/agentx").unlink(missing_ok=True)
    master = Process.start(host, ("snmpd", "-f", "-C", "-c", "/run/snmpd.conf", "-Le", "-p", "/run/snmpd.pid"), HOME)
    wait_until(host.file("/run/agentx").exists, PATIENCE, "the master agent")
    return master


def asked(host: Host, program: str, *arguments: str) -> list[str]:
    """Return what net-snmp's program prints: ``name = TYPE: value`` lines, continued ones joined."""
    command = (program, "-v2c", "-c", "public", "-m", "", "-Onxe", "-t", "3", "-r", "1", "127.0.0.1:1161", *arguments)
    environment = {**os.environ, **HOME}
    with host.namespace.entered():
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return re.sub(r"\n(?!\.)", "", done.stdout + done.stderr).splitlines()


def walk(host: Host, root: str, program: str = "snmpbulkwalk") -> dict[str, str]:
    """Return every object below a root that there is."""
    return dict(_binding(line) for line in asked(host, program, root) if " = " in line and "No Such" not in line)


@frozen
class Trap:
    """A notification: its name, and what else it brings, in order, each as its name and ``TYPE: value``."""

    name: str
    bindings: tuple[tuple[str, str], ...]


@frozen
class Listener:
    """A trap daemon at work."""

    daemon: Process

    @classmethod
    def start(cls, host: Host) -> "Listener":
        """Start it, and wait until it listens."""
        host.set_link("lo", up=True)
        host.file("/run/snmptrapd.conf").write_text(LISTENER)
        flags = ("-f", "-n", "-X", "-C", "-c", "/run/snmptrapd.conf", "-Lo", "-F", "%V|%v\n", "-p", "/run/snmptrapd.pid")
        daemon = Process.start(host, ("snmptrapd", *flags, "-m", "", "-On"), HOME)
        daemon.wait_for_line("NET-SNMP version", PATIENCE)
        return cls(daemon)

    @property
    def heard(self) -> list[Trap]:
        """The notifications so far that are of one of the three MIBs."""
        found = []
        for told in re.split(rf"(?m)^(?={re.escape(UPTIME)} = )", "\n".join(line.text for line in self.daemon.lines)):
            _, named, *bindings = [_binding(each) for each in re.sub(r"\n", "", told).split("|")] + [("", "")]
            name = named[1].removeprefix("OID: ")
            if name.startswith((KEEPALIVED_MIB, VRRP_MIB, VRRPV3_MIB)):
                found.append(Trap(name, tuple(bindings[:-1])))
        return found

    def whole(self) -> list[Trap]:
        """Wait for what the master agent says when it ends, and return all that was heard until then; end as well."""
        self.daemon.wait_for_line(re.escape(MASTER_ENDS), PATIENCE)
        self.daemon.stop()
        return self.heard


def _binding(text: str) -> tuple[str, str]:
    """Read ``name = TYPE: value``."""
    name, _, value = text.partition(" = ")
    return name, value.strip()
