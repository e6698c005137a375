"""What the laws of schedulers quantify over: lists of servers, and pools with any history of changes and connections."""

from attrs import frozen
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.lvs.schedulers.persistence import Persistence
from kaspec.lvs.schedulers.pool import Connection, Pool, add, close, connect, edit, expire, remove
from kaspec.lvs.schedulers.scheduling import SCHEDULERS, SchedulerName
from kaspec.lvs.schedulers.server import Flag, Key, Packet, Server, Servers
from kaspec.units import Instant, Interval

KEYS = tuple(Key(Address(bytes([10, 0, 0, number])), 80) for number in range(1, 7))
CLIENTS = tuple(Address(bytes([192, 0, 2, number])) for number in (1, 2, 3, 77, 130, 254))
VIRTUAL = tuple(Address(bytes([198, 51, 100, number])) for number in (1, 2, 3))

names = st.sampled_from(SCHEDULERS)
FLAGS: tuple[Flag, ...] = ("fallback", "port")
flags = st.frozensets(st.sampled_from(FLAGS))
weights = st.integers(0, 8)
persistences = st.builds(Persistence, st.integers(1, 400_000_000).map(Interval), st.sampled_from((24, 32)))
packets = st.builds(
    Packet, st.sampled_from(("tcp", "udp")), st.sampled_from(CLIENTS), st.integers(1024, 65535), st.sampled_from(VIRTUAL), st.just(80)
)


@st.composite
def servers(draw: st.DrawFn, least: int = 0, weight: st.SearchStrategy[int] = weights) -> Servers:
    """Servers with any load, some of them overloaded."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=least, max_size=len(KEYS)))
    load = st.integers(0, 20)
    return tuple(Server(key, draw(weight), draw(load), draw(load), overloaded=draw(st.booleans())) for key in keys)


@frozen
class History:
    """A pool and its connections that still have an entry."""

    pool: Pool
    connections: tuple[Connection, ...] = ()


@st.composite
def histories(draw: st.DrawFn, named: st.SearchStrategy[SchedulerName] = names, persistent: bool = True) -> History:
    """Whatever up to 30 changes, connections, closings and expirations lead to; time passes."""
    persistence = draw(st.none() | persistences) if persistent else None
    history = History(Pool.of(draw(named), draw(flags), persistence=persistence))
    now = 0
    for _ in range(draw(st.integers(0, 30))):
        now += draw(st.integers(0, 100_000_000))
        history = _draw_event(draw, history, Instant(now))
    return history


def _draw_event(draw: st.DrawFn, history: History, now: Instant) -> History:
    pool, connections = history.pool, history.connections
    key = draw(st.sampled_from(KEYS))
    present = any(server.key == key for server in pool.servers)
    upper = draw(st.integers(0, 6))
    match draw(st.sampled_from(("change", "remove", "connect", "connect", "connect", "close", "expire"))):
        case "change" if present:
            pool = edit(pool, key, draw(weights), upper, draw(st.integers(0, upper)))
        case "change":
            pool = add(pool, Server(key, draw(weights), upper=upper, lower=draw(st.integers(0, upper))))
        case "remove":
            pool = remove(pool, key)
        case "connect":
            pool, connection = connect(pool, at(draw(packets), now))
            connections = connections if connection is None else (*connections, connection)
        case kind if connections:
            place = draw(st.integers(0, len(connections) - 1))
            pool, closed = close(pool, connections[place])
            if kind == "expire":
                pool = expire(pool, closed)
            connections = (*connections[:place], *([] if kind == "expire" else [closed]), *connections[place + 1 :])
        case _:
            pass
    return History(pool, connections)


def at(packet: Packet, now: Instant) -> Packet:
    """The packet at another time."""
    return Packet(packet.protocol, packet.source, packet.source_port, packet.destination, packet.destination_port, now)
