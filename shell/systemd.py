"""Telling systemd how the service is (sd_notify): keepalived's own unit is of Type=notify and waits for it."""

import os
import socket
import time


def notify(*fields: str) -> None:
    """Send fields such as ``READY=1`` to the service manager; without one, or if it does not listen, nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messenger:
            messenger.setblocking(False)
            messenger.sendto("\n".join(fields).encode(), address)
    except OSError:
        return


def ready() -> None:
    """The service is up, or a reload is over; the main process is this one."""
    notify("READY=1", f"MAINPID={os.getpid()}")


def reloading() -> None:
    """A reload begins; ``ready`` ends it."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    """The service is ending."""
    notify("STOPPING=1")
