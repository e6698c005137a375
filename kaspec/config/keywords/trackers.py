"""The keywords of sync groups, scripts, tracked files and processes, BFD instances and groups of interfaces: none is active yet."""

from kaspec.config.keywords.rows import Description, later

later(
    "garp_group",
    (
        ("garp_interval", Description("decimal s", "0", 3, "V", "1.2.24")),
        ("gna_interval", Description("decimal s", "0", 3, "V", "1.2.24")),
        ("interface", Description("IF", "", 3, "V", "1.2.24", "deprecated in favour of interfaces")),
        ("interfaces", Description("{ IF … }", "", 3, "V", "1.2.24", "shared limiter for interfaces on one physical link")),
    ),
)
later(
    "track_group",
    (("group", Description("{ INST … }", "", 3, "V", "2.0.7", "the only keyword in track_group NAME { }")),),
)
later(
    "bfd_instance",
    (
        ("source_ip", Description("IP", "any", 2, "B", "2.0.0")),
        ("neighbor_ip", Description("IP", "mandatory", 2, "B", "2.0.0")),
        ("neighbour_ip", Description("IP", "mandatory", 2, "B", "2.0.0", "synonym")),
        ("min_rx", Description("ms 3 decimals, 1..", "10", 2, "B", "2.0.0", "warns above 10000")),
        ("min_tx", Description("ms", "10", 2, "B", "2.0.0")),
        ("idle_tx", Description("ms ≥ 1000", "1000", 3, "B", "2.0.0", "tx interval while session down")),
        ("multiplier", Description("1..255", "5", 2, "B", "2.0.0", "warns above 10")),
        ("passive", Description("flag", "no", 3, "B", "2.0.0", "waits for the peer")),
        ("ttl", Description("1..255", "255 v4", 3, "B", "2.0.0")),
        ("hoplimit", Description("1..255", "64 v6", 3, "B", "2.0.0", "synonym of ttl; the IPv6 default is not RFC 5881's 255")),
        (
            "max_hops",
            Description(
                "-1..255",
                "0",
                3,
                "B",
                "2.0.0",
                "packet dropped if max_hops + its ttl < ttl; 255 = no check; -1 is accepted but drops everything",
            ),
        ),
        ("multihop", Description("[BOOL]", "no (port 3784)", 3, "B", "2.2.8", "yes → port 4784")),
        ("weight", Description("-253..253 [reverse]", "0", 3, "B/V", "2.0.0", "used when tracked by VRRP")),
        ("vrrp", Description("flag", "both", 3, "B", "2.0.0", "only send events to VRRP")),
        ("checker", Description("flag", "both", 3, "B", "2.0.0", "only send events to the checker")),
    ),
)
later(
    "vrrp_script",
    (
        (
            "script",
            Description(
                "CMD (quoted if it has blanks)", "mandatory", 1, "V", "1.2.2", "exec'd; system() style only if not directly executable"
            ),
        ),
        ("interval", Description("decimal s ≥ 1 ms", "1", 1, "V", "1.2.2", "start-to-start")),
        ("timeout", Description("s", "= interval", 1, "V", "1.2.7", "SIGTERM, then SIGKILL 2 s later")),
        ("weight", Description("-253..253 [reverse]", "0 (→ FAULT)", 1, "V", "1.2.2")),
        ("rise", Description("N ≥ 1", "1", 1, "V", "1.2.2")),
        ("fall", Description("N ≥ 1", "1", 1, "V", "1.2.2")),
        ("user", Description("USER [GROUP]", "script_user", 1, "V", "1.3.0")),
        ("init_fail", Description("flag", "unknown → INIT", 2, "V", "1.3.5", "assume failed at start")),
    ),
)
later(
    "track_file",
    (
        ("file", Description("PATH", "mandatory", 2, "V/L", "2.1.0", "content = integer; missing = 0")),
        ("weight", Description("-254..254 [reverse]", "1", 2, "V/L", "2.1.0", "contribution = value × weight")),
        ("init_file", Description("[VALUE] [overwrite]", "not written; VALUE 0", 3, "V/L", "2.1.0")),
    ),
)
later(
    "vrrp_track_file",
    (
        ("file", Description("PATH", "mandatory", 3, "V", "2.0.0", "deprecated block")),
        ("weight", Description("-254..254 [reverse]", "1", 3, "V", "2.0.0", "deprecated block")),
        ("init_file", Description("[VALUE] [overwrite]", "", 3, "V", "2.0.0", "deprecated block")),
    ),
)
later(
    "vrrp_track_process",
    (
        ("process", Description("NAME [PARAM …]", "mandatory", 2, "V", "2.0.15")),
        ("param_match", Description("[initial|partial]", "none = exact if params given", 3, "V", "2.0.18")),
        ("weight", Description("-254..254 [reverse]", "0 (→ FAULT)", 2, "V", "2.0.15", "older man pages said 1 (#2303)")),
        ("quorum", Description("1..65535", "1", 2, "V", "2.0.15")),
        ("quorum_max", Description("0..65535", "none", 3, "V", "2.0.18", "0 = process must not run")),
        ("delay", Description("s ≤ 3600", "0", 2, "V", "2.0.15", "both directions")),
        ("terminate_delay", Description("s", "0", 3, "V", "2.0.18")),
        ("fork_delay", Description("s", "0", 3, "V", "2.0.18")),
        ("full_command", Description("flag", "no", 3, "V", "2.0.15", "match /proc/PID/cmdline instead of comm")),
    ),
)
later(
    "vrrp_sync_group",
    (
        ("group", Description("{ INST … }", "mandatory, ≥ 2 useful", 1, "V", "1.2.2", "one member only → warning")),
        ("track_interface", Description("{ IF [weight W [reverse]] … }", "none", 2, "V", "2.0.0")),
        ("track_script", Description("{ NAME [weight W [reverse|noreverse]] … }", "none", 2, "V", "2.0.0")),
        ("track_file", Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.0")),
        ("track_process", Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.15")),
        ("track_bfd", Description("{ NAME [weight W [reverse]] … }", "none", 3, "V", "2.0.0")),
        ("notify_master", Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2")),
        ("notify_backup", Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2")),
        ("notify_fault", Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2")),
        ("notify_stop", Description("CMD [USER [GROUP]]", "none", 2, "V", "2.0.0")),
        ("notify", Description("CMD [USER [GROUP]]", "none", 1, "V", "1.2.2", "gets GROUP NAME STATE 0")),
        ("smtp_alert", Description("[BOOL]", "global", 1, "V", "1.2.2")),
        ("global_tracking", Description("flag", "off", 3, "V", "1.2.7", "deprecated, ignored")),
        (
            "sync_group_tracking_weight",
            Description("flag", "off", 3, "V", "2.0.0", "allows weights inside sync groups (all members must share priority/weights)"),
        ),
        ("notify_priority_changes", Description("[BOOL]", "global", 3, "V", "2.2.0")),
    ),
)
