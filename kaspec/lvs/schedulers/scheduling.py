"""The one question, put to any scheduler: which server takes this packet's connection?"""

from typing import Literal, assert_never, get_args

from kaspec.lvs.schedulers.choices import TwoChoices, draw_two
from kaspec.lvs.schedulers.hashing import DestinationHash, SourceHash, by_destination, by_source, deal, deal_by_weight
from kaspec.lvs.schedulers.least import Least, least_busy
from kaspec.lvs.schedulers.locality import Locality, by_locality
from kaspec.lvs.schedulers.maglev import Maglev, by_maglev, populate
from kaspec.lvs.schedulers.preference import Preference, preferred
from kaspec.lvs.schedulers.rotation import (
    RoundRobin,
    WeightedRoundRobin,
    next_by_weight,
    next_in_turn,
    weighted,
    weighted_again,
    without_removed,
)
from kaspec.lvs.schedulers.server import Flag, Packet, Server, Servers

State = RoundRobin | WeightedRoundRobin | Least | Preference | Locality | DestinationHash | SourceHash | Maglev | TwoChoices
SchedulerName = Literal["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos"]
SCHEDULERS: tuple[SchedulerName, ...] = get_args(SchedulerName)


def start(name: SchedulerName, servers: Servers = (), flags: frozenset[Flag] = frozenset(), seed: int = 0) -> State:
    """Return the state of a scheduler that is put in charge of these servers.

    A new service has none: each is added afterwards, and ``rearranged`` told.  ``seed`` is for twos.
    """
    match name:
        case "rr":
            return RoundRobin()
        case "wrr":
            return weighted(servers)
        case "lc" | "wlc" | "sed" | "nq":
            return Least(name)
        case "fo" | "ovf":
            return Preference(name)
        case "lblc" | "lblcr":
            return Locality(replicated=name == "lblcr")
        case "dh":
            return deal(servers)
        case "sh":
            return deal_by_weight(SourceHash(flags), servers)
        case "mh":
            return populate(Maglev(flags), servers)
        case "twos":
            return TwoChoices(seed)
        case _:
            assert_never(name)


def schedule(state: State, servers: Servers, packet: Packet) -> tuple[State, Server | None]:
    """Choose the server for a new connection, or nobody; the servers are those of the last ``rearranged``, with today's counts."""
    match state:
        case RoundRobin():
            return next_in_turn(state, servers)
        case WeightedRoundRobin():
            return next_by_weight(state, servers)
        case Least():
            return state, least_busy(state, servers)
        case Preference():
            return state, preferred(state, servers)
        case Locality():
            return by_locality(state, servers, packet)
        case DestinationHash():
            return state, by_destination(state, servers, packet)
        case SourceHash():
            return state, by_source(state, servers, packet)
        case Maglev():
            return state, by_maglev(state, servers, packet)
        case TwoChoices():
            return draw_two(state, servers)
        case _:
            assert_never(state)


def rearranged(state: State, before: Servers, after: Servers) -> State:
    """Return the state after one server was added, removed, or given other settings (the kernel's add_dest, del_dest and upd_dest)."""
    match state:
        case RoundRobin():
            return without_removed(state, before, after)
        case WeightedRoundRobin():
            return weighted_again(state, after)
        case DestinationHash():
            return deal(after)
        case SourceHash():
            return deal_by_weight(state, after)
        case Maglev():
            return populate(state, after)
        case Least() | Preference() | Locality() | TwoChoices():
            return state
        case _:
            assert_never(state)
