"""``global_defs``: protocol defaults, whom to tell, how to send and receive."""

from hypothesis import strategies as st

from kaspec.config.model import GlobalDefs, Snmp, Telling, Transport
from kaspec.config.terms import Fifo, Owner
from kaspec.firewall import FirewallStyle
from kaspec.units import SECOND, Interval
from kaspec.vrrp.router import PROFILES, GarpPolicy
from tests.laws.settings.words import choices, commands, groups, interfaces, phrases, words

_some_seconds = st.integers(0, 4_294).map(lambda count: Interval(count * SECOND) or None)
garp_policies = st.builds(
    GarpPolicy, st.integers(1, 99), _some_seconds, _some_seconds, st.integers(1, 99), st.integers(0, 99), _some_seconds
)
_users = words.filter(lambda word: not word.startswith(":"))
"""A word that begins with a colon is a group."""
_owners = st.builds(Owner, _users, st.none() | words) | st.builds(Owner, st.none(), words)
_fifos = st.builds(Fifo, words, st.none() | st.builds(Owner, _users, st.none() | words))
_patience = st.integers(1, 1000).map(lambda count: Interval(count * SECOND))
telling = st.builds(
    Telling,
    script_user=st.none() | _owners,
    enable_script_security=st.booleans(),
    use_symlink_paths=st.booleans(),
    set_supplementary_groups=st.booleans(),
    notify_fifo=st.none() | _fifos,
    notify_fifo_script=st.none() | commands,
    vrrp_notify_fifo=st.none() | _fifos,
    vrrp_notify_fifo_script=st.none() | commands,
    vrrp_notify_priority_changes=st.booleans(),
    fifo_write_vrrp_states_on_reload=st.booleans(),
    umask=st.none() | st.integers(0, 0o777),
    startup_script=st.none() | commands,
    startup_script_timeout=_patience,
    shutdown_script=st.none() | commands,
    shutdown_script_timeout=_patience,
)
transport = st.builds(
    Transport,
    vrrp_mcast_group4=st.none() | groups[4],
    vrrp_mcast_group6=st.none() | groups[6],
    vrrp_skip_check_adv_addr=st.booleans(),
    vrrp_owner_ignore_adverts=st.booleans(),
    vrrp_higher_prio_send_advert=st.booleans(),
    log_unknown_vrids=st.booleans(),
    vrrp_rx_bufs_policy=st.none() | st.sampled_from(("MTU", "ADVERT")) | st.integers(1, 1 << 30),
    vrrp_rx_bufs_multiplier=st.integers(1, 99),
)
"""Without ``vrrp_check_unicast_src``, which no instance can take back."""
snmp = st.builds(
    Snmp,
    enable_snmp_vrrp=st.booleans(),
    enable_snmp_rfcv2=st.booleans(),
    enable_snmp_rfcv3=st.booleans(),
    enable_snmp_checker=st.booleans(),
    enable_traps=st.booleans(),
    snmp_socket=st.none() | words,
)
global_defs = st.builds(
    GlobalDefs,
    telling=telling,
    transport=transport,
    snmp=snmp,
    router_id=st.none() | words,
    notification_email=st.lists(words, max_size=3).map(tuple),
    notification_email_from=st.none() | phrases,
    smtp_server=st.none() | words,
    smtp_helo_name=st.none() | words,
    smtp_connect_timeout=st.integers(1, 4294).map(lambda count: Interval(count * SECOND)),
    smtp_alert=choices,
    smtp_alert_vrrp=choices,
    no_email_faults=st.booleans(),
    default_interface=interfaces,
    dynamic_interfaces=st.sampled_from((None, "", "allow_if_changes")),
    vrrp_priority=st.integers(-20, 19),
    checker_priority=st.integers(-20, 19),
    vrrp_no_swap=st.booleans(),
    checker_no_swap=st.booleans(),
    garp=garp_policies,
    down_timer_adverts=st.integers(1, 100),
    lower_prio_no_advert=st.booleans(),
    profile=st.sampled_from(tuple(PROFILES)),
    version=st.sampled_from((2, 3)),
    checksum_as_v2=st.booleans(),
    firewall=st.none() | st.builds(FirewallStyle, words, st.integers(-400, 400), st.booleans()),
    process_monitor_rcv_bufs=st.none() | st.integers(1, 1 << 20),
    process_monitor_rcv_bufs_force=st.booleans(),
)
