"""What laws quantify over that is not the protocol: settings of processes, and the pace of announcements."""

from hypothesis import strategies as st

from kaspec.link_delay import LinkDelay
from kaspec.pacing import GarpGroup, Pacing
from kaspec.process import ProcessSettings
from kaspec.units import SECOND, ZERO, Interval

names = st.text(st.sampled_from("abz09-_.#!"), min_size=1, max_size=13)
interfaces = st.sampled_from(("eth0", "eth1", "bond0.100"))
paths, perhaps = names.map(lambda name: f"/run/{name}"), st.none() | names
buffers = st.none() | st.integers(1, 1 << 30)
spacings = st.integers(1, 4_000_000_000).map(Interval)
real_time, limits = st.integers(0, 99), st.none() | spacings
processors = st.lists(st.integers(0, 1023), max_size=4, unique=True).map(lambda cpus: tuple(sorted(cpus)))
process_settings = st.builds(
    ProcessSettings,
    process_names=st.booleans(),
    process_name=perhaps,
    vrrp_process_name=perhaps,
    checker_process_name=perhaps,
    bfd_process_name=perhaps,
    bfd_priority=st.integers(-20, 19),
    bfd_no_swap=st.booleans(),
    vrrp_rt_priority=real_time,
    checker_rt_priority=real_time,
    bfd_rt_priority=real_time,
    vrrp_rlimit_rttime=limits,
    checker_rlimit_rttime=limits,
    bfd_rlimit_rttime=limits,
    vrrp_cpu_affinity=processors,
    checker_cpu_affinity=processors,
    bfd_cpu_affinity=processors,
    max_auto_priority=st.integers(-1, 99),
    min_auto_priority_delay=st.integers(1, 10_000_000).map(Interval),
    vrrp_netlink_cmd_rcv_bufs=buffers,
    vrrp_netlink_cmd_rcv_bufs_force=st.booleans(),
    vrrp_netlink_monitor_rcv_bufs=buffers,
    vrrp_netlink_monitor_rcv_bufs_force=st.booleans(),
    vrrp_startup_delay=st.just(ZERO) | spacings,
    vrrp_delay_after_boot=st.just(ZERO) | spacings,
    json_version=st.integers(1, 2),
    state_dump_file=st.none() | paths,
    stats_dump_file=st.none() | paths,
    json_dump_file=st.none() | paths,
    data_use_instance=st.booleans(),
    reload_check_config=st.none() | st.just("") | paths,
    net_namespace=perhaps,
    instance=perhaps,
    use_pid_dir=st.booleans(),
    child_wait_time=st.integers(0, 4294).map(lambda count: Interval(count * SECOND)),
)
garp_groups = st.builds(
    GarpGroup, st.lists(interfaces, min_size=1, max_size=3, unique=True).map(tuple), st.none() | spacings, st.none() | spacings
)
pacings = st.builds(Pacing, st.just(ZERO) | spacings, st.just(ZERO) | spacings, st.lists(garp_groups, max_size=2).map(tuple))
link_delays = st.lists(
    st.builds(
        LinkDelay,
        st.sampled_from(("eth0", "eth1", "eth2")),
        st.integers(1, 255_000_000).map(Interval),
        st.integers(0, 255_000_000).map(Interval),
    ),
    max_size=2,
    unique_by=lambda each: each.interface,
).map(tuple)
