"""Persistence: a client, or its network, stays with its server (``ip_vs_sched_persist``, ``ip_vs_check_template``).

A template remembers who serves a network of clients.  It lasts for the service's timeout after the last connection was made by it; one
that still has connections then is kept for another minute, and another, until it has none, and a minute is its timeout from then on
(seen on 6.1: ``ip_vs_conn_expire`` sets it, only a new template gets the service's).
"""

from kaspec.address import Address
from kaspec.frozen import evolve, frozen
from kaspec.lvs.schedulers.server import Key, Packet, Protocol
from kaspec.units import SECOND, Instant, Interval, after

LATER = Interval(60 * SECOND)
"""How much longer a template is kept that ran out while connections of it live (``ip_vs_conn_expire``)."""


@frozen
class Persistence:
    """A service's ``persistence_timeout`` and ``persistence_granularity``, the latter as a prefix length (32 or 128: each client)."""

    timeout: Interval
    prefix_length: int = 128


@frozen
class TemplateKey:
    """Whom a template is for: the clients' network, and the service's own address and port.

    A service by firewall mark has neither protocol nor address nor port, so that all its addresses and ports share one template.
    """

    network: Address
    protocol: Protocol | None
    destination: Address | None
    port: int


@frozen
class Template:
    """Which server, until when, how long it lasts after each use, and how many connections live by it."""

    server: Key
    ends_at: Instant
    timeout: Interval
    connections: int = 0


def network(address: Address, prefix_length: int) -> Address:
    """Return the address with all bits but the first ``prefix_length`` cleared."""
    bits = len(address) * 8
    cleared = max(bits - prefix_length, 0)
    return Address((int.from_bytes(address) >> cleared << cleared).to_bytes(len(address)))


def template_key(persistence: Persistence, packet: Packet, port: int, by_mark: bool) -> TemplateKey:
    """Return the key of the template for a packet to a service with this port (0: all ports), or by firewall mark."""
    client = network(packet.source, persistence.prefix_length)
    if by_mark:
        return TemplateKey(client, None, None, 0)
    return TemplateKey(client, packet.protocol, packet.destination, port)


def lasting(template: Template, now: Instant) -> Template | None:
    """Return the template as it is at ``now``; ``None`` if it is gone.

    That its last connection ended before it ran out must have been told by then.
    """
    if now < template.ends_at:
        return template
    if template.connections == 0:
        return None
    periods = (now - template.ends_at) // LATER + 1
    return evolve(template, ends_at=Instant(template.ends_at + periods * LATER), timeout=LATER)


def used(template: Template, now: Instant, lasting: bool = True) -> Template:
    """Return the template after one more connection was made by it, one that lasts or a single packet."""
    return evolve(template, ends_at=after(now, template.timeout), connections=template.connections + lasting)


def released(template: Template) -> Template:
    """Return the template after one of its connections ended."""
    return evolve(template, connections=template.connections - 1)
