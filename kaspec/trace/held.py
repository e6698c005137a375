"""What a trace says of routes, rules, and what is taken away; kept apart from ``language`` for its length only."""

from kaspec.address import Address
from kaspec.frozen import frozen

Networks = tuple[tuple[Address, int], ...]
"""(address, prefix length) each."""


@frozen
class HandlesRoutes:
    """``installs routes 192.0.2.0/24 ...`` or ``removes routes ...``: by where they lead."""

    installs: bool
    networks: Networks


@frozen
class HandlesRules:
    """``installs rules 100 ...`` or ``removes rules ...``: by their priorities."""

    installs: bool
    priorities: tuple[int, ...]


@frozen
class Loses:
    """``a loses 192.0.2.100/24 routes 198.51.100.0/24 rules 100``: somebody took these away."""

    addresses: Networks = ()
    routes: Networks = ()
    rules: tuple[int, ...] = ()
