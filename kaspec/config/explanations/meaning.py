"""Problems of what instances mean, what keepalived makes of them, what this release does not do, and the machine."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_TWO = "vrrp_instance {} {{\n    interface {}\n    virtual_router_id {}\n    virtual_ipaddress {{\n        192.0.2.{}/24\n    }}\n}}\n"
_SIX = "    virtual_ipaddress {\n        fe80::100/64\n    }\n}\n"

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.MISSING_SETTING: Explanation(
        "Every instance needs an interface to speak on and a virtual_router_id, by which routers know each other; without them it "
        "is left out, and its addresses are nowhere.",
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n}\n",
        _TWO.format("VI_1", "eth0", 51, 100),
        inside=False,
    ),
    kinds.DUPLICATE_NAME: Explanation(
        "Logs, scripts and sync groups know instances by name. The second one is left out, with its addresses.",
        _TWO.format("VI_1", "eth0", 51, 100) + _TWO.format("VI_1", "eth1", 52, 200),
        _TWO.format("VI_1", "eth0", 51, 100) + _TWO.format("VI_2", "eth1", 52, 200),
        inside=False,
    ),
    kinds.DUPLICATE_ROUTER: Explanation(
        "On one link a virtual_router_id stands for one virtual router (RFC 3768 5.2.3). Two instances with the same one would "
        "take each other's packets for a rival's. The first one runs and the second is left out; keepalived 2.2.7 refuses the whole file, "
        "later ones keep one of the two in FAULT.",
        _TWO.format("VI_1", "eth0", 51, 100) + _TWO.format("VI_2", "eth0", 51, 200),
        _TWO.format("VI_1", "eth0", 51, 100) + _TWO.format("VI_2", "eth0", 52, 200),
        inside=False,
    ),
    kinds.NO_ADDRESS: Explanation(
        "Without a virtual address there is nothing to take over: the election runs, and no client notices.",
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n}\n",
        _TWO.format("VI_1", "eth0", 51, 100),
        inside=False,
    ),
    kinds.DUPLICATE_ADDRESS: Explanation(
        "The address counts twice in what is advertised, so a peer that has it once sees another list of addresses than its own.",
        "virtual_ipaddress {\n    192.0.2.101/24\n    192.0.2.101/24\n}",
        "virtual_ipaddress {\n    192.0.2.101/24\n}",
    ),
    kinds.OWNER_BY_STATE: Explanation(
        "An address owner (RFC 3768 6.1) is the machine whose own address the virtual one is. It has priority 255, is Master "
        "whenever it is up, and neither scripts nor interfaces can lower its priority. keepalived makes one of an instance with "
        "state MASTER and no priority.",
        "state MASTER",
        "state MASTER\npriority 150",
    ),
    kinds.NOPREEMPT_CLEARED: Explanation(
        "nopreempt lets a router that comes back leave the addresses where they are. One that begins as MASTER takes them at "
        "once, which is the contrary; keepalived then drops nopreempt. Begin all routers as BACKUP: the priorities still decide "
        "who is first.",
        "state MASTER\npriority 150\nnopreempt",
        "state BACKUP\npriority 150\nnopreempt",
    ),
    kinds.PREEMPT_DELAY_CLEARED: Explanation(
        "preempt_delay is how long a router with a higher priority waits before it takes over. One that begins as MASTER does not "
        "wait, and one with nopreempt never takes over.",
        "state MASTER\npriority 150\npreempt_delay 60",
        "state BACKUP\npriority 150\npreempt_delay 60",
    ),
    kinds.INTERVAL_ROUNDED: Explanation(
        "A version 2 packet has its interval in whole seconds (RFC 3768 5.3.7), so a fraction cannot be told to the peer, and "
        "peers with different intervals discard each other's packets. Failover takes three intervals and a little more; for one "
        "in less than a second use version 3, whose packets count in steps of 10 ms up to 40.95 s (RFC 9568 5.2.7).",
        "advert_int 0.5",
        "version 3\nadvert_int 0.5",
    ),
    kinds.PASSWORD_CUT: Explanation(
        "The packet has eight bytes for the password (RFC 2338 5.3.6), and it is sent in clear: it keeps misconfigured routers "
        "apart, not attackers. What stands after the eighth byte protects nothing, and two passwords that begin alike are the "
        "same.",
        "authentication {\n    auth_type PASS\n    auth_pass correct-horse\n}",
        "authentication {\n    auth_type PASS\n    auth_pass correct-\n}",
    ),
    kinds.AUTHENTICATION_INCOMPLETE: Explanation(
        "Only auth_type and auth_pass together make an authentication. With one of them packets are sent without, and a peer that "
        "has both discards them: then both are Master.",
        "authentication {\n    auth_pass secret\n}",
        "authentication {\n    auth_type PASS\n    auth_pass secret\n}",
    ),
    kinds.OWN_INTERFACE_TRACKED: Explanation(
        "If the interface that an instance speaks on fails, the instance is in FAULT without being told to track it. A weight "
        "given here has no effect. dont_track_primary turns this off.",
        "track_interface {\n    eth0\n    eth1\n}",
        "track_interface {\n    eth1\n}",
    ),
    kinds.DUPLICATE_TRACK: Explanation(
        "Of two lines for one interface keepalived reads the first.",
        "track_interface {\n    eth1 weight -10\n    eth1 weight -20\n}",
        "track_interface {\n    eth1 weight -20\n}",
    ),
    kinds.LABEL_ELSEWHERE: Explanation(
        "ifconfig and other old tools find an address by its label only if it begins with the interface's name, as in eth0:1.",
        "virtual_ipaddress {\n    192.0.2.101/24 dev eth1 label eth0:1\n}",
        "virtual_ipaddress {\n    192.0.2.101/24 dev eth1 label eth1:1\n}",
    ),
    kinds.OWNER_WEIGHTED: Explanation(
        "The priority of an address owner is 255 whatever fails. Track without a weight (its failure is then a FAULT), or give "
        "the router a priority of at most 254.",
        "priority 255\ntrack_interface {\n    eth1 weight -20\n}",
        "priority 254\ntrack_interface {\n    eth1 weight -20\n}",
    ),
    kinds.VERSION_RAISED: Explanation(
        "Version 2 packets have room for IPv4 addresses only (RFC 3768 5.3.9). keepalived speaks version 3 for IPv6 whatever is "
        "written, and says nothing; a peer that is set to version 2 as well would do the same.",
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    version 2\n" + _SIX,
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    version 3\n" + _SIX,
        inside=False,
    ),
    kinds.FAMILIES_MIXED: Explanation(
        "An IPv4 and an IPv6 virtual router are two, even with one virtual_router_id (RFC 9568 5.2.3), and their packets carry "
        "one family. Addresses of the other family are left out. virtual_ipaddress_excluded takes them: they move with the "
        "instance without being advertised.",
        "virtual_ipaddress {\n    2001:db8::100/64\n}",
        "virtual_ipaddress_excluded {\n    2001:db8::100/64\n}",
    ),
    kinds.AUTHENTICATION_IGNORED: Explanation(
        "Version 3 took authentication out (RFC 5798 9): a password in clear kept nobody away. keepalived ignores the block.",
        "version 3\nauthentication {\n    auth_type PASS\n    auth_pass secret\n}",
        "version 3",
    ),
    kinds.VIRTUAL_INTERFACE: Explanation(
        "An instance has one virtual interface, a macvlan or an ipvlan, and no two interfaces have one name. It is made all the "
        "same, as the message says.",
        "use_vmac vip51\nuse_ipvlan vip52",
        "use_vmac vip51",
    ),
    kinds.IPV4_ONLY: Explanation(
        "Labels and broadcast addresses are IPv4's, and the kernel tells the scope of an IPv6 address from the address. "
        "keepalived ignores label and scope, and with a broadcast address it leaves the address out.",
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n" + _SIX.replace("64", "64 label eth0:1"),
        "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n" + _SIX,
        inside=False,
    ),
    kinds.RULE_NUMBERED: Explanation(
        "The place of a rule among the others decides what it means. keepalived gives the numbers 16384, 16383, ... to rules without "
        "one, in the order of the file, so a rule that is added before moves all that follow.",
        "virtual_rules {\n    from 192.0.2.100 table 100\n}",
        "virtual_rules {\n    from 192.0.2.100 table 100 preference 1000\n}",
    ),
    kinds.ADDRESSES_MOVED: Explanation(
        "An advertisement counts its addresses in one byte, and must fit into a frame. The addresses beyond that are held and announced "
        "like the others; only the peers do not compare them.",
        "virtual_ipaddress {\n" + "".join(f"    10.0.1.{host}\n" for host in range(255)) + "    10.0.2.0\n}",
        "virtual_ipaddress_excluded {\n    10.0.2.0\n}",
    ),
    kinds.OPTION_IDLE: Explanation(
        "home, mngtmpaddr, -nodad and preferred_lft are IPv6's; keepalived ignores them with an IPv4 address. track_group has instances "
        "depend on static items; on its own items an instance depends anyway.",
        "virtual_ipaddress_excluded {\n    192.0.2.200/24 -nodad\n}",
        "virtual_ipaddress_excluded {\n    192.0.2.200/24\n}",
    ),
    kinds.NO_SUCH_INTERFACE: Explanation(
        "The daemon does not start if an interface is missing: nothing would tell that its addresses cannot be served. If this is "
        "not the machine that the file is for, leave out --interfaces.",
        "track_interface {\n    no-such-if\n}",
        "track_interface {\n    lo\n}",
    ),
}
"""By kind."""
