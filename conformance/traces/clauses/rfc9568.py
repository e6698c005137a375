"""The clauses of version 3 that RFC 9568 adds or changes, its verified errata included."""

from conformance.traces.clauses.clause import Beyond, Clause

_VIRTUAL_MAC = Beyond("virtual MAC", "the kernel's, on the interface that use_vmac makes: tests/interop/test_vmac.py")
_BOTH = Beyond("not offered", "speaking versions 2 and 3 at once is an option of the RFC that keepalived has not either")
_TARGET = Beyond(
    "departure",
    "the target hardware address of gratuitous ARP is keepalived's ff:ff:ff:ff:ff:ff, which receivers ignore (RFC 826, RFC 5227 3)",
)

RFC_9568 = (
    Clause("V9-5.2.5-01", "MUST", "Discard a packet that counts no address."),
    Clause("V9-5.2.8-01", "MUST*", "In IPv4 the checksum covers the message only."),
    Clause("V9-5.2.9-01", "MUST", "The family of the addresses is that of the IP header."),
    Clause("V9-5.2.9-02", "MUST", "In IPv6 the first address is the link-local one of the virtual router."),
    Clause("V9-6.4.1-01", "MUST*", "The owner's gratuitous ARP at Startup: the target hardware address (erratum 7947).", _TARGET),
    Clause("V9-6.4.2-01", "MUST*", "Gratuitous ARP when Active_Down_Timer fires: the target hardware address (erratum 7949).", _TARGET),
    Clause("V9-6.4.2-02", "MUST*", "Skew_Time is computed anew from the learnt interval."),
    Clause("V9-6.4.3-01", "MUST*", "Equal priorities: addresses are compared unsigned, in network byte order."),
    Clause("V9-6.4.3-02", "MUST*", "A losing advertisement in Active is discarded and answered at once."),
    Clause("V9-6.4.3-03", "MUST", "Neighbour advertisements have the Router flag.", Beyond("kernel", "sets it where it forwards")),
    Clause("V9-7.1-01", "MUST", "The type is 1."),
    Clause("V9-7.1-02", "MUST", "The VRID is configured on the receiving interface (erratum 8298)."),
    Clause("V9-7.1-04", "MUST", "The count is not 0 (erratum 8299)."),
    Clause("V9-7.1-05", "MUST", "In IPv6 the first address is link-local (erratum 8300)."),
    Clause("V9-7.1-06", "MUST", "The interval is not 0 (erratum 8301)."),
    Clause("V9-7.4-01", "MUST NOT", "The virtual MAC makes interface identifiers of RFC 7217 or 8981.", _VIRTUAL_MAC),
    Clause("V9-8.1.2-01", "MUST", "At boot gratuitous ARP waits for the address and the virtual MAC.", _VIRTUAL_MAC),
    Clause("V9-8.1.3-01", "MUST", "Proxy ARP carries the virtual MAC.", _VIRTUAL_MAC),
    Clause("V9-8.2.2-01", "MUST", "At boot neighbour discovery waits for the address and the virtual MAC.", _VIRTUAL_MAC),
    Clause(
        "V9-8.2.3-01", "MUST", "Backups have the same router advertisement options.", Beyond("host", "router advertisements are radvd's")
    ),
    Clause("V9-8.4.2-01", "MUST", "Speaking both versions: a Backup times out by the Active's rate.", _BOTH),
    Clause("V9-8.4.2-02", "MUST", "Speaking both versions: seconds of version 2 become centiseconds.", _BOTH),
)
