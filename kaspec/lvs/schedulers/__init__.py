"""The kernel's IPVS schedulers as pure functions: which real server gets the next connection.

``schedule(state, servers, packet)`` returns the next state and a server or nobody, for each of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed,
nq, fo, ovf, mh and twos.  They follow Linux ``net/netfilter/ipvs/ip_vs_*.c`` (6.1; hashes as since 4.17) and are held against that kernel
connection by connection in tests/lvs.  A ``Pool`` adds what the kernel does around them: counting, thresholds, persistence.
"""

from kaspec.lvs.schedulers.scheduling import SCHEDULERS, SchedulerName, State, rearranged, schedule, start
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers

__all__ = ["SCHEDULERS", "Flag", "Key", "Packet", "SchedulerName", "Server", "Servers", "State", "rearranged", "schedule", "start"]
