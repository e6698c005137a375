"""Strict mode, whatever else is written: nothing beyond the RFC is left, every rewrite is told, and writing it down changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.config import read
from kaspec.config.render import render
from kaspec.vrrp.authentication import HmacTrailer, NoAuthentication

WRITTEN = (
    "state MASTER",
    "state BACKUP",
    "priority 100",
    "priority 255",
    "version 2",
    "version 3",
    "accept",
    "no_accept",
    "preempt_delay 5",
    "nopreempt",
    "down_timer_adverts 5",
    "higher_prio_send_advert yes",
    "lower_prio_no_advert no",
    "owner_ignore_adverts no",
    "garp_lower_prio_repeat 4",
    "garp_lower_prio_delay 4",
    "authentication {\nauth_type PASS\nauth_pass x\n}",
    "auth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\nmode permissive\n}",
    "unicast_peer {\n192.0.2.2\n}",
    "use_vmac vrrp.51 02:00:00:00:00:04",
    "use_ipvlan",
    "vmac_xmit_base",
)
"""What strict mode has a word on, and what it stands beside."""
ADDRESSES = ("192.0.2.100/24", "fe80::100", "2001:db8::100")
DEFAULTS = (
    "vrrp_down_timer_adverts 7",
    "vrrp_lower_prio_no_advert no",
    "vrrp_higher_prio_send_advert",
    "vrrp_version 3",
    "vrrp_garp_lower_prio_repeat 3",
)
lines = st.lists(st.sampled_from(WRITTEN), max_size=8, unique=True)
defaults = st.lists(st.sampled_from(DEFAULTS), max_size=3, unique=True)
addresses = st.sampled_from(ADDRESSES)


def text(strict: str, globally: list[str], inside: list[str], address: str) -> str:
    body = "\n".join(("interface eth0", "virtual_router_id 51", strict, *inside, f"virtual_ipaddress {{\n{address}\n}}"))
    return f"global_defs {{\n{chr(10).join(globally)}\n}}\nvrrp_instance V {{\n{body}\n}}\n"


@given(defaults, lines, addresses)
def test_nothing_beyond_the_rfc_is_left(globally: list[str], inside: list[str], address: str) -> None:
    configuration = read(text("strict_mode", globally, inside, address), "x").configuration
    (router,), (settings,) = configuration.routers, configuration.settings
    assert settings.strict_mode
    assert (router.down_timer_adverts, router.preempt_delay) == (3, 0)
    assert (router.garp.lower_priority_repeat, router.garp.lower_priority_delay) == (0, None)
    profile = router.profile
    assert (profile.answers_lower_priority, profile.answers_higher_priority, profile.owner_discards) == (False, False, True)
    assert (settings.initial_state == "MASTER") == router.is_owner
    assert isinstance(router.authentication, NoAuthentication) or (
        isinstance(router.authentication, HmacTrailer) and router.authentication.mode == "enforce"
    )
    assert router.accept == router.is_owner or (router.accept and router.version == 3 and "accept" in inside)
    if router.virtual_interface and router.virtual_interface.mac:
        assert router.virtual_interface.mac.hex() == f"00005e000{2 if router.family == 6 else 1}33"
    assert not router.transmits_on_base or router.peers


@given(defaults, lines, addresses)
def test_writing_it_down_changes_nothing(globally: list[str], inside: list[str], address: str) -> None:
    once = read(text("strict_mode", globally, inside, address), "x").configuration
    written = read(render(once), "x")
    assert written.configuration == once
    told = {each.message for each in written.diagnostics if each.code == "K117"}
    assert all("unicast" in message or "dropped" in message for message in told), told


@given(defaults, lines, addresses)
def test_an_instance_can_be_spared(globally: list[str], inside: list[str], address: str) -> None:
    plain = read(text("", globally, inside, address), "x")
    spared = read(text("strict_mode no", ["vrrp_strict", *globally], inside, address), "x")
    assert spared.configuration.routers == plain.configuration.routers
    assert spared.configuration.settings == plain.configuration.settings
    assert not any(each.code == "K117" for each in spared.diagnostics)
