"""Every way to a real server, in the kernel lab: NAT, DR and tunnels, both families, marks with persistence, UDP, SCTP, groups."""

from typing import Any

from tests.lvs.asking import datagram, page
from tests.lvs.playing import Player, play
from tests.lvs.serving import Datagrams, Loop, Web, answer_in_kind
from tests.lvs.stage import CLIENT, CLIENT_6, MASQUERADED, SISTER, STRANGER
from tests.lvs.tables import connections, told

UDP_PORT, SCTP_PORT, MARK, MARK_6 = 5000, 5060, 7, 8
MARKED, MARKED_6 = "198.51.100.106", "2001:db8:1::106"
DIRECT_UDP = "198.51.100.104"
MARKS = (("iptables-legacy", MARKED, MARK), ("ip6tables-legacy", MARKED_6, MARK_6))
"""Which program marks packets to an address, and how."""


def virtual(head: str, servers: str, more: str = "", kind: str = "NAT", protocol: str = "TCP") -> str:
    """Return a virtual server; ``servers`` are ``ADDRESS PORT`` each, parted by commas."""
    members = "".join(f"real_server {each.strip()} {{\n weight 2\n }}\n" for each in servers.split(","))
    return f"virtual_server {head} {{\n protocol {protocol}\n lb_algo rr\n lb_kind {kind}\n {more}\n {members} }}\n"


BY_NET = "persistence_timeout 60\n persistence_granularity"
CONFIGURATION = (
    "virtual_server_group shops {\n 198.51.100.107 80\n 198.51.100.104-105 8000\n fwmark 9\n }\n"
    + virtual("198.51.100.100 80", "192.0.2.11 80")
    + virtual("198.51.100.101 80", "192.0.2.21 80", kind="DR")
    + virtual("198.51.100.102 80", "192.0.2.22 80", kind="TUN")
    + virtual("198.51.100.103 80", "2001:db8:2::22 80", kind="TUN")
    + virtual(f"198.51.100.103 {UDP_PORT}", f"192.0.2.11 {UDP_PORT}", protocol="UDP")
    + virtual(f"{DIRECT_UDP} {UDP_PORT}", f"192.0.2.21 {UDP_PORT}, 192.0.2.22 {UDP_PORT}", "ops", kind="DR", protocol="UDP")
    + virtual(f"198.51.100.104 {SCTP_PORT}", f"192.0.2.11 {SCTP_PORT}", protocol="SCTP")
    + virtual("198.51.100.105 5061", "192.0.2.11 5061", "persistence_engine sip\n persistence_timeout 30", protocol="UDP")
    + virtual("198.51.100.105 5062", "192.0.2.11 5062", "persistence_engine sip", protocol="UDP")
    + virtual("198.51.100.120", "192.0.2.21", kind="DR")
    + virtual("198.51.100.121 80", "192.0.2.22 80", kind="TUN type gue port 6080 csum")
    + virtual("198.51.100.122 80", "192.0.2.22 80", kind="TUN type gre csum")
    + virtual(f"fwmark {MARK}", "192.0.2.11, 192.0.2.12", f"{BY_NET} 255.255.255.0")
    + virtual(f"fwmark {MARK_6}", "2001:db8:2::11, 2001:db8:2::12", f"{BY_NET} 64")
    + virtual("group shops", "192.0.2.12 80")
    + virtual("2001:db8:1::100 80", "2001:db8:2::11 80")
    + virtual("2001:db8:1::101 80", "2001:db8:2::21 80", kind="DR")
    + virtual("2001:db8:1::102 80", "2001:db8:2::22 80", kind="TUN")
    + virtual(f"2001:db8:1::103 {UDP_PORT}", f"2001:db8:2::12 {UDP_PORT}", protocol="UDP")
)
TABLE = {
    "TCP 198.51.100.100:80": ["192.0.2.11:80 Masq 2"],
    "TCP 198.51.100.101:80": ["192.0.2.21:80 Route 2"],
    "TCP 198.51.100.102:80": ["192.0.2.22:80 Tunnel 2"],
    "TCP 198.51.100.103:80": ["[2001:db8:2::22]:80 Tunnel 2"],
    f"UDP 198.51.100.103:{UDP_PORT}": [f"192.0.2.11:{UDP_PORT} Masq 2"],
    f"UDP {DIRECT_UDP}:{UDP_PORT}": [f"192.0.2.21:{UDP_PORT} Route 2", f"192.0.2.22:{UDP_PORT} Route 2"],
    f"SCTP 198.51.100.104:{SCTP_PORT}": [f"192.0.2.11:{SCTP_PORT} Masq 2"],
    "UDP 198.51.100.105:5061": ["192.0.2.11:5061 Masq 2"],
    "UDP 198.51.100.105:5062": ["192.0.2.11:5062 Masq 2"],
    "TCP 198.51.100.120:0": ["192.0.2.21:0 Route 2"],
    "TCP 198.51.100.121:80": ["192.0.2.22:80 Tunnel 2"],
    "TCP 198.51.100.122:80": ["192.0.2.22:80 Tunnel 2"],
    f"FWM {MARK}": ["192.0.2.11:0 Masq 2", "192.0.2.12:0 Masq 2"],
    f"FWM {MARK_6}": ["[2001:db8:2::11]:0 Masq 2", "[2001:db8:2::12]:0 Masq 2"],
    "TCP 198.51.100.107:80": ["192.0.2.12:80 Masq 2"],
    "TCP 198.51.100.104:8000": ["192.0.2.12:80 Masq 2"],
    "TCP 198.51.100.105:8000": ["192.0.2.12:80 Masq 2"],
    "FWM 9": ["192.0.2.12:80 Masq 2"],
    "TCP [2001:db8:1::100]:80": ["[2001:db8:2::11]:80 Masq 2"],
    "TCP [2001:db8:1::101]:80": ["[2001:db8:2::21]:80 Route 2"],
    "TCP [2001:db8:1::102]:80": ["[2001:db8:2::22]:80 Tunnel 2"],
    f"UDP [2001:db8:1::103]:{UDP_PORT}": [f"[2001:db8:2::12]:{UDP_PORT} Masq 2"],
}


def forward(order: Any) -> Any:  # noqa: ARG001  (a job has one)
    """Play the story; returns what ``Play.answer`` does."""
    loop = Loop()
    with play((11, 12, 21, 22)) as now:
        now.each(lambda player: _furnish(player, loop))
        now.each(lambda player: player.start(CONFIGURATION))
        now.settle("begun", TABLE)
        now.note("pages", _pages)
        now.note("datagrams", _datagrams)
        now.note("marked", _marked)
        now.note("templates", _templates)
        now.note("exit", lambda player: player.stop())
        now.forget(*TABLE)
        now.settle("ended")
        return now.answer()


def _furnish(player: Player, loop: Loop) -> None:
    for program, address, mark in MARKS:
        rule = f"{program} -t mangle -A PREROUTING -d {address} -j MARK --set-mark {mark}"
        told(player.stage.director, *rule.split())
    for number, host in player.stage.servers.items():
        Web(host, 80, str(number)).start()
        at = "::" if number in MASQUERADED else f"::ffff:{DIRECT_UDP}"
        Datagrams(loop, host, UDP_PORT, answer_in_kind(str(number)), at).start()


def _pages(player: Player) -> dict[str, str]:
    """Who serves a page at each virtual address."""
    client = player.stage.client
    found = {f"198.51.100.{number}": page(client, CLIENT, f"198.51.100.{number}") for number in (100, 101, 102, 103, 107)}
    found |= {f"2001:db8:1::{number}": page(client, CLIENT_6, f"2001:db8:1::{number}") for number in (100, 101, 102)}
    return found | {"198.51.100.105:8000": page(client, CLIENT, "198.51.100.105", 8000)}


def _datagrams(player: Player) -> list[str]:
    """Who answers datagrams; without memory of connections, both servers do in turn."""
    client = player.stage.client
    alone = datagram(client, CLIENT, "198.51.100.103", UDP_PORT)
    turns = sorted(datagram(client, CLIENT, DIRECT_UDP, UDP_PORT) for _ in range(2))
    return [alone, *turns, datagram(client, CLIENT_6, "2001:db8:1::103", UDP_PORT)]


def _marked(player: Player) -> dict[str, list[str]]:
    """Who serves clients of one network, and of another, again and again."""
    client = player.stage.client
    return {
        "neighbours": [page(client, source, MARKED) for source in (CLIENT, SISTER, CLIENT, SISTER)],
        "stranger": [page(client, STRANGER, MARKED) for _ in range(2)],
        "version 6": [page(client, CLIENT_6, MARKED_6) for _ in range(2)],
    }


def _templates(player: Player) -> list[str]:
    """Whom the kernel keeps with whom: the networks of clients, each with its server."""
    found = (each for each in connections(player.stage.director) if each.client.endswith(":0"))
    return sorted(f"{each.client} {each.virtual} {each.server}" for each in found)
