"""Who is spoken to and how that is proved: keepalived's rewrites of ``unicast_*``, groups, ``authentication`` and ``auth_hmac``."""

from kaspec.address import parse_address
from kaspec.config import read
from kaspec.config.credentials import unreadable_keys, with_keys
from kaspec.config.model import Configuration
from kaspec.config.reader import Reading
from kaspec.receive_buffer import receive_buffer
from kaspec.units import SECOND
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader, NoAuthentication
from kaspec.vrrp.router import Peer

HEXADECIMAL = "00112233445566778899aabbccddeeff" * 2


def reading(*instances: str, globally: str = "") -> Reading:
    blocks = [f"vrrp_instance VI_{number} {{\n virtual_router_id 51\n virtual_ipaddress {{\n 192.0.2.{100 + number}/24\n }}\n {text}\n}}\n"
              for number, text in enumerate(instances, 1)]  # fmt: skip
    return read(f"global_defs {{\n{globally}\n}}\n" + "".join(blocks), "x")


def codes(found: Reading) -> list[str]:
    return [each.code for each in found.diagnostics]


def peers(*addresses: str) -> str:
    listed = "\n".join(addresses)
    return f"unicast_peer {{\n{listed}\n}}\n"


def test_peers_make_it_unicast() -> None:
    text = "interface eth0\nunicast_src_ip 192.0.2.1\nmcast_dst_ip 224.0.0.99\nunicast_ttl 7\n" + peers(
        "192.0.2.2", "192.0.2.3 min_ttl 250"
    )
    (router,) = reading(text).configuration.routers
    assert router.peers == (Peer(parse_address("192.0.2.2")), Peer(parse_address("192.0.2.3"), 250))
    assert (router.source, router.unicast_ttl, router.checks_peers, router.group) == (parse_address("192.0.2.1"), 7, True, None)
    assert codes(reading(text)) == ["K054"]


def test_without_peers_it_multicasts_or_is_at_fault() -> None:
    (router,) = reading("interface eth0\nunicast_src_ip 192.0.2.1\nunicast_ttl 7").configuration.routers
    assert (router.peers, router.unicast_ttl, router.lacks_peers) == ((), 255, False)
    (router,) = reading("interface eth0\nunicast_src_ip 192.0.2.1\nunicast_fault_no_peer").configuration.routers
    assert router.lacks_peers


def test_unicast_needs_an_interface_or_a_source() -> None:
    assert reading(peers("192.0.2.2")).configuration.routers == ()
    (router,) = reading("unicast_src_ip 192.0.2.1\n" + peers("192.0.2.2"), globally="default_interface eth9").configuration.routers
    assert (router.interface, router.addresses[0].interface) == ("", "eth9")


def test_one_vrid_may_serve_several_that_can_be_told_apart() -> None:
    near, far = (f"interface eth0\n{peers(address)}" for address in ("192.0.2.2", "192.0.2.3"))
    found = reading(near, far, "interface eth0", "interface eth0\nmcast_dst_ip 224.0.0.99", near)
    assert [router.distinction for router in found.configuration.routers] == ["", "VI_2", "VI_3", "VI_4"]
    assert codes(found).count("K022") == 1


def test_groups_are_inherited() -> None:
    plain, own = reading("interface eth0", globally="vrrp_mcast_group4 224.0.0.77").configuration, parse_address("224.0.0.77")
    assert plain.routers[0].multicast_group == own
    back = reading("interface eth0\nmcast_dst_ip 224.0.0.18", globally="vrrp_mcast_group4 224.0.0.77").configuration
    assert back.routers[0].group is None


def test_an_authentication_header_begins_as_backup() -> None:
    found = reading("interface eth0\nstate MASTER\npriority 150\nauthentication {\nauth_type AH\nauth_pass longsecret\n}")
    assert found.configuration.settings[0].initial_state == "BACKUP"
    assert found.configuration.routers[0].authentication == IpAuthenticationHeader(b"longsecr")
    assert codes(found) == ["K051", "K034"]


def test_a_trailer_takes_the_place_of_the_older_authentication() -> None:
    hmac = f"interface eth0\nauth_hmac {{\nkey 2 hex:{HEXADECIMAL}\nkey 1 {'x' * 32}\n}}\n"
    found = reading(hmac + "authentication {\nauth_type PASS\nauth_pass secret\n}")
    keys = found.configuration.routers[0].authentication
    assert isinstance(keys, HmacTrailer)
    assert [(key.key_id, key.data) for key in keys.keys] == [(2, bytes.fromhex(HEXADECIMAL)), (1, b"x" * 32)]
    assert (keys.active_key, keys.time_window, keys.anti_replay, keys.mode) == (2, 5 * SECOND, "time", "enforce")
    assert codes(found) == ["K046"]
    assert HEXADECIMAL[:8] not in repr(keys)


def test_keys_that_cannot_be_used_are_told() -> None:
    found = reading("interface eth0\nauth_hmac {\nkey 1 short\nkey 2 hex:zz\nactive_key 9\n}")
    assert found.configuration.routers[0].authentication == NoAuthentication()
    assert codes(found) == ["K052"] * 3


def test_keys_come_from_files() -> None:
    found = reading("interface eth0\nauth_hmac {\nkey 1 file:/a\nkey 2 file:/b\nkey 3 file:/c\n}")
    contents = {"/a": b"k" * 40 + b"\n", "/b": f"hex:{HEXADECIMAL}".encode()}
    keys = with_keys(found.configuration.routers[0], contents).authentication
    assert isinstance(keys, HmacTrailer)
    assert [key.data for key in keys.keys] == [b"k" * 40, bytes.fromhex(HEXADECIMAL), b""]
    (complaint,) = unreadable_keys(found.section, contents)
    assert complaint.message == "/c cannot be read, so key 3 of VI_1 cannot be used"
    assert keys.key(3) is None


def buffered(configuration: Configuration) -> int | None:
    return receive_buffer(configuration.global_defs.transport, configuration.settings, configuration.routers, 1500)


def test_receive_buffers_are_keepalived_s() -> None:
    """An instance with an authentication header and one address takes 3 x 64 bytes, as keepalived 2.2.7 dumps it."""
    header = "interface eth0\nauthentication {\nauth_type AH\nauth_pass secret\n}"
    assert buffered(reading(header).configuration) is None
    assert buffered(reading(header, globally="vrrp_rx_bufs_policy ADVERT").configuration) == 192
    assert buffered(reading(header, globally="vrrp_rx_bufs_policy MTU\nvrrp_rx_bufs_multiplier 2").configuration) == 3000
    assert buffered(reading(header, globally="vrrp_rx_bufs_policy 4096").configuration) == 4096
    assert buffered(reading(header + "\nkernel_rx_buf_size 5000").configuration) == 5000
