"""Traps: what can be read and does not do what was meant."""

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Kind
from kaspec.config.explanations.explanation import Explanation

_SECOND = (
    "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {{\n        192.0.2.100/24\n    }}\n}}\n"
    "vrrp_instance VI_2 {{\n    interface eth0\n    virtual_router_id 52\n    virtual_ipaddress {{\n        192.0.2.{}/24\n    }}\n}}\n"
)
_INSTANCE = (
    "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.100/24\n    }\n}\n"
)
_MAIL = "global_defs {{\n    notification_email {{\n        {}\n    }}\n    smtp_server 192.0.2.25\n}}\n"

EXPLANATIONS: dict[Kind, Explanation] = {
    kinds.ADDRESS_SHARED: Explanation(
        "Each instance adds its addresses when it becomes Master and removes them when it becomes Backup, without asking whether "
        "another instance wants them. When one of the two changes hands, the address is gone from the router that should have it, "
        "or on two at once.",
        _SECOND.format(100),
        _SECOND.format(200),
        inside=False,
    ),
    kinds.ADDRESS_STATIC: Explanation(
        "Addresses in static_ipaddress are there as long as the daemon runs, in every state. A virtual address among them is on "
        "this router while another one is Master, so two hosts answer for it.",
        "static_ipaddress {\n    192.0.2.100/24 dev eth0\n}\n" + _INSTANCE,
        "static_ipaddress {\n    192.0.2.11/24 dev eth0\n}\n" + _INSTANCE,
        inside=False,
    ),
    kinds.ADDRESS_UNUSABLE: Explanation(
        "The first address of a network is its own name, the last one its broadcast address; multicast groups and loopback "
        "addresses are no host's either. The kernel may take such an address, but no client can reach it.",
        "virtual_ipaddress {\n    192.0.2.0/24\n}",
        "virtual_ipaddress {\n    192.0.2.10/24\n}",
    ),
    kinds.FIRST_NOT_LINK_LOCAL: Explanation(
        "RFC 9568 5.2.9 wants the link-local address of the virtual router first: hosts take it for their default router. A "
        "peer that goes by the RFC discards packets without it (7.1); keepalived and FRR do not.",
        _INSTANCE.replace("192.0.2.100/24", "2001:db8::100/64"),
        _INSTANCE.replace("192.0.2.100/24", "fe80::100/64\n        2001:db8::100/64"),
        inside=False,
    ),
    kinds.STRICT_ADDRESS: Explanation(
        "Strict mode holds an instance to RFC 9568 5.2.9: the link-local address of the virtual router comes first. keepalived calls it "
        "an error and goes on, and so do we.",
        _INSTANCE.replace("192.0.2.100/24", "2001:db8::100/64").replace("interface", "strict_mode\n    interface", 1),
        _INSTANCE.replace("192.0.2.100/24", "fe80::100/64").replace("interface", "strict_mode\n    no_accept\n    interface", 1),
        inside=False,
    ),
    kinds.ADDRESS_IS_SOURCE: Explanation(
        "A router sends from an address that it always has. The virtual address is there while it is Master only, so as Backup it "
        "has nothing to send from, and its packets look as if they came from the Master.",
        "mcast_src_ip 192.0.2.100",
        "mcast_src_ip 192.0.2.11",
    ),
    kinds.ADDRESS_ELSEWHERE: Explanation(
        "Clients reach a virtual address over the network of the interface it is on. One of another network works only if the "
        "interface has an address of that network too, or something routes to it; more often a digit is wrong.",
        "mcast_src_ip 192.0.2.11\nvirtual_ipaddress {\n    192.0.20.101/24\n}",
        "mcast_src_ip 192.0.2.11\nvirtual_ipaddress {\n    192.0.2.101/24\n}",
    ),
    kinds.WEIGHT_LOST: Explanation(
        "A priority is a byte, and 255 is the address owner's, so tracking can lift it to 254 and no further. What is cut off is "
        "missing when something fails: the priority may then stay where it was, and nobody takes over.",
        "priority 250\ntrack_interface {\n    eth1 weight 20\n}",
        "priority 200\ntrack_interface {\n    eth1 weight 20\n}",
    ),
    kinds.MAIL_NOWHERE: Explanation(
        "Mail needs a server to take it (smtp_server) and somebody to go to (notification_email). Without either keepalived sends "
        "none, and does not say so.",
        "smtp_alert",
        "priority 150",
    ),
    kinds.NEEDLESS: Explanation(
        "keepalived has the keyword for something that kaspec does otherwise, or does not use it itself. The line may stay for "
        "keepalived's sake. One whose lack can be felt is a warning (K040) that says what to do instead.",
        "debug 2",
        "priority 150",
    ),
    kinds.MAIL_ADDRESS: Explanation(
        "The mail server refuses it, or delivers it to nobody. Web pages show '[email protected]' where an address stood, and "
        "copies of their examples keep it.",
        _MAIL.format("admin.example.org"),
        _MAIL.format("admin@example.org"),
        inside=False,
    ),
}
"""By kind."""
