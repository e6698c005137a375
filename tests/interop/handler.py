"""A handler of a remote device, as the conformance runner wants it: the device is a daemon in the namespaces of another process.

python handler.py PID PROGRAM... -- VERB [FOLDER]
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

FLAGS = ("-P", "-n", "-l", "-D")
STARTED = re.compile("[Ee]ntering (BACKUP|MASTER)")
PLACE = Path("/run/handled")
"""Where in the device its configuration and its log are, and the number of its process."""


def inside(pid: str, *command: str) -> list[str]:
    """Return how a command is run in the device."""
    return ["nsenter", "--target", pid, "--net", "--mount", *command]


def start(pid: str, program: list[str], folder: Path) -> None:
    """Give the interface its addresses, and start the daemon; return when it says that it works."""
    subprocess.run(inside(pid, "mkdir", "-p", str(PLACE)), check=True)
    subprocess.run(inside(pid, "rm", "-f", f"{PLACE}/log"), check=True)  # that of before
    subprocess.run(inside(pid, "cp", "/dev/stdin", f"{PLACE}/device.conf"), check=True, input=(folder / "device.conf").read_bytes())
    (interface,) = json.loads((folder / "device.json").read_text())["interfaces"]
    subprocess.run(inside(pid, "ip", "address", "flush", "dev", interface["name"]), check=True)
    for address in interface["addresses"]:
        subprocess.run(inside(pid, "ip", "address", "add", address, "dev", interface["name"], *_nodad(address)), check=True)
    files = ("-f", f"{PLACE}/device.conf", "-p", f"{PLACE}/pid", "-r", f"{PLACE}/vrrp.pid")
    quiet = ("sh", "-c", f'exec "$@" > {PLACE}/log 2>&1', "sh")
    daemon = subprocess.Popen(inside(pid, *quiet, *program, *FLAGS, *files), start_new_session=True, stdout=subprocess.DEVNULL)
    while not STARTED.search(log := subprocess.run(inside(pid, "cat", f"{PLACE}/log"), capture_output=True, text=True, check=False).stdout):
        if daemon.poll() is not None:
            sys.exit(f"it ended with status {daemon.returncode}: {log}")
        time.sleep(0.03)


def _nodad(address: str) -> list[str]:
    return ["nodad"] if ":" in address else []


def stop(pid: str, number: int) -> None:
    """Have the daemon end, and wait until it has."""
    found = subprocess.run(inside(pid, "cat", f"{PLACE}/pid"), capture_output=True, text=True, check=True).stdout.strip()
    children = Path(f"/proc/{found}/task/{found}/children").read_text().split()
    for each in [found, *children] if number == signal.SIGKILL else [found]:
        os.kill(int(each), number)
    while Path(f"/proc/{found}").exists():
        time.sleep(0.01)


def main(pid: str, *rest: str) -> None:
    """Do what is asked."""
    program, (verb, *folder) = list(rest[: rest.index("--")]), rest[rest.index("--") + 1 :]
    match verb:
        case "version":
            print("a daemon in a namespace")
        case "can":
            if "auth_type AH" in Path(folder[0], "device.conf").read_text():
                print("it is not to authenticate")
                sys.exit(1)
        case "start":
            start(pid, program, Path(folder[0]))
        case "stop":
            stop(pid, signal.SIGTERM)
        case "crash":
            stop(pid, signal.SIGKILL)
        case "up" | "down":
            (interface,) = json.loads(Path(folder[0], "device.json").read_text())["interfaces"]
            subprocess.run(inside(pid, "ip", "link", "set", interface["name"], verb), check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
