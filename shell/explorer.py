"""The explorer's server: a page, and JSON of where one is, for a browser on this machine and nobody else.

It listens on loopback, answers only requests that name it by a loopback name, so that no page elsewhere can reach it by a name of its own
(DNS rebinding), and takes orders only from its own page.
"""

import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from attrs import field

from kaspec.explore.deployment import Cluster
from kaspec.explore.explaining import explain, heard
from kaspec.explore.exploring import Explorer, NoSuchMoveError
from kaspec.explore.following import Followed, follow
from kaspec.frozen import define
from kaspec.judge import read_capture
from kaspec.picture.svg import STYLE
from kaspec.trace import Trace, parse
from kaspec.wire.ip import Malformed
from shell.web import asset

MOST_BYTES = 8 << 20
"""No request is larger."""
MOST_STARTS = 20
"""How many things to start from are remembered beside the files."""
PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "/": ("text/html; charset=utf-8", lambda: asset("explorer.html")),
    "/style.css": ("text/css; charset=utf-8", lambda: asset("page.css") + asset("explorer.css") + STYLE),
    "/explorer.js": ("text/javascript; charset=utf-8", lambda: asset("errors.js") + asset("figure.js") + asset("explorer.js")),
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
Answer = dict[str, Any]


class RefusedError(ValueError):
    """What was asked for is not to be had, and why."""


@define
class Exploration:
    """What one can start from: each lot of virtual routers of the files, and what was pasted."""

    clusters: Sequence[Cluster]
    explorers: dict[str, Explorer] = field(factory=dict)
    pasted: int = 0
    lock: Lock = field(factory=Lock, repr=False)

    def __attrs_post_init__(self) -> None:
        for number, cluster in enumerate(self.clusters):
            self.explorers[str(number)] = Explorer.free(cluster.world)

    def starts(self) -> Answer:
        """Return what one can begin with."""
        return {"starts": [{"start": str(number), "title": cluster.title} for number, cluster in enumerate(self.clusters)]}

    def position(self, start: str, path: Sequence[str]) -> Answer:
        """Return where a path leads."""
        if start not in self.explorers:
            raise RefusedError("that was pasted before the explorer was started anew: paste it again")
        with self.lock:
            return {"start": start, **self.explorers[start].position(path)}

    def take(self, start: str, data: bytes) -> Answer:
        """Start from a trace or a capture, in the world of ``start``."""
        with self.lock:
            followed = self._followed(self.explorers.get(start, self.explorers["0"]), data)
            if not followed.path:
                raise RefusedError(followed.complaint or "nothing happens in it")
            if len(self.explorers) >= len(self.clusters) + MOST_STARTS:
                del self.explorers[list(self.explorers)[len(self.clusters)]]
            self.pasted += 1
            name = f"pasted-{self.pasted}"
            self.explorers[name] = followed.explorer
            return {"start": name, "path": list(followed.path), "complaint": followed.complaint}

    def _followed(self, explorer: Explorer, data: bytes) -> Followed:
        capture = read_capture(data)
        if not isinstance(capture, Malformed):
            return explain(explorer.steps.world, heard(capture))
        try:
            trace = parse(data.decode(), "pasted")
        except UnicodeDecodeError:
            raise RefusedError(f"this is no trace, and no packet capture: {capture.reason}") from None
        if not isinstance(trace, Trace):
            raise RefusedError(f"this is no trace: {trace[0]}")
        return follow(explorer, trace)


class Server(ThreadingHTTPServer):
    """Serves an exploration on loopback until it is shut down."""

    daemon_threads = True

    def __init__(self, exploration: Exploration, port: int) -> None:
        self.exploration = exploration
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.server_port}/"

    @property
    def names(self) -> frozenset[str]:
        """How a browser may call it."""
        return frozenset(f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost"))


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 60
    server_version, sys_version = "kaspec", ""

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        if self.path == "/starts":
            self._answer(200, self.server.exploration.starts())
        elif self.path in PAGES:
            kind, page = PAGES[self.path]
            self._send(200, kind, page().encode())
        else:
            self._answer(404, {"error": f"there is nothing at {self.path}"})

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        if self.headers.get("X-Kaspec") != "explorer":  # which no page elsewhere can send without asking first
            self._answer(403, {"error": "this is for the explorer's own page"})
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self._answer(413, {"error": f"no more than {MOST_BYTES >> 20} MB"})
            return
        try:
            self._answer(200, self._asked(self.rfile.read(int(length))))
        except (RefusedError, NoSuchMoveError) as refused:
            self._answer(400, {"error": str(refused)})
        except Exception as mistake:  # which the page must show, and whoever runs the server must see
            self._answer(500, {"error": f"a mistake of kaspec's: {type(mistake).__name__}: {mistake}"})
            raise

    def _asked(self, body: bytes) -> Answer:
        exploration = self.server.exploration
        path, _, start = self.path.partition("?")
        if path == "/take":
            return exploration.take(start, body)
        if path != "/position":
            raise RefusedError(f"there is nothing at {path}")
        try:
            asked = json.loads(body)
            words = [word for word in asked["path"] if isinstance(word, str)]
            return exploration.position(str(asked["start"]), words)
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
            raise RefusedError('a position is asked for as {"start": START, "path": [MOVE, ...]}') from None

    def _is_ours(self) -> bool:
        """Refuse whoever calls the server by another name, or comes from another page."""
        origin = self.headers.get("Origin")
        if self.headers.get("Host") in self.server.names and (origin is None or origin.removeprefix("http://") in self.server.names):
            return True
        self._answer(403, {"error": f"the explorer is at {self.server.address} and answers to no other name"})
        return False

    def _answer(self, status: int, answer: Answer) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: one person looks at a page."""
