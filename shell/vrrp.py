"""The VRRP child process: starts the loop, listens to the parent, and gives up its addresses when it ends."""

import asyncio
import os
import re
import sys
from pathlib import Path
from socket import socket

from attrs import field

from kaspec.config.model import Configuration
from kaspec.config.render import render
from kaspec.config.values import plain_seconds
from kaspec.frozen import define
from kaspec.groups import GroupOutcome
from kaspec.node import LinkChanged, Node, Outcome, TrackerReported, Transition
from kaspec.notices import notices, states_again
from kaspec.process import ProcessSettings
from kaspec.report.bfd import session_lines
from kaspec.report.data import render_data
from kaspec.report.stats import render_stats
from kaspec.report.status import render_json
from kaspec.report.trackers import Watched
from kaspec.snmp.agent import VRRP_SIDE
from kaspec.snmp.asked import wanted
from kaspec.snmp.snapshot import Face, Snapshot
from kaspec.tracking import Finding, Tracker
from kaspec.units import SECOND, Instant, Interval
from kaspec.vrrp.events import HoldingsLost, Shutdown, Startup
from shell import dumps, exits, logs
from shell.channel import Channel, ClearStats, Message, Reload, Stop, WriteData, WriteJson, WriteStats
from shell.clock import now, since_boot, wall_clock
from shell.diary import Diary
from shell.findings import Hearer
from shell.leash import Leash
from shell.loop import VrrpLoop
from shell.netlink import Buffers, Kernel
from shell.notifier import Notifier
from shell.options import Options
from shell.premises import Premises
from shell.process import finish_start, name_process
from shell.recorder import Recorder
from shell.requests import BUFFER
from shell.runner import Runner
from shell.snmp import Agent
from shell.statics import StaticItems
from shell.synchronisation import Synchronisation
from shell.sysctls import Sysctls
from shell.trackers.watching import Trackers
from shell.tuning import raise_priority, tune
from shell.version import VERSION
from shell.virtual_interfaces import VirtualInterfaces

SWITCH_SECONDS = 0.0001
"""How long the loop may wait for the log's or the recorder's thread to let it run (Python's default is fifty times that)."""


def run_child(options: Options, configuration: Configuration, channel: Channel, sessions: socket) -> int:
    """Run VRRP until the parent says stop or ends, hearing of BFD over ``sessions``; return the exit code."""
    sys.setswitchinterval(SWITCH_SECONDS)
    return asyncio.run(_run(options, configuration, channel, sessions))


async def _run(options: Options, configuration: Configuration, channel: Channel, sessions: socket) -> int:
    loop, diary = asyncio.get_running_loop(), Diary(logs.later, bool(options.log_detail), options.address_monitoring)
    runner = Runner(loop)
    notifier = Notifier.at(loop, runner, os.uname().nodename)
    notifier.adopt(configuration)
    async with Kernel(_buffers(configuration.process)) as kernel:
        premises = _premises(kernel, options, diary)
        premises.prepare(configuration)
        statics = StaticItems(kernel, diary.problems, configuration.statics)
        statics.begin()
        vrrp = VrrpLoop(loop, Node(configuration.routers, configuration.groups), kernel, diary)
        vrrp.set_policy(configuration)
        vrrp.open()
        child = _Child(vrrp, kernel, premises, statics, diary, notifier, configuration, options)
        leash, agent = child.leash, child.agent = Leash("VRRP", loop.create_future(), child.obey), Agent(loop, VRRP_SIDE, child.snapshot)
        diary.tell = child.tell
        child.settle(configuration)
        child.trackers = Trackers.at(loop, runner, vrrp.take)
        child.hearer = Hearer(loop, sessions, child.hear_of_session)
        recorder = _recorder(options, configuration, kernel)
        if recorder:
            vrrp.record(recorder)
        loop.set_exception_handler(leash.give_up)
        kernel.subscribe(child.observe)
        loop.add_reader(channel.fileno(), leash.listen, channel)
        diary.problems(tune("vrrp", configuration))
        finish_start()
        vrrp.rehearse()
        await child.wait(configuration.process.delay(since_boot()))
        if not leash.ended.done():
            child.begin()
        status = await leash.ended
        loop.remove_reader(channel.fileno())
        child.leave(keeping=options.dont_release_vrrp)
        agent.close()
        await notifier.finish()
        if recorder:
            recorder.close()
    return status


def _premises(kernel: Kernel, options: Options, diary: Diary) -> Premises:
    """Return what virtual routers need of this machine; what an earlier process had changed of it is known from its ledgers."""
    promoted = Sysctls.resume(ledger(options).with_suffix(".secondaries"))
    return Premises(VirtualInterfaces(kernel, Sysctls.resume(ledger(options))), diary.problems, promoted)


def _buffers(settings: ProcessSettings) -> Buffers:
    """Return the netlink buffers that are configured; ours may exceed the system's limit."""
    events, answers = settings.vrrp_netlink_monitor_rcv_bufs, settings.vrrp_netlink_cmd_rcv_bufs
    return (
        (BUFFER, True) if events is None else (events, settings.vrrp_netlink_monitor_rcv_bufs_force),
        (BUFFER, True) if answers is None else (answers, settings.vrrp_netlink_cmd_rcv_bufs_force),
    )


def ledger(options: Options) -> Path:
    """Return where kernel settings that we change are remembered: beside the pid file."""
    return options.pid_file("vrrp").with_suffix(".sysctls")


def _recorder(options: Options, configuration: Configuration, kernel: Kernel) -> Recorder | None:
    """Return the flight recorder if one is asked for; the recording goes by the router_id."""
    if options.record is None:
        return None
    name = re.sub(r"[^\w.-]", "_", configuration.global_defs.router_id or "router", flags=re.ASCII)
    return Recorder(options.record, name, render(configuration), kernel.links(), now())


@define(eq=False)
class _Child:
    """What the parent may ask for."""

    vrrp: VrrpLoop
    kernel: Kernel
    premises: Premises
    statics: StaticItems
    diary: Diary
    notifier: Notifier
    configuration: Configuration
    options: Options
    leash: Leash = field(init=False)
    hearer: Hearer | None = None
    trackers: Trackers | None = None
    agent: Agent[Snapshot, Outcome | GroupOutcome] | None = None
    synchronisation: Synchronisation = field(factory=Synchronisation)
    born: Instant = field(factory=now)
    waiting: bool = False
    postponed: Configuration | None = None

    def settle(self, configuration: Configuration) -> None:
        """Be what a configuration makes of the process, the protocol aside."""
        settings = configuration.process
        if name := settings.name_of("vrrp"):
            name_process(name)
        self.vrrp.announcer.pacing = configuration.pacing
        self.diary.tolerated = settings.min_auto_priority_delay
        self.diary.overslept = self.hurry
        self.synchronisation.adopt(configuration.lvs.lvs_sync_daemon)
        if self.agent:
            options = self.options
            self.agent.adopt(wanted(configuration.global_defs.snmp, options.snmp, options.snmp_agent_socket))

    def tell(self, transition: Transition) -> None:
        """Tell scripts, FIFOs and mail of a transition, and managers; the kernel's synchronisation daemon goes with it."""
        self.notifier.take(notices(transition))
        self.synchronisation.take(transition, self.vrrp.node.routers)
        if self.agent:
            self.agent.take(transition.outcomes)

    def snapshot(self) -> Snapshot:
        """Return everything that SNMP shows, as it is now."""
        faces = {name: Face(each.index, each.mac) for name, each in self.kernel.interfaces.items()}
        return Snapshot(
            self.configuration,
            self.vrrp.state,
            now(),
            self.born,
            f"kaspec v{VERSION}",
            os.uname().nodename,
            dict(self.diary.journals),
            dict(self.diary.counts),
            faces,
            self.watched,
        )

    def hurry(self) -> None:
        """A timer was served late: have the system run us before others, as far as ``max_auto_priority`` allows."""
        if priority := raise_priority(self.configuration.process):
            logs.info(f"The VRRP process was late: its real-time priority is {priority} now (max_auto_priority)")

    async def wait(self, delay: Interval) -> None:
        """Neither send nor listen for so long; a reload that comes meanwhile is carried out at its end."""
        if not delay:
            return
        logs.info(f"Delaying startup for {plain_seconds(delay)} seconds")
        self.waiting = True
        await asyncio.wait((self.leash.ended,), timeout=delay / SECOND)
        self.waiting = False
        logs.info("Delayed start completed")
        if self.postponed is not None:
            self.reload(self.postponed)

    def begin(self) -> None:
        """Take part from now on."""
        if self.trackers:
            self.trackers.adopt(self.configuration)
        self.vrrp.take(Startup())
        if self.hearer:
            self.hearer.ask()
        logs.info("Startup complete")
        if self.options.dump_conf:
            self.dump_to_log()

    def leave(self, keeping: bool) -> None:
        """Give up what we hold and close; ``keeping`` (-V) leaves it all in place, and nobody is told."""
        if self.trackers:
            self.trackers.close()
        if not keeping:
            self.vrrp.take(Shutdown())
            self.statics.end()
        self.kernel.unsubscribe()
        self.vrrp.close()
        if not keeping:
            self.premises.close()
        self.synchronisation.close(keeping)

    def observe(self, event: LinkChanged | HoldingsLost) -> None:
        """The kernel reports an interface, or what somebody took away."""
        if isinstance(event, HoldingsLost):
            self.vrrp.take(event)
            self.statics.lose(event)
            return
        self.statics.observe(self.vrrp.link(event.name), event.link)
        self.vrrp.observe(event)
        self.premises.look()

    def hear_of_session(self, name: str, good: bool) -> None:
        """The BFD process tells of a session."""
        tracker: Tracker = ("bfd", name)
        finding = Finding(good)
        for line in session_lines(self.vrrp.node, self.vrrp.state, name, finding):
            logs.info(line)
        self.vrrp.take(TrackerReported(tracker, finding))

    def obey(self, message: Message) -> None:
        """Do what the parent asks."""
        match message:
            case Stop():
                self.leash.end(exits.OK)
            case Reload(configuration) if self.waiting:
                self.postponed = configuration
            case Reload(configuration):
                self.reload(configuration)
            case WriteStats() | ClearStats():
                self.write("stats", render_stats(self.vrrp.node.routers, self.diary.counts))
                if isinstance(message, ClearStats):
                    self.diary.counts.clear()
            case WriteData():
                self.kernel.catch_up()  # An address that we gave up just now is not "here though we are not Master".
                self.write("data", self.data())
            case WriteJson():
                of, state, diary = self.configuration, self.vrrp.state, self.diary
                self.write("json", render_json(of, state, diary.journals, diary.conflicts, diary.counts, wall_clock(), self.watched))

    @property
    def watched(self) -> Watched:
        """How everything tracked stands."""
        return self.trackers.watched if self.trackers else Watched()

    def data(self) -> str:
        """Return the state as keepalived's ``.data``."""
        return render_data(self.configuration, self.vrrp.state, self.diary.journals, wall_clock(), self.watched, self.diary.conflicts)

    def dump_to_log(self) -> None:
        """Log the configuration and state (``-d``)."""
        for line in self.data().splitlines():
            logs.info(line)

    def reload(self, configuration: Configuration) -> None:
        """Run another configuration from now on, by the plan that the parent has logged: static items first come, then go."""
        logs.info("Reloading")
        self.settle(configuration)
        old, self.configuration = self.configuration, configuration
        self.diary.problems(tune("vrrp", configuration, old))
        self.statics.change(configuration.statics)
        self.premises.extend(configuration)
        self.notifier.adopt(configuration)
        self.vrrp.set_policy(configuration)
        if self.trackers:
            self.trackers.adopt(configuration)
        self.vrrp.reconfigure(Node(configuration.routers, configuration.groups), render(configuration))
        self.premises.trim(configuration)
        self.synchronisation.follow(self.vrrp.node.routers, self.vrrp.state.states)
        if self.hearer:
            self.hearer.ask()
        self.notifier.again(states_again(self.vrrp.node.routers, self.vrrp.state))
        self.vrrp.rehearse()
        logs.info("Reload complete")

    def write(self, kind: dumps.Dump, text: str) -> None:
        """Write a dump, off the loop."""
        dumps.write(kind, text, self.configuration, self.options)
