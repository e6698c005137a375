"""Routers that the conformance runner can test: for each what it can do, and how it is configured, started, stopped and read."""

from collections.abc import Mapping

from conformance.peers.frr import FRR
from conformance.peers.keepalived import KASPEC, KEEPALIVED
from conformance.peers.peer import Peer

PEERS: Mapping[str, Peer] = {peer.name: peer for peer in (KASPEC, KEEPALIVED, FRR)}
"""By the name that ``--peer`` takes."""
