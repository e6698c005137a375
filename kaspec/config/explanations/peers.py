"""What keeps two routers from being one virtual router: told when their files are compared."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation


def _file(name: str, identifier: int, lines: str = "", globally: str = "") -> str:
    own = "".join(f"    {line}\n" for line in lines.splitlines())
    defs = f"global_defs {{\n    {globally}\n}}\n" if globally else ""
    address = "" if "virtual_ipaddress" in lines else "    virtual_ipaddress {\n        192.0.2.100/24\n    }\n"
    return f"{defs}vrrp_instance {name} {{\n    interface eth0\n    virtual_router_id {identifier}\n{own}{address}}}\n"


def _peers(why: str, wrong: str, right: str, peer: str) -> Explanation:
    return Explanation(why, _file("VI_1", 51, wrong), _file("VI_1", 51, right), inside=False, peer=_file("VI_1", 51, peer))


_PASS = "authentication {\n    auth_type PASS\n    auth_pass "
_ADDRESSES = "virtual_ipaddress {\n    192.0.2.100/24\n    192.0.2.101/24\n}"

_GROUP = "vrrp_sync_group VG_1 {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"


def _signed(key_id: int, octet: str) -> str:
    return f"priority 100\nauth_hmac {{\n    key {key_id} hex:{octet * 32}\n}}"


EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.PEER_ROUTER_ID: Explanation(
        "Routers know each other by the virtual_router_id in their packets. With different ones each hears nobody, becomes "
        "Master, and the addresses are on both machines. keepalived logs nothing unless log_unknown_vrids is set.",
        _file("VI_1", 51),
        _file("VI_1", 52),
        inside=False,
        peer=_file("VI_1", 52),
    ),
    kinds.PEER_VERSION: _peers(
        "A packet of another version is discarded (RFC 3768 7.1, RFC 9568 7.1), so neither hears the other, and both become "
        "Master. To go from version 2 to version 3 change both, the Backup first: for that moment both are Master.",
        "priority 100",
        "priority 100\nversion 3",
        "priority 150\nversion 3",
    ),
    kinds.PEER_CHECKSUM: _peers(
        "RFC 5798 5.2.8 and RFC 9568 5.2.8 were read in two ways: keepalived covers a pseudo-header of IP addresses too, some "
        "others the message alone, as v3_checksum_as_v2 does. kaspec takes either and says which one the peer uses; "
        "keepalived takes its own.",
        "priority 100\nversion 3",
        "priority 100\nversion 3\nv3_checksum_as_v2",
        "priority 150\nversion 3\nv3_checksum_as_v2",
    ),
    kinds.PEER_INTERVAL_LEARNT: _peers(
        "A version 3 Backup goes by the interval in the Master's packets (RFC 9568 6.1), so the two work together; but how soon "
        "a dead Master is missed then depends on which of them it was.",
        "priority 100\nversion 3\nadvert_int 1",
        "priority 100\nversion 3\nadvert_int 0.5",
        "priority 150\nversion 3\nadvert_int 0.5",
    ),
    kinds.PEER_AUTHENTICATION: _peers(
        "A packet with another authentication type or password is discarded, so neither hears the other, and both become Master. "
        "The log says 'received an invalid passwd' or 'received a 0 auth, expecting 1'.",
        "priority 100",
        "priority 100\n" + _PASS + "secret\n}",
        "priority 150\n" + _PASS + "secret\n}",
    ),
    kinds.PEER_ADDRESSES: _peers(
        "Each router brings up its own list of addresses, so after a failover the addresses that only the other one has are gone. "
        "keepalived before 2.3.3 moreover discards a packet that lists other addresses than its own, and then both are Master.",
        "priority 100",
        "priority 100\n" + _ADDRESSES,
        "priority 150\n" + _ADDRESSES,
    ),
    kinds.PEER_INTERVAL: _peers(
        "Version 2 routers discard packets whose interval is not their own (RFC 3768 7.1), so neither hears the other, and both "
        "become Master.",
        "priority 100\nadvert_int 1",
        "priority 100\nadvert_int 2",
        "priority 150\nadvert_int 2",
    ),
    kinds.PEER_SOURCE: _peers(
        "Packets are told apart by the address they come from. Two routers with one address also fight over it in every "
        "neighbour's ARP table.",
        "priority 100\nmcast_src_ip 192.0.2.11",
        "priority 100\nmcast_src_ip 192.0.2.12",
        "priority 150\nmcast_src_ip 192.0.2.11",
    ),
    kinds.PEER_PRIORITY: _peers(
        "Of two Masters with one priority the one with the higher address stays. That works, but which one it is follows from how "
        "the machines were numbered, and when both start at once both are Master for a moment.",
        "priority 150",
        "priority 100",
        "priority 150",
    ),
    kinds.PEER_OWNERS: _peers(
        "Priority 255 says that the virtual addresses are this machine's own, so that it is Master whenever it is up. Two such "
        "machines are Master together, and RFC 3768 has each ignore the other.",
        "state MASTER",
        "state MASTER\npriority 100",
        "state MASTER",
    ),
    kinds.PEER_STATE: _peers(
        "state says how a router begins, before it has heard anybody. Two that begin as MASTER announce the addresses together "
        "when they start at once; the priorities settle it within an interval, but clients may have learnt the wrong one. state "
        "BACKUP on both costs a second or three at the start and nothing later.",
        "state MASTER\npriority 100",
        "state BACKUP\npriority 100",
        "state MASTER\npriority 150",
    ),
    kinds.PEER_PREEMPTION: _peers(
        "nopreempt keeps this router from taking over from a Master with a lower priority. The router with the lower priority "
        "never would, so there it changes nothing: it must stand on the one with the higher priority, or on both.",
        "priority 100\nnopreempt",
        "priority 100",
        "priority 150",
    ),
    kinds.PEER_MISSING: Explanation(
        "An instance that only one machine has is never taken over. Pairs are found by virtual_router_id and interface, by "
        "virtual_router_id alone, or by name.",
        _file("VI_1", 51) + _file("VI_2", 52, "virtual_ipaddress {\n    192.0.2.101/24\n}"),
        _file("VI_1", 51),
        inside=False,
        peer=_file("VI_1", 51, "priority 150"),
    ),
    kinds.PEER_NAME: Explanation(
        "router_id names the machine in mails and in SNMP; a file that was copied to the other machine keeps the first one's.",
        _file("VI_1", 51, "priority 100", "router_id lvs-1"),
        _file("VI_1", 51, "priority 100", "router_id lvs-2"),
        inside=False,
        peer=_file("VI_1", 51, "priority 150", "router_id lvs-1"),
    ),
    kinds.PEER_WEIGHTS: _peers(
        "When something tracked fails, its weight lowers the priority, and the peer takes over if it then has the higher one. A "
        "weight smaller than the difference of the two priorities never brings that about; and a peer with nopreempt does not "
        "take over from a living Master at all.",
        "priority 150\ntrack_interface {\n    eth1 weight -20\n}",
        "priority 150\ntrack_interface {\n    eth1 weight -60\n}",
        "priority 100",
    ),
    kinds.PEER_TRANSPORT: _peers(
        "With unicast_peer packets go to the addresses listed, without it to the multicast group, and a router takes only packets "
        "of its own sort.",
        "priority 100",
        "priority 100\nunicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.12\n}",
        "priority 150\nunicast_src_ip 192.0.2.12\nunicast_peer {\n    192.0.2.11\n}",
    ),
    kinds.PEER_NOT_LISTED: _peers(
        "A router that unicasts sends to those in its unicast_peer and to nobody else. A peer that is not among them hears "
        "nothing and becomes Master. Often a digit is wrong, or a file was copied from one router to the other.",
        "priority 100\nunicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.21\n}",
        "priority 100\nunicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.12\n}",
        "priority 150\nunicast_src_ip 192.0.2.12\nunicast_peer {\n    192.0.2.11\n}",
    ),
    kinds.PEER_HMAC: _peers(
        "A router that enforces auth_hmac discards what is not signed, or signed with a key that it does not know. Keys change "
        "without a gap in three steps: give all routers the new key beside the old one, then let each sign with it, then remove the "
        "old one.",
        _signed(2, "11"),
        _signed(1, "22"),
        _signed(1, "22").replace("priority 100", "priority 150"),
    ),
    kinds.PEER_SYNC_GROUP: Explanation(
        "A sync group is Master as a whole or not at all, and each router yields as soon as the peer is better at one member. If each "
        "router is better at another member, both yield, and no one is Master of the rest.",
        _file("VI_1", 51, "priority 150") + _file("VI_2", 52, "priority 100\nvirtual_ipaddress {\n    192.0.2.101/24\n}") + _GROUP,
        _file("VI_1", 51, "priority 150") + _file("VI_2", 52, "priority 150\nvirtual_ipaddress {\n    192.0.2.101/24\n}") + _GROUP,
        inside=False,
        peer=_file("VI_1", 51, "priority 120") + _file("VI_2", 52, "priority 120\nvirtual_ipaddress {\n    192.0.2.101/24\n}"),
    ),
    kinds.PEER_GROUP: _peers(
        "A router listens to the group that it sends to. One that sends to another group is not heard.",
        "priority 100\nmcast_dst_ip 224.0.0.100",
        "priority 100\nmcast_dst_ip 224.0.0.101",
        "priority 150\nmcast_dst_ip 224.0.0.101",
    ),
}
"""By kind."""
