"""The checker child process: checks real servers, keeps the kernel's IPVS table true, and tells of it."""

import asyncio
import os
import time
from collections.abc import Hashable, Iterator
from socket import socket
from typing import TYPE_CHECKING

from attrs import field

from kaspec.address import Address
from kaspec.config.model import Command, Configuration, Snmp
from kaspec.frozen import define
from kaspec.health.model import FileCheck, MiscCheck
from kaspec.lvs.model import VirtualServer
from kaspec.lvs.services import ServiceEffect
from kaspec.lvs.telling import ServiceAudience, deliver_change
from kaspec.report.services import server_name, service_lines, service_name, subject_of, suspension_line
from kaspec.snmp.asked import wanted
from kaspec.units import SECOND, Instant, Interval
from shell import dumps, exits, logs
from shell.channel import Channel, ClearStats, Message, Reload, Stop, WriteData, WriteJson, WriteStats
from shell.checks.engine import CheckEngine
from shell.checks.subject import Subject
from shell.clock import now, wall_clock
from shell.director import Director, Place
from shell.findings import Hearer
from shell.leash import Leash
from shell.notifier import Notifier, service_fifos
from shell.options import Options
from shell.process import finish_start, name_process
from shell.runner import Runner
from shell.tuning import tune
from shell.version import VERSION

if TYPE_CHECKING:  # What most configurations do without is imported by those that use it: a start has much to import as it is.
    from kaspec.lvs.counted import TableCounts
    from kaspec.report.directed import Directed
    from kaspec.snmp.check_agent import Happened
    from kaspec.snmp.snapshot import CheckSnapshot
    from kaspec.tracking import Finding, Tracker
    from shell.netlink import Kernel
    from shell.snmp import Agent
    from shell.trackers.files import Files

LOOK_SECONDS = 10.0
"""How often the table is read back: the kernel tells nobody of changes."""
COUNTS_STAY = Interval(5 * SECOND)
"""How old the counters may be that managers see, as with keepalived."""


def run_child(options: Options, configuration: Configuration, channel: Channel, sessions: socket, director: Director) -> int:
    """Check, and direct on, until the parent says stop or ends, hearing of BFD over ``sessions``; return the exit code."""
    return asyncio.run(_run(options, configuration, channel, sessions, director))


async def _run(options: Options, configuration: Configuration, channel: Channel, sessions: socket, director: Director) -> int:
    loop = asyncio.get_running_loop()
    runner = Runner(loop)
    notifier = Notifier.at(loop, runner, os.uname().nodename, service_fifos)
    engine = CheckEngine(loop, runner, director.report)
    child = _Child(loop, notifier, configuration, options, director, engine)
    leash = child.leash = Leash("checker", loop.create_future(), child.obey)
    child.hearer = Hearer(loop, sessions, engine.session_reported)
    loop.set_exception_handler(leash.give_up)
    loop.add_reader(channel.fileno(), leash.listen, channel)
    child.settle(configuration, None)
    finish_start()
    logs.info("Startup complete")
    loop.call_later(LOOK_SECONDS, child.look)
    status = await leash.ended
    loop.remove_reader(channel.fileno())
    if status != exits.SOFTWARE:
        child.tell_managers(ends=True)
    child.close()
    if status != exits.SOFTWARE:  # Else the parent starts us anew: the table stays as it is, and so do its connections.
        director.end(child.configuration.lvs, keeping=options.dont_release_ipvs)
    await notifier.finish()
    return status


@define(eq=False)
class _Child:
    """What the parent may ask for."""

    loop: asyncio.AbstractEventLoop
    notifier: Notifier
    configuration: Configuration
    options: Options
    director: Director
    engine: CheckEngine
    leash: Leash | None = None
    kernel: "Kernel | None" = None
    files: "Files | None" = None
    hearer: Hearer | None = None
    agent: "Agent[CheckSnapshot, Happened] | None" = None
    addresses: frozenset[Address] = frozenset()
    values: dict[str, int] = field(factory=dict)
    since: dict[Hashable, Instant] = field(factory=dict)
    counted: "tuple[Instant, TableCounts | None] | None" = None

    def settle(self, configuration: Configuration, before: Configuration | None) -> None:
        """Be what a configuration makes of the process."""
        if name := configuration.process.name_of("checker"):
            name_process(name)
        for problem in tune("checker", configuration, before or Configuration()):
            logs.info(str(problem))
        self.configuration = configuration
        self.notifier.adopt(configuration)
        if before is None:
            self.director.tell_to(self.tell)
        else:
            self.director.adopt(configuration, before)
            here = self.director.virtuals
            self.since = {who: at for who, at in self.since.items() if (who[0] if isinstance(who, tuple) else who) in here}
        self.engine.adopt(tuple(_subjects(configuration)))
        if self.hearer is not None:
            self.hearer.ask()
        self.look_around(configuration)
        self.show(wanted(configuration.global_defs.snmp, self.options.snmp, self.options.snmp_agent_socket))
        if before is None:
            self.tell_managers(ends=False)

    def look_around(self, configuration: Configuration) -> None:
        """Follow the files and this host's addresses, if anything goes by them."""
        tracked = _tracked(configuration)
        if self.files is None and tracked:
            from shell.trackers.files import Files

            self.files = Files(self.loop, self.hear_of_file)
        if self.files is not None:
            self.files.adopt(configuration, tracked)
        if self.kernel is None and any(virtual.ha_suspend for virtual in configuration.services):
            from shell.netlink import Kernel

            self.kernel = Kernel()
            self.kernel.subscribe(lambda _: self.look_at_addresses())
        self.look_at_addresses()

    def show(self, settings: Snmp) -> None:
        """Show managers what these settings want."""
        if self.agent is None and settings != Snmp():
            from kaspec.snmp.check_agent import CHECKER_SIDE
            from shell.snmp import Agent

            self.agent = Agent(self.loop, CHECKER_SIDE, self.snapshot)
        if self.agent is not None:
            self.agent.adopt(settings)

    def tell_managers(self, ends: bool) -> None:
        """Notify managers of how each virtual server begins, or ends."""
        if self.agent is not None:
            from kaspec.snmp.check_agent import began, ended

            for key, virtual in self.director.virtuals.items():
                self.agent.take((ended if ends else began)(virtual, self.director.states[key]))

    def close(self) -> None:
        """Let go of everything but the table."""
        if self.kernel is not None:
            self.kernel.unsubscribe()
            self.kernel.close()
        for each in (self.files, self.hearer, self.agent, self.engine):
            if each is not None:
                each.close()

    def hear_of_file(self, tracker: "Tracker", finding: "Finding") -> None:
        """A tracked file holds another number."""
        self.values[tracker[1]] = finding.value
        self.engine.file_read(tracker[1], finding.value)

    def look_at_addresses(self) -> None:
        """Addresses of this host may have come or gone (``ha_suspend``)."""
        if self.kernel is not None:
            self.addresses = frozenset(address for link in self.kernel.links() for address in link.addresses)
            self.suspend()

    def suspend(self) -> None:
        """Check the servers of those virtual servers alone whose address is here, if they want it so."""
        for place, suspended in self.director.see(self.addresses):
            (self.engine.suspend if suspended else self.engine.resume)(place)
            logs.info(suspension_line(*place, suspended))

    def tell(self, virtual: VirtualServer, effect: ServiceEffect) -> None:
        """Log an effect, and tell whoever is to hear of it."""
        if (subject := subject_of(virtual, effect)) is not None:
            self.since[subject] = now()
        for line in service_lines(virtual, effect):
            logs.info(line)
        defs, permits = self.configuration.global_defs, self.configuration.permits
        at = time.time_ns() // 1000
        audience = ServiceAudience(defs, self.configuration.lvs, permits, os.uname().nodename)
        if (told := deliver_change(audience, virtual, effect, at)) is not None:
            self.notifier.deliver(*told, at)
        if self.agent is not None and virtual.key in self.director.states:
            from kaspec.snmp.check_agent import Happened

            self.agent.take((Happened(virtual, effect, self.director.states[virtual.key]),))

    def look(self) -> None:
        """Read the table back, and again later."""
        if self.leash is not None and not self.leash.ended.done():
            self.director.look()
            self.loop.call_later(LOOK_SECONDS, self.look)

    def obey(self, message: Message) -> None:
        """Do what the parent asks."""
        match message:
            case Stop():
                assert self.leash is not None
                self.leash.end(exits.OK)
            case Reload(configuration):
                logs.info("Reloading")
                self.settle(configuration, self.configuration)
                logs.info("Reload complete")
            case WriteData():
                from kaspec.report.directed import render_check_data

                text = render_check_data(self.configuration, self.directed(), wall_clock().write)
                dumps.write("check data", text, self.configuration, self.options)
            case WriteJson():
                from kaspec.report.directed_json import render_check_json

                text = render_check_json(self.configuration, self.directed(), wall_clock())
                dumps.write("check json", text, self.configuration, self.options)
            case WriteStats() | ClearStats():
                return

    def snapshot(self) -> "CheckSnapshot":
        """Return everything that SNMP shows, as it is now; what changes is copied, for another thread reads it."""
        from kaspec.report.directed import Directed
        from kaspec.snmp.snapshot import CheckSnapshot

        directed = Directed(dict(self.director.states))
        return CheckSnapshot(self.configuration, directed, f"kaspec v{VERSION}", os.uname().nodename, self.count())

    def count(self) -> "TableCounts | None":
        """Return what the kernel counts, read anew if that is some seconds old: a large table is long to read."""
        if self.counted is None or now() - self.counted[0] >= COUNTS_STAY:
            self.counted = now(), self.director.counts()
        return self.counted[1]

    def directed(self) -> "Directed":
        """Return how everything stands."""
        from kaspec.report.directed import Directed

        return Directed(self.director.states, self.engine.states(), self.engine.remembered(), self.values, self.since)


def _tracked(configuration: Configuration) -> "tuple[Tracker, ...]":
    """Return the files that a FILE_CHECK goes by."""
    servers = (server for virtual in configuration.services for server in virtual.servers)
    return tuple(("file", check.track_file) for server in servers for check in server.checks if isinstance(check, FileCheck))


def _subjects(configuration: Configuration) -> Iterator[Subject]:
    """What is to be checked, each with the names it goes by in the log."""
    for virtual in configuration.services:
        service = service_name(virtual.key)
        for server in virtual.servers:
            name = server_name(server, virtual)
            for number, check in enumerate(server.checks):
                command = Command(check.line, check.user, check.group) if isinstance(check, MiscCheck) else None
                permit = configuration.permits.get(command) if command is not None else None
                yield Subject(Place(virtual.key, server.key), number, check, name, service, permit)
