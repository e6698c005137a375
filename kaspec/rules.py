"""The rules: every transition and every discard names one, and this table says what each means.

A rule's identifier starts with where it comes from: ``rfc3768.`` (with the section), ``rfc9568.``, ``keepalived.`` (a behaviour of
keepalived that the RFC does not have), or ``core.`` (an identity step: the event does not apply to the state).
"""

from typing import NewType

from attrs import frozen

Rule = NewType("Rule", str)


@frozen
class Clause:
    """What a rule follows: ``source`` names document and section, ``statement`` says it in one line."""

    source: str
    statement: str


RULES: dict[Rule, Clause] = {}
"""Every rule of the core, in the order of the protocol's own text."""


def _rule(identifier: str, source: str, statement: str) -> Rule:
    rule = Rule(identifier)
    assert rule not in RULES, rule
    RULES[rule] = Clause(source, statement)
    return rule


# Reception, in the order of RFC 3768 7.1.
NOT_IP = _rule("core.not-ip", "RFC 791 3.1, RFC 8200 3", "Bytes that are no IP datagram are discarded.")
NOT_VRRP = _rule("rfc3768.5.2.4.protocol", "RFC 3768 5.2.4", "A datagram whose protocol is not 112 is discarded.")
TTL = _rule("rfc3768.7.1.ttl", "RFC 3768 5.2.3, 7.1", "A packet whose TTL is not 255 is discarded.")
VERSION = _rule("rfc3768.7.1.version", "RFC 3768 7.1", "A packet of another VRRP version is discarded.")
INCOMPLETE = _rule(
    "rfc3768.7.1.complete", "RFC 3768 7.1", "A packet shorter than its header, addresses and authentication data is discarded."
)
CHECKSUM = _rule("rfc3768.7.1.checksum", "RFC 3768 5.3.8, 7.1", "A packet with a wrong checksum is discarded.")
TYPE = _rule("rfc3768.5.3.2.type", "RFC 3768 5.3.2", "A packet of unknown type is discarded.")
VRID = _rule("rfc3768.7.1.vrid", "RFC 3768 7.1", "A packet for a VRID not configured on the interface is discarded.")
OWNER = _rule("rfc3768.7.1.owner", "RFC 3768 7.1", "The address owner discards every advertisement.")
AUTH_TYPE_UNKNOWN = _rule("rfc3768.5.3.6.unknown", "RFC 3768 5.3.6", "A packet with an unknown authentication type is discarded.")
AUTH_TYPE_MISMATCH = _rule(
    "rfc3768.7.1.authentication-type",
    "RFC 3768 5.3.6, 7.1",
    "A packet whose authentication type is not the configured one is discarded.",
)
PASSWORD = _rule("rfc2338.5.3.6.2.password", "RFC 2338 5.3.6.2", "A packet whose eight password bytes differ is discarded.")
HEADER_MALFORMED = _rule(
    "rfc2402.2.header", "RFC 2402 2", "A packet whose authentication header is cut, or is before anything but VRRP, is discarded."
)
HEADER_MISSING = _rule(
    "rfc2338.5.3.6.3.missing", "RFC 2338 5.3.6.3", "With IP authentication, a packet without an authentication header is discarded."
)
HEADER_UNEXPECTED = _rule(
    "keepalived.authentication-header.unexpected",
    "keepalived",
    "Without IP authentication, a packet in an authentication header is discarded.",
)
HEADER_INTEGRITY = _rule(
    "rfc2338.5.3.6.3.integrity", "RFC 2338 5.3.6.3, RFC 2403", "A packet whose integrity check value is wrong is discarded."
)
HEADER_SPI = _rule(
    "keepalived.authentication-header.spi", "keepalived", "A packet whose security parameters index is not its source address is discarded."
)
HEADER_SEQUENCE = _rule(
    "rfc2402.3.4.3.sequence",
    "RFC 2402 3.4.3, keepalived",
    "A packet whose sequence number is not greater than every one said or heard before is discarded.",
)
TRAILER_MISSING = _rule("keepalived.auth-hmac.missing", "keepalived >= 2.4 auth_hmac", "A packet that is not signed is discarded.")
TRAILER_MALFORMED = _rule(
    "keepalived.auth-hmac.malformed", "keepalived >= 2.4 auth_hmac", "A packet with something else than a trailer behind it is discarded."
)
TRAILER_STALE = _rule(
    "keepalived.auth-hmac.stale",
    "keepalived >= 2.4 auth_hmac",
    "A packet signed longer ago, or more in the future, than the window is discarded.",
)
TRAILER_KEY = _rule("keepalived.auth-hmac.unknown-key", "keepalived >= 2.4 auth_hmac", "A packet signed with an unknown key is discarded.")
TRAILER_CODE = _rule("keepalived.auth-hmac.invalid", "keepalived >= 2.4 auth_hmac", "A packet whose code is wrong is discarded.")
TRAILER_REPLAY = _rule(
    "keepalived.auth-hmac.replay", "keepalived >= 2.4 auth_hmac", "A packet whose sequence number its sender has used before is discarded."
)
ADDRESS_LIST = _rule(
    "rfc3768.7.1.address-list", "RFC 3768 7.1", "A packet with another address list is discarded unless its priority is 255."
)
ADDRESS_LIST_REPORTED = _rule(
    "keepalived.address-list-reported", "keepalived >= 2.3.3", "Another address list is reported and the packet used."
)
ADVERTISEMENT_INTERVAL = _rule(
    "rfc3768.7.1.advertisement-interval", "RFC 3768 5.3.7, 7.1", "A packet with another advertisement interval is discarded."
)
COUNT_ZERO = _rule("rfc9568.7.1.count", "RFC 9568 5.2.5, 7.1, erratum 8299", "A version 3 packet without addresses is discarded.")
INTERVAL_ZERO = _rule(
    "rfc9568.7.1.interval-zero",
    "RFC 9568 7.1, erratum 8301",
    "A version 3 packet whose interval is 0 is discarded: it would expire at once.",
)
FIRST_LINK_LOCAL = _rule(
    "rfc9568.7.1.first-link-local",
    "RFC 9568 5.2.9, 7.1, erratum 8300",
    "An IPv6 packet whose first address is not link-local is discarded.",
)
FIRST_LINK_LOCAL_REPORTED = _rule(
    "keepalived.first-link-local-reported",
    "keepalived, FRR",
    "A first IPv6 address that is not link-local is reported and the packet used.",
)
INTERVAL_LEARNT = _rule(
    "rfc9568.7.1.interval-differs", "RFC 9568 7.1", "Another advertisement interval in version 3 is reported, and learnt."
)
CHECKSUM_FORM = _rule(
    "core.checksum-form",
    "RFC 5798 5.2.8, RFC 9568 5.2.8",
    "The other form of the version 3 IPv4 checksum is reported and the packet used.",
)
DESTINATION = _rule(
    "keepalived.destination",
    "RFC 3768 5.2.2, keepalived",
    "A multicast virtual router discards packets not sent to its group, a unicast one those sent to a group.",
)
PEER_UNKNOWN = _rule(
    "keepalived.check-unicast-src", "keepalived check_unicast_src", "A unicast packet from a router that is no unicast_peer is discarded."
)
PEER_TTL = _rule(
    "keepalived.unicast-peer.ttl",
    "keepalived unicast_peer",
    "A packet whose TTL is not within its sender's min_ttl and max_ttl is discarded.",
)

# Initialize (RFC 3768 6.4.1).
OWNER_STARTS = _rule("rfc3768.6.4.1.owner", "RFC 3768 6.4.1", "Startup with priority 255: advertise, announce, become Master.")
BACKUP_STARTS = _rule(
    "rfc3768.6.4.1.not-owner", "RFC 3768 6.4.1", "Startup otherwise: set Master_Down_Timer to Master_Down_Interval, become Backup."
)
INIT_WAITS = _rule(
    "keepalived.init.waits", "keepalived num_script_init", "Startup while something tracked has not been heard of: wait in Initialize."
)
INIT_WAITS_ON = _rule("keepalived.init.waits-on", "keepalived num_script_init", "Some of what is tracked has still not been heard of.")
INIT_LEFT = _rule("keepalived.init.left", "keepalived num_script_init", "All that is tracked has been heard of and is good: become Backup.")
INIT_LEFT_OWNER = _rule(
    "keepalived.init.left-owner", "keepalived num_script_init", "All that an address owner tracks is good: become Master."
)
INIT_FAILED = _rule(
    "keepalived.init.failed", "keepalived FAULT", "What was waited for, or anything else tracked, is at fault: enter FAULT."
)
INIT_STOPS = _rule("keepalived.init.shutdown", "keepalived", "Shutdown while waiting in Initialize: it was never more than that.")
FAULT_AT_START = _rule("keepalived.start-in-fault", "keepalived", "Startup while something tracked is at fault: enter FAULT.")

# Backup (RFC 3768 6.4.2).
BACKUP_STOPS = _rule(
    "rfc3768.6.4.2.shutdown", "RFC 3768 6.4.2", "Shutdown in Backup: cancel the timer, send nothing, return to Initialize."
)
MASTER_DOWN = _rule("rfc3768.6.4.2.master-down-timer", "RFC 3768 6.4.2", "Master_Down_Timer fires: advertise, announce, become Master.")
BACKUP_PRIORITY_ZERO = _rule("rfc3768.6.4.2.priority-zero", "RFC 3768 6.4.2", "Priority 0 in Backup: set Master_Down_Timer to Skew_Time.")
BACKUP_REFRESHED = _rule("rfc3768.6.4.2.advertisement", "RFC 3768 6.4.2", "Equal or higher priority in Backup: reset Master_Down_Timer.")
BACKUP_NO_PREEMPT = _rule(
    "rfc3768.6.4.2.preempt-mode-false",
    "RFC 3768 6.4.2",
    "Lower priority in Backup with Preempt_Mode false: reset Master_Down_Timer.",
)
BACKUP_LOWER = _rule(
    "rfc3768.6.4.2.lower-priority", "RFC 3768 6.4.2", "Lower priority in Backup with Preempt_Mode true: discard, the timer runs on."
)
PREEMPT_DELAY_STARTS = _rule(
    "keepalived.preempt-delay.starts",
    "keepalived preempt_delay",
    "The first lower advertisement starts the delay and counts as a good one.",
)
PREEMPT_DELAY_RUNS = _rule(
    "keepalived.preempt-delay.runs",
    "keepalived preempt_delay",
    "Until the delay is over a lower advertisement resets Master_Down_Timer.",
)

# Master (RFC 3768 6.4.3).
MASTER_STOPS = _rule("rfc3768.6.4.3.shutdown", "RFC 3768 6.4.3", "Shutdown in Master: advertise priority 0, return to Initialize.")
ADVER_TIMER = _rule("rfc3768.6.4.3.adver-timer", "RFC 3768 6.4.3", "Adver_Timer fires: advertise, restart the timer.")
MASTER_PRIORITY_ZERO = _rule(
    "rfc3768.6.4.3.priority-zero", "RFC 3768 6.4.3", "Priority 0 in Master: advertise at once, restart Adver_Timer."
)
MASTER_YIELDS = _rule("rfc3768.6.4.3.higher-priority", "RFC 3768 6.4.3", "Higher priority in Master: set Master_Down_Timer, become Backup.")
MASTER_YIELDS_TIE = _rule(
    "rfc3768.6.4.3.higher-address", "RFC 3768 6.4.3", "Equal priority from a higher address in Master: become Backup."
)
MASTER_YIELDS_OWNER = _rule(
    "rfc9568.6.4.3.two-owners",
    "RFC 9568 erratum 8298, keepalived",
    "Of two address owners, which is a configuration error, the one with the lower address becomes Backup.",
)
MASTER_ASSERTS_OWNER = _rule(
    "keepalived.two-owners",
    "keepalived",
    "Of two address owners, which is a configuration error, the one with the higher address advertises at once.",
)
MASTER_LOWER = _rule("rfc3768.6.4.3.lower-priority", "RFC 3768 6.4.3", "A losing advertisement in Master is discarded.")
MASTER_ASSERTS = _rule(
    "rfc9568.6.4.3.lower-priority",
    "RFC 9568 6.4.3, keepalived",
    "A losing advertisement in Master is answered with one of ours at once.",
)
OWN_ADDRESS = _rule(
    "keepalived.own-address",
    "keepalived",
    "Our priority from our own address (a cloned host or a loop) is reported, never answered.",
)
OVERSLEPT = _rule(
    "keepalived.overslept",
    "keepalived timer_expired_backup",
    "A Master that slept until another must have taken over becomes Backup, and listens before it speaks again.",
)
LINK_RETURNED = _rule(
    "core.link-returned",
    "kaspec",
    "A Master whose interface carries again advertises at once, and announces if nobody better answers within an interval.",
)
GARP_AGAIN = _rule(
    "keepalived.garp-again", "keepalived garp_master_delay, _refresh", "The delayed or periodic gratuitous ARP burst is due."
)
GARP_EXTRA = _rule(
    "keepalived.garp-extra",
    "keepalived garp_extra_if",
    "Addresses on interfaces without advertisements are announced for the switches.",
)
REARMED_BY_DISCARD = _rule(
    "keepalived.flaw.discard-rearms-master",
    "keepalived <= 2.4.3",
    "FLAW, not in the daemon: any packet with our VRID postpones our advertisement.",
)

# Fault, tracking and configuration.
FAULT_ENTERED = _rule(
    "keepalived.fault.entered",
    "keepalived FAULT",
    "Something tracked failed: a Master advertises priority 0 and withdraws; enter FAULT.",
)
FAULT_GOES_ON = _rule("keepalived.fault.goes-on", "keepalived FAULT", "The reasons for FAULT changed but did not end.")
FAULT_LEFT = _rule("keepalived.fault.left", "keepalived FAULT", "The last fault ended: start again as Backup.")
FAULT_LEFT_OWNER = _rule("keepalived.fault.left-owner", "keepalived FAULT", "The last fault of an address owner ended: become Master.")
FAULT_WAITS = _rule(
    "keepalived.fault.waits", "keepalived num_script_init", "The last fault ended, but something tracked has not been heard of: wait."
)
FAULT_STOPS = _rule("keepalived.fault.shutdown", "keepalived FAULT", "Shutdown in FAULT: return to Initialize, nothing is sent.")
FAULT_DEAF = _rule("keepalived.fault.deaf", "keepalived FAULT", "Packets are ignored in FAULT.")
PRIORITY_CHANGED = _rule(
    "keepalived.priority-changed",
    "keepalived tracking",
    "The effective priority changed; a Backup's Master_Down_Timer moves by the difference in Skew_Time.",
)
STANDING_CHANGED = _rule(
    "core.standing-changed", "kaspec", "The source address changed, or tracking reported before Startup; no timer moves."
)
RECONFIGURED = _rule(
    "keepalived.reload",
    "keepalived reload",
    "A new configuration: the state stays, addresses change by the difference, no timer is later than the new intervals allow.",
)
HOLDINGS_RESTORED = _rule(
    "core.holdings-restored",
    "kaspec; keepalived becomes Backup for a moment",
    "What somebody takes away from a Master is put back in place: no state changes and nothing is advertised.",
)
HOLDINGS_AWAITED = _rule(
    "core.holdings-awaited", "kaspec", "What is taken away again and again is put back after a pause, each twice as long as the last."
)
HOLDINGS_RETURNED = _rule(
    "core.holdings-returned",
    "kaspec",
    "An interface came up: a Master puts on it what it holds there, and its routes, which are dropped with it.",
)

# Sync groups.
GROUP_WAITS = _rule(
    "keepalived.group.waits",
    "keepalived vrrp_sync_group",
    "Master_Down_Timer fires, but another member does not want to be Master: wait for it, the timer starts again.",
)
GROUP_STARTS = _rule(
    "keepalived.group.starts", "keepalived vrrp_sync_group", "A group starts as Backup, address owners too unless every member is one."
)
GROUP_MASTER = _rule(
    "keepalived.group.master", "keepalived vrrp_sync_group", "Every member wants to be Master: those that waited become Master."
)
GROUP_BACKUP = _rule(
    "keepalived.group.backup",
    "keepalived vrrp_sync_group",
    "A member became Backup: the others give up their addresses and send nothing.",
)
GROUP_FAULT = _rule("keepalived.group.fault", "keepalived vrrp_sync_group", "Another member is at fault: so is this one.")
GROUP_STOPS = _rule("keepalived.group.stops", "keepalived vrrp_sync_group", "Every member stopped, or the group was removed.")

# Identity.
NOTHING_HELD = _rule("core.nothing-held", "kaspec", "Only a Master holds addresses, routes and rules, so only it can lose them.")
NOT_DUE = _rule("core.not-due", "kaspec", "DeadlineReached before the deadline changes nothing.")
NOT_STARTED = _rule("core.not-started", "kaspec", "Before Startup (and after Shutdown) only Startup and tracking count.")
ALREADY_STARTED = _rule("core.already-started", "kaspec", "Startup after Startup changes nothing.")
UNCHANGED = _rule("core.unchanged", "kaspec", "The event says what is already known.")

# Bidirectional forwarding detection: reception, in the order of RFC 5880 6.8.6.
BFD_VERSION = _rule("rfc5880.6.8.6.version", "RFC 5880 6.8.6", "A BFD packet of another version than 1 is discarded.")
BFD_LENGTH = _rule("rfc5880.6.8.6.length", "RFC 5880 6.8.6", "A BFD packet whose length is below 24 (26 with authentication) is discarded.")
BFD_LONGER_THAN_PAYLOAD = _rule(
    "rfc5880.6.8.6.payload", "RFC 5880 6.8.6", "A BFD packet whose length exceeds the datagram's payload is discarded."
)
BFD_DETECT_MULTIPLIER = _rule("rfc5880.6.8.6.detect-mult", "RFC 5880 6.8.6", "A BFD packet with a Detect Mult of zero is discarded.")
BFD_MULTIPOINT = _rule("rfc5880.6.8.6.multipoint", "RFC 5880 6.8.6", "A BFD packet with the Multipoint bit is discarded.")
BFD_MY_DISCRIMINATOR = _rule("rfc5880.6.8.6.my-discriminator", "RFC 5880 6.8.6", "A BFD packet with My Discriminator zero is discarded.")
BFD_NO_SESSION = _rule(
    "rfc5880.6.8.6.no-session",
    "RFC 5880 6.3, 6.8.6",
    "A BFD packet whose Your Discriminator is no session's, or that has none and is from no session's neighbor, is discarded.",
)
BFD_YOUR_DISCRIMINATOR = _rule(
    "rfc5880.6.8.6.your-discriminator",
    "RFC 5880 6.8.6",
    "A BFD packet with Your Discriminator zero in state Init or Up is discarded.",
)
BFD_AUTHENTICATION = _rule(
    "rfc5880.6.8.6.authentication", "RFC 5880 6.8.6", "A BFD packet with authentication is discarded: no session uses any."
)
BFD_TTL = _rule(
    "rfc5881.5.ttl", "RFC 5881 5, keepalived max_hops", "A BFD packet that came over more hops than the session allows is discarded."
)
BFD_ADMIN_DOWN = _rule("rfc5880.6.8.6.admin-down", "RFC 5880 6.8.6", "A BFD packet for a session in AdminDown is discarded.")

# Bidirectional forwarding detection: the session (RFC 5880 6.2, 6.8).
BFD_STARTS = _rule(
    "rfc5880.6.8.1.initial",
    "RFC 5880 6.1, 6.8.1",
    "A session starts in Down and, unless passive, transmits, at most once a second.",
)
BFD_THREE_WAY_INIT = _rule("rfc5880.6.8.6.down-down", "RFC 5880 6.2, 6.8.6", "In Down, a neighbor in Down: become Init.")
BFD_THREE_WAY_UP = _rule("rfc5880.6.8.6.down-init", "RFC 5880 6.2, 6.8.6", "In Down, a neighbor in Init: become Up.")
BFD_INIT_UP = _rule("rfc5880.6.8.6.init-up", "RFC 5880 6.2, 6.8.6", "In Init, a neighbor in Init or Up: become Up.")
BFD_NEIGHBOR_DOWN = _rule(
    "rfc5880.6.8.6.neighbor-down", "RFC 5880 6.8.6", "In Up, a neighbor in Down: become Down, diagnostic Neighbor Signaled Session Down."
)
BFD_NEIGHBOR_ADMIN_DOWN = _rule(
    "rfc5880.6.8.6.neighbor-admin-down",
    "RFC 5880 6.8.6",
    "In Init or Up, a neighbor in AdminDown: become Down, diagnostic Neighbor Signaled Session Down.",
)
BFD_HEARD = _rule("rfc5880.6.8.6.heard", "RFC 5880 6.8.4, 6.8.6", "A packet that changes no state restarts the Detection Time.")
BFD_POLL_ENDS = _rule("rfc5880.6.5.final", "RFC 5880 6.5, 6.8.3", "The Final bit ends a Poll Sequence: the new timers are in force.")
BFD_EXPIRED = _rule(
    "rfc5880.6.8.4.expired",
    "RFC 5880 6.8.4",
    "Detection Time passes in Init or Up without a packet: become Down, diagnostic Control Detection Time Expired.",
)
BFD_FORGOTTEN = _rule(
    "rfc5880.6.8.1.forgotten", "RFC 5880 6.8.1", "Detection Time passes in Down or AdminDown: the neighbor's discriminator is forgotten."
)
BFD_TRANSMITS = _rule("rfc5880.6.8.7.periodic", "RFC 5880 6.8.7", "The transmission timer fires: send, and draw the next jitter.")
BFD_SHUTS_DOWN = _rule(
    "rfc5880.6.8.16.admin-down",
    "RFC 5880 6.8.16",
    "Shutdown: become AdminDown, diagnostic Administratively Down, and transmit for a Detection Time.",
)
BFD_FALLS_SILENT = _rule("rfc5880.6.8.16.silent", "RFC 5880 6.8.16", "A Detection Time after Shutdown a session falls silent.")
BFD_TIMERS_CHANGED = _rule(
    "rfc5880.6.8.3.poll", "RFC 5880 6.8.3", "New intervals start a Poll Sequence; slower ones wait for its end to be in force."
)
BFD_NOT_UP_IN_TIME = _rule(
    "keepalived.bfd.not-up-in-time",
    "keepalived, kaspec",
    "A session that has not come up within three idle_tx is reported down; until then it is unknown, and what was known stands.",
)
BFD_PROCESS_ENDED = _rule(
    "core.bfd.process-ended",
    "kaspec",
    "The end of the BFD process says nothing of any path: what its sessions last reported stands until the next process reports.",
)

# What is tracked beside interfaces (``kaspec.trackers``).
SCRIPT_RUNS = _rule("keepalived.script.runs", "keepalived vrrp_script interval", "A script's turn has come: start it.")
SCRIPT_STILL_RUNS = _rule(
    "keepalived.script.still-runs", "keepalived vrrp_script interval", "A script that still runs when its turn comes is not started again."
)
SCRIPT_COUNTS = _rule("keepalived.script.counts", "keepalived vrrp_script rise, fall", "An end that does not change how a script is found.")
SCRIPT_SUCCEEDS = _rule("keepalived.script.succeeds", "keepalived vrrp_script rise", "A script has succeeded often enough to be good.")
SCRIPT_FAILS = _rule("keepalived.script.fails", "keepalived vrrp_script fall", "A script has failed often enough to be bad.")
PROCESS_COUNTED = _rule(
    "keepalived.process.counted", "keepalived vrrp_track_process quorum", "Other processes, but still enough, or still not."
)
PROCESS_WAITS = _rule(
    "keepalived.process.waits",
    "keepalived vrrp_track_process fork_delay, terminate_delay",
    "The quorum is gained or lost, and that must last for the delay.",
)
PROCESS_GAINED = _rule("keepalived.process.gained", "keepalived vrrp_track_process quorum", "Enough processes run, and not too many.")
PROCESS_LOST = _rule("keepalived.process.lost", "keepalived vrrp_track_process quorum", "Too few processes run, or too many.")
