"""Rules of the state machine (RFC 3768 6.4), of FAULT, tracking and configuration, and of sync groups."""

from kaspec.rules.clause import rule

# Initialize (RFC 3768 6.4.1).
OWNER_STARTS = rule("rfc3768.6.4.1.owner", "RFC 3768 6.4.1", "Startup with priority 255: advertise, announce, become Master.")
BACKUP_STARTS = rule(
    "rfc3768.6.4.1.not-owner", "RFC 3768 6.4.1", "Startup otherwise: set Master_Down_Timer to Master_Down_Interval, become Backup."
)
INIT_WAITS = rule(
    "keepalived.init.waits", "keepalived num_script_init", "Startup while something tracked has not been heard of: wait in Initialize."
)
INIT_WAITS_ON = rule("keepalived.init.waits-on", "keepalived num_script_init", "Some of what is tracked has still not been heard of.")
INIT_LEFT = rule("keepalived.init.left", "keepalived num_script_init", "All that is tracked has been heard of and is good: become Backup.")
INIT_LEFT_OWNER = rule(
    "keepalived.init.left-owner", "keepalived num_script_init", "All that an address owner tracks is good: become Master."
)
INIT_FAILED = rule("keepalived.init.failed", "keepalived FAULT", "What was waited for, or anything else tracked, is at fault: enter FAULT.")
INIT_STOPS = rule("keepalived.init.shutdown", "keepalived", "Shutdown while waiting in Initialize: it was never more than that.")
FAULT_AT_START = rule("keepalived.start-in-fault", "keepalived", "Startup while something tracked is at fault: enter FAULT.")

# Backup (RFC 3768 6.4.2).
BACKUP_STOPS = rule("rfc3768.6.4.2.shutdown", "RFC 3768 6.4.2", "Shutdown in Backup: cancel the timer, send nothing, return to Initialize.")
MASTER_DOWN = rule("rfc3768.6.4.2.master-down-timer", "RFC 3768 6.4.2", "Master_Down_Timer fires: advertise, announce, become Master.")
BACKUP_PRIORITY_ZERO = rule("rfc3768.6.4.2.priority-zero", "RFC 3768 6.4.2", "Priority 0 in Backup: set Master_Down_Timer to Skew_Time.")
BACKUP_REFRESHED = rule("rfc3768.6.4.2.advertisement", "RFC 3768 6.4.2", "Equal or higher priority in Backup: reset Master_Down_Timer.")
BACKUP_NO_PREEMPT = rule(
    "rfc3768.6.4.2.preempt-mode-false",
    "RFC 3768 6.4.2",
    "Lower priority in Backup with Preempt_Mode false: reset Master_Down_Timer.",
)
BACKUP_LOWER = rule(
    "rfc3768.6.4.2.lower-priority", "RFC 3768 6.4.2", "Lower priority in Backup with Preempt_Mode true: discard, the timer runs on."
)
PREEMPT_DELAY_STARTS = rule(
    "keepalived.preempt-delay.starts",
    "keepalived preempt_delay",
    "The first lower advertisement starts the delay and counts as a good one.",
)
PREEMPT_DELAY_RUNS = rule(
    "keepalived.preempt-delay.runs",
    "keepalived preempt_delay",
    "Until the delay is over a lower advertisement resets Master_Down_Timer.",
)

# Master (RFC 3768 6.4.3).
MASTER_STOPS = rule("rfc3768.6.4.3.shutdown", "RFC 3768 6.4.3", "Shutdown in Master: advertise priority 0, return to Initialize.")
ADVER_TIMER = rule("rfc3768.6.4.3.adver-timer", "RFC 3768 6.4.3", "Adver_Timer fires: advertise, restart the timer.")
MASTER_PRIORITY_ZERO = rule(
    "rfc3768.6.4.3.priority-zero", "RFC 3768 6.4.3", "Priority 0 in Master: advertise at once, restart Adver_Timer."
)
MASTER_YIELDS = rule("rfc3768.6.4.3.higher-priority", "RFC 3768 6.4.3", "Higher priority in Master: set Master_Down_Timer, become Backup.")
MASTER_YIELDS_TIE = rule("rfc3768.6.4.3.higher-address", "RFC 3768 6.4.3", "Equal priority from a higher address in Master: become Backup.")
MASTER_YIELDS_OWNER = rule(
    "rfc9568.6.4.3.two-owners",
    "RFC 9568 erratum 8298, keepalived",
    "Of two address owners, which is a configuration error, the one with the lower address becomes Backup.",
)
MASTER_ASSERTS_OWNER = rule(
    "keepalived.two-owners",
    "keepalived",
    "Of two address owners, which is a configuration error, the one with the higher address advertises at once.",
)
MASTER_LOWER = rule("rfc3768.6.4.3.lower-priority", "RFC 3768 6.4.3", "A losing advertisement in Master is discarded.")
MASTER_ASSERTS = rule(
    "rfc9568.6.4.3.lower-priority",
    "RFC 9568 6.4.3, keepalived",
    "A losing advertisement in Master is answered with one of ours at once.",
)
OWN_ADDRESS = rule(
    "keepalived.own-address",
    "keepalived",
    "Our priority from our own address (a cloned host or a loop) is reported, never answered.",
)
OVERSLEPT = rule(
    "keepalived.overslept",
    "keepalived timer_expired_backup",
    "A Master that slept until another must have taken over becomes Backup, and listens before it speaks again.",
)
LINK_RETURNED = rule(
    "core.link-returned",
    "kaspec",
    "A Master whose interface carries again advertises at once, and announces if nobody better answers within an interval.",
)
GARP_AGAIN = rule("keepalived.garp-again", "keepalived garp_master_delay, _refresh", "The delayed or periodic gratuitous ARP burst is due.")
GARP_EXTRA = rule(
    "keepalived.garp-extra",
    "keepalived garp_extra_if",
    "Addresses on interfaces without advertisements are announced for the switches.",
)
REARMED_BY_DISCARD = rule(
    "keepalived.flaw.discard-rearms-master",
    "keepalived <= 2.4.3",
    "FLAW, not in the daemon: any packet with our VRID postpones our advertisement.",
)

# Fault, tracking and configuration.
FAULT_ENTERED = rule(
    "keepalived.fault.entered",
    "keepalived FAULT",
    "Something tracked failed: a Master advertises priority 0 and withdraws; enter FAULT.",
)
FAULT_GOES_ON = rule("keepalived.fault.goes-on", "keepalived FAULT", "The reasons for FAULT changed but did not end.")
FAULT_LEFT = rule("keepalived.fault.left", "keepalived FAULT", "The last fault ended: start again as Backup.")
FAULT_LEFT_OWNER = rule("keepalived.fault.left-owner", "keepalived FAULT", "The last fault of an address owner ended: become Master.")
FAULT_WAITS = rule(
    "keepalived.fault.waits", "keepalived num_script_init", "The last fault ended, but something tracked has not been heard of: wait."
)
FAULT_STOPS = rule("keepalived.fault.shutdown", "keepalived FAULT", "Shutdown in FAULT: return to Initialize, nothing is sent.")
FAULT_DEAF = rule("keepalived.fault.deaf", "keepalived FAULT", "Packets are ignored in FAULT.")
PRIORITY_CHANGED = rule(
    "keepalived.priority-changed",
    "keepalived tracking",
    "The effective priority changed; a Backup's Master_Down_Timer moves by the difference in Skew_Time.",
)
STANDING_CHANGED = rule(
    "core.standing-changed", "kaspec", "The source address changed, or tracking reported before Startup; no timer moves."
)
RECONFIGURED = rule(
    "keepalived.reload",
    "keepalived reload",
    "A new configuration: the state stays, addresses change by the difference, no timer is later than the new intervals allow.",
)
HOLDINGS_RESTORED = rule(
    "core.holdings-restored",
    "kaspec; keepalived becomes Backup for a moment",
    "What somebody takes away from a Master is put back in place: no state changes and nothing is advertised.",
)
HOLDINGS_AWAITED = rule(
    "core.holdings-awaited", "kaspec", "What is taken away again and again is put back after a pause, each twice as long as the last."
)
ADDRESSES_FOREIGN = rule(
    "core.addresses-foreign",
    "kaspec",
    "A virtual address that somebody else puts on this host, which is not Master, is told and left alone: two hosts may now answer for it.",
)
HOLDINGS_RETURNED = rule(
    "core.holdings-returned",
    "kaspec",
    "An interface came up: a Master puts on it what it holds there, and its routes, which are dropped with it.",
)

# Sync groups.
GROUP_WAITS = rule(
    "keepalived.group.waits",
    "keepalived vrrp_sync_group",
    "Master_Down_Timer fires, but another member does not want to be Master: wait for it, the timer starts again.",
)
GROUP_STARTS = rule(
    "keepalived.group.starts", "keepalived vrrp_sync_group", "A group starts as Backup, address owners too unless every member is one."
)
GROUP_MASTER = rule(
    "keepalived.group.master", "keepalived vrrp_sync_group", "Every member wants to be Master: those that waited become Master."
)
GROUP_BACKUP = rule(
    "keepalived.group.backup",
    "keepalived vrrp_sync_group",
    "A member became Backup: the others give up their addresses and send nothing.",
)
GROUP_FAULT = rule("keepalived.group.fault", "keepalived vrrp_sync_group", "Another member is at fault: so is this one.")
GROUP_STOPS = rule("keepalived.group.stops", "keepalived vrrp_sync_group", "Every member stopped, or the group was removed.")

# Identity.
NOTHING_HELD = rule("core.nothing-held", "kaspec", "Only a Master holds addresses, routes and rules, so only it can lose them.")
NOT_DUE = rule("core.not-due", "kaspec", "DeadlineReached before the deadline changes nothing.")
NOT_STARTED = rule("core.not-started", "kaspec", "Before Startup (and after Shutdown) only Startup and tracking count.")
ALREADY_STARTED = rule("core.already-started", "kaspec", "Startup after Startup changes nothing.")
UNCHANGED = rule("core.unchanged", "kaspec", "The event says what is already known.")
