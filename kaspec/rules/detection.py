"""Rules of bidirectional forwarding detection (RFC 5880)."""

from kaspec.rules.clause import rule

# Bidirectional forwarding detection: reception, in the order of RFC 5880 6.8.6.
BFD_VERSION = rule("rfc5880.6.8.6.version", "RFC 5880 6.8.6", "A BFD packet of another version than 1 is discarded.")
BFD_LENGTH = rule("rfc5880.6.8.6.length", "RFC 5880 6.8.6", "A BFD packet whose length is below 24 (26 with authentication) is discarded.")
BFD_LONGER_THAN_PAYLOAD = rule(
    "rfc5880.6.8.6.payload", "RFC 5880 6.8.6", "A BFD packet whose length exceeds the datagram's payload is discarded."
)
BFD_DETECT_MULTIPLIER = rule("rfc5880.6.8.6.detect-mult", "RFC 5880 6.8.6", "A BFD packet with a Detect Mult of zero is discarded.")
BFD_MULTIPOINT = rule("rfc5880.6.8.6.multipoint", "RFC 5880 6.8.6", "A BFD packet with the Multipoint bit is discarded.")
BFD_MY_DISCRIMINATOR = rule("rfc5880.6.8.6.my-discriminator", "RFC 5880 6.8.6", "A BFD packet with My Discriminator zero is discarded.")
BFD_NO_SESSION = rule(
    "rfc5880.6.8.6.no-session",
    "RFC 5880 6.3, 6.8.6",
    "A BFD packet whose Your Discriminator is no session's, or that has none and is from no session's neighbor, is discarded.",
)
BFD_YOUR_DISCRIMINATOR = rule(
    "rfc5880.6.8.6.your-discriminator",
    "RFC 5880 6.8.6",
    "A BFD packet with Your Discriminator zero in state Init or Up is discarded.",
)
BFD_AUTHENTICATION = rule(
    "rfc5880.6.8.6.authentication", "RFC 5880 6.8.6", "A BFD packet with authentication is discarded: no session uses any."
)
BFD_TTL = rule(
    "rfc5881.5.ttl", "RFC 5881 5, keepalived max_hops", "A BFD packet that came over more hops than the session allows is discarded."
)
BFD_ADMIN_DOWN = rule("rfc5880.6.8.6.admin-down", "RFC 5880 6.8.6", "A BFD packet for a session in AdminDown is discarded.")

# Bidirectional forwarding detection: the session (RFC 5880 6.2, 6.8).
BFD_STARTS = rule(
    "rfc5880.6.8.1.initial",
    "RFC 5880 6.1, 6.8.1",
    "A session starts in Down and, unless passive, transmits, at most once a second.",
)
BFD_THREE_WAY_INIT = rule("rfc5880.6.8.6.down-down", "RFC 5880 6.2, 6.8.6", "In Down, a neighbor in Down: become Init.")
BFD_THREE_WAY_UP = rule("rfc5880.6.8.6.down-init", "RFC 5880 6.2, 6.8.6", "In Down, a neighbor in Init: become Up.")
BFD_INIT_UP = rule("rfc5880.6.8.6.init-up", "RFC 5880 6.2, 6.8.6", "In Init, a neighbor in Init or Up: become Up.")
BFD_NEIGHBOR_DOWN = rule(
    "rfc5880.6.8.6.neighbor-down", "RFC 5880 6.8.6", "In Up, a neighbor in Down: become Down, diagnostic Neighbor Signaled Session Down."
)
BFD_NEIGHBOR_ADMIN_DOWN = rule(
    "rfc5880.6.8.6.neighbor-admin-down",
    "RFC 5880 6.8.6",
    "In Init or Up, a neighbor in AdminDown: become Down, diagnostic Neighbor Signaled Session Down.",
)
BFD_HEARD = rule("rfc5880.6.8.6.heard", "RFC 5880 6.8.4, 6.8.6", "A packet that changes no state restarts the Detection Time.")
BFD_POLL_ENDS = rule("rfc5880.6.5.final", "RFC 5880 6.5, 6.8.3", "The Final bit ends a Poll Sequence: the new timers are in force.")
BFD_EXPIRED = rule(
    "rfc5880.6.8.4.expired",
    "RFC 5880 6.8.4",
    "Detection Time passes in Init or Up without a packet: become Down, diagnostic Control Detection Time Expired.",
)
BFD_FORGOTTEN = rule(
    "rfc5880.6.8.1.forgotten", "RFC 5880 6.8.1", "Detection Time passes in Down or AdminDown: the neighbor's discriminator is forgotten."
)
BFD_TRANSMITS = rule("rfc5880.6.8.7.periodic", "RFC 5880 6.8.7", "The transmission timer fires: send, and draw the next jitter.")
BFD_SHUTS_DOWN = rule(
    "rfc5880.6.8.16.admin-down",
    "RFC 5880 6.8.16",
    "Shutdown: become AdminDown, diagnostic Administratively Down, and transmit for a Detection Time.",
)
BFD_FALLS_SILENT = rule("rfc5880.6.8.16.silent", "RFC 5880 6.8.16", "A Detection Time after Shutdown a session falls silent.")
BFD_TIMERS_CHANGED = rule(
    "rfc5880.6.8.3.poll", "RFC 5880 6.8.3", "New intervals start a Poll Sequence; slower ones wait for its end to be in force."
)
BFD_NOT_UP_IN_TIME = rule(
    "keepalived.bfd.not-up-in-time",
    "keepalived, kaspec",
    "A session that has not come up within three idle_tx is reported down; until then it is unknown, and what was known stands.",
)
BFD_PROCESS_ENDED = rule(
    "core.bfd.process-ended",
    "kaspec",
    "The end of the BFD process says nothing of any path: what its sessions last reported stands until the next process reports.",
)
