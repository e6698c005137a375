"""What the runner knows of any router that it tests: data about its abilities, and a few verbs."""

import re
import subprocess
from typing import Literal, Protocol

from attrs import frozen

from conformance.lab.network import Host
from conformance.lab.peers import SEARCH_PATH
from conformance.lab.process import Process
from conformance.replay.tolerance import Tolerance
from kaspec.address import Address, family_of, format_address
from kaspec.node import Node
from kaspec.tracking import Link
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.router import Version, VirtualRouter

Ability = Literal[
    "accounts for address owners",
    "moves addresses",
    "sends from the interface's own IPv6 address",
    "authenticates by password",
    "authenticates by keys",
    "has sync groups",
    "tracks",
    "unicasts",
    "reloads",
]
"""What not every router can; without ``moves addresses`` its addresses are always on some interface of its own."""
LENGTHS = {4: 24, 6: 64}
"""The prefix lengths of a device's own addresses on the LANs of the lab."""


def with_length(address: Address) -> str:
    """Write an own address of a device as ``address/length``."""
    return f"{format_address(address)}/{LENGTHS[family_of(address)]}"


@frozen
class Device:
    """A router to be: what it is to do, that in keepalived's syntax, and its interfaces with their own addresses."""

    node: Node
    text: str
    links: tuple[Link, ...]

    def own(self, interface: str) -> tuple[str, ...]:
        """Return the own addresses of an interface as ``address/length``."""
        return tuple(map(with_length, self.addresses(interface)))

    def addresses(self, interface: str) -> tuple[Address, ...]:
        """Return the own addresses of an interface."""
        return tuple(address for link in self.links if link.name == interface for address in link.addresses)


@frozen
class Running:
    """A device under test that was started: its process in the foreground, which logs to it."""

    host: Host
    process: Process


class Peer(Protocol):
    """A kind of router."""

    @property
    def name(self) -> str:
        """What ``--peer`` calls it."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can."""
        ...

    @property
    def entered(self) -> re.Pattern[str]:
        """What finds the lines of its log that tell of a new ``state`` (so is the group called)."""
        ...

    def missing(self) -> str | None:
        """Return what is missing on this machine to run it."""
        ...

    def version(self) -> str:
        """Return which version it is."""
        ...

    def objection(self, device: Device) -> str | None:
        """Return why it cannot be such a device."""
        ...

    def tolerance(self, device: Device) -> Tolerance:
        """Return how exact it is as such a device."""
        ...

    def besides(self, device: Device, interface: str) -> tuple[str, ...]:
        """Return addresses that it needs besides the device's own, as ``address/length``."""
        ...

    def start(self, host: Host, device: Device) -> Running:
        """Configure and start it in a host."""
        ...

    def configuration(self, device: Device) -> str:
        """Return the text that it is configured by."""
        ...


def version_in(command: tuple[str, ...]) -> str:
    """Return the first thing that looks like a version in what a program says of itself."""
    said = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": SEARCH_PATH})
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found.group() if found else "unknown"


_LACKING: dict[Ability, str] = {
    "accounts for address owners": "it knows no address owners",
    "authenticates by password": "it knows no passwords",
    "authenticates by keys": "it knows no keys",
    "has sync groups": "it has no sync groups",
    "tracks": "it tracks nothing",
    "unicasts": "it only multicasts",
}


def lacks(abilities: frozenset[Ability], node: Node) -> str | None:
    """Return the first thing a node needs that is not among the abilities."""
    return next((_LACKING[ability] for ability in _needed(node) if ability not in abilities), None)


def _needed(node: Node) -> tuple[Ability, ...]:
    needs: dict[Ability, bool] = {
        "accounts for address owners": any(router.is_owner for router in node.routers),
        "authenticates by password": any(isinstance(router.authentication, SimplePassword) for router in node.routers),
        "authenticates by keys": any(not isinstance(each.authentication, SimplePassword | NoAuthentication) for each in node.routers),
        "has sync groups": bool(node.groups),
        "tracks": any(router.trackers or router.tracks for router in node.routers),
        "unicasts": any(router.peers for router in node.routers),
    }
    return tuple(ability for ability, needed in needs.items() if needed)


def speaks(versions: frozenset[tuple[Version, int]], routers: tuple[VirtualRouter, ...]) -> str | None:
    """Return which version in which family of the virtual routers is not among those spoken."""
    return next((f"it does not speak version {each.version} for IPv{each.family}"
                 for each in routers if (each.version, each.family) not in versions), None)  # fmt: skip
