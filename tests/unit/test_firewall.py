"""The packet filter rules that virtual routers need, as nft(8) reads them."""

from attrs import evolve

from kaspec.address import parse_address
from kaspec.firewall import FirewallStyle, needs_firewall, removal, ruleset
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.virtual_interface import VirtualInterface, virtual_mac

PLAIN = VirtualRouter("VI_1", "eth0", 51, addresses=(VirtualAddress(parse_address("192.0.2.100"), 24, "eth0"),))
SILENT = evolve(PLAIN, accept=False)
NOTHING = "table ip keepalived\ndelete table ip keepalived\ntable ip6 keepalived\ndelete table ip6 keepalived\n"
LINK_LOCAL = VirtualAddress(parse_address("fe80::100"), 64, "vrrp.52")
GLOBAL = VirtualAddress(parse_address("2001:db8::100"), 64, "vrrp.52")
SILENT_6 = VirtualRouter(
    "VI_2",
    "eth0",
    52,
    addresses=(LINK_LOCAL, GLOBAL),
    version=3,
    family=6,
    virtual_interface=VirtualInterface("vrrp.52", "eth0", mac=virtual_mac(6, 52), families=frozenset({6})),
    accept=False,
)


def test_a_router_that_accepts_needs_no_rule() -> None:
    assert not needs_firewall((PLAIN,))
    assert ruleset((PLAIN,)) == removal() == NOTHING


def test_an_owner_accepts_what_is_its_own() -> None:
    assert ruleset((evolve(SILENT, priority=255),)) == NOTHING


def test_what_is_for_an_unaccepted_address_is_dropped() -> None:
    assert needs_firewall((SILENT,))
    assert ruleset((SILENT,), FirewallStyle("vips", -5, counters=True)) == (
        "table ip vips\n"
        "delete table ip vips\n"
        "table ip vips {\n"
        "\tchain in {\n"
        "\t\ttype filter hook input priority -5; policy accept;\n"
        "\t\tip daddr 192.0.2.100 counter drop\n"
        "\t}\n"
        "\tchain out {\n"
        "\t\ttype filter hook output priority -5; policy accept;\n"
        "\t\tip saddr 192.0.2.100 counter drop\n"
        "\t}\n"
        "}\n"
        "table ip6 vips\n"
        "delete table ip6 vips\n"
    )


def test_neighbours_are_answered_and_virtual_interfaces_are_quiet() -> None:
    assert ruleset((SILENT_6,)).splitlines()[5:] == [
        "\tchain in {",
        "\t\ttype filter hook input priority -1; policy accept;",
        "\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
        '\t\tip6 daddr fe80::100 iifname "vrrp.52" drop',
        "\t\tip6 daddr 2001:db8::100 drop",
        "\t}",
        "\tchain out {",
        "\t\ttype filter hook output priority -1; policy accept;",
        '\t\toifname "vrrp.52" icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report }'
        ' dup to ip6 daddr device "eth0" drop',
        '\t\toifname "vrrp.52" icmpv6 type nd-router-solicit drop',
        "\t\ticmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
        '\t\tip6 saddr fe80::100 oifname "vrrp.52" drop',
        "\t\tip6 saddr 2001:db8::100 drop",
        "\t}",
        "}",
    ]
