"""Real keepalived and we read the same thousands of configurations: whatever only one of us complains of has a reason.

``KASPEC_DIFFERENTIAL`` says how many are generated (4000), ``KASPEC_DIFFERENTIAL_SEED`` from which seed (1).
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from conformance.lab.network import Host, Lab
from kaspec.config import check_interfaces
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.lint import lint
from shell.configuration import Loaded, read
from tests.interop.configurations import configurations
from tests.interop.differences import CLASSES, Case, Class, Complaint, Verdict, differences, read_complaints

COUNT = int(os.environ.get("KASPEC_DIFFERENTIAL", "4000"))
SEED = int(os.environ.get("KASPEC_DIFFERENTIAL_SEED", "1"))
SAMPLES = Path("/usr/share/doc/keepalived/samples")
NOTES = Path(__file__).parents[1] / "unit" / "config" / "notes"
INTERFACES = ("eth0", "eth1", "eth2", "eth3")
WORKERS = 2
JUDGE = """
import json, pathlib, subprocess, sys
for path in sys.stdin.read().split():
    try:
        done = subprocess.run(["keepalived", "-t", "-f", path], capture_output=True, timeout=20, cwd="/run")
        print(json.dumps([path, done.returncode, (done.stdout + done.stderr).decode(errors="replace")]))
    except subprocess.TimeoutExpired:
        print(json.dumps([path, -1, "keepalived does not end"]))
"""
"""Runs keepalived's test on the files named on standard input."""


@pytest.fixture
def host(lab: Lab) -> Host:
    if shutil.which("keepalived") is None:
        pytest.skip("needs the Debian package keepalived")
    host, wire = lab.host("reader"), lab.lan("wire")
    for number, name in enumerate(INTERFACES, 1):
        lab.connect(host, wire, name, f"02:00:00:00:00:0{number}", [f"192.0.2.{number}/24"])
    return host


def judged(host: Host, files: dict[str, str]) -> dict[str, Verdict]:
    """Return what real keepalived says of each file, by its name."""
    folder = host.file("/run") / "files"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    command = (sys.executable, "-c", JUDGE)
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=host.namespace.enter)  # noqa: PLW1509
        for _ in range(WORKERS)
    ]
    names = list(files)
    for number, worker in enumerate(workers):
        assert worker.stdin is not None
        worker.stdin.write("\n".join(f"/run/files/{name}" for name in names[number::WORKERS]))
        worker.stdin.close()
    verdicts = {}
    for worker in workers:
        assert worker.stdout is not None
        for line in worker.stdout:
            path, status, output = json.loads(line)
            verdicts[Path(path).name] = Verdict(status, read_complaints(output))
        assert worker.wait() == 0
    return verdicts


def our_reading(path: Path) -> tuple[Diagnostic, ...]:
    """Return what ``kaspec check --interfaces`` tells of a file."""
    loaded = read(path, "reader")
    assert isinstance(loaded, Loaded)
    missing = check_interfaces(loaded.configuration, frozenset((*INTERFACES, "lo")))
    return (*loaded.diagnostics, *lint(loaded.reading), *missing)


def compare(host: Host, files: dict[str, str]) -> tuple[Counter[str], list[str]]:
    """Return how many differences each class has, and everything that has none."""
    verdicts = judged(host, files)
    assert verdicts.keys() == files.keys()
    counts: Counter[str] = Counter()
    unexplained = []
    for name, text in files.items():
        case = Case(text, verdicts[name], our_reading(host.file("/run") / "files" / name))
        found = list(differences(case))
        counts["files"] += 1
        counts["files we agree on"] += not found
        counts["files without a fault, for both"] += not found and not case.theirs.complaints
        counts.update({of.name for _, of in found if of is not None})
        unexplained += [f"{name}: {told(what)}\n{text}" for what, of in found if of is None]
    return counts, unexplained


def told(what: Complaint | Diagnostic) -> str:
    match what:
        case Complaint(line, text):
            return f"keepalived alone says, of line {line}: {text}"
        case Diagnostic():
            return f"we alone say, of line {what.span.line}: {what.message} [{what.code}]"


def show(counts: Counter[str]) -> None:
    """Print how many there are of each."""
    for name in ("files", "files we agree on", "files without a fault, for both"):
        print(f"{counts[name]:6} {name}")
    for each in CLASSES:
        print(f"{counts[each.name]:6} {each.name}: {each.reason}")


def test_whatever_only_one_complains_of_has_a_reason(host: Host) -> None:
    files = {f"{number}.conf": generated.text for number, generated in enumerate(configurations(SEED, COUNT))}
    counts, unexplained = compare(host, files)
    show(counts)
    assert not unexplained, f"{len(unexplained)} differences without a reason:\n" + "\n".join(unexplained[:10])
    assert counts["files we agree on"] > COUNT // 2
    assert counts["files without a fault, for both"] > COUNT // 10


def test_the_samples_and_the_notes_are_read_as_keepalived_reads_them(host: Host) -> None:
    paths = [*sorted(SAMPLES.glob("keepalived.conf*")), *sorted(NOTES.glob("*.conf"))]
    files = {path.name: path.read_text(errors="surrogateescape") for path in paths}
    assert len(files) == len(paths)
    counts, unexplained = compare(host, files)
    show(counts)
    assert not unexplained, "\n".join(unexplained)


def test_every_class_has_a_reason_and_a_name_of_its_own() -> None:
    assert len({each.name for each in CLASSES}) == len(CLASSES)
    assert all(isinstance(each, Class) and each.reason.endswith(".") for each in CLASSES)
