"""The explorer in a browser: everything that can happen is a click away, and what others recorded is where one can start."""

import http.client
import json
from collections.abc import Iterator
from threading import Thread

import pytest

from kaspec.config import read
from kaspec.explore import Faults, World
from kaspec.explore.capturing import frames
from kaspec.explore.deployment import deploy
from kaspec.explore.playing import trace
from kaspec.units import Interval
from kaspec.wire.pcap import encode_pcap
from shell.explorer import Exploration, Server
from tests.interop.browser import Page, browsing
from tests.unit.explore import WAY, judged, shown
from tests.unit.explore.test_deployment import instance

CHOICES = "[...document.querySelectorAll('#moves button')].map(each => each.dataset.key)"
HELD = "document.getElementById('holders').innerText"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    files = [read(instance(priority=priority), f"{name}.conf") for name, priority in (("a", 100), ("b", 50))]
    served = Server(Exploration(deploy(files, ["a", "b"], Interval(1000)).clusters), 0)
    thread = Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(server: Server, browser: Page) -> Page:
    browser.complaints.clear()
    browser.open("about:blank")
    browser.open(server.address)
    browser.wait("document.querySelectorAll('#moves button').length")
    return browser


def choose(page: Page, *keys: str) -> None:
    """Click through moves, one after another."""
    for key in keys:
        count = page.ask("here.path.length")
        page.ask(f"document.querySelector('#moves button[data-key=\"{key}\"]').click()")
        page.wait(f"here.path.length === {count + 1}")


def test_one_clicks_through_a_failover_and_steps_back(page: Page) -> None:
    choose(page, "a starts", "b starts", "3.608375 s pass", "0.001000 s pass", "a deadline")
    assert page.ask(HELD) == "10.0.0.100 of V: a"
    assert "rfc3768.6.4.2.master-down-timer" in page.ask("document.getElementById('fired').innerText")
    assert "a → b: virtual_router_id 51, priority 100" in page.ask("document.getElementById('wire').innerText")
    choose(page, "b hears a", "a crashes")
    assert page.ask(HELD) == "10.0.0.100 of V: nobody"
    page.ask("document.getElementById('back').click()")
    page.wait("here.path.length === 6")
    assert page.ask(HELD) == "10.0.0.100 of V: a"
    page.ask("history.back()")
    page.wait("here.path.length === 7")
    assert page.complaints == []


def test_two_masters_are_seen_at_once(page: Page) -> None:
    choose(page, "a starts", "b starts", "3.608375 s pass", "0.001000 s pass", "a deadline", "a to b lost", "0.194312 s pass")
    choose(page, "0.001000 s pass", "b deadline")
    assert page.ask(HELD) == "10.0.0.100 of V: a and b at once!"
    assert page.ask("document.querySelectorAll('figure.run svg .cross').length") == 1
    assert page.complaints == []


def test_keys_are_enough(page: Page) -> None:
    first = page.ask(CHOICES)[0]
    page.press("1")
    page.wait("here.path.length === 1")
    assert page.ask("here.path[0]") == first
    page.press("Backspace")
    page.wait("here.path.length === 0")


def found() -> tuple[str, bytes]:
    """Return a counterexample of the same two files, as a trace and as a capture."""
    files = [read(instance(priority=priority), f"{name}.conf") for name, priority in (("a", 100), ("b", 50))]
    (cluster,) = deploy(files, ["a", "b"], Interval(1000)).clusters
    world = World(cluster.world.hosts, cluster.world.virtual, WAY, Faults(loss=1))
    run = shown(*judged(world, "T1"))
    text = trace(run)
    assert text is not None
    return text, encode_pcap(frames(run))


def test_a_pasted_trace_is_where_one_starts(page: Page) -> None:
    text, _ = found()
    page.ask(f"document.getElementById('pasted').value = {json.dumps(text)}; document.getElementById('take').click()")
    page.wait("here.start.startsWith('pasted') && here.path.length > 0")
    assert page.ask(HELD) == "10.0.0.100 of V: a and b at once!"
    assert page.ask("document.getElementById('complaint').innerText") == ""
    assert "b deadline" not in page.ask(CHOICES)


def test_a_dropped_capture_is_explained(page: Page) -> None:
    _, capture = found()
    page.ask(f"void take(new Uint8Array({list(capture)}))")
    page.wait("here.start.startsWith('pasted') && here.path.length > 0")
    assert "a to b lost" in page.ask("here.path")
    assert page.ask(HELD) == "10.0.0.100 of V: a and b at once!"


def test_what_cannot_be_followed_is_told(page: Page) -> None:
    page.ask("document.getElementById('pasted').value = 'nonsense'; document.getElementById('take').click()")
    page.wait("document.getElementById('error').innerText.includes('this is no trace')")
    page.ask('void (location.hash = encodeURIComponent(\'{"start": "0", "path": ["pigs fly"]}\'))')
    page.wait("document.getElementById('error').innerText.includes('cannot happen there')")


def asked(server: Server, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {**headers, "Content-Length": str(len(body or b""))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_answers_to_no_other_name_and_to_no_other_page(server: Server) -> None:
    ours = f"127.0.0.1:{server.server_port}"
    ask, order = {"Host": ours}, {"Host": ours, "X-Kaspec": "explorer"}
    body = b'{"start": "0", "path": []}'
    assert asked(server, "GET", "/", ask) == 200
    assert asked(server, "POST", "/position", order, body) == 200
    assert asked(server, "GET", "/", {"Host": "evil.example"}) == 403
    assert asked(server, "GET", "/starts", {}) == 403
    assert asked(server, "GET", "/starts", {**ask, "Origin": "http://evil.example"}) == 403
    assert asked(server, "POST", "/position", ask, body) == 403
    assert asked(server, "POST", "/position", {**order, "Host": f"evil.example:{server.server_port}"}, body) == 403


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"start": "0"}', b'{"start": "9", "path": []}', b'{"start": "0", "path": ["x"]}'])
def test_bad_questions_are_answered_as_such(server: Server, body: bytes) -> None:
    ours = {"Host": f"127.0.0.1:{server.server_port}", "X-Kaspec": "explorer"}
    assert asked(server, "POST", "/position", ours, body) == 400
    assert asked(server, "POST", "/take?0", ours, b"\xd4\xc3\xb2\xa1" + body) == 400
    assert asked(server, "POST", "/elsewhere", ours, body) == 400
    assert asked(server, "GET", "/elsewhere", ours) == 404
