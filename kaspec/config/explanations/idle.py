"""Traps of scripts, paces and groups: what has nothing to work on, or works on something else."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_PAIR = (
    "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    priority 150\n"
    "    virtual_ipaddress {{\n        192.0.2.100/24\n    }}\n}}\n"
    "vrrp_instance VI_2 {{\n    interface eth1\n    virtual_router_id 52\n    priority {}\n"
    "    virtual_ipaddress {{\n        198.51.100.100/24\n    }}\n}}\n"
    "vrrp_sync_group VG_1 {{\n    group {{\n        VI_1\n        VI_2\n    }}\n}}\n"
)

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.SCRIPT_RELATIVE: Explanation(
        "A path that does not begin with / is looked for in the working directory, which is not the same for a daemon that systemd "
        "starts and one that is started by hand. Then the script is missing, or it is another one.",
        "notify_master scripts/master.sh",
        "notify_master /etc/keepalived/scripts/master.sh",
    ),
    kinds.PACE_MISSING: Explanation(
        "A garp_group slows gratuitous ARP down on interfaces that share a link. It does so only with an interval and with interfaces; "
        "keepalived removes one without an interval.",
        "garp_group {\n    interfaces {\n        eth0\n        eth1\n    }\n}\n",
        "garp_group {\n    garp_interval 0.01\n    interfaces {\n        eth0\n        eth1\n    }\n}\n",
        inside=False,
    ),
    kinds.BASE_UNASKED: Explanation(
        "vmac_xmit_base has advertisements sent from the interface below a virtual one. Without use_vmac there is none below, and "
        "advertisements are sent from the interface anyway.",
        "vmac_xmit_base",
        "use_vmac\nvmac_xmit_base",
    ),
    kinds.GROUP_PRIORITIES: Explanation(
        "A group becomes Master when every member would. If one member is best here and another on the peer, the group waits for a "
        "member that never wins, or moves twice. Members of one group should have the same priority on one router.",
        _PAIR.format(100),
        _PAIR.format(150),
        inside=False,
    ),
}
"""The explanations of this part."""
