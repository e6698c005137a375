"""Exit statuses: keepalived's numbers, so that units and scripts written for it keep their meaning."""

OK = 0
FATAL = 1
"""Cannot go on: already running, a file that cannot be written."""
CONFIG = 2
"""The configuration cannot be run."""
PERMISSION = 4
"""A capability is missing."""
NO_CONFIG = 6
"""The configuration file is missing or unreadable."""
SOFTWARE = 70
"""A bug of ours (sysexits.h EX_SOFTWARE); a child that ends so is respawned."""

TEST_UNRUNNABLE = 4
"""``-t``: it cannot be run, or there is no such file."""
TEST_ERRORS = 5
"""``-t``: it has errors, and would be run less what they concern."""
TEST_SCRIPTS = 6
"""``-t``: nothing else is wrong, but scripts run as root without script security."""

PERMANENT = {FATAL: "FATAL", CONFIG: "CONFIG", PERMISSION: "PERMISSION"}
"""A child that ends with one of these would end so again: it is not respawned and the daemon stops."""
