"""In the kernel lab: a director, a host of real servers and a host of clients carry out cases, and tell who answered each connection.

Masquerading, so that a server's own address tells which one was chosen.  Every address of 10.50.0.0/16 is a client, every one of
10.2.0.0/16 a server, every one of 10.64.0.0/16 virtual: routes of type local make them so.
"""

import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.waiting import wait_until

VIRTUAL_PORT, SERVER_PORT = 80, 8000
IP_PKTINFO = 8
PATIENCE = 10.0
ABORT = struct.pack("ii", 1, 0)
HOSTS = ("client", "director", "servers")
SYSTEM_CONTROLS = ("net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0", "net.ipv4.vs.run_estimation=0")
LINKS = (
    ("client", "front", "10.4.0.2"),
    ("director", "front", "10.4.0.1"),
    ("director", "back", "10.3.0.1"),
    ("servers", "back", "10.3.0.2"),
)
ROUTES = (
    ("client", "local 10.50.0.0/16 dev lo"),
    ("client", "10.64.0.0/16 via 10.4.0.1"),
    ("director", "local 10.64.0.0/16 dev lo"),
    ("director", "10.50.0.0/16 via 10.4.0.2"),
    ("director", "10.2.0.0/16 via 10.3.0.2"),
    ("servers", "local 10.2.0.0/16 dev lo"),
    ("servers", "default via 10.3.0.1"),
)


def run_cases(order: Any) -> Any:
    """Carry out lists of cases, each list in a lab of its own: ``[{expire_quiescent, cases}]`` to ``[{answers, listed}]``."""
    Path("/proc/sys/net/ipv4/icmp_msgs_per_sec").write_text("1000000")
    return [_run_together(each["cases"], each["expire_quiescent"]) for each in order]


def _run_together(cases: Sequence[Any], expire_quiescent: bool) -> Any:
    """Carry out cases phase by phase, all of them in each: what one has to wait for, all wait for at once."""
    with open_lab() as lab, _scene(lab, cases, expire_quiescent) as scene:
        stories = [Story(scene, case) for case in cases]
        for place in range(max(len(case["phases"]) for case in cases)):
            phases = [(story, story.case["phases"][place]) for story in stories if place < len(story.case["phases"])]
            scene.tell_ipvsadm([command for _, phase in phases for command in phase["commands"]])
            for story, phase in phases:
                story.ask(phase["asked"])
            for story, phase in phases:
                story.close(phase["closed"], phase["present"])
            going = {story.answered[number] for story, phase in phases for number in story.end(phase["ended"], phase["present"])}
            wait_until(lambda: going.isdisjoint(scene.listed()), PATIENCE, "the entries of ended connections gone")  # noqa: B023
        listed = scene.listed()
        told = {key: server for story in stories for key, server in zip(story.answered, story.servers, strict=True)}
        differing = [(key, server, told.get(key)) for key, server in listed.items() if key in told and told[key] != server]
        for story in stories:
            story.leave()
        return {
            "answers": [story.servers for story in stories],
            "listed": sum(key in told for key in listed),
            "differing": differing[:20],
        }


Flow = tuple[str, str, int, str]
"""A connection: protocol, client's address and port, virtual address."""


@define
class Scene:
    """The three hosts, the servers' sockets, and the director's table."""

    director: Host
    client: Host
    listeners: dict[tuple[str, int], socket.socket]

    def tell_ipvsadm(self, commands: Sequence[str]) -> None:
        """Have ipvsadm carry out commands; raises ``RuntimeError`` with its complaint."""
        if not commands:
            return
        with self.director.namespace.entered():
            text = "\n".join(commands) + "\n"
            done = subprocess.run(["ipvsadm", "--restore"], input=text, text=True, capture_output=True, check=False)
        if done.returncode or done.stderr:
            raise RuntimeError(f"ipvsadm: {done.stderr}\n{text}")

    def listed(self) -> dict[Flow, str]:
        """Return the kernel's own list of connections, without templates: the server of each."""
        with self.director.namespace.entered():
            lines = Path("/proc/thread-self/net/ip_vs_conn").read_text().splitlines()[1:]
        entries = (line.split() for line in lines)
        return {
            (each[0].lower(), _address(each[1]), int(each[2], 16), _address(each[3])): _address(each[5])
            for each in entries
            if int(each[2], 16)
        }


@define
class Story:
    """One case on its way: its sockets, and who answered."""

    scene: Scene
    case: Any
    answered: list[Flow] = field(factory=list)
    servers: list[str | None] = field(factory=list)
    sockets: list[tuple[socket.socket, socket.socket] | None] = field(factory=list)

    def ask(self, asked: Sequence[Any]) -> None:
        """Open connections one after the other, and note who answers each."""
        kind = socket.SOCK_STREAM if self.case["protocol"] == "tcp" else socket.SOCK_DGRAM
        listener = self.scene.listeners[self.case["protocol"], VIRTUAL_PORT if self.case["by_mark"] else SERVER_PORT]
        with self.scene.client.namespace.entered():
            clients = [socket.socket(socket.AF_INET, kind) for _ in asked]
        for client, (source, port, virtual) in zip(clients, asked, strict=True):
            client.settimeout(PATIENCE)
            client.bind((source, port))
            pair = None
            if kind == socket.SOCK_DGRAM:
                self.servers.append(_datagram(client, virtual, listener))
            elif (server := self._connect(client, virtual, listener)) is not None:
                pair = (client, server)
            self.sockets.append(pair)
            if pair is None:
                client.close()
            self.answered.append((self.case["protocol"], source, port, virtual))

    def _connect(self, client: socket.socket, virtual: str, listener: socket.socket) -> socket.socket | None:
        try:
            client.connect((virtual, VIRTUAL_PORT))
        except ConnectionRefusedError:
            self.servers.append(None)
            return None
        server, peer = listener.accept()
        assert peer == client.getsockname(), "the connection accepted is another one"
        server.settimeout(PATIENCE)
        self.servers.append(server.getsockname()[0])
        return server

    def close(self, numbers: Sequence[int], present: Sequence[str]) -> None:
        """Close connections, the client first."""
        for number, (client, server) in self._open(numbers, present):
            client.close()
            assert server.recv(1) == b""
            server.close()
            self.sockets[number] = None

    def end(self, numbers: Sequence[int], present: Sequence[str]) -> list[int]:
        """Let servers say that they are done, and clients keep silent; return which connections there were to end."""
        ending = self._open(numbers, present)
        for _, (client, server) in ending:
            server.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
        return [number for number, _ in ending]

    def _open(self, numbers: Sequence[int], present: Sequence[str]) -> list[tuple[int, tuple[socket.socket, socket.socket]]]:
        """Return the sockets of those that are open; the kernel drops what is sent to a server that was removed."""
        return [(number, pair) for number in numbers if (pair := self.sockets[number]) is not None and self.servers[number] in present]

    def leave(self) -> None:
        """Abort whatever is open."""
        for pair in self.sockets:
            for each in pair or ():
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                each.close()


def _datagram(client: socket.socket, virtual: str, listener: socket.socket) -> str | None:
    """Send a datagram and return the server that it reached; ``None`` if the client was told that the port is unreachable."""
    client.connect((virtual, VIRTUAL_PORT))
    client.send(b"?")

    def outcome() -> tuple[str | None] | None:
        try:
            _, ancillary, _, peer = listener.recvmsg(16, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return (None,) if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else None
        assert peer == client.getsockname(), "the datagram received is another one"
        return (socket.inet_ntoa(next(data for level, kind, data in ancillary if kind == IP_PKTINFO)[8:12]),)

    found = wait_until(outcome, PATIENCE, "a datagram's arrival or refusal")
    assert found is not None
    return found[0]


@contextmanager
def _scene(lab: Lab, cases: Sequence[Any], expire_quiescent: bool) -> Iterator[Scene]:
    """Build the hosts, mark what goes to services by mark, set IPVS up, and listen."""
    hosts = {name: lab.host(name) for name in HOSTS}
    lans = {name: lab.lan(name) for name in ("front", "back")}
    for number, (name, lan, address) in enumerate(LINKS, 1):
        lab.connect(hosts[name], lans[lan], lan, f"02:00:00:00:00:0{number}", [f"{address}/24"])
    for name, route in ROUTES:
        with hosts[name].namespace.entered():
            _run("ip", "route", "add", *route.split())
    with hosts["director"].namespace.entered():
        _run("ipvsadm", "--set", "0", "1", "0")
        _run("sysctl", "-qw", *SYSTEM_CONTROLS, f"net.ipv4.vs.expire_quiescent_template={int(expire_quiescent)}")
        _mark([case["number"] for case in cases if case["by_mark"]])
    listeners = {
        ("tcp" if kind == socket.SOCK_STREAM else "udp", port): _listen(hosts["servers"], kind, port)
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        for port in (VIRTUAL_PORT, SERVER_PORT)
    }
    try:
        yield Scene(hosts["director"], hosts["client"], listeners)
    finally:
        for listener in listeners.values():
            listener.close()


def _mark(numbers: Sequence[int]) -> None:
    """Mark packets to the virtual addresses of these cases with their numbers."""
    rules = [f"-A PREROUTING -d 10.64.{number}.0/24 -j MARK --set-mark {number}" for number in numbers]
    _run("iptables-legacy-restore", text="\n".join(["*mangle", *rules, "COMMIT", ""]))


def _listen(host: Host, kind: socket.SocketKind, port: int) -> socket.socket:
    listener = host.socket(socket.AF_INET, kind)
    listener.settimeout(PATIENCE)
    if kind == socket.SOCK_DGRAM:
        listener.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    listener.bind(("", port))
    if kind == socket.SOCK_STREAM:
        listener.listen(64)
    return listener


def _run(*command: str, text: str = "") -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")


def _address(word: str) -> str:
    """Return the address that the kernel's list has in hexadecimal."""
    return socket.inet_ntoa(bytes.fromhex(word))
