"""The routers that ``--peer`` names, where help must not wait for what runs them."""

NAMES = ("kaspec", "keepalived", "frr")
"""As ``conformance.peers.PEERS`` has them."""
