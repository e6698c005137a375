"""What the command line asked for, as one value that every process gets.

Field names are keepalived's long options.
"""

from pathlib import Path

from attrs import evolve, field

from kaspec.frozen import frozen
from kaspec.process import ProcessSettings
from shell.host import DEFAULT_CONFIGURATION, short_host_name

RUN = Path("/run")
LOG_DAEMON = 3
"""The syslog facility of system daemons (RFC 5424 6.2.1)."""


@frozen
class Options:
    """The options of ``kaspec run``; the defaults are keepalived's.

    A pid file of ``None`` means the default place, which depends on the namespace: ask ``pid_file``.  ``log_file`` is the path given or
    implied with ``-g``; ``vrrp`` and ``check`` are ``-P`` and ``-C``: neither means both.
    """

    use_file: Path = Path(DEFAULT_CONFIGURATION)
    dont_fork: bool = False
    log_console: bool = False
    log_microseconds: bool = False
    log_detail: int = 0
    log_facility: int = LOG_DAEMON
    log_file: Path | None = None
    flush_log_file: bool = False
    no_syslog: bool = False
    dump_conf: bool = False
    vrrp: bool = False
    check: bool = False
    no_bfd: bool = False
    all: bool = False
    pid: Path | None = None
    vrrp_pid: Path | None = None
    checkers_pid: Path | None = None
    bfd_pid: Path | None = None
    config_id: str = field(factory=short_host_name)
    dont_respawn: bool = False
    umask: int | None = None
    release_vips: bool = False
    dont_release_vrrp: bool = False
    dont_release_ipvs: bool = False
    namespace: str | None = None
    instance: str | None = None
    use_pid_dir: bool = False
    core_dump: bool = False
    core_dump_pattern: str | None = None
    all_config: bool = False
    address_monitoring: bool = False
    snmp: bool = False
    snmp_agent_socket: str | None = None
    ignore_sigint: bool = False
    record: Path | None = None

    @property
    def runs_vrrp(self) -> bool:
        """Whether the VRRP child may run (not ``-C`` alone)."""
        return self.vrrp or not self.check

    @property
    def runs_checkers(self) -> bool:
        """Whether the checker child may run (not ``-P`` alone)."""
        return self.check or not self.vrrp

    def pid_file(self, process: str) -> Path:
        """Return the pid file of ``keepalived`` (the parent), ``vrrp``, ``checkers`` or ``bfd``."""
        chosen = {"keepalived": self.pid, "vrrp": self.vrrp_pid, "checkers": self.checkers_pid, "bfd": self.bfd_pid}[process]
        if chosen is not None:
            return chosen
        ours = "_".join(filter(None, (self.namespace, self.instance, process)))
        return RUN / "keepalived" / f"{ours}.pid" if self.use_pid_dir or ours != process else RUN / f"{process}.pid"

    def within(self, settings: ProcessSettings) -> "Options":
        """Fill in what the configuration says of namespace, instance and pid files; the command line goes first."""
        return evolve(
            self,
            namespace=self.namespace or settings.net_namespace,
            instance=self.instance or settings.instance,
            use_pid_dir=self.use_pid_dir or settings.use_pid_dir,
        )

    def anchored(self) -> "Options":
        """Make every path absolute, so that it still means the same after a ``chdir``."""
        names = ("use_file", "log_file", "pid", "vrrp_pid", "checkers_pid", "bfd_pid", "record")
        return evolve(self, **{name: path.absolute() for name in names if (path := getattr(self, name)) is not None})


NOT_ACTIVE: dict[str, str] = {
    "core_dump_pattern": "-M (--core-dump-pattern) does not write the system's core_pattern; core files are allowed, as with -m",
}
"""What is accepted and does not act, by field: said once in the log."""


def inactive(options: Options) -> tuple[str, ...]:
    """Return a line for every option that was given and does not act."""
    return tuple(line for name, line in NOT_ACTIVE.items() if getattr(options, name))
