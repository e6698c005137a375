"""Routers that read keepalived.conf: keepalived itself and ours."""

import re
from importlib import metadata
from typing import get_args

from attrs import field, frozen

from conformance.lab import peers as lab
from conformance.lab.network import Host
from conformance.peers.peer import Ability, Device, Running, version_in, with_length
from conformance.replay.tolerance import USUAL, Tolerance
from kaspec.address import Address
from kaspec.config.keywords import TABLE
from kaspec.vrrp.authentication import HmacTrailer

_ABILITIES: frozenset[Ability] = frozenset(get_args(Ability))
_OWN_KEYWORDS = sorted({name for rows in TABLE.values() for name, row in rows.items() if row.description.since == "kaspec"})
_OURS = re.compile(rf"^\s*({'|'.join(_OWN_KEYWORDS)})\b.*\n?", re.MULTILINE)


@frozen
class KeepalivedSyntax:
    """A daemon that takes keepalived's configuration and flags; ``package`` is Debian's, where it is not ours."""

    daemon: lab.Peer
    package: str = ""
    name: str = field()
    abilities: frozenset[Ability] = _ABILITIES
    entered: re.Pattern[str] = re.compile(r"\((?P<instance>[^)]+)\) [Ee]ntering (?P<state>[A-Z]+) (?:STATE|state)")

    @name.default
    def _name(self) -> str:
        return self.daemon.name

    def missing(self) -> str | None:
        """Return what is missing on this machine to run it."""
        if self.daemon.available:
            return None
        return f"there is no {self.daemon.command[0]} here: install the Debian package {self.package}"

    def version(self) -> str:
        """Return which version it is."""
        return version_in((*self.daemon.command[:1], "-v")) if self.package else metadata.version("kaspec")

    def objection(self, device: Device) -> str | None:
        """It can whatever its configuration can say; keepalived's ``auth_hmac`` came with version 2.4.0."""
        signs = any(isinstance(router.authentication, HmacTrailer) for router in device.node.routers)
        if signs and self.package and self.version() < "2.4":
            return "it knows no auth_hmac before version 2.4.0"
        return None

    def tolerance(self, device: Device) -> Tolerance:  # noqa: ARG002
        """Its timers are exact."""
        return USUAL

    def besides(self, device: Device, interface: str) -> tuple[str, ...]:
        """keepalived takes no virtual address for its own: an owner, which ours is by that alone, gets the one before."""
        own = device.addresses(interface)
        if not self.package or not own or not device.node.virtual_addresses.issuperset(own):
            return ()
        before = int.from_bytes(own[0]) - 1
        return (with_length(Address(before.to_bytes(len(own[0])))),)

    def configuration(self, device: Device) -> str:
        """Return the text that it is configured by; keepalived is spared the keywords that it does not know."""
        return _OURS.sub("", device.text) if self.package else device.text

    def start(self, host: Host, device: Device) -> Running:
        """Start it in the foreground, logging in detail, ours to the microsecond."""
        exactly = () if self.package else ("--log-microseconds",)
        return Running(host, self.daemon.start(host, self.configuration(device), exactly))


KEEPALIVED = KeepalivedSyntax(lab.KEEPALIVED, "keepalived")
KASPEC = KeepalivedSyntax(lab.KASPEC)
