"""Scripts, FIFO and mail hear exactly what keepalived tells them, in order; who does not listen delays nothing."""

import os
import signal
from itertools import pairwise

from attrs import evolve, frozen

from conformance.lab.capture import Capture
from conformance.lab.network import Host
from conformance.lab.peers import KASPEC, Peer
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from kaspec.units import SECOND, Instant
from tests.interop.conftest import TwoRouters
from tests.interop.witnesses import FIFO, MAIL_PORT, PATIENCE, FifoReader, Letter, MailServer, Scripts, mail_server

ADDRESS = "192.168.123.101/24"
GLOBALS = f"""
global_defs {{
    router_id LVS_101
    script_user root
    enable_script_security
    notification_email {{ one@example.org
        two@example.org }}
    notification_email_from lvs@example.org
    smtp_server 127.0.0.1 {MAIL_PORT}
    smtp_helo_name lvs.example.org
    smtp_connect_timeout 2
    smtp_alert
    notify_fifo {FIFO}
}}
"""
INSTANCE = """
vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    advert_int 1
    notify "/run/notify {name} 'a b'"
    notify_master /run/master
    notify_backup "/run/backup"
    notify_fault /run/fault
    notify_stop /run/stop
    notify_deleted /run/deleted
    virtual_ipaddress {{ 192.168.123.{vrid}/24 }}
}}
"""
ONE = GLOBALS + INSTANCE.format(name="VI_1", vrid=51, priority=150)
TWO = ONE + INSTANCE.format(name="VI_2", vrid=52, priority=100)
GROUPED = """
vrrp_sync_group G1 {
    group { VI_1
        VI_2 }
    notify "/run/notify G1"
    notify_master "/run/master G1"
    notify_backup "/run/backup G1"
    notify_fault "/run/fault G1"
    notify_stop "/run/stop G1"
}
"""
QUIET = ONE.replace("    smtp_alert\n", "")


@frozen
class Transcript:
    """What all witnesses heard of one life: start, Master, fault, back, Master, an instance deleted, stop."""

    scripts: tuple[str, ...]
    lines: tuple[str, ...]
    letters: tuple[Letter, ...]


@frozen
class Told:
    """A daemon that tells, and its witnesses, who are waited for at each step: a script whose turn comes too late is left out."""

    process: Process
    scripts: Scripts
    reader: FifoReader
    server: MailServer

    @classmethod
    def by(cls, peer: Peer, host: Host, text: str, server: MailServer) -> "Told":
        scripts = Scripts.made(host)
        process = peer.start(host, text)
        return cls(process, scripts, FifoReader.of(host.file(FIFO)), server)

    def all_heard(self, count: int) -> None:
        """Wait until everybody heard of so many events: each has two scripts."""
        self.reader.wait_for(count)
        self.server.wait_for(count)
        wait_until(lambda: len(self.scripts.told) >= 2 * count, PATIENCE, f"the scripts of {count} events, not {self.scripts.told}")

    def transcript(self) -> Transcript:
        """Stop the daemon and return what was heard, but for the mails about the end, which keepalived has no time to send."""
        lines, events = tuple(self.reader.lines), len(self.scripts.told) // 2
        assert self.process.stop() == 0
        wait_until(lambda: len(self.scripts.told) >= 2 * events + 2, PATIENCE, "the scripts of the end")
        letters = tuple(each for each in self.server.letters if not each.subject.endswith("Stopping"))
        return Transcript(tuple(self.scripts.told), lines, letters)


def lived(host: Host, peer: Peer) -> Transcript:
    """Let a daemon live through everything that is told."""
    with mail_server(host) as server:
        told = Told.by(peer, host, TWO, server)
        for count, up in ((4, False), (6, True)):
            told.all_heard(count)
            host.set_link("eth0", up)
        told.all_heard(10)
        lines = tuple(told.reader.lines)
        host.file(f"/run/{peer.name}.conf").write_text(ONE)
        told.process.signal(signal.SIGHUP)
        wait_until(lambda: len(told.scripts.told) >= 22, PATIENCE, "the scripts of the deleted instance")
        server.wait_for(11)
        return evolve(told.transcript(), lines=lines)


def test_everybody_is_told_what_keepalived_tells(lan: TwoRouters, keepalived: Peer, kaspec: Peer) -> None:
    theirs = lived(lan.a, keepalived)
    lan.a.file("/run/told").unlink()
    lan.a.file(FIFO).unlink()
    ours = lived(lan.a, kaspec)
    assert sorted(ours.scripts) == sorted(theirs.scripts)
    assert sorted(ours.lines) == sorted(theirs.lines)
    assert [each for each in ours.lines if "VI_1" in each] == [each for each in theirs.lines if "VI_1" in each]
    assert sorted(ours.letters, key=str) == sorted(theirs.letters, key=str)
    generic = [line for line in ours.scripts if line.startswith("notify VI_1")]
    words = ("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP")
    assert generic == [f"notify VI_1 a b INSTANCE VI_1 {word} 150" for word in words]


def lived_together(host: Host, peer: Peer) -> Transcript:
    """Let a sync group of two start, become Master, fail, come back and stop."""
    with mail_server(host) as server:
        told = Told.by(peer, host, GLOBALS + GROUPED + TWO.removeprefix(GLOBALS), server)
        for count, up in ((6, False), (9, True), (15, True)):
            told.all_heard(count)
            host.set_link("eth0", up)
        found = told.transcript()
        wait_until(lambda: len(told.scripts.told) >= 36, PATIENCE, "the scripts of the end")
        return evolve(found, scripts=tuple(told.scripts.told))


def test_a_sync_group_is_told_of_as_keepalived_tells(lan: TwoRouters, keepalived: Peer, kaspec: Peer) -> None:
    theirs = lived_together(lan.a, keepalived)
    lan.a.file("/run/told").unlink()
    lan.a.file(FIFO).unlink()
    ours = lived_together(lan.a, kaspec)
    assert sorted(ours.scripts) == sorted(theirs.scripts)
    assert sorted(ours.lines) == sorted(theirs.lines)
    assert [line.split()[0] for line in ours.lines] == [line.split()[0] for line in theirs.lines]
    assert sorted(ours.letters, key=str) == sorted(theirs.letters, key=str)


def test_a_hundred_rapid_transitions_are_told_in_order(lan: TwoRouters) -> None:
    scripts = Scripts.made(lan.a, "sleep 0.05")
    process = KASPEC.start(lan.a, QUIET)
    reader = FifoReader.of(lan.a.file(FIFO))
    reader.wait_for(1)
    for count in range(50):
        lan.a.set_address("eth0", ADDRESS, present=False)
        reader.wait_for(2 * count + 2)
        lan.a.set_address("eth0", ADDRESS, present=True)
        reader.wait_for(2 * count + 3)
    wait_until(lambda: "notify VI_1 a b INSTANCE VI_1 MASTER 150" in scripts.told, PATIENCE, "the script of the last state")
    states = [line.split()[2] for line in reader.lines]
    assert states[:101] == ["BACKUP", *["FAULT", "BACKUP"] * 50]
    told = [line.split()[6] for line in scripts.told if line.startswith("notify")]
    assert is_subsequence(told, states)
    assert told[0] == "BACKUP"
    assert told[-1] == "MASTER"
    assert len(told) < len(states)
    specific = [line.split()[0].upper() for line in scripts.told if not line.startswith("notify")]
    assert specific == told
    assert process.stop() == 0


def is_subsequence(some: list[str], whole: list[str]) -> bool:
    left = iter(whole)
    return all(each in left for each in some)


def test_a_script_that_hangs_delays_nothing(lan: TwoRouters, capture: Capture) -> None:
    Scripts.made(lan.a)
    lan.a.file("/run/backup").write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 60; done\n")
    with mail_server(lan.a, hangs=True) as server:
        process = KASPEC.start(lan.a, TWO)
        reader = FifoReader.of(lan.a.file(FIFO))
        lines = reader.wait_for(4)
        assert [line.split()[2] for line in lines] == ["BACKUP", "BACKUP", "MASTER", "MASTER"]
        wait_until(lambda: server.connections > 0, PATIENCE, "a mail that hangs")
        since = wall_clock()
        wait_until(lambda: len(sent(capture, since)) >= 10, 2 * PATIENCE, "ten advertisements")
        process.wait_for_line("SMTP alert not sent: server 127.0.0.1 port 2525 does not answer", 20.0)
        begun = wall_clock()
        assert process.stop() == 0
        assert wall_clock() - begun < 4 * SECOND
    assert max(later - earlier for earlier, later in pairwise(sent(capture, since))) < 1.5 * SECOND
    wait_until(lambda: not lan.a.namespace.inhabitants(), PATIENCE, "the end of every script")


def sent(capture: Capture, since: Instant) -> list[Instant]:
    """When VI_1 advertised."""
    return [advert.at for advert in capture.adverts if advert.at >= since and advert.advertisement.virtual_router_id == 51]


def test_a_fifo_stays_open_over_a_reload_and_its_script_goes_on(lan: TwoRouters) -> None:
    Scripts.made(lan.a)
    lan.a.file("/run/reader").write_text('#!/bin/sh\necho $$ >> /run/readers\nexec cat "$1" > /run/read\n')
    lan.a.file("/run/reader").chmod(0o755)
    text = QUIET.replace(f"notify_fifo {FIFO}\n", f"notify_fifo {FIFO}\n    notify_fifo_script /run/reader\n")
    process = KASPEC.start(lan.a, text)
    read = lan.a.file("/run/read")
    wait_until(lambda: read.exists() and "MASTER" in read.read_text(), PATIENCE, "the script reads the FIFO")
    before = os.stat(lan.a.file(FIFO)).st_ino
    lan.a.file("/run/kaspec.conf").write_text(text.replace("router_id LVS_101", "router_id LVS_101\n    fifo_write_vrrp_states_on_reload"))
    process.signal(signal.SIGHUP)
    process.wait_for_line("Reload complete")
    wait_until(lambda: read.read_text().count("MASTER") == 2, PATIENCE, "the state told again")
    assert os.stat(lan.a.file(FIFO)).st_ino == before
    assert process.stop() == 0
    assert read.read_text().splitlines() == [f'INSTANCE "VI_1" {word} 150' for word in ("BACKUP", "MASTER", "MASTER", "STOP")]
    assert len(lan.a.file("/run/readers").read_text().splitlines()) == 1


def test_script_security_refuses_what_others_can_write_and_names_it(lan: TwoRouters) -> None:
    scripts = Scripts.made(lan.a)
    lan.a.file("/run/master").chmod(0o777)
    process = KASPEC.start(lan.a, QUIET)
    process.wait_for_line(r"/run/master runs as root, and others than root can change /run/master \(mode 0777, owner 0:0\): it is not run")
    process.wait_for_line("chmod go?-w /run/master|chmod o-w /run/master")
    wait_until(lambda: any("MASTER" in line for line in scripts.told), PATIENCE, "the generic script")
    assert process.stop() == 0
    assert "master " not in scripts.told


def test_startup_and_shutdown_scripts_stand_around_everything(lan: TwoRouters) -> None:
    scripts = Scripts.made(lan.a)
    lan.a.file("/run/slow").write_text("#!/bin/sh\necho slow >> /run/told\nexec sleep 60\n")
    lan.a.file("/run/slow").chmod(0o755)
    extra = '    startup_script "/run/notify first"\n    shutdown_script /run/slow\n    shutdown_script_timeout 1\n'
    process = KASPEC.start(lan.a, QUIET.replace("    script_user", f"{extra}    script_user"))
    wait_until(lambda: any("MASTER" in line for line in scripts.told), PATIENCE, "the state MASTER")
    assert process.stop(10) == 0
    assert scripts.told[0] == "notify first"
    assert scripts.told[-1] == "slow"
    assert any("STOP" in line for line in scripts.told[:-1])
    process.wait_for_line("shutdown_script took longer than 1 seconds and was ended")
