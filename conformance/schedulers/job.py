"""In the kernel lab: a director, a host of real servers and a host of clients carry out cases, and tell who answered each connection.

Masquerading, so that a server's own address tells which one was chosen.  Every address of 10.50.0.0/16 is a client, every one of
10.64.0.0/10 virtual, every one of 10.128.0.0/9 a server: routes of type local make them so.
"""

import socket
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

from conformance.lab.network import Host, Lab, open_lab
from conformance.lab.waiting import wait_until

VIRTUAL_PORT, SERVER_PORT = 80, 8000
IP_PKTINFO, IP_RECVERR = 8, 11
FLOW, ENTRY = len("TCP 0A320001 0401 0A400101 0050 "), len("TCP 0A320001 0401 0A400101 0050 0A800101")
"""How far the connection goes in a line of the kernel's list, and how far its server's address."""
PATIENCE = 10.0
ABORT = struct.pack("ii", 1, 0)
HOSTS = ("client", "director", "servers")
SYSTEM_CONTROLS = ("net.ipv4.ip_forward=1", "net.ipv4.icmp_ratemask=0", "net.ipv4.vs.run_estimation=0")
LINKS = (
    ("client", "front", "10.4.0.2"),
    ("director", "front", "10.4.0.1"),
    ("director", "back", "10.3.0.1"),
    ("servers", "back", "10.3.0.2"),
)
ROUTES = (
    ("client", "local 10.50.0.0/16 dev lo"),
    ("client", "10.64.0.0/10 via 10.4.0.1"),
    ("director", "local 10.64.0.0/10 dev lo"),
    ("director", "10.50.0.0/16 via 10.4.0.2"),
    ("director", "10.128.0.0/9 via 10.3.0.2"),
    ("servers", "local 10.128.0.0/9 dev lo"),
    ("servers", "default via 10.3.0.1"),
)


def run_cases(order: Any) -> Any:
    """Carry out ``{expire_quiescent, cases}`` phase by phase, all cases in each: what one has to wait for, all wait for at once.

    Returns ``{answers, listed, differing}``: who answered each case's connections; how many of them the kernel still lists at the end; and
    those for which its list names another server.
    """
    cases = order["cases"]
    with open_lab() as lab, _scene(lab, cases, order["expire_quiescent"]) as scene:
        stories = [Story(scene, case) for case in cases]
        for phases in zip(*(case["phases"] for case in cases), strict=True):
            scene.tell_ipvsadm([command for phase in phases for command in phase["commands"]])
            ended: set[str] = set()
            for story, phase in zip(stories, phases, strict=True):
                story.ask(phase["asked"])
                story.close(phase["closed"], phase["present"])
                ended |= story.end(phase["ended"], phase["present"])
            if ended:
                wait_until(lambda: ended.isdisjoint(scene.listed()), PATIENCE, "the entries of ended connections gone")  # noqa: B023
        listed = scene.listed()
        told = {
            flow: _hexadecimal(server)
            for story in stories
            for flow, server in zip(story.flows, story.servers, strict=True)
            if server is not None
        }
        differing = [(flow, server, told[flow]) for flow, server in listed.items() if flow in told and told[flow] != server]
        for story in stories:
            story.leave()
        return {
            "answers": [story.servers for story in stories],
            "listed": sum(flow in told for flow in listed),
            "differing": differing[:20],
        }


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

    def listed(self) -> dict[str, str]:
        """Return the kernel's own list of connections: the server of each, by what is before it in the line."""
        with self.director.namespace.entered():
            lines = Path("/proc/thread-self/net/ip_vs_conn").read_text().splitlines()[1:]
        return {line[:FLOW]: line[FLOW:ENTRY] for line in lines}


@define
class Story:
    """One case on its way: its sockets, and who answered."""

    scene: Scene
    case: Any
    flows: list[str] = field(factory=list)
    servers: list[str | None] = field(factory=list)
    sockets: list[tuple[socket.socket, socket.socket] | None] = field(factory=list)

    def ask(self, asked: Sequence[Any]) -> None:
        """Open connections one after the other, and note who answers each."""
        kind = socket.SOCK_STREAM if self.case["protocol"] == "tcp" else socket.SOCK_DGRAM
        listener = self.scene.listeners[self.case["protocol"], VIRTUAL_PORT if self.case["mark"] else SERVER_PORT]
        with self.scene.client.namespace.entered():
            clients = [socket.socket(socket.AF_INET, kind) for _ in asked]
        for client, (source, port, virtual) in zip(clients, asked, strict=True):
            client.bind((source, port))
            accepted = _connection(client, virtual, listener) if kind == socket.SOCK_STREAM else None
            if accepted is not None:
                self.servers.append(accepted.getsockname()[0])
                self.sockets.append((client, accepted))
            else:
                self.servers.append(_datagram(client, virtual, listener) if kind == socket.SOCK_DGRAM else None)
                self.sockets.append(None)
                client.close()
            self.flows.append(_flow(self.case["protocol"], source, port, virtual))

    def close(self, numbers: Sequence[int], present: Sequence[str]) -> None:
        """Close connections, the client first."""
        for number, (client, server) in self._open(numbers, present):
            client.close()
            assert server.recv(1) == b""
            server.close()
            self.sockets[number] = None

    def end(self, numbers: Sequence[int], present: Sequence[str]) -> set[str]:
        """Let servers say that they are done, and clients keep silent; return which connections there were to end."""
        ending = self._open(numbers, present)
        for _, (client, server) in ending:
            server.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
        return {self.flows[number] for number, _ in ending}

    def _open(self, numbers: Sequence[int], present: Sequence[str]) -> list[tuple[int, tuple[socket.socket, socket.socket]]]:
        """Return the sockets of those that are open; the kernel drops what is sent to a server that was removed."""
        return [(number, pair) for number in numbers if (pair := self.sockets[number]) is not None and self.servers[number] in present]

    def leave(self) -> None:
        """Abort whatever is open."""
        for pair in self.sockets:
            for each in pair or ():
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                each.close()


def _connection(client: socket.socket, virtual: str, listener: socket.socket) -> socket.socket | None:
    """Connect and return the server's end; ``None`` if the client was told that the port is unreachable.

    That often reaches the socket while the system call still has it locked.  The kernel then keeps it for a mere hint and goes on trying,
    so it is read from the queue of errors.
    """
    client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    client.setblocking(False)
    client.connect_ex((virtual, VIRTUAL_PORT))

    def outcome() -> tuple[socket.socket | None] | None:
        try:
            server, peer = listener.accept()
        except BlockingIOError:
            return (None,) if _refused(client) else None
        assert peer == client.getsockname(), "the connection accepted is another one"
        return (server,)

    found = wait_until(outcome, PATIENCE, "a connection's acceptance or refusal")
    assert found is not None
    for end in (client, found[0]):
        if end is not None:
            end.setblocking(True)
    return found[0]


def _refused(client: socket.socket) -> bool:
    if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        return True
    try:
        return bool(client.recvmsg(1, 512, socket.MSG_ERRQUEUE)[1])
    except BlockingIOError:
        return False


def _datagram(client: socket.socket, virtual: str, listener: socket.socket) -> str | None:
    """Send a datagram and return the server that it reached; ``None`` if the client was told that the port is unreachable."""
    client.connect((virtual, VIRTUAL_PORT))
    client.send(b"?")

    def outcome() -> tuple[str | None] | None:
        try:
            _, ancillary, _, peer = listener.recvmsg(16, 64)
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
        _mark({case["network"]: case["mark"] for case in cases if case["mark"]})
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


def _mark(marks: Mapping[str, int]) -> None:
    """Mark the packets to these networks."""
    rules = [f"-A PREROUTING -d {network} -j MARK --set-mark {mark}" for network, mark in marks.items()]
    _run("iptables-legacy-restore", text="\n".join(["*mangle", *rules, "COMMIT", ""]))


def _listen(host: Host, kind: socket.SocketKind, port: int) -> socket.socket:
    listener = host.socket(socket.AF_INET, kind)
    listener.setblocking(False)
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


def _flow(protocol: str, source: str, port: int, virtual: str) -> str:
    """Return how a line of the kernel's list begins: protocol, client, virtual address and port, in hexadecimal."""
    return f"{protocol.upper()} {_hexadecimal(source)} {port:04X} {_hexadecimal(virtual)} {VIRTUAL_PORT:04X} "


def _hexadecimal(address: str) -> str:
    return socket.inet_aton(address).hex().upper()
