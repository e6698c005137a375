"""Namespaces by system call: made without a name, entered, left, gone with the last who uses them."""

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from conformance.lab.keeper import living_in

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
PRIVATE_DIRECTORIES = ("/run", "/tmp")

_libc = ctypes.CDLL(None, use_errno=True)


class LabUnavailableError(RuntimeError):
    """This machine does not let us make namespaces; the message says what is missing and what to do."""


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Move the calling thread into new namespaces; raises ``OSError``."""
    _check(_libc.unshare(flags), "unshare")


def _set_namespace(descriptor: int) -> None:
    _check(_libc.setns(descriptor, 0), "setns")


def mount(source: str, target: str, flags: int = 0, kind: str = "none", data: str = "") -> None:
    """Mount a file system of this kind, or bind or change one as the flags say; raises ``OSError``."""
    _check(_libc.mount(source.encode(), target.encode(), kind.encode(), flags, data.encode()), f"mount {target}")


def die_with_parent() -> None:
    """Have the kernel kill the calling process when its parent goes: for a child between fork and exec."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@frozen
class Namespace:
    """A network namespace and a mount namespace, by open descriptors; ``files`` holds what is mounted on its /run and /tmp."""

    name: str
    network: int
    mounts: int
    files: Path

    def enter(self) -> None:
        """Move the calling process in for good; it dies with its parent.  For a child between fork and exec."""
        die_with_parent()
        _set_namespace(self.network)
        _set_namespace(self.mounts)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let the calling thread be in the network namespace for a moment: sockets opened there stay there."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _set_namespace(self.network)
            yield
        finally:
            _set_namespace(home)
            os.close(home)

    def inhabitants(self) -> list[int]:
        """Return the processes that live in the network namespace, orphans included."""
        return living_in(self.network)

    def close(self) -> None:
        """Let go of it; the kernel removes it with its last process."""
        os.close(self.network)
        os.close(self.mounts)


def make_namespace(name: str, files: Path) -> Namespace:
    """Make a namespace whose /run and /tmp are directories below ``files``; raises ``LabUnavailableError``."""
    for directory in PRIVATE_DIRECTORIES:
        (files / directory.strip("/")).mkdir(parents=True)
    ready, release = os.pipe(), os.pipe()
    founder = os.fork()
    if founder == 0:
        _found(files, ready[1], release)
    os.close(ready[1])
    os.close(release[0])
    try:
        with os.fdopen(ready[0]) as report:
            if (complaint := report.readline().strip()) != "ready":
                raise LabUnavailableError(
                    f"Cannot make a network namespace ({complaint}). It takes root, or a kernel that allows user namespaces."
                )
        network, mounts = (os.open(f"/proc/{founder}/ns/{kind}", os.O_RDONLY) for kind in ("net", "mnt"))
    finally:
        os.close(release[1])
        os.waitpid(founder, 0)
    return Namespace(name, network, mounts, files)


def _found(files: Path, ready: int, release: tuple[int, int]) -> None:
    """Be the first process of a namespace: furnish it, report, wait until the descriptors are taken, leave."""
    try:
        unshare(CLONE_NEWNET | CLONE_NEWNS)
        mount("none", "/", MS_REC | MS_PRIVATE)
        mount_private_directories(files)
        _disable_duplicate_address_detection()
        os.write(ready, b"ready\n")
        os.close(ready)
        os.close(release[1])
        os.read(release[0], 1)
    except OSError as error:
        os.write(ready, f"{error}\n".encode())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def mount_private_directories(files: Path) -> None:
    """Mount the directories below ``files`` on /run and /tmp, and put back below them what our own program needs.

    (That is an environment or a clone that lies in /tmp.)
    """
    needed = {Path(path) for path in (sys.prefix, sys.base_prefix, *sys.path) if path and Path(path).exists()}
    for directory in PRIVATE_DIRECTORIES:
        hidden = [(path, os.open(path, os.O_PATH)) for path in sorted(needed) if path.is_relative_to(directory)]
        mount(str(files / directory.strip("/")), directory, MS_BIND | MS_REC)
        for path, descriptor in hidden:
            if path.exists():
                continue
            if Path(f"/proc/self/fd/{descriptor}").is_dir():
                path.mkdir(parents=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            mount(f"/proc/self/fd/{descriptor}", str(path), MS_BIND | MS_REC)


def _disable_duplicate_address_detection() -> None:
    """Make IPv6 addresses usable at once; a kernel without IPv6 or with a read-only /proc/sys has to do without."""
    for scope in ("all", "default"):
        with suppress(OSError):
            Path(f"/proc/sys/net/ipv6/conf/{scope}/accept_dad").write_text("0")


def enter_user_namespace() -> None:
    """Make an ordinary user's process root of its own user namespace; nothing to do for root.  Raises ``LabUnavailableError``.

    Call it before any thread exists: the kernel moves single-threaded processes only.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        return
    try:
        unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    except OSError as error:
        raise LabUnavailableError(
            f"This kernel does not let you make a user namespace ({error}). Run it as root, or allow user namespaces "
            "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)."
        ) from error
