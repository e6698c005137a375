"""A headless Chromium, driven over its DevTools protocol through two pipes: what people see, and what goes wrong on a page."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

PATIENCE = 20.0
"""Seconds that anything on a page may take, on a machine that is busy."""


@define
class Page:
    """A page: questions are expressions in JavaScript; ``complaints`` are what its console and its scripts complained of."""

    _commands: int
    _events: int
    _process: subprocess.Popen[bytes]
    _session: str = ""
    _number: int = 0
    _buffer: bytes = b""
    _loaded: bool = False
    complaints: list[str] = field(factory=list)

    def open(self, address: str) -> None:
        """Go somewhere, and wait until all is loaded."""
        self._loaded = False
        went = self._ask("Page.navigate", url=address)
        assert "errorText" not in went, went
        while not self._loaded:
            self._hear(self._read())

    def ask(self, expression: str) -> Any:
        """Return what an expression comes to."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Wait until an expression is true."""
        ends = time.monotonic() + PATIENCE
        while not (found := self.ask(expression)):
            assert time.monotonic() < ends, f"{expression} did not come true\n{self.complaints}\n{self.ask('document.body.innerText')}"
            time.sleep(0.02)
        return found

    def press(self, key: str) -> None:
        """Press a key on what has the focus."""
        for kind in ("keyDown", "keyUp"):
            text = "\r" if key == "Enter" else " " if key == " " else ""
            pressed: dict[str, Any] = {"type": kind, "key": key, "code": key, **({"text": text} if text and kind == "keyDown" else {})}
            if key == "Enter":
                pressed["windowsVirtualKeyCode"] = 13
            self._ask("Input.dispatchKeyEvent", **pressed)

    def prefer(self, scheme: str) -> None:
        """Prefer light or dark."""
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def begin(self) -> None:
        """Attach to a page."""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self._hear(message)

    def _hear(self, event: dict[str, Any]) -> None:
        match event:
            case {"method": "Page.loadEventFired"}:
                self._loaded = True
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                self.complaints.append(json.dumps(details))
            case {"method": "Log.entryAdded", "params": {"entry": {"level": "error" | "warning", "text": text}}}:
                self.complaints.append(text)
            case _:
                pass

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = os.read(self._events, 1 << 20)
            assert data, f"the browser has ended: {self._process.poll()}"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


@contextmanager
def browsing(profile: Path) -> Iterator[Page]:
    """Run a browser with a page; skip the test where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs the Debian package chromium")
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", f"--user-data-dir={profile}")
    wrapper = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["bash", "-c", wrapper, program, *options, "about:blank"],
        pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs_in)
    os.close(theirs_out)
    page = Page(ours_out, ours_in, process)
    try:
        page.begin()
        yield page
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        os.close(ours_out)
        os.close(ours_in)
