"""Virtual servers, as the laws draw them: few addresses and ports, so that they meet."""

from attrs import evolve
from hypothesis import strategies as st

from kaspec.address import Address, parse_address
from kaspec.command import Command
from kaspec.health.credentials import Credentials
from kaspec.health.model import Check, HttpCheck
from kaspec.lvs.model import (
    AddressService,
    GroupService,
    MarkService,
    Persistence,
    Protocol,
    RealServer,
    SchedulerFlag,
    ServerGroup,
    ServiceKey,
    SorryServer,
    VirtualServer,
)
from kaspec.lvs.settings import NAT, Forwarding, LvsSettings, SyncDaemon, Timeouts
from kaspec.units import SECOND, Interval
from tests.laws.checks import checks

VIRTUAL = tuple(parse_address(text) for text in ("192.0.2.1", "192.0.2.2"))
VIRTUAL_V6 = tuple(parse_address(text) for text in ("2001:db8::1", "2001:db8::2"))
REAL = tuple(parse_address(f"198.51.100.{host}") for host in range(1, 6))
REAL_V6 = tuple(parse_address(f"2001:db8:1::{host}") for host in range(1, 6))
SCHEDULERS = ("rr", "wrr", "lc", "wlc", "sed", "nq", "dh", "sh", "mh", "lblc", "lblcr", "fo", "ovf")
protocols: st.SearchStrategy[Protocol] = st.sampled_from(("TCP", "UDP", "SCTP"))
ports = st.sampled_from((80, 443))
whole_seconds = st.integers(1, 31 * 86_400).map(lambda number: Interval(number * SECOND))
commands = st.none() | st.builds(Command, st.sampled_from(("/bin/true", "/bin/notify up 'a b'")))
flags: st.SearchStrategy[tuple[SchedulerFlag, ...]] = st.sampled_from(((), ("flag-1",), ("flag-2",), ("flag-1", "flag-3")))
forwardings = st.sampled_from((NAT, NAT, Forwarding("DR"), Forwarding("TUN"), Forwarding("TUN", "gue", 6080, "csum")))
choices = st.none() | st.booleans()
weights = st.sampled_from((0, 1, 1, 2, 10))
check_lists: st.SearchStrategy[list[Check]] = st.just([]) | st.lists(checks, max_size=2)
host_lists = {hosts: st.lists(st.sampled_from(hosts), max_size=4, unique=True) for hosts in (REAL, REAL_V6)}
thresholds = st.sampled_from(((0, 0), (10, 0), (10, 5)))
schedulers = st.sampled_from(SCHEDULERS)
persistences = {
    hosts: st.none() | st.builds(Persistence, whole_seconds, st.sampled_from(lengths), st.sampled_from((None, None, "sip")))
    for hosts, lengths in ((REAL, (None, 8, 24)), (REAL_V6, (None, 1, 64)))
}
group_names = st.lists(st.sampled_from(("web", "mail")), max_size=2, unique=True)
entry_lists = st.sampled_from(
    tuple(
        st.lists(
            st.tuples(st.sampled_from(there), ports) | st.builds(MarkService, st.integers(10, 12), st.just(family)), max_size=4, unique=True
        )
        for there, family in ((VIRTUAL, 4), (VIRTUAL_V6, 6))
    )
)
addressed: st.SearchStrategy[ServiceKey] = st.builds(AddressService, st.sampled_from(VIRTUAL + VIRTUAL_V6), ports, protocols)
marked: st.SearchStrategy[ServiceKey] = st.builds(MarkService, st.sampled_from((1, 2)), st.sampled_from((4, 6)))


def _port(draw: st.DrawFn, key: ServiceKey, forwarding: Forwarding) -> int:
    """Without NAT a server's port is the virtual server's, and none with a mark."""
    if forwarding.method == "NAT" or isinstance(key, GroupService):
        return draw(ports)
    return key.port if isinstance(key, AddressService) else 0


def _real_servers(draw: st.DrawFn, hosts: tuple[Address, ...], virtual: VirtualServer) -> tuple[RealServer, ...]:
    found = []
    for address in draw(host_lists[hosts]):
        forwarding = draw(forwardings) if draw(st.booleans()) else virtual.forwarding
        own = _port(draw, virtual.key, forwarding)
        alert = draw(choices) if virtual.smtp_alert is None else draw(st.booleans())
        upper, lower = draw(thresholds)
        inhibit, alpha, up, down = draw(st.booleans()), draw(st.booleans()), draw(commands), draw(commands)
        probes = tuple(evolve(each, credentials=Credentials()) if isinstance(each, HttpCheck) else each for each in draw(check_lists))
        found.append(RealServer(address, own, forwarding, draw(weights), upper, lower, inhibit, alpha, up, down, alert, probes))
    return tuple(found)


@st.composite
def virtual_servers(draw: st.DrawFn, key: ServiceKey | None = None, groups: tuple[ServerGroup, ...] = ()) -> VirtualServer:
    """One virtual server, of that key or any that the groups allow, quorum and hysteresis within what its servers weigh."""
    key = key or draw(keys(groups))
    services = next(each.services(key.protocol) for each in groups if each.name == key.name) if isinstance(key, GroupService) else (key,)
    family = services[0].family if services else 4
    hosts = REAL if family == 4 else REAL_V6
    virtual = VirtualServer(
        key,
        services,
        scheduler=draw(schedulers),
        flags=draw(flags),
        one_packet=not isinstance(key, MarkService) and key.protocol == "UDP" and draw(st.booleans()),
        persistence=draw(persistences[hosts]),
        forwarding=draw(forwardings),
        quorum_up=draw(commands),
        quorum_down=draw(commands),
        alpha=draw(st.booleans()),
        omega=draw(st.booleans()),
        ha_suspend=isinstance(key, AddressService) and draw(st.booleans()),
        smtp_alert=draw(choices),
    )
    servers = _real_servers(draw, hosts, virtual)
    quorum = draw(st.integers(1, max(1, sum(each.weight for each in servers)) if servers else 20))
    sorry = None
    if draw(st.booleans()):
        forwarding = draw(forwardings)
        port = key.port if isinstance(key, AddressService) else _port(draw, key, forwarding)
        sorry = SorryServer(hosts[-1], port, forwarding, draw(st.booleans()))
    return evolve(virtual, servers=servers, quorum=quorum, hysteresis=draw(st.integers(0, quorum - 1)), sorry_server=sorry)


def keys(groups: tuple[ServerGroup, ...] = ()) -> st.SearchStrategy[ServiceKey]:
    """Addresses, marks, and the groups there are."""
    grouped = [st.builds(GroupService, st.just(each.name), protocols) for each in groups]
    return st.one_of(addressed, marked, *grouped)


@st.composite
def server_groups(draw: st.DrawFn) -> tuple[ServerGroup, ...]:
    """Up to two groups of addresses of one family, and marks."""
    return tuple(ServerGroup(name, tuple(draw(draw(entry_lists)))) for name in draw(group_names))


@st.composite
def services(draw: st.DrawFn, groups: tuple[ServerGroup, ...] = ()) -> tuple[VirtualServer, ...]:
    """Up to three virtual servers, of which none serves what another does."""
    chosen = draw(st.lists(keys(groups), max_size=3, unique=True))
    return tuple(draw(virtual_servers(key, groups)) for key in chosen)


timeouts = st.none() | st.builds(Timeouts, st.none() | whole_seconds, st.none() | whole_seconds, whole_seconds)
sync_daemons = st.none() | st.builds(SyncDaemon, st.just("eth0"), st.none() | st.just("VI_1"), st.none() | st.integers(0, 255))
lvs_settings = st.builds(
    LvsSettings,
    timeouts,
    st.booleans(),
    st.sampled_from((None, "", "VS")),
    sync_daemons,
    st.booleans(),
    choices,
    st.booleans(),
    st.booleans(),
)
"""What ``global_defs`` says about LVS."""
