"""The routers that ``--peer`` names, where help must not wait for what runs them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shell.terminal import give_up

if TYPE_CHECKING:
    from conformance.peers.peer import Peer

NAMES = ("kaspec", "keepalived", "frr")
"""As ``conformance.peers.PEERS`` has them."""


def peers_of(names: Sequence[str], status: int) -> "list[Peer]":
    """Return the peers of these names, or all that are on this machine; ends the command with ``status`` if one named is not."""
    from conformance.peers import PEERS

    for name in names:
        if why := PEERS[name].missing():
            give_up(f"--peer {name}: {why}", status)
    return [PEERS[name] for name in dict.fromkeys(names or NAMES) if names or PEERS[name].missing() is None]
