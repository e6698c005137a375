"""The clauses of VRRP version 2 that the corpus must show, each held and each violated, and those it cannot.

Identifiers are ``table-section-number``: V2 is RFC 3768, V2A what RFC 2338 adds (authentication).  Only MUST, MUST NOT and the steps of
the normative state machine (MUST*) are listed; a trace may name further ones.
"""

from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen

from kaspec.trace import Trace

Level = Literal["MUST", "MUST NOT", "MUST*"]


@frozen
class Beyond:
    """Why a clause cannot be shown by a trace of the core: whose part it is."""

    whose: Literal["kernel", "virtual MAC", "host", "not yet", "no such link"]
    reason: str


@frozen
class Clause:
    """A requirement, in our own words."""

    identifier: str
    level: Level
    requirement: str
    beyond: Beyond | None = None


_VIRTUAL_MAC = Beyond("virtual MAC", "needs use_vmac, which is not built yet; without it keepalived too uses the interface's own address")

CLAUSES = (
    Clause("V2-5.2.2-02", "MUST NOT", "Forward a datagram for 224.0.0.18.", Beyond("kernel", "the kernel forwards, and not this group")),
    Clause("V2-5.2.3-01", "MUST", "Transmit with TTL 255."),
    Clause("V2-5.2.3-02", "MUST", "Discard a packet whose TTL is not 255."),
    Clause("V2-5.3.2-02", "MUST", "Discard a packet of unknown type."),
    Clause("V2-5.3.4-01", "MUST", "The owner uses priority 255."),
    Clause("V2-5.3.4-02", "MUST", "Backups use 1..254, 100 by default."),
    Clause("V2-5.3.6-02", "MUST", "Discard an unknown authentication type, or another than the configured one."),
    Clause("V2-6.4.1-01", "MUST*", "Startup of the owner."),
    Clause("V2-6.4.1-02", "MUST*", "Startup of anyone else."),
    Clause("V2-6.4.2-01", "MUST NOT", "A Backup answers ARP for the virtual addresses."),
    Clause("V2-6.4.2-02", "MUST", "A Backup discards frames to the virtual MAC.", _VIRTUAL_MAC),
    Clause("V2-6.4.2-03", "MUST NOT", "A Backup accepts packets to the virtual addresses."),
    Clause("V2-6.4.2-04", "MUST*", "Shutdown in Backup."),
    Clause("V2-6.4.2-05", "MUST*", "Master_Down_Timer fires."),
    Clause("V2-6.4.2-06", "MUST*", "Priority 0 in Backup."),
    Clause("V2-6.4.2-07", "MUST*", "Equal or higher priority in Backup, or any without preemption."),
    Clause("V2-6.4.2-08", "MUST*", "Lower priority in Backup with preemption."),
    Clause("V2-6.4.3-01", "MUST", "The Master answers ARP for the virtual addresses."),
    Clause("V2-6.4.3-02", "MUST", "The Master forwards frames to the virtual MAC.", _VIRTUAL_MAC),
    Clause(
        "V2-6.4.3-03",
        "MUST NOT",
        "A Master that is not owner accepts packets to the virtual addresses.",
        Beyond("host", "keepalived accepts them unless told no_accept, which is a firewall rule and not built yet"),
    ),
    Clause("V2-6.4.3-04", "MUST", "The owner accepts packets to the virtual addresses."),
    Clause("V2-6.4.3-05", "MUST*", "Shutdown in Master."),
    Clause("V2-6.4.3-06", "MUST*", "Adver_Timer fires."),
    Clause("V2-6.4.3-07", "MUST*", "Priority 0 in Master."),
    Clause("V2-6.4.3-08", "MUST*", "Higher priority, or equal from a higher address, in Master."),
    Clause("V2-6.4.3-09", "MUST*", "Any other advertisement in Master."),
    Clause("V2-7.1-01", "MUST", "The order of the checks."),
    Clause("V2-7.1-02", "MUST", "The version is 2."),
    Clause("V2-7.1-03", "MUST", "The packet is complete."),
    Clause("V2-7.1-04", "MUST", "The checksum is right."),
    Clause("V2-7.1-05", "MUST", "The VRID is configured on the receiving interface."),
    Clause("V2-7.1-06", "MUST", "The local router is not the owner."),
    Clause("V2-7.1-07", "MUST", "The authentication is the local one and passes."),
    Clause("V2-7.1-08", "MUST", "A packet that fails a check is discarded."),
    Clause("V2-7.1-13", "MUST", "Another address list is dropped unless the sender's priority is 255."),
    Clause("V2-7.1-14", "MUST", "The advertisement interval is the local one."),
    Clause("V2-7.2-01", "MUST", "Fields from the configuration, and the checksum."),
    Clause("V2-7.2-02", "MUST", "The source MAC is the virtual one.", _VIRTUAL_MAC),
    Clause("V2-7.2-03", "MUST", "Source the primary address, protocol 112, to the VRRP group."),
    Clause("V2-8.1-01", "MUST", "ICMP redirects name the address the host used.", Beyond("kernel", "the kernel sends redirects")),
    Clause("V2-8.2-01", "MUST", "ARP replies carry the virtual MAC.", _VIRTUAL_MAC),
    Clause("V2-8.2-02", "MUST NOT", "ARP replies carry the physical MAC.", _VIRTUAL_MAC),
    Clause("V2-8.3-01", "MUST", "Proxy ARP carries the virtual MAC.", _VIRTUAL_MAC),
    Clause("V2-9.2-01", "MUST", "Token ring: functional addresses.", Beyond("no such link", "Linux has no token ring any more")),
    Clause("V2A-5.3.6-02", "MUST", "Discard an unknown authentication type, or another than the configured one."),
    Clause("V2A-5.3.6.2-02", "MUST", "A short password is filled with zero bytes."),
    Clause("V2A-5.3.6.2-03", "MUST", "Another password is discarded."),
    Clause(
        "V2A-5.3.6.3-02",
        "MUST",
        "With the IP Authentication Header: a missing one or a wrong digest is discarded.",
        Beyond("not yet", "authentication type 2 is a later milestone"),
    ),
    Clause("V2A-7.1-01", "MUST", "The order of the checks of RFC 2338."),
    Clause("V2A-7.1-02", "MUST", "A VRID that is not valid on the interface is discarded."),
    Clause("V2A-7.1-04", "MUST", "The advertisement interval is the local one."),
    Clause("V2A-8.2-01", "MUST", "ARP as in RFC 3768 8.2.", _VIRTUAL_MAC),
)


@frozen
class Evidence:
    """The names of the traces in which a clause holds, and of those in which a violation of it is rejected."""

    holds: tuple[str, ...] = field(default=())
    violated: tuple[str, ...] = field(default=())


def coverage(traces: Iterable[Trace]) -> dict[str, Evidence]:
    """Return the evidence for every clause that is listed or that a trace names, in the order of the list."""
    named = [(identifier, polarity, trace.name) for trace in traces for identifier, polarity in trace.clauses]
    identifiers = dict.fromkeys([clause.identifier for clause in CLAUSES] + [identifier for identifier, _, _ in named])
    return {
        each: Evidence(
            *(tuple(name for which, shown, name in named if (which, shown) == (each, polarity)) for polarity in ("holds", "violated"))
        )
        for each in identifiers
    }
