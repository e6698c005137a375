"""This host, as the command line needs to know it before anything else."""

import os

DEFAULT_CONFIGURATION = "/etc/keepalived/keepalived.conf"


def short_host_name() -> str:
    """Return the host's name up to its first dot, which ``@ID`` lines are compared with unless another is given."""
    return os.uname().nodename.partition(".")[0]
