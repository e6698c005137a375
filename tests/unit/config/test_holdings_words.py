"""Words of addresses and routes that are also something else elsewhere."""

from kaspec.address import parse_address
from kaspec.config import read

INSTANCE = "vrrp_instance V {{ interface eth0\n virtual_router_id 7\n {} }}"


def test_a_table_or_group_called_default_makes_no_default_route() -> None:
    """Only the destination itself can be ``default``."""
    routes = read("static_routes {\n 198.51.100.0/24 dev eth0 table default\n 10.0.0.0/8 dev eth0 track_group all\n}", "x").configuration
    assert [(each.destination, each.prefix_length) for each in routes.static_routes] == [
        (parse_address("198.51.100.0"), 24),
        (parse_address("10.0.0.0"), 8),
    ]


def test_an_excluded_address_of_an_instance_without_interface_is_on_the_default_one() -> None:
    """As its advertised addresses are."""
    text = (
        "global_defs { default_interface eth7\n }\nvrrp_instance V { virtual_router_id 7\n unicast_src_ip 192.0.2.1\n"
        "unicast_peer { 192.0.2.2\n }\n virtual_ipaddress { 192.0.2.100\n }\n virtual_ipaddress_excluded { 192.0.2.101\n } }"
    )
    (router,) = read(text, "x").configuration.routers
    assert {each.interface for each in router.held_addresses} == {"eth7"}


def test_one_address_on_two_interfaces_moves_where_it_asks_to() -> None:
    """``use_vmac`` of one line is not another's, though both have the same address."""
    lists = "virtual_ipaddress { 192.0.2.100/24 dev eth1 use_vmac\n 192.0.2.100/24 dev eth2\n }"
    (router,) = read(INSTANCE.format(lists), "x").configuration.routers
    assert [each.interface for each in router.addresses] == ["vrrp.7", "eth2"]
