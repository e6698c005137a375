"""What several files come to together: who is matched with whom, what is explored together, and what is assumed."""

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.explore.deployment import Deployment, deploy
from kaspec.units import Interval

VIRTUAL = "virtual_ipaddress {\n10.0.0.100/24\n}"


def instance(name: str = "V", interface: str = "eth0", vrid: int = 51, priority: int = 100, lines: str = "") -> str:
    """Write an instance; what ``lines`` say begins in its fifth line."""
    head = f"vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id {vrid}\npriority {priority}\n"
    return f"{head}{lines}\n{VIRTUAL}\n}}\n"


def deployed(*texts: str) -> Deployment:
    readings = [read(text, f"{name}.conf") for name, text in zip("abc", texts, strict=False)]
    return deploy(readings, list("abc"), Interval(1000))


def test_instances_are_matched_as_check_matches_them() -> None:
    (cluster,) = deployed(instance(vrid=51), instance(vrid=52)).clusters
    assert [host.name for host in cluster.world.hosts] == ["a", "b"]
    assert cluster.world.virtual == ((0, 0),)


def test_each_virtual_router_is_explored_by_itself() -> None:
    files = [instance(priority=priority) + instance("W", "eth1", 52, priority) for priority in (100, 50)]
    first, second = deployed(*files).clusters
    assert (first.title, second.title) == ("V", "W")
    assert [len(host.node.routers) for host in (*first.world.hosts, *second.world.hosts)] == [1, 1, 1, 1]


def test_a_sync_group_is_explored_as_a_whole() -> None:
    files = [
        instance(priority=priority) + instance("W", "eth1", 52, priority) + "vrrp_sync_group G {\ngroup {\nV\nW\n}\n}\n"
        for priority in (100, 50)
    ]
    (cluster,) = deployed(*files).clusters
    assert cluster.title == "V, W"
    assert cluster.world.virtual == ((0, 0), (1, 1))
    assert [dict(host.wires) for host in cluster.world.hosts] == [{"eth0": "lan0", "eth1": "lan1"}] * 2


def test_a_third_file_joins_the_virtual_routers_it_has() -> None:
    (cluster,) = deployed(instance(priority=100), instance(priority=90), instance(priority=80, interface="ens3")).clusters
    assert cluster.world.virtual == ((0, 0, 0),)


def test_what_only_one_file_has_is_not_explored() -> None:
    found = deployed(instance() + instance("W", vrid=52), instance(priority=50))
    assert [each.title for each in found.clusters] == ["V"]
    assert [(each.title, each.reason) for each in found.unexplored] == [("W", "it is in one file only, so there is nobody to take over")]


def test_addresses_are_taken_from_the_files_or_assumed() -> None:
    (cluster,) = deployed(instance(lines="mcast_src_ip 10.0.0.1"), instance(priority=50)).clusters
    first, second = (host.links[0].addresses for host in cluster.world.hosts)
    assert (first, second) == ((parse_address("10.0.0.1"),), (parse_address("192.0.2.2"),))
    assert cluster.assumed == ("no file says at which address b is on eth0: 192.0.2.2 is assumed",)


def test_a_peer_is_where_the_other_unicasts_to() -> None:
    files = [instance(priority=priority, lines=f"unicast_peer {{\n10.0.0.{peer}\n}}") for priority, peer in ((100, 2), (50, 1))]
    (cluster,) = deployed(*files).clusters
    assert [host.links[0].addresses for host in cluster.world.hosts] == [(parse_address("10.0.0.1"),), (parse_address("10.0.0.2"),)]
    assert cluster.assumed == ()


def test_what_goes_by_the_wall_clock_is_not_explored() -> None:
    keyed = f"auth_hmac {{\nkey 1 {'x' * 32}\n}}"
    found = deployed(instance(lines=keyed), instance(lines=keyed, priority=50))
    assert found.clusters == ()
    assert "auth_hmac" in found.unexplored[0].reason
