"""Every checker in the kernel lab, against real servers: they fail once, for good, and come back; scripts and files weigh them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from attrs import define

from tests.lvs.playing import Play, Player, play
from tests.lvs.serving import ALWAYS, HEALTH, Datagrams, Loop, Mail, Mood, Web, answer_in_kind, answer_names
from tests.lvs.tables import told

RETRY_SECONDS = 0.5
ONE = f"warmup 0\n connect_timeout 2\n retry 1\n delay_before_retry {RETRY_SECONDS}\n"
DIGEST = hashlib.md5(f"{HEALTH} served by web\n".encode()).hexdigest()
SCRIPT = "#!/bin/sh\nexit $(cat $1)\n"
CHECKS = {
    80: f"HTTP_GET {{\n {ONE} url {{\n path {HEALTH}\n status_code 200\n }}\n }}",
    443: f"SSL_GET {{\n {ONE} enable_sni\n url {{\n path {HEALTH}\n virtualhost www.example.com\n digest {DIGEST}\n }}\n }}",
    8080: f'HTTP_GET {{\n {ONE} http_protocol 1.1\n url {{\n path {HEALTH}\n regex "served by w[a-z]+"\n }}\n }}',
    25: f"SMTP_CHECK {{\n {ONE} helo_name checker.example.com\n }}",
    53: f"DNS_CHECK {{\n {ONE} type A\n name www.example.com\n }}",
    5000: f"UDP_CHECK {{\n {ONE} payload 77 68 6f 3f\n require_reply 73 65 72 76 65 64\n }}",
    7: f"PING_CHECK {{\n {ONE} }}",
    1001: 'MISC_CHECK {\n misc_path "/run/script /run/misc"\n misc_timeout 10\n warmup 0\n }',
    1002: 'MISC_CHECK {\n misc_path "/run/script /run/dynamic"\n misc_dynamic\n misc_timeout 10\n warmup 0\n }',
    1003: "FILE_CHECK {\n track_file switch\n weight 0\n }",
    1004: "FILE_CHECK {\n track_file dial\n weight 2\n }",
}
"""A checker for each port."""
DATAGRAMS = {53, 5000}
FILES = {"misc": "0", "dynamic": "0", "switch": "0", "dial": "0"}


def _virtual(port: int, check: str) -> str:
    protocol, number = "UDP" if port in DATAGRAMS else "TCP", 12 if port == 7 else 11
    server = f"real_server 192.0.2.{number} {port} {{\n weight 3\n {check}\n }}\n"
    return f"virtual_server 198.51.100.100 {port} {{\n delay_loop 1\n protocol {protocol}\n lb_algo rr\n lb_kind NAT\n {server} }}\n"


CONFIGURATION = (
    "global_defs {\n script_user root\n }\n"
    "track_file switch {\n file /run/switch\n }\n track_file dial {\n file /run/dial\n }\n"
    + "".join(_virtual(port, check) for port, check in CHECKS.items())
)  # fmt: skip


def _behind(weights: Mapping[int, int | None]) -> dict[str, list[str]]:
    """Return what is behind services by port: a server of this weight, or nobody."""
    found = {}
    for port, weight in weights.items():
        name = f"{'UDP' if port in DATAGRAMS else 'TCP'} 198.51.100.100:{port}"
        found[name] = [] if weight is None else [f"192.0.2.{12 if port == 7 else 11}:{port} Masq {weight}"]
    return found


@define(eq=False)
class Scene:
    """What a player's servers answer with, by port, and where his scripts and files are."""

    player: Player
    moods: dict[int, Mood]

    def turn(self, is_bad: bool) -> None:
        """Have everything fail, or be well again."""
        for mood in self.moods.values():
            mood.bad = ALWAYS if is_bad else 0
        told(self.player.stage.servers[12], "sysctl", "-qw", f"net.ipv4.icmp_echo_ignore_all={int(is_bad)}")
        self.put(**{name: str(int(is_bad)) for name in ("misc", "dynamic", "switch")})

    def put(self, **values: str) -> None:
        """Write files that checks go by, each at once."""
        for name, value in values.items():
            fresh = self.player.stage.file(f"{name}.new")
            fresh.write_text(f"{value}\n")
            fresh.rename(self.player.stage.file(name))


def check(order: Any) -> Any:
    """Play the story with ``order["certificate"]`` (PEM); returns what ``Play.answer`` does."""
    loop = Loop()
    with play((11, 12)) as now:
        scenes = {player: _furnished(player, loop, order["certificate"]) for player in now.players}
        now.each(lambda player: player.start(CONFIGURATION))
        well = _behind(dict.fromkeys(CHECKS, 3))
        now.settle("begun", well)
        _fail_once(now, scenes)
        now.each(lambda player: scenes[player].put(dynamic="12", dial="5"))
        now.settle("weighed", _behind({1002: 10, 1004: 13}))
        now.each(lambda player: scenes[player].turn(is_bad=True))
        now.settle("failed", _behind({**dict.fromkeys(CHECKS, None), 1004: 13}))
        now.each(lambda player: scenes[player].turn(is_bad=False))
        now.each(lambda player: scenes[player].put(dial="0"))
        now.settle("recovered", well)
        now.note("hosts", lambda player: sorted({answer.host for answer in scenes[player].moods[443].answers}))
        now.note("exit", lambda player: player.stop())
        now.forget(*well)
        now.settle("ended")
        return now.answer()


def _furnished(player: Player, loop: Loop, certificate: str) -> Scene:
    host = player.stage.servers[11]
    webs = {port: Web(host, port, "web", certificate if port == 443 else None) for port in (80, 443, 8080)}
    names, kind = Datagrams(loop, host, 53, answer_names), Datagrams(loop, host, 5000, answer_in_kind("us"))
    servers: dict[int, Web | Mail | Datagrams] = {**webs, 25: Mail(loop, host), 53: names, 5000: kind}
    for server in servers.values():
        server.start()
    scene = Scene(player, {port: server.mood for port, server in servers.items()})
    scene.put(**FILES)
    script = player.stage.file("script")
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return scene


def _fail_once(now: Play, scenes: Mapping[Player, Scene]) -> None:
    """Let each server fail a check once, and do better when it is tried again: nothing changes."""
    for scene in scenes.values():
        for mood in scene.moods.values():
            mood.fail_once()
    now.note("retried after", lambda player: {port: mood.retried_after() for port, mood in scenes[player].moods.items()})
    now.settle("failed once")
