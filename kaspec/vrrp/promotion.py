"""keepalived's ``promote_secondaries``: when a subnet's first address goes, the kernel keeps the others instead of dropping them too."""

from collections.abc import Iterable

from kaspec.address import family_of
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.virtual_interface import KernelSetting


def promotions(routers: Iterable[VirtualRouter]) -> tuple[KernelSetting, ...]:
    """Return what the kernel must be told, in the order of the addresses; only IPv4 has first and other addresses."""
    asking = (router for router in routers if router.promote_secondaries)
    names = (each.interface for router in asking for each in router.held_addresses if family_of(each.address) == 4)
    return tuple(KernelSetting(f"ipv4/conf/{name}/promote_secondaries", "1") for name in dict.fromkeys(names))
