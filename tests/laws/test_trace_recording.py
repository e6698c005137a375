"""The recorder: whatever a node does, its recording is a trace that holds."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.config import read
from kaspec.node import (
    DatagramReceived,
    DeadlinesReached,
    LinkChanged,
    Node,
    NodeEvent,
    due,
    initial,
    next_deadline,
    node_step,
)
from kaspec.reconfiguration import reconfigure
from kaspec.trace import Recording, Trace, entry, header, merge, parse, reloaded, run, write
from kaspec.trace.adverts import build
from kaspec.trace.language import AdvertFields
from kaspec.tracking import Link
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.events import Shutdown, Startup
from kaspec.wire.ip import encode_ip
from tests.laws.traces import advert_fields

HERE, THERE = Address(bytes([192, 0, 2, 2])), Address(bytes([192, 0, 2, 1]))
HERE_V6, THERE_V6 = (Address(bytes.fromhex(f"fe80{0:027x}{last}")) for last in "21")


def configuration(priority: int, weight: int, extra: str, group: str) -> str:
    return f"""
    {group}
    vrrp_instance VI_1 {{
        interface eth0
        virtual_router_id 51
        priority {priority}
        {extra}
        track_interface {{
            eth1 weight {weight}
        }}
        virtual_ipaddress {{
            192.0.2.100/24
        }}
    }}
    vrrp_instance VI_3 {{
        interface eth0
        virtual_router_id 51
        priority {priority}
        advert_int 0.25
        virtual_ipaddress {{
            fe80::100/64
            2001:db8::100/64
        }}
    }}
    vrrp_instance VI_2 {{
        interface eth1
        virtual_router_id 52
        authentication {{
            auth_type PASS
            auth_pass 1111
        }}
        virtual_ipaddress {{
            198.51.100.100/24
        }}
    }}
    """


configurations = st.builds(
    configuration,
    st.sampled_from([1, 100, 254, 255]),
    st.sampled_from([-20, 0, 20]),
    st.sampled_from(
        [
            "",
            "nopreempt",
            "preempt_delay 2",
            "garp_master_delay 1",
            "advert_int 2",
            "version 3\n advert_int 0.1",
            "version 3\n v3_checksum_as_v2",
        ]
    ),
    st.sampled_from(
        ("", "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n }", "vrrp_sync_group G {\n group {\n VI_2\n VI_3\n VI_1\n }\n }")
    ),
)
interfaces = st.sampled_from(["eth0", "eth1", "eth7"])
links = st.builds(
    Link, interfaces, st.booleans(), st.lists(st.sampled_from([HERE, Address(bytes([192, 0, 2, 100])), HERE_V6]), max_size=2).map(tuple)
)
advertised = st.builds(AdvertFields, priority=st.integers(0, 255), interval=st.none() | st.integers(0, 4095))
adverts = (
    st.tuples(st.just(0), advertised.map(lambda said: evolve(said, source=THERE)))
    | st.tuples(st.just(1), advertised.map(lambda said: evolve(said, source=THERE_V6)))
    | st.tuples(st.integers(0, 2), advert_fields)
)
happenings = st.one_of(
    st.just("deadline"),
    st.builds(Startup),
    st.builds(Shutdown),
    st.builds(lambda link, there: LinkChanged(link.name, link if there else None), links, st.booleans()),
    st.builds(DatagramReceived, interfaces, st.binary(max_size=40)),
    adverts,
    configurations,
)


def node_of(text: str) -> Node:
    configured = read(text, "test").configuration
    return Node(configured.routers, configured.groups)


Happening = str | NodeEvent | tuple[int, AdvertFields]
runs = st.tuples(
    configurations,
    st.lists(links, unique_by=lambda link: link.name),
    st.lists(st.tuples(st.integers(0, 3_000_000), happenings), max_size=12),
)


def recorded(run_of: tuple[str, list[Link], list[tuple[int, Happening]]], began: int = 7_123_456) -> str:
    """Let a node live through a script that begins at ``began`` and return its recording."""
    text, seen, script = run_of
    node, now = node_of(text), Instant(began)
    state = initial(node, seen)
    recording = Recording("a", now)
    written = header(recording, text, seen)
    for wait, happening in [(0, Startup()), *script]:
        now = after(now, Interval(wait))
        if isinstance(happening, str) and happening != "deadline":
            fresh = node_of(happening)
            transition = reconfigure(node, fresh, state, now)
            written, node = written + reloaded(recording, happening, transition, now), fresh
        else:
            if isinstance(happening, str):
                now = max(now, next_deadline(state) or now)
                event: NodeEvent = DeadlinesReached(due(state, now))
            elif isinstance(happening, tuple):
                place, said = happening
                router = node.routers[place]
                packet = build(router, HERE if router.family == 4 else HERE_V6, said)
                event = DatagramReceived(router.interface, encode_ip(packet))
            else:
                event = happening
            transition = node_step(node, state, event, now)
            written += entry(recording, event, transition, now)
        state = transition.state
    return written


def understood(written: str) -> Trace:
    """Parse what must be a trace."""
    trace = parse(written, "recorded.trace")
    assert isinstance(trace, Trace), "\n".join(map(str, trace))
    return trace


@given(runs)
def test_a_recording_replays_to_the_same_states_and_effects(run_of: tuple[str, list[Link], list[tuple[int, Happening]]]) -> None:
    written = recorded(run_of)
    trace = understood(written)

    assert run(trace).differences == ()
    assert write(trace) == written


@given(st.lists(st.tuples(runs, st.integers(0, 5_000_000)), min_size=1, max_size=3))
def test_merged_recordings_replay_as_each_does_by_itself(
    made: list[tuple[tuple[str, list[Link], list[tuple[int, Happening]]], int]],
) -> None:
    traces = [understood(recorded(run_of, began)) for run_of, began in made]
    merged = merge(traces)

    assert run(merged).differences == ()
    assert understood(write(merged)) == merged
    assert len(merged.timeline) == sum(len(trace.timeline) for trace in traces)
    assert merge([merged]) == merged
