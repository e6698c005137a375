"""A device described for whoever has to make one of another kind: what it is to be, as plain data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.peers.peer import Device
from kaspec.address import format_address
from kaspec.units import MILLISECOND
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.router import VirtualRouter


def described(device: Device) -> dict[str, Any]:
    """Return a device as JSON has it: ``interfaces`` with their own addresses, and ``virtual_routers`` on them; times in milliseconds."""
    interfaces = [{"name": link.name, "addresses": list(device.own(link.name))} for link in device.links]
    return {"interfaces": interfaces, "virtual_routers": [_virtual_router(each) for each in device.node.routers]}


def write_description(device: Device, folder: Path) -> None:
    """Write it to a folder twice: as ``device.json``, and in keepalived's syntax as ``device.conf``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "device.json").write_text(json.dumps(described(device), indent=1) + "\n")
    (folder / "device.conf").write_text(device.text)


def in_words(device: Device) -> Iterator[str]:
    """Tell it to people, a line for each thing."""
    for link in device.links:
        yield f"{link.name} has {', '.join(device.own(link.name)) or 'no address of its own'}"
    for each in map(_virtual_router, device.node.routers):
        secret = "" if each["authentication"] is None else f", authentication {each['authentication']}"
        preempts = f"preempts after {each['preempt_delay']} ms" if each["preempt"] else "does not preempt"
        yield (
            f"on {each['interface']}: VRRP version {each['version']}, IPv{each['family']}, VRID {each['virtual_router_id']}, "
            f"priority {each['priority']}, every {each['advertisement_interval']} ms, {preempts}{secret}, "
            f"addresses {', '.join(each['addresses'])}"
        )


def _virtual_router(router: VirtualRouter) -> dict[str, Any]:
    return {
        "interface": router.interface,
        "version": router.version,
        "family": router.family,
        "virtual_router_id": router.virtual_router_id,
        "priority": router.priority,
        "advertisement_interval": router.advertisement_interval / MILLISECOND,
        "preempt": router.preempt,
        "preempt_delay": router.preempt_delay / MILLISECOND,
        "accept": router.accept,
        "addresses": [f"{format_address(each.address)}/{each.prefix_length}" for each in router.addresses],
        "authentication": _authentication(router),
        "checksum": router.checksum_form if (router.version, router.family) == (3, 4) else None,
        "profile": router.profile.name,
    }


def _authentication(router: VirtualRouter) -> str | None:
    match router.authentication:
        case NoAuthentication():
            return None
        case SimplePassword(data):
            return f"password {data.rstrip(bytes(1)).decode(errors='replace')}"
        case other:
            return type(other).__name__
