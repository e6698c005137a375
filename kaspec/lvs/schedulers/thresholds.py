"""Connection thresholds (``uthreshold``, ``lthreshold``): when a server is overloaded, and when no longer.

The flag has memory: between the thresholds it stays what it was.  The kernel looks at it when a connection begins (``ip_vs_bind_dest``),
when one ends (``ip_vs_unbind_dest``) and when the server is edited (``__ip_vs_update_dest``).
"""

from kaspec.frozen import evolve
from kaspec.lvs.schedulers.server import Server


def after_beginning(server: Server) -> Server:
    """Return the server as it is after a connection was counted: overloaded from the upper threshold on."""
    return evolve(server, overloaded=True) if server.upper and server.total >= server.upper else server


def after_ending(server: Server) -> Server:
    """Return the server as it is after a connection was taken off.

    With a lower threshold it is relieved below that; without, below three quarters of the upper one; without any, at once.
    """
    if server.lower:
        relieved = server.total < server.lower
    elif server.upper:
        relieved = server.total * 4 < server.upper * 3
    else:
        relieved = True
    return evolve(server, overloaded=server.overloaded and not relieved)


def edited(server: Server, weight: int, upper: int, lower: int) -> Server:
    """Return the server with other settings; raising or taking away its upper threshold relieves it (kernels before 2026)."""
    raised = upper == 0 or upper > server.upper
    return evolve(
        server,
        weight=weight,
        last_weight=weight or server.last_weight,
        upper=upper,
        lower=lower,
        overloaded=server.overloaded and not raised,
    )
