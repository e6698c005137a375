"""Traps of sync groups, tracking, unicast and strict mode."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_ADDRESS = "    virtual_ipaddress {{\n        {}/24\n    }}\n}}\n"
_TWO = (
    "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    advert_int 1\n"
    + _ADDRESS.replace("{}", "192.0.2.100")
    + "vrrp_instance VI_2 {{\n    interface eth1\n    virtual_router_id 52\n    advert_int {}\n"
    + _ADDRESS.replace("{}", "198.51.100.100")
)
_PAIR = _TWO.format(1)
_GROUP = "vrrp_sync_group VG_1 {{\n    group {{\n        {}\n    }}\n}}\n"
_BOTH = _PAIR + _GROUP.format("VI_1\n        VI_2")
_WEIGHTED = "track_interface {\n        eth2 weight -20\n    }"
_SCRIPT = "vrrp_script check {\n    script /usr/local/bin/check\n}\n"
_TRACKING = (
    "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {{\n        192.0.2.100/24\n    }}\n"
    "    track_script {{\n        {}\n    }}\n}}\n"
)
_HTTP = (
    "virtual_server 192.0.2.100 80 {{\n    protocol TCP\n    real_server 198.51.100.1 80 {{\n"
    "        HTTP_GET {{\n            {} 3\n            url {{\n                path /\n            }}\n        }}\n    }}\n}}\n"
)

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.GROUP_WEIGHT: Explanation(
        "Members of a group are Master on the same router. If a weight lowers the priority of one only, each of two routers may win "
        "a half of the group, and neither has it whole. So such lines do not count, unless sync_group_tracking_weight is given.",
        _PAIR.replace("advert_int 1", _WEIGHTED, 1) + _GROUP.format("VI_1\n        VI_2"),
        _PAIR + _GROUP.format("VI_1\n        VI_2\n    }\n    track_interface {\n        eth2 weight -20"),
        inside=False,
    ),
    kinds.GROUP_ALONE: Explanation(
        "A sync group makes its members Master and Backup together. With one member it changes nothing, and usually a second one was "
        "forgotten: then one side of a firewall moves and the other stays. keepalived -t counts this as an error.",
        _PAIR + _GROUP.format("VI_1"),
        _BOTH,
        inside=False,
    ),
    kinds.GROUP_MEMBER_UNKNOWN: Explanation(
        "A group follows the instances it names. A misspelt name is left out, so that instance moves alone.",
        _PAIR + _GROUP.format("VI_1\n        VI_3"),
        _BOTH,
        inside=False,
    ),
    kinds.GROUP_MEMBER_TWICE: Explanation(
        "An instance in two groups would have to follow both, which may want different things. keepalived takes one of them.",
        _BOTH + "vrrp_sync_group VG_2 {\n    group {\n        VI_2\n        VI_1\n    }\n}\n",
        _BOTH,
        inside=False,
    ),
    kinds.GROUP_INTERVALS: Explanation(
        "Members become Master together, so a fast one waits until the slow one's Master_Down_Interval is over. The short interval "
        "then costs packets and gains nothing.",
        _TWO.format(5) + _GROUP.format("VI_1\n        VI_2"),
        _BOTH,
        inside=False,
    ),
    kinds.TRACKED_UNDEFINED: Explanation(
        "What is tracked is defined in a block of its own. A name without one stands for nothing: it never fails, and nobody takes over.",
        _TRACKING.format("check"),
        _SCRIPT + _TRACKING.format("check"),
        inside=False,
    ),
    kinds.DEFINED_BELOW: Explanation(
        "keepalived reads from top to bottom. What is tracked before it is defined it does not find: it says so in the log, tracks "
        "nothing, and nobody takes over when it fails. Here the order does not matter, but a peer or a way back to keepalived may.",
        _TRACKING.format("check") + _SCRIPT,
        _SCRIPT + _TRACKING.format("check"),
        inside=False,
    ),
    kinds.NEVER_TRACKED: Explanation(
        "A script runs only if an instance or a group tracks it. One that is only defined has no effect at all.",
        _SCRIPT + _PAIR,
        _SCRIPT + _TRACKING.format("check"),
        inside=False,
    ),
    kinds.UNICAST_NO_SOURCE: Explanation(
        "A unicast peer knows this router by its address. Without unicast_src_ip that is whatever address the interface has first, which "
        "may be another after a restart.",
        "unicast_peer {\n    192.0.2.12\n}",
        "unicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.12\n}",
    ),
    kinds.UNICAST_SELF: Explanation(
        "The file was copied from the peer, and the two addresses were not exchanged. Each router then talks to itself, and both become "
        "Master.",
        "unicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.11\n}",
        "unicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.12\n}",
    ),
    kinds.UNICAST_NO_PEER: Explanation(
        "An instance is unicast if it has peers. With a source alone it multicasts, which a network that needs unicast drops: both "
        "become Master.",
        "unicast_src_ip 192.0.2.11",
        "unicast_src_ip 192.0.2.11\nunicast_peer {\n    192.0.2.12\n}",
    ),
    kinds.STRICT_CONFLICT: Explanation(
        "Strict mode is the RFC to the letter: settings beyond it are taken back, and virtual addresses do not answer ping unless the "
        "router owns them or, in version 3, has accept. A peer without strict mode keeps its settings, and the two disagree.",
        "strict_mode\nno_accept\npreempt_delay 5",
        "preempt_delay 5",
    ),
    kinds.DEPRECATED: Explanation(
        "The old name still works, and may not for ever.",
        _HTTP.format("nb_get_retry"),
        _HTTP.format("retry"),
        inside=False,
    ),
}
