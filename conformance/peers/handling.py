"""Who handles a device that is not run on this machine: a program, or the operator who is asked to."""

import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from attrs import define, field, frozen

from conformance.peers.description import in_words, write_description
from conformance.peers.peer import Device

Verb = Literal["start", "stop", "crash", "up", "down"]
PATIENCE = 120
"""How many seconds a program may take for one thing."""
_CANNOT = 1


class HandlingError(OSError):
    """The device could not be handled as it had to be; the message says why."""


class Handler(Protocol):
    """Whoever can configure, start and stop the device, and pull its cable."""

    def objection(self, device: Device) -> str | None:
        """Return why it cannot be such a device."""
        ...

    def do(self, verb: Verb, device: Device) -> None:
        """Do something to it, and return as soon as that is done; raises ``HandlingError``."""
        ...

    def version(self) -> str:
        """Return what it is, and which version."""
        ...


@frozen
class Program:
    """A program that is run as ``COMMAND VERB [FOLDER]``; the folder has device.conf and device.json.

    Exit status 1 of ``can FOLDER`` means that it cannot be such a device; the first line it writes says why.
    """

    command: tuple[str, ...]

    def objection(self, device: Device) -> str | None:
        """Ask the program whether it can be such a device."""
        ended = self._run("can", device)
        if ended.returncode == _CANNOT:
            return (ended.stdout.strip() or "its handler says so").splitlines()[0]
        self._check("can", ended)
        return None

    def do(self, verb: Verb, device: Device) -> None:
        """Have the program do it."""
        self._check(verb, self._run(verb, device))

    def version(self) -> str:
        """Return the first line that the program writes when it is asked."""
        said = self._run("version", None).stdout.strip()
        return said.splitlines()[0] if said else "unknown"

    def _run(self, verb: str, device: Device | None) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory(prefix="kaspec-device-") as folder:
            if device is not None:
                write_description(device, Path(folder))
            arguments = [*self.command, verb, *([] if device is None else [folder])]
            try:
                return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
            except subprocess.TimeoutExpired:
                raise HandlingError(f"{shlex.join(arguments)} did not end within {PATIENCE} s") from None
            except OSError as error:
                raise HandlingError(f"{self.command[0]} cannot be run: {error.strerror}") from None

    def _check(self, verb: str, ended: subprocess.CompletedProcess[str]) -> None:
        if ended.returncode:
            said = (ended.stderr or ended.stdout).strip()
            raise HandlingError(f"{shlex.join((*self.command, verb))} ended with status {ended.returncode}: {said or 'it said nothing'}")


@define
class Operator:
    """A person, who is told what to do by ``ask`` and answers when it is done; an answer that begins with n is a no."""

    ask: Callable[[str], str]
    _answers: dict[str, bool] = field(factory=dict)

    def objection(self, device: Device) -> str | None:
        """Ask, once for each kind of device, whether it can be such a one."""
        words = "\n".join(f"  {line}" for line in in_words(device))
        if words not in self._answers:
            self._answers[words] = self._says_yes(f"A device such that\n{words}\nCan yours be such a one? [Y/n]")
        return None if self._answers[words] else "the operator says that it cannot be such a device"

    def do(self, verb: Verb, device: Device) -> None:
        """Have it done, and hear when."""
        words = {
            "start": "Configure the device so that\n{}\nand start it, from nothing; answer the moment it starts to work",
            "stop": "Stop the device in an orderly way; answer the moment it is stopped",
            "crash": "Cut the power of the device; answer at that moment",
            "up": "Put the device's cable in; answer at that moment",
            "down": "Pull the device's cable; answer at that moment",
        }[verb].format("\n".join(f"  {line}" for line in in_words(device)))
        if not self._says_yes(f"{words} [Y/n]"):
            raise HandlingError("the operator could not do that")

    def version(self) -> str:
        """Nobody asks a person for that."""
        return "in the operator's hands"

    def _says_yes(self, question: str) -> bool:
        return not self.ask(question).strip().lower().startswith("n")
