"""The clauses of version 3 as RFC 5798 has them; where RFC 9568 changed one, its own list has the new one."""

from conformance.traces.clauses.clause import Beyond, Clause

_FORWARDS = Beyond("kernel", "the kernel forwards, and no group of the link")
_VIRTUAL_MAC = Beyond("virtual MAC", "the kernel's, on the interface that use_vmac makes: tests/interop/test_vmac.py")
_ADVERTISES = Beyond("host", "router advertisements are radvd's, as with keepalived")
_ACCEPTS = Beyond("host", "accept mode is a packet filter rule: tests/unit/test_firewall.py, tests/interop/test_vmac.py")
_BOTH = Beyond("not offered", "speaking versions 2 and 3 at once is an option of the RFC that keepalived has not either")
_NO_SUCH_LINK = Beyond("no such link", "Linux has no token ring any more")
_IDENTIFIERS = Beyond(
    "virtual MAC", "use_vmac makes an interface that gives itself no IPv6 address: tests/interop/test_virtual_interfaces.py"
)

RFC_5798 = (
    Clause("V3-5.1.1.2-02", "MUST NOT", "Forward a datagram for 224.0.0.18.", _FORWARDS),
    Clause("V3-5.1.1.3-01", "MUST", "Transmit with TTL 255."),
    Clause("V3-5.1.1.3-02", "MUST", "Discard a packet whose TTL is not 255."),
    Clause("V3-5.1.2.2-02", "MUST NOT", "Forward a datagram for ff02::12.", _FORWARDS),
    Clause("V3-5.1.2.3-01", "MUST", "Transmit with hop limit 255."),
    Clause("V3-5.1.2.3-02", "MUST", "Discard a packet whose hop limit is not 255."),
    Clause("V3-5.2.2-02", "MUST", "Discard a packet of unknown type."),
    Clause("V3-5.2.4-01", "MUST", "The owner uses priority 255."),
    Clause("V3-5.2.4-02", "MUST", "Backups use 1..254, 100 by default."),
    Clause("V3-5.2.6-01", "MUST", "The reserved bits are zero in what is sent."),
    Clause("V3-5.2.6-02", "MUST", "The reserved bits are ignored in what is received."),
    Clause("V3-5.2.8-01", "MUST*", "The checksum covers the message and a pseudo-header."),
    Clause("V3-5.2.9-02", "MUST NOT", "Addresses of both families in one message."),
    Clause("V3-5.2.9-03", "MUST", "In IPv6 the first address is the link-local one of the virtual router."),
    Clause("V3-6.1-05", "MUST NOT", "Accept_Mode False drops neighbour solicitations or advertisements.", _ACCEPTS),
    Clause("V3-6.4.1-01", "MUST*", "Startup of the owner."),
    Clause("V3-6.4.1-02", "MUST*", "Startup of anyone else."),
    Clause("V3-6.4.2-01", "MUST NOT", "A Backup answers ARP for the virtual addresses."),
    Clause("V3-6.4.2-02", "MUST NOT", "A Backup answers neighbour solicitations for the virtual addresses."),
    Clause("V3-6.4.2-03", "MUST NOT", "A Backup sends router advertisements for the virtual router.", _ADVERTISES),
    Clause("V3-6.4.2-04", "MUST", "A Backup discards frames to the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-6.4.2-05", "MUST NOT", "A Backup accepts packets to the virtual addresses."),
    Clause("V3-6.4.2-06", "MUST*", "Shutdown in Backup."),
    Clause("V3-6.4.2-07", "MUST*", "Master_Down_Timer fires."),
    Clause("V3-6.4.2-08", "MUST*", "Priority 0 in Backup: Skew_Time by the learnt interval."),
    Clause("V3-6.4.2-09", "MUST*", "Equal or higher priority in Backup, or any without preemption: the interval is learnt."),
    Clause("V3-6.4.2-10", "MUST*", "Lower priority in Backup with preemption: discarded, nothing learnt."),
    Clause("V3-6.4.3-01", "MUST", "The Master answers ARP for the virtual addresses."),
    Clause("V3-6.4.3-02", "MUST", "The Master is a member of the solicited-node groups.", Beyond("kernel", "joins them with the address")),
    Clause("V3-6.4.3-03", "MUST", "The Master answers neighbour solicitations for the virtual addresses."),
    Clause("V3-6.4.3-04", "MUST", "The Master sends router advertisements for the virtual router.", _ADVERTISES),
    Clause("V3-6.4.3-05", "MUST NOT", "Accept_Mode False drops neighbour solicitations or advertisements.", _ACCEPTS),
    Clause("V3-6.4.3-06", "MUST", "The Master forwards frames sent to the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-6.4.3-07", "MUST", "The Master accepts packets to the virtual addresses if owner or Accept_Mode."),
    Clause("V3-6.4.3-08", "MUST NOT", "The Master accepts them otherwise.", _ACCEPTS),
    Clause("V3-6.4.3-09", "MUST*", "Shutdown in Master."),
    Clause("V3-6.4.3-10", "MUST*", "Adver_Timer fires."),
    Clause("V3-6.4.3-11", "MUST*", "Priority 0 in Master."),
    Clause("V3-6.4.3-12", "MUST*", "Higher priority, or equal from a higher address, in Master: the interval is learnt."),
    Clause("V3-6.4.3-13", "MUST*", "Any other advertisement in Master is discarded."),
    Clause("V3-7.1-01", "MUST", "The TTL or hop limit is 255."),
    Clause("V3-7.1-02", "MUST", "The version is 3."),
    Clause("V3-7.1-03", "MUST", "The packet is complete."),
    Clause("V3-7.1-04", "MUST", "The checksum is right."),
    Clause("V3-7.1-05", "MUST", "The VRID is configured on the receiving interface and the local router is not the owner."),
    Clause("V3-7.1-06", "MUST", "A packet that fails a check is discarded."),
    Clause("V3-7.2-01", "MUST", "Fields from the configuration, and the checksum."),
    Clause("V3-7.2-02", "MUST", "The source MAC is the virtual one.", _VIRTUAL_MAC),
    Clause("V3-7.2-03", "MUST", "The source is the primary IPv4 or the link-local IPv6 address of the interface."),
    Clause("V3-7.2-04", "MUST", "Protocol 112, to the VRRP group."),
    Clause("V3-7.4-01", "MUST", "Interface identifiers are made the normal way.", _IDENTIFIERS),
    Clause("V3-7.4-02", "MUST NOT", "The virtual MAC makes modified EUI-64 identifiers.", _IDENTIFIERS),
    Clause("V3-8.1.2-01", "MUST", "ARP replies carry the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-8.1.2-02", "MUST NOT", "ARP replies carry the physical MAC.", _VIRTUAL_MAC),
    Clause("V3-8.1.3-01", "MUST", "Proxy ARP carries the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.2-01", "MUST", "Neighbour advertisements carry the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.2-02", "MUST NOT", "Neighbour advertisements carry the physical MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.2-03", "MUST", "The Master's own solicitations carry the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.2-04", "MUST NOT", "The Master's own solicitations carry the physical MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.2-07", "MUST", "At boot neighbour discovery waits for the address and the virtual MAC.", _VIRTUAL_MAC),
    Clause("V3-8.2.3-01", "MUST", "Backups have the owner's router advertisement options.", _ADVERTISES),
    Clause("V3-8.4.2-03", "MUST", "Speaking both versions: send both at the configured rate.", _BOTH),
    Clause("V3-A.2-01", "MUST", "Token ring: functional addresses.", _NO_SUCH_LINK),
)
