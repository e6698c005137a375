"""FRR's vrrpd: configured by commands of its own, on virtual interfaces made beforehand."""

import os
import re

from attrs import evolve, frozen

from conformance.lab import frr as lab
from conformance.lab.network import Host
from conformance.peers.peer import Ability, Device, Running, lacks, speaks, version_in
from conformance.replay.tolerance import USUAL, Tolerance
from kaspec.address import format_address
from kaspec.units import MILLISECOND, SECOND, Interval
from kaspec.vrrp.router import Version, VirtualRouter

_SPOKEN: frozenset[tuple[Version, int]] = frozenset({(2, 4), (3, 4), (3, 6)})
_SHORTEST, _LONGEST = Interval(10 * MILLISECOND), Interval(40_950 * MILLISECOND)
_USUAL_INTERFACE = "eth0"
_WAITS_FOR_INTERFACE = Interval(1_400 * MILLISECOND)


@frozen
class FrrVrrpd:
    """zebra and vrrpd of /usr/lib/frr, one virtual router on eth0."""

    name: str = "frr"
    abilities: frozenset[Ability] = frozenset()
    entered: re.Pattern[str] = re.compile(r"\[VRID (?P<instance>\d+)\] \[IPv[46]\] \w+ -> (?P<state>\w+)")

    def missing(self) -> str | None:
        """Return what is missing on this machine to run it."""
        if not lab.Frr(1, 1, 1000).available:
            return f"there is no vrrpd in {lab.DAEMONS}: install the Debian package frr"
        return None if os.getuid() == 0 else "it must be started by root, which it gives up for a user of its own"

    def version(self) -> str:
        """Return which version it is."""
        return version_in((f"{lab.DAEMONS}/vrrpd", "--version"))

    def objection(self, device: Device) -> str | None:
        """Return why it cannot be such a device."""
        node = device.node
        if len(node.routers) != 1 or node.routers[0].interface != _USUAL_INTERFACE:
            return f"only one virtual router, on {_USUAL_INTERFACE}, is made for it here"
        return lacks(self.abilities, node) or speaks(_SPOKEN, node.routers) or _unheard_of(node.routers[0])

    def tolerance(self, device: Device) -> Tolerance:
        """In IPv6 its first advertisement waits for an interface that was just let up (conformance/captures)."""
        slow = any(router.family == 6 for router in device.node.routers)
        return evolve(USUAL, late=_WAITS_FOR_INTERFACE) if slow else USUAL

    def besides(self, device: Device, interface: str) -> tuple[str, ...]:  # noqa: ARG002
        """It needs none."""
        return ()

    def configuration(self, device: Device) -> str:
        """Return what vrrpd is configured by."""
        return _of(device).configuration()

    def start(self, host: Host, device: Device) -> Running:
        """Make its interfaces and start both daemons."""
        return Running(host, _of(device).start(host))


FRR = FrrVrrpd()


def _unheard_of(router: VirtualRouter) -> str | None:
    """Return which of its settings vrrpd has no word for."""
    whole = _SHORTEST <= router.advertisement_interval <= _LONGEST and router.advertisement_interval % _SHORTEST == 0
    unknown = {
        "it knows no such interval": not whole or (router.version == 2 and router.advertisement_interval % SECOND != 0),
        "it delays no preemption": router.preempt_delay != 0,
        "it always waits for three advertisements": router.down_timer_adverts != 3,
        "it has one form of checksum": router.checksum_form != "pseudo-header",
        "it holds addresses only": bool(router.excluded or router.routes or router.rules),
        "it has one group": router.group is not None,
        "it makes no virtual interface": router.virtual_interface is not None,
        "it refreshes no announcements": bool(router.garp.refresh or router.garp.extra),
        "it does not answer a higher priority": router.profile.answers_higher_priority,
    }
    return next((why for why, so in unknown.items() if so), None)


def _of(device: Device) -> lab.Frr:
    (router,) = device.node.routers
    held = tuple(f"{format_address(each.address)}/{each.prefix_length}" for each in router.addresses)
    milliseconds = router.advertisement_interval // MILLISECOND
    number, priority = router.virtual_router_id, router.priority
    if router.family == 4:
        return lab.Frr(number, priority, milliseconds, held, version=router.version, preempt=router.preempt)
    return lab.Frr(number, priority, milliseconds, ipv6=held, version=router.version, preempt=router.preempt)
