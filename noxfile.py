"""The project's commands.

An ordinary noxfile (``nox -s tests``), and a script that needs nothing installed but Python 3.11 and its venv module
(``python3 noxfile.py tests``): it then makes an environment with nox in it and runs the same sessions.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NOX_ENVIRONMENT = ROOT / ".venv-nox"


def run_as_script(sessions: list[str]) -> int:
    """Run the sessions named (``tests`` by default) under a nox of our own; return its exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever runs the script has read no metadata)
        sys.exit(f"kaspec needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    nox_program = NOX_ENVIRONMENT / "bin" / "nox"
    if not nox_program.exists():
        python = NOX_ENVIRONMENT / "bin" / "python"
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(NOX_ENVIRONMENT)], check=True)
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nox>=2024.4"], check=True)
        except subprocess.CalledProcessError as error:
            sys.exit(f"Cannot make {NOX_ENVIRONMENT}: {error}. On Debian it takes: apt-get install python3-venv")
    name, *arguments = sessions or ["tests"]
    command = [str(nox_program), "-f", __file__, "-s", name, "--", *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(run_as_script(sys.argv[1:]))

import nox  # noqa: E402  (only nox itself comes this far)

nox.needs_version = ">=2024.4"
nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True

EXAMPLES = ("unit", "traces")
"""Tests that keep processors busy, with coverage of the core: each says what is to come of what."""
COVERED_LAWS = (
    "checks_config", "config", "conflict", "debounce", "explore_by_hand", "explore_reductions", "explore_seen", "explore_wide", "judge",
    "pacing", "services", "snmp", "snmp_checker", "snmp_views", "statics", "synchronisation", "turns",
)  # fmt: skip
"""With coverage too: of what they are about, laws say nearly everything.  It would make the others take three times as long."""
REAL = tuple(each for each in ("interop", "lvs") if (ROOT / "tests" / each).is_dir())
"""Tests with daemons and kernels, which mostly wait.  Those marked ``alone`` keep both processors busy: nothing runs beside them."""
DEBIAN_SERVICES = ("keepalived", "frr", "snmpd", "snmptrapd")
"""Packages that start a service when installed; the tests want the programs only."""


@nox.session
def tests(session: nox.Session) -> None:
    """Everything the project checks: lint, then every test, with coverage of the core.  Arguments go to pytest, which then runs once."""
    install_debian_packages(session)
    session.install("-q", "-e", ".[test,lint]")
    check(session)
    compile_all(session)
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    coverage = ("--cov", "--cov-branch", "--cov-report=", "--cov-fail-under=95")
    run = ("pytest", "--instafail", "-n", "2", "--dist")
    covered = [f"tests/laws/test_{name}.py" for name in COVERED_LAWS]
    session.run(*run, "worksteal", *coverage, *folders(EXAMPLES), *covered)
    session.run(*run, "worksteal", "tests/laws", *(f"--ignore={file}" for file in covered))
    session.run(*run, "loadfile", "-m", "not alone", *folders(REAL))
    session.run("pytest", "--instafail", "-m", "alone", *folders(REAL))


@nox.session
def lvs(session: nox.Session) -> None:
    """What concerns LVS on a real kernel with ip_vs, booted as user-mode-linux; root or not.  Arguments go to pytest."""
    install_debian_packages(session)
    session.install("-q", "-e", ".[test]")
    compile_all(session)
    session.run("pytest", "tests/lvs", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types and the contracts that keep the core pure."""
    session.install("-q", "-e", ".[test,lint]")
    check(session)


@nox.session
def demo(session: nox.Session) -> None:
    """Two routers, one virtual IP, a live failover on this machine's own kernel; root or not.  Arguments go to ``kaspec demo``."""
    session.install("-q", "-e", ".")
    session.run("kaspec", "demo", *session.posargs)


@nox.session
def flaws(session: nox.Session) -> None:
    """Known flaws of VRRP played at real keepalived, FRR and our daemon: who shows which.  Arguments go to ``kaspec conformance flaws``."""
    play(session, "flaws", (0, 1))


@nox.session
def matrix(session: nox.Session) -> None:
    """Every two of keepalived, FRR and ours, in every manner: who gets on with whom.  Arguments go to ``kaspec conformance matrix``."""
    play(session, "matrix", (0,))


@nox.session
def conformance(session: nox.Session) -> None:
    """The corpus of traces played at real keepalived, FRR and our daemon, clause by clause.  Arguments go to ``kaspec conformance run``."""
    play(session, "run", (0, 1))


@nox.session
def differ(session: nox.Session) -> None:
    """Plots that Hypothesis writes, at real keepalived, FRR and our daemon.  Arguments go to ``kaspec conformance differ``."""
    play(session, "differ", (0,), extra="differ")


def play(session: nox.Session, command: str, success_codes: tuple[int, ...], extra: str = "") -> None:
    """Run ``kaspec conformance COMMAND`` with everything it plays at."""
    install_debian_packages(session)
    session.install("-q", "-e", f".[{extra}]" if extra else ".")
    compile_all(session)
    session.run("kaspec", "conformance", command, *session.posargs, success_codes=success_codes)


@nox.session
def bench(session: nox.Session) -> None:
    """Side by side with keepalived: takeover latency, CPU per advert, start-up, memory; directors in the kernel lab.

    And the model checker beside SPIN.
    """
    session.install("-q", "-e", ".[bench]")
    compile_all(session)
    session.run("python", "-m", "tests.bench", *session.posargs)
    session.run("python", "-m", "tests.bench.checks")
    session.run("python", "-m", "tests.bench.directors")
    session.run("python", "-m", "tests.bench.exploring")
    session.run("python", "-m", "tests.bench.judging")
    session.run("python", "-m", "tests.bench.deciding")


@nox.session
def mutation(session: nox.Session) -> None:
    """Break every rule of VRRP on purpose; what notices must be as docs/mutation.md says.  Arguments go to ``rules``."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "-m", "conformance.mutation", "rules", *session.posargs)


def folders(names: tuple[str, ...]) -> list[str]:
    """Return where those tests are."""
    return [f"tests/{name}" for name in names]


def check(session: nox.Session) -> None:
    """Run every linter; each must be silent."""
    session.run("ruff", "check", "--quiet", ".")
    session.run("ruff", "format", "--quiet", "--check", ".")
    session.run("mypy", "--no-error-summary")
    session.run("lint-imports", silent=True)


def compile_all(session: nox.Session) -> None:
    """Compile everything once: daemons are started hundreds of times, and the environment may have Python keep nothing it compiled."""
    session.run("python", "-m", "compileall", "-q", "kaspec", "shell", "conformance")


def install_debian_packages(session: nox.Session) -> None:
    """As root on Debian, install what debian-packages.txt lists; elsewhere the tests that need it are skipped by name."""
    missing = [package for package in debian_packages() if not installed(package)]
    if not missing:
        return
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        session.warn(f"Not root on Debian: tests that need {', '.join(missing)} will be skipped.")
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    session.run("apt-get", "-qq", "update", external=True, env=quiet, success_codes=range(256))
    for package in missing:
        apt_get = ("apt-get", "-qq", "-y", "--no-install-recommends", "install", package)
        session.run(*apt_get, external=True, env=quiet, silent=True, success_codes=range(256))
        if not installed(package):
            session.warn(f"{package} cannot be installed here: tests that need it will be skipped.")
        elif package in DEBIAN_SERVICES:
            stop_service(session, package)


def debian_packages() -> list[str]:
    """Return the package names of debian-packages.txt."""
    lines = (ROOT / "debian-packages.txt").read_text().splitlines()
    return [name for line in lines if (name := line.split("#")[0].strip())]


def installed(package: str) -> bool:
    """Tell whether dpkg has the package installed (never so where there is no dpkg)."""
    try:
        query = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return query.stdout == "install ok installed"


def stop_service(session: nox.Session, name: str) -> None:
    """Stop and disable a service that its fresh installation just started; one that was there before is never touched."""
    if Path("/run/systemd/system").exists():
        session.run("systemctl", "disable", "--quiet", "--now", name, external=True, success_codes=range(256))
    elif (script := Path("/etc/init.d") / name).exists():
        session.run(str(script), "stop", external=True, silent=True, success_codes=range(256))
