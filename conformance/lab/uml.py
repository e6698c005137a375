"""A Linux kernel of our own: Debian's user-mode-linux boots over this machine's files, runs one job, and hands its answer back.

It is the lab where the machine's own kernel lacks something, above all ip_vs.  No root is needed, nor anything of the host's network: the
root file system is the host's, read-only; /run, /tmp and /mnt are the guest's own; one work folder is written to by both.  Kernel modules
are loaded by kmod as they are asked for.  Inside, the job is root and may ``open_lab()`` for as many hosts as it likes.  The clock runs as
outside, on one processor; a boot takes about five seconds, so put many cases into one job.

A job is a function of an importable module.  It takes and returns what JSON can hold::

    def kernel_release(order: Any) -> Any:
        return os.uname().release

    assert run_job(kernel_release, None).startswith("6.1")
"""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from conformance.lab.namespace import LabUnavailableError, die_with_parent

KERNEL = "linux.uml"
MODULES = Path("/usr/lib/uml/modules")
PROGRAMS = {KERNEL: "user-mode-linux", "modprobe": "kmod", "ipvsadm": "ipvsadm"}
"""What a job may count on, and the Debian package each is in."""
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ORDER, ANSWER, FAILURE, OUTPUT, CONSOLE = "order.json", "answer.json", "failure.txt", "output.txt", "console.txt"
"""The files of the work folder."""
TOLD_LINES = 60
SHARED_MEMORY = "/dev/shm"


class JobFailedError(RuntimeError):
    """The job raised, or the kernel ended without an answer; the message holds the traceback and the last lines of output."""


def missing_packages() -> list[str]:
    """Return the Debian packages that the lab needs and this machine does not have."""
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=SEARCH_PATH) is None})


def run_job(job: Callable[[Any], Any], order: Any = None, timeout: float = 120.0, memory: int = 512, folder: Path | None = None) -> Any:
    """Boot, call ``job(order)`` inside as root, power off, and return what it returned.

    ``memory`` is the guest's, in megabytes.  ``folder`` is the work folder (the guest's is ``WORK`` of ``conformance.lab.guest``), left in
    place; without it there is one for the while of the call.  Raises ``LabUnavailableError`` where Debian's packages are missing,
    ``JobFailedError`` if the job raises, ``TimeoutError`` if it is not done after ``timeout`` seconds, each with the output so far, the
    latter also with where the job was.
    """
    if missing := missing_packages():
        raise LabUnavailableError(f"The kernel lab needs the Debian packages {', '.join(missing)}.")
    if folder is not None:
        return _run(job, order, timeout, memory, folder)
    with tempfile.TemporaryDirectory(prefix=f"kaspec-uml-{os.getpid()}-") as name:
        return _run(job, order, timeout, memory, Path(name))


def _run(job: Callable[[Any], Any], order: Any, timeout: float, memory: int, folder: Path) -> Any:
    path = [str(Path(entry).resolve()) for entry in sys.path]
    (folder / ORDER).write_text(
        json.dumps({"job": f"{job.__module__}:{job.__qualname__}", "path": path, "order": order, "timeout": timeout})
    )
    _boot(_write_init(folder, path), folder, timeout, memory)
    if (failure := folder / FAILURE).exists():
        raise JobFailedError(f"{job.__qualname__} failed in the kernel lab:\n{failure.read_text()}\n{_told(folder)}")
    if not (answer := folder / ANSWER).exists():
        raise JobFailedError(f"The kernel of the lab ended without an answer of {job.__qualname__}.\n{_told(folder)}")
    return json.loads(answer.read_text())


def _write_init(folder: Path, path: list[str]) -> Path:
    """Write the guest's first program: this same Python, with this same path."""
    init = folder / "init"
    lines = (
        f"#!{sys.executable}",
        "import sys",
        f"sys.path[:] = {path!r}",
        "from conformance.lab.guest import live",
        f"live({str(folder.resolve())!r})",
    )
    init.write_text("\n".join(lines) + "\n")
    init.chmod(0o755)
    return init


def _boot(init: Path, folder: Path, timeout: float, memory: int) -> None:
    """Run the kernel until it powers off; raises ``TimeoutError``."""
    parameters = "root=/dev/root rootfstype=hostfs rootflags=/ ro con=null con0=fd:0,fd:1 con1=null loglevel=3"
    command = [KERNEL, f"mem={memory}M", *shlex.split(parameters), f"init={init.resolve()}", f"uml_dir={folder.resolve()}", "umid=lab"]
    environment = {"PATH": SEARCH_PATH, "HOME": str(folder), "TMPDIR": _place_for_memory(memory)}
    with (folder / CONSOLE).open("wb") as console:
        kernel = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (one system call)
        )
        try:
            kernel.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"The job in the kernel lab was not done within {timeout} s.\n{_told(folder)}") from None
        finally:
            _end(kernel)


def _place_for_memory(megabytes: int) -> str:
    """Return where the file goes that is the guest's memory: to memory too, where there is room (containers often have 64 MB there)."""
    with suppress(OSError):
        if shutil.disk_usage(SHARED_MEMORY).free >= megabytes << 20:
            return SHARED_MEMORY
    return tempfile.gettempdir()


def _end(kernel: "subprocess.Popen[bytes]") -> None:
    """End the kernel with the processes it runs its guests' programs in."""
    with suppress(ProcessLookupError):
        os.killpg(kernel.pid, signal.SIGKILL)
    kernel.wait()


def _told(folder: Path) -> str:
    """Return the last lines of what the job and the kernel printed."""
    told = []
    for name in (OUTPUT, CONSOLE):
        if (file := folder / name).exists():
            told += [f"--- {name} ---", *file.read_text(errors="replace").splitlines()[-TOLD_LINES:]]
    return "\n".join(told)
