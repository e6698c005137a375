"""Laws of virtual interfaces: what the kernel is told changes nothing for anybody else."""

from hypothesis import given
from hypothesis import strategies as st

from kaspec.vrrp.virtual_interface import VirtualInterface, kernel_settings, loosened, virtual_mac

NAMES = ("eth0", "eth1", "lo", "default", "vrrp.51", "vrrp.52")
filters = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2)).flatmap(
    lambda found: st.integers(0, 2).map(lambda everyone: {**found, "all": everyone})
)
virtual = st.sets(st.sampled_from(("vrrp.51", "vrrp.52")))


@given(filters, virtual)
def test_reverse_path_filtering_stays_for_everybody_else(before: dict[str, int], spared: set[str]) -> None:
    after = dict(before)
    for setting in loosened(before, spared):
        after[setting.path.split("/")[2]] = int(setting.value)
    for name in before.keys() - spared - {"all"}:
        assert max(after["all"], after[name]) == max(before["all"], before[name])
    for name in before.keys() & spared:
        assert max(after["all"], after[name]) == before[name]


@given(st.lists(st.builds(VirtualInterface, st.sampled_from(NAMES[4:]), st.sampled_from(NAMES[:2]))))
def test_only_the_interfaces_concerned_are_told_anything(interfaces: list[VirtualInterface]) -> None:
    concerned = {name for each in interfaces for name in (each.name, each.base)}
    settings = kernel_settings(interfaces)
    assert {setting.path.split("/")[2] for setting in settings} == concerned
    assert len(settings) == len({setting.path for setting in settings}), "no setting has two values"


@given(st.sampled_from((4, 6)), st.integers(1, 255))
def test_the_virtual_mac_is_the_rfcs(family: int, virtual_router_id: int) -> None:
    mac = virtual_mac(4 if family == 4 else 6, virtual_router_id)
    assert mac.hex("-") == f"00-00-5e-00-0{1 if family == 4 else 2}-{virtual_router_id:02x}"
    assert virtual_mac(4, virtual_router_id, b"\x02\0\0\0\0") == b"\x02\0\0\0\0" + bytes((virtual_router_id,))
