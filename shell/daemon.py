"""The daemon from its options to its exit status: check, go to the background, run, clean up."""

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from kaspec.process import ProcessSettings
from shell import exits, loading, logs, pidfile, process, startup
from shell.configuration import Loaded, Unreadable
from shell.options import Options, inactive
from shell.process import Kind
from shell.startup import Refusal
from shell.supervisor import Supervisor, cpu_usage
from shell.version import TITLE

CLONE_NEWNET = 0x40000000
IDENT = "Keepalived"


def run(options: Options, command_line: Sequence[str], kinds: Sequence[Kind]) -> int:
    """Run the daemon with these kinds of children; return the exit status."""
    process.occupy_standard_descriptors()
    process.name_process("kaspec")
    shown, options = options.use_file, options.anchored()
    loaded, options = _check(options, shown)
    if isinstance(loaded, Refusal):
        return _refuse(options, loaded)
    _name(loaded.configuration.process)
    release = process.daemonise() if not options.dont_fork else None
    logs.start(IDENT, options)
    supervisor = Supervisor(options, loaded.configuration, kinds, lambda: _load(options, options.use_file))
    supervisor.listen()
    pid_file = options.pid_file("keepalived")
    try:
        pidfile.write(pid_file, os.getpid())
    except OSError as error:
        return _refuse(options, Refusal((f"{pid_file} cannot be written: {error.strerror}; name another with -p FILE",), exits.FATAL))
    if release is not None:
        release()
    try:
        _greet(options, command_line, shown, loaded)
        return supervisor.run()
    finally:
        pidfile.remove(pid_file, os.getpid())
        _farewell()


def _check(options: Options, shown: Path) -> tuple[Loaded | Refusal, Options]:
    """Return what to start with, and the options as the configuration completes them: it is read anew in the namespace it names."""
    try:
        _apply_limits(options)
        loaded = _load(options, shown)
        if isinstance(loaded, Unreadable):
            return startup.check(options, loaded), options
        whole = options.within(loaded.configuration.process)
        if whole.namespace is not None and options.namespace is None:
            enter_namespace(whole.namespace)
            loaded = _load(whole, shown)
        if whole != options:
            whole.pid_file("keepalived").parent.mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        return Refusal((f"{error.filename or 'The process limits'}: {error.strerror}",), exits.FATAL), options
    return startup.check(whole, loaded), whole


def _name(settings: ProcessSettings) -> None:
    name = settings.process_name or ("keepalived" if settings.process_names else "")
    if name:
        process.name_process(name)


def _load(options: Options, path: Path) -> Loaded | Unreadable:
    return loading.load(path, options.config_id, options.all_config, options.umask)


def _apply_limits(options: Options) -> None:
    if options.umask is not None:
        os.umask(options.umask)
    if options.core_dump or options.core_dump_pattern is not None:
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    if options.namespace is not None:
        enter_namespace(options.namespace)
        options.pid_file("keepalived").parent.mkdir(mode=0o755, exist_ok=True)


def enter_namespace(name: str) -> None:
    """Move this process, and so its children, into a network namespace of ``ip netns``; raises ``OSError``."""
    import ctypes

    path = f"/run/netns/{name}"
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if library.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
    finally:
        os.close(descriptor)


def _greet(options: Options, command_line: Sequence[str], shown: Path, loaded: Loaded) -> None:
    system = os.uname()
    logs.info(f"Starting {TITLE}")
    logs.info(f"Running on {system.sysname} {system.release} {system.version} (Python {sys.version.split()[0]})")
    logs.info("Command line: " + " ".join(f"'{word}'" for word in command_line))
    logs.info(f"Configuration file {shown}")
    for line in (*inactive(options), *loaded.lines):
        logs.info(line)


def _farewell() -> None:
    logs.info(cpu_usage())
    logs.info(f"Stopped {TITLE}")
    logs.stop()


def _refuse(options: Options, refused: Refusal) -> int:
    """Say why on standard error, whatever the log options are, and in the log."""
    logs.start(IDENT, evolve(options, log_console=True))
    logs.info(f"Starting {TITLE}")
    for line in refused.lines:
        logs.info(line)
    _farewell()
    return refused.status
