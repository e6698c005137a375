"""What the operating system is asked to do for the daemon's processes, and where it writes: nothing the protocol knows of."""

from kaspec.frozen import frozen
from kaspec.units import SECOND, ZERO, Interval


@frozen
class ProcessSettings:
    """Settings of the processes; every field has its keyword's name, and ``None`` means not given.

    A real-time priority of 0 leaves the scheduling alone; ``max_auto_priority`` 0 never raises it, however late a timer is served.
    ``process_names`` gives every process the name keepalived gives it.
    """

    process_names: bool = False
    process_name: str | None = None
    vrrp_process_name: str | None = None
    checker_process_name: str | None = None
    bfd_process_name: str | None = None
    bfd_priority: int = 0
    bfd_no_swap: bool = False
    vrrp_rt_priority: int = 0
    checker_rt_priority: int = 0
    bfd_rt_priority: int = 0
    vrrp_rlimit_rttime: Interval | None = None
    checker_rlimit_rttime: Interval | None = None
    bfd_rlimit_rttime: Interval | None = None
    vrrp_cpu_affinity: tuple[int, ...] = ()
    checker_cpu_affinity: tuple[int, ...] = ()
    bfd_cpu_affinity: tuple[int, ...] = ()
    max_auto_priority: int = 0
    min_auto_priority_delay: Interval = SECOND
    vrrp_netlink_cmd_rcv_bufs: int | None = None
    vrrp_netlink_cmd_rcv_bufs_force: bool = False
    vrrp_netlink_monitor_rcv_bufs: int | None = None
    vrrp_netlink_monitor_rcv_bufs_force: bool = False
    vrrp_startup_delay: Interval = ZERO
    vrrp_delay_after_boot: Interval = ZERO
    json_version: int = 1
    state_dump_file: str | None = None
    stats_dump_file: str | None = None
    json_dump_file: str | None = None
    data_use_instance: bool = False
    reload_check_config: str | None = None
    net_namespace: str | None = None
    instance: str | None = None
    use_pid_dir: bool = False
    child_wait_time: Interval = Interval(5 * SECOND)

    def name_of(self, process: str) -> str | None:
        """Return what a process (``vrrp``, ``checker``, ``bfd``) is to be called, ``None`` for its own name."""
        given: str | None = getattr(self, f"{process}_process_name")
        return given or (f"keepalived_{process}" if self.process_names else None)

    def delay(self, since_boot: Interval) -> Interval:
        """Return how long VRRP is to wait before it starts, the system having been up so long; it neither sends nor listens till then."""
        return max(self.vrrp_startup_delay, Interval(self.vrrp_delay_after_boot - since_boot), ZERO)
