"""Other software: daemons that move addresses, and those that look after the interfaces."""

from collections.abc import Iterator

from kaspec.doctor import findings as kind
from kaspec.doctor.findings import Finding, Fix
from kaspec.doctor.machine import Machine, Process
from kaspec.doctor.needs import Needs

OURS = ("keepalived", "kaspec")
"""Daemons whose pid files we share."""
OTHERS = ("vrrpd", "ucarp", "uvrrpd", "carp", "wackamole", "corosync", "pacemakerd", "heartbeat")
"""Daemons that move addresses: VRRP of others, CARP, and clusters."""
NAMES = (*OURS, *OTHERS)


def running_daemons(machine: Machine) -> tuple[Process, ...]:
    """Return the keepalived and kaspec processes of our network namespace."""
    return tuple(each for each in machine.processes if each.here and each.name.startswith(OURS))


def examine_software(needs: Needs, machine: Machine) -> Iterator[Finding]:
    """Look at what else runs here."""
    yield from _daemons(machine)
    for name in dict.fromkeys(use.name for use in needs.uses):
        interface = machine.interface(name)
        if interface is None:
            continue
        if interface.network_file is not None and not interface.keeps_addresses:
            fix = Fix(("[Network]", "KeepConfiguration=static"), interface.network_file)
            yield kind.NETWORKD_REMOVES.of(name, f"systemd-networkd configures {name}, without KeepConfiguration=", fix)
        if interface.network_manager:
            fix = Fix((f"nmcli device set {name} managed no",), "if NetworkManager need not look after it")
            yield kind.NETWORK_MANAGER.of(name, f"NetworkManager looks after {name}", fix)


def _daemons(machine: Machine) -> Iterator[Finding]:
    live = {each.pid for each in running_daemons(machine)}
    named = {path: pid for path, pid in machine.pid_files.items() if pid in live}
    for path, pid in named.items():
        yield kind.DAEMON_RUNNING.of(f"process {pid}", f"the daemon is running: {path} names it", Fix((f"kill {pid}  # to stop it",)))
    for process in machine.processes:
        what = f"{process.name} is running"
        fix = Fix((f"kill {process.pid}  # or stop its service, if it is not meant to be here",))
        if process.here is None:
            unseen = f"{what}; in which network namespace cannot be seen"
            yield kind.PROCESS_UNSEEN.of(f"process {process.pid}", unseen, Fix(("# run kaspec doctor as root",)))
        elif process.here and (not process.name.startswith(OURS) or (not named and process.pid == min(live))):
            yield kind.OTHER_DAEMON.of(f"process {process.pid}", what, fix)
