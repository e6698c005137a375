"""Inside the lab's kernel: the first process, which furnishes the machine, has the job done in a child, and powers off."""

import ctypes
import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from conformance.lab.namespace import mount, mount_private_directories
from conformance.lab.uml import ANSWER, FAILURE, MODULES, ORDER, OUTPUT, SEARCH_PATH

WORK = Path("/mnt/work")
"""The work folder as a job finds it."""
PRIVATE, MODULE_ROOT, LOADER = Path("/mnt/private"), Path("/mnt/modules"), Path("/mnt/modprobe")
POWER_OFF = 0x4321FEDC
OPEN_FILES = 262144
TIME_TO_TELL = 7
"""So many seconds before its time is over (the boot takes some of it), a job that hangs has its place in the program printed."""


def live(folder: str) -> NoReturn:
    """Be process 1 of a kernel whose work folder is ``folder`` outside; never returns."""
    try:
        _furnish(folder)
        _have_the_job_done()
    except BaseException:
        traceback.print_exc()
    finally:
        os.sync()
        ctypes.CDLL(None).reboot(POWER_OFF)
    raise SystemError("the kernel goes on after it was powered off")


def _furnish(folder: str) -> None:
    """Mount what a machine has, let the kernel find its modules, and set the environment of every program."""
    mount("proc", "/proc", kind="proc")
    mount("sysfs", "/sys", kind="sysfs")
    mount("tmpfs", "/mnt", kind="tmpfs")
    WORK.mkdir()
    mount("none", str(WORK), kind="hostfs", data=folder)
    for directory in ("run", "tmp"):
        (PRIVATE / directory).mkdir(parents=True)
    mount_private_directories(PRIVATE)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        with suppress(FileExistsError):
            Path("/dev", name).symlink_to(target)
    Path("/dev/shm").mkdir(exist_ok=True)
    mount("tmpfs", "/dev/shm", kind="tmpfs")
    _find_modules()
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    os.environ.update(PATH=SEARCH_PATH, HOME="/tmp", LANG="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    os.chdir("/")


def _find_modules() -> None:
    """Have the kernel load its modules when something asks for them; they lie where no modprobe looks by itself."""
    release = os.uname().release
    (MODULE_ROOT / "lib/modules").mkdir(parents=True)
    (MODULE_ROOT / "lib/modules" / release).symlink_to(MODULES / release)
    LOADER.write_text(f'#!/bin/sh\nPATH={SEARCH_PATH} exec modprobe -d {MODULE_ROOT} "$@"\n')
    LOADER.chmod(0o755)
    Path("/proc/sys/kernel/modprobe").write_text(str(LOADER))


def _have_the_job_done() -> None:
    """Run the job in a child and be the parent of every orphan until the child is gone."""
    child = os.fork()
    if child == 0:
        _do_the_job()
    while os.wait()[0] != child:
        pass
    with suppress(ProcessLookupError, PermissionError):
        os.kill(-1, signal.SIGKILL)


def _do_the_job() -> NoReturn:
    """Call the job with its order; leave an answer or a failure in the work folder."""
    status = 1
    try:
        output = os.open(WORK / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        task = json.loads((WORK / ORDER).read_text())
        sys.path[:] = task["path"]
        faulthandler.dump_traceback_later(max(task["timeout"] - TIME_TO_TELL, 1), file=sys.stdout)
        module, _, name = task["job"].partition(":")
        job = getattr(importlib.import_module(module), name)
        (WORK / ANSWER).write_text(json.dumps(job(task["order"])))
        status = 0
    except BaseException:
        (WORK / FAILURE).write_text(traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(status)
