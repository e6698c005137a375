"""Kernel settings below /proc/sys/net that are changed for as long as we run: a ledger of what they were, and its settlement at the end.

The ledger is a file beside the pid files, so that a process that was killed leaves it to the next one: what that finds is not mistaken for
what the operator had.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from attrs import field

from kaspec.frozen import define
from kaspec.vrrp.virtual_interface import KernelSetting
from shell.files import write_atomically
from shell.problem import Problem

ROOT = Path("/proc/sys/net")
_HINT = "run as root, or with CAP_NET_ADMIN and a writable /proc/sys"


@define
class Sysctls:
    """The ledger in ``file``: by path, what a setting was before us and what we set."""

    file: Path
    _entries: dict[str, tuple[str, str]] = field(factory=dict)

    @classmethod
    def resume(cls, file: Path) -> "Sysctls":
        """Take over the ledger that an earlier process left, if any; one that cannot be understood is none."""
        with suppress(OSError, ValueError, TypeError):
            left = {str(path): (str(before), str(ours)) for path, (before, ours) in json.loads(file.read_text()).items()}
            return cls(file, left)
        return cls(file)

    @staticmethod
    def exists(setting: KernelSetting) -> bool:
        """Tell whether there is such a setting now."""
        return (ROOT / setting.path).exists()

    def apply(self, settings: Iterable[KernelSetting]) -> tuple[Problem, ...]:
        """Bring each setting to its value and note what it was; return a problem for each that cannot be."""
        problems = []
        known = len(self._entries)
        for setting in settings:
            try:
                before = _read(setting.path)
                if before != setting.value:
                    _write(setting.path, setting.value)
                    self._entries[setting.path] = self._entries.get(setting.path, (before, ""))[0], setting.value
            except OSError as error:
                problems.append(Problem(f"cannot set net/{setting.path} to {setting.value}", error.errno or 0, _HINT))
        if len(self._entries) != known:
            problems += self._save()
        return tuple(problems)

    def settle(self, kept: Iterable[str] = ()) -> tuple[Problem, ...]:
        """Bring everything but ``kept`` back to what it was; what somebody else has changed since, or what is gone, stays as it is."""
        stays = set(kept)
        problems = []
        for path, (before, ours) in reversed(tuple(self._entries.items())):
            if path in stays:
                continue
            del self._entries[path]
            try:
                if _read(path) == ours:
                    _write(path, before)
            except FileNotFoundError:
                continue
            except OSError as error:
                problems.append(Problem(f"cannot set net/{path} back to {before}", error.errno or 0, _HINT))
        return (*problems, *self._save())

    def _save(self) -> list[Problem]:
        try:
            if self._entries:
                write_atomically(self.file, json.dumps(self._entries))
            else:
                self.file.unlink(missing_ok=True)
        except OSError as error:
            return [Problem(f"cannot write {self.file}", error.errno or 0, "after a crash kernel settings would not be restored")]
        return []


def reverse_path_filters() -> dict[str, int]:
    """Return ``rp_filter`` of every interface, of ``all`` and of ``default``."""
    found = {}
    for directory in os.scandir(ROOT / "ipv4/conf"):
        with suppress(OSError, ValueError):
            found[directory.name] = int(_read(f"ipv4/conf/{directory.name}/rp_filter"))
    return found


def _read(path: str) -> str:
    return (ROOT / path).read_text().strip()


def _write(path: str, value: str) -> None:
    (ROOT / path).write_text(value)
