"""The life of five virtual servers in the kernel lab: servers fail, once or for good, and come back; the sorry server comes and goes.

Each virtual server has ports of its own at the real servers, so that each is failed by itself.  The fifth goes by a BFD session with FRR's
bfdd at its real server.  Mail and traps of all that go to a mail server and a manager on the director.
"""

from contextlib import ExitStack
from typing import Any

from attrs import define

from conformance.lab.frr import Bfdd
from conformance.lab.process import Process
from conformance.lab.waiting import wait_until, wall_clock
from tests.lvs.asking import page
from tests.lvs.hearing import DEFINITIONS, Hearers, hearing
from tests.lvs.playing import PATIENCE, Play, Player, play
from tests.lvs.serving import HEALTH, Web
from tests.lvs.stage import CLIENT

RETRY_SECONDS = 1.5
LATE = 10.0
"""How much later than it should a retry may come, on a lab that is not let run."""
BFD_MILLISECONDS, BFD_MULTIPLIER = 500, 4
TIMING = "warmup 0\n connect_timeout 10\n"
TCP = f"TCP_CHECK {{\n {TIMING} retry 0\n }}\n"
BFD = "BFD_CHECK {\n name peer\n }\n"
HTTP = f"HTTP_GET {{\n url {{\n path {HEALTH}\n }}\n {TIMING} retry 1\n delay_before_retry {RETRY_SECONDS}\n }}\n"


def tell(virtual: str, what: str) -> str:
    """Return a script that notes what happened to a virtual server, in a file of its own."""
    return f"\"/bin/sh -c 'echo {what} >> /run/told-{virtual}'\" root"


def scripts(virtual: str) -> str:
    """Return the scripts of a quorum."""
    return f"quorum_up {tell(virtual, 'quorum up')}\n quorum_down {tell(virtual, 'quorum down')}\n"


def server(virtual: str, number: int, port: int, weight: int, check: str) -> str:
    """Return a real server, with its scripts; the 12th of those that are inhibited has nobody written to."""
    up, down = tell(virtual, f"{number} up"), tell(virtual, f"{number} down")
    alert = "smtp_alert no" if (virtual, number) == ("inhibited", 12) else ""
    return f"real_server 192.0.2.{number} {port} {{\n weight {weight}\n notify_up {up}\n notify_down {down}\n {alert}\n {check} }}\n"


CONFIGURATION = f"""
global_defs {{
  rs_init_notifies
  {DEFINITIONS}
}}
bfd_instance peer {{
  neighbor_ip 192.0.2.11
  source_ip 192.0.2.254
  min_rx {BFD_MILLISECONDS}
  min_tx {BFD_MILLISECONDS}
  multiplier {BFD_MULTIPLIER}
}}
virtual_server 198.51.100.100 80 {{
  delay_loop 1
  protocol TCP
  lb_algo wrr
  lb_kind NAT
  persistence_timeout 50
  omega
  {scripts("web")}
  smtp_alert
  sorry_server 192.0.2.13 80
  {server("web", 11, 80, 2, HTTP)}
  {server("web", 12, 80, 3, HTTP)}
}}
virtual_server 198.51.100.101 80 {{
  delay_loop 1
  protocol TCP
  lb_algo sh
  lb_kind NAT
  sh-port
  inhibit_on_failure
  {scripts("inhibited")}
  sorry_server 192.0.2.13 81
  sorry_server_inhibit
  {server("inhibited", 11, 81, 2, TCP)}
  {server("inhibited", 12, 81, 3, TCP)}
}}
virtual_server 198.51.100.102 80 {{
  delay_loop 1
  protocol TCP
  lb_algo rr
  lb_kind NAT
  quorum 4
  hysteresis 1
  {scripts("quorate")}
  smtp_alert
  {server("quorate", 11, 82, 1, TCP)}
  {server("quorate", 12, 82, 2, TCP)}
  {server("quorate", 13, 82, 3, TCP)}
}}
virtual_server 198.51.100.103 80 {{
  delay_loop 1
  protocol TCP
  lb_algo mh
  lb_kind NAT
  alpha
  omega
  {scripts("alpha")}
  smtp_alert
  sorry_server 192.0.2.13 83
  {server("alpha", 11, 83, 1, TCP)}
  {server("alpha", 12, 83, 1, TCP)}
}}
virtual_server 198.51.100.104 80 {{
  delay_loop 1
  protocol TCP
  lb_algo rr
  lb_kind NAT
  alpha
  {scripts("bfd")}
  {server("bfd", 11, 84, 1, BFD)}
}}
"""
WEB, INHIBITED, QUORATE, ALPHA, GUIDED = (f"TCP 198.51.100.{number}:80" for number in (100, 101, 102, 103, 104))
TOLD = {"web": 9, "inhibited": 9, "quorate": 10, "alpha": 10, "bfd": 7}
"""How many lines scripts write of each virtual server, until the end."""
SERVING = ((11, 80), (12, 80), (13, 80), (11, 81), (12, 81), (13, 81), (11, 82), (12, 82), (13, 82), (13, 83))
BEGUN = {
    WEB: ["192.0.2.11:80 Masq 2", "192.0.2.12:80 Masq 3"],
    INHIBITED: ["192.0.2.11:81 Masq 2", "192.0.2.12:81 Masq 3", "192.0.2.13:81 Masq 0"],
    QUORATE: ["192.0.2.11:82 Masq 1", "192.0.2.12:82 Masq 2", "192.0.2.13:82 Masq 3"],
    ALPHA: ["192.0.2.13:83 Masq 1"],
    GUIDED: ["192.0.2.11:84 Masq 1"],
}
ONE_FAILED = {
    WEB: ["192.0.2.12:80 Masq 3"],
    INHIBITED: ["192.0.2.11:81 Masq 0", "192.0.2.12:81 Masq 3", "192.0.2.13:81 Masq 0"],
    QUORATE: ["192.0.2.11:82 Masq 1", "192.0.2.12:82 Masq 2"],
    ALPHA: ["192.0.2.12:83 Masq 1"],
    GUIDED: [],
}
ALL_FAILED = {
    WEB: ["192.0.2.13:80 Masq 1"],
    INHIBITED: ["192.0.2.11:81 Masq 0", "192.0.2.12:81 Masq 0", "192.0.2.13:81 Masq 1"],
    QUORATE: ["192.0.2.12:82 Masq 2"],
    ALPHA: ["192.0.2.13:83 Masq 1"],
    GUIDED: [],
}
ONE_BACK = {
    WEB: ["192.0.2.11:80 Masq 2"],
    INHIBITED: ["192.0.2.11:81 Masq 2", "192.0.2.12:81 Masq 0", "192.0.2.13:81 Masq 0"],
    QUORATE: ["192.0.2.11:82 Masq 1", "192.0.2.12:82 Masq 2"],
    ALPHA: ["192.0.2.11:83 Masq 1"],
    GUIDED: ["192.0.2.11:84 Masq 1"],
}
ALL_BACK = {**BEGUN, ALPHA: ["192.0.2.11:83 Masq 1", "192.0.2.12:83 Masq 1"]}
LETTERS, TRAPS, TRAPS_OF_THE_END = 27, {"kaspec": 46, "keepalived": 45}, 15
"""How many come, until the end and at it."""
Webs = dict[tuple[Player, int, int], Web]


@define(eq=False)
class Neighbour:
    """FRR's bfdd at a real server, and who hears of what it makes happen."""

    player: Player
    hearers: Hearers
    bfdd: Process | None = None

    def start(self) -> None:
        """Speak BFD."""
        end = Bfdd("192.0.2.11", "192.0.2.254", BFD_MILLISECONDS, BFD_MULTIPLIER)
        self.bfdd = end.start(self.player.stage.servers[11])

    def die(self) -> float:
        """Fall silent without a word; return after how many seconds the daemon calls the real server dead."""
        assert self.bfdd is not None
        assert self.player.daemon is not None
        said = len(self.player.log)
        since = wall_clock()
        self.bfdd.kill()
        return (self.player.daemon.wait_for_line(r"BFD check of \[peer\] RS.* is DOWN", PATIENCE, said).said - since) / 1e6


def live(order: Any) -> Any:  # noqa: ARG001  (a job has one)
    """Play the story; returns what ``Play.answer`` does."""
    with ExitStack() as stack, play((11, 12, 13)) as now:
        webs = {(player, *place): _web(player, *place) for player in now.players for place in (*SERVING, (11, 83), (12, 83))}
        _start(now, webs, *SERVING)
        ends = {player: Neighbour(player, stack.enter_context(hearing(player.stage))) for player in now.players}
        now.each(lambda player: ends[player].start())
        now.each(lambda player: player.start(CONFIGURATION))
        now.each(lambda player: player.wait_for_line(r"BFD check of \[peer\] RS.* is UP"))
        now.settle("begun", BEGUN)
        _fail_once(now, webs)
        _start(now, webs, (12, 83))
        _stop(now, webs, (11, 80), (11, 81), (13, 82))
        now.note("silent for", lambda player: ends[player].die())
        now.settle("one failed", ONE_FAILED)
        _stop(now, webs, (12, 80), (12, 81), (11, 82), (12, 83))
        now.settle("all failed", ALL_FAILED)
        now.note("who is sorry", lambda player: page(player.stage.client, CLIENT, "198.51.100.100"))
        _start(now, webs, (11, 80), (11, 81), (11, 82), (11, 83))
        now.each(lambda player: ends[player].start())
        now.settle("one back", ONE_BACK)
        now.note("who is back", lambda player: page(player.stage.client, CLIENT, "198.51.100.100"))
        _start(now, webs, (12, 80), (12, 81), (13, 82), (12, 83))
        now.settle("all back", ALL_BACK)
        now.note("told", _told)
        now.each(lambda player: ends[player].hearers.heard(LETTERS, TRAPS[player.name]))
        now.note("exit", lambda player: player.stop())
        now.forget(*ALL_BACK)
        now.settle("ended")
        now.note("told at the end", lambda player: {name: player.lines(f"told-{name}")[count:] for name, count in TOLD.items()})
        now.note("heard", lambda player: ends[player].hearers.heard(LETTERS, TRAPS[player.name] + TRAPS_OF_THE_END))
        return now.answer()


def _web(player: Player, number: int, port: int) -> Web:
    return Web(player.stage.servers[number], port, f"{number}:{port}")


def _told(player: Player) -> dict[str, list[str]]:
    """Wait until scripts have told everything; return what."""

    def found() -> dict[str, list[str]]:
        told = {name: player.lines(f"told-{name}") for name in TOLD}
        return told if all(len(told[name]) >= count for name, count in TOLD.items()) else {}

    return wait_until(found, PATIENCE, f"what scripts of {player.name} tell")


def _start(now: Play, webs: Webs, *places: tuple[int, int]) -> None:
    for player in now.players:
        for place in places:
            webs[player, *place].start()


def _stop(now: Play, webs: Webs, *places: tuple[int, int]) -> None:
    for player in now.players:
        for place in places:
            webs[player, *place].stop()


def _fail_once(now: Play, webs: Webs) -> None:
    """Let one check fail and the next one, the retry, succeed: the table stays, and the retry comes when it is to come."""
    moods = {player: webs[player, 11, 80].mood for player in now.players}
    now.each(lambda player: moods[player].fail_once())
    now.note("retried after", lambda player: moods[player].retried_after())
    now.settle("failed once")
