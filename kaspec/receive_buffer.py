"""How many bytes may wait on a socket until the daemon reads them (keepalived ``vrrp_rx_bufs_policy``)."""

from collections.abc import Iterable, Sequence

from kaspec.config.model import InstanceSettings, Transport
from kaspec.vrrp.authentication import HmacTrailer, IpAuthenticationHeader
from kaspec.vrrp.router import VirtualRouter
from kaspec.wire.authentication_header import HEADER_BYTES
from kaspec.wire.hmac_trailer import TRAILER_BYTES
from kaspec.wire.vrrp import AUTHENTICATION_BYTES


def receive_buffer(globally: Transport, settings: Iterable[InstanceSettings], routers: Sequence[VirtualRouter], mtu: int) -> int | None:
    """Return how many bytes may wait on a socket for these virtual routers (``vrrp_rx_bufs_policy``), ``None`` for our own choice."""
    names = {router.name for router in routers}
    sizes = [each.kernel_rx_buf_size for each in settings if each.name in names and each.kernel_rx_buf_size]
    match globally.vrrp_rx_bufs_policy:
        case "MTU":
            sizes.append(mtu * globally.vrrp_rx_bufs_multiplier * len(routers))
        case "ADVERT":
            sizes.append(sum(map(datagram_length, routers)) * globally.vrrp_rx_bufs_multiplier)
        case int(size):
            sizes.append(size)
    return max(sizes, default=None)


def datagram_length(router: VirtualRouter) -> int:
    """Return how long the datagrams are that a virtual router and its peers send."""
    message = 8 + (4 if router.family == 4 else 16) * len(router.addresses) + (AUTHENTICATION_BYTES if router.version == 2 else 0)
    proof = {IpAuthenticationHeader: HEADER_BYTES, HmacTrailer: TRAILER_BYTES}.get(type(router.authentication), 0)
    return (20 if router.family == 4 else 40) + message + proof
