"""The trace language: parse and write are inverse, parse is total, packets and their descriptions agree."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.address import Address
from kaspec.trace import Trace, parse, run, write
from kaspec.trace.adverts import build, describe
from kaspec.trace.language import AdvertFields
from kaspec.vrrp.authentication import SimplePassword
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.wire.ip import Packet
from tests.unit.trace.strategies import CONFIGURATIONS, advert_fields, traces

ROUTER = VirtualRouter(
    "VI_1", "eth0", 51, 100, (VirtualAddress(Address(bytes([192, 0, 2, 100])), 24, "eth0"),), authentication=SimplePassword.of("s3cr3t")
)
SOURCE = Address(bytes([192, 0, 2, 1]))
WORDS = [
    "clause",
    "profile",
    "router",
    "at",
    "on",
    "a",
    "b",
    "startup",
    "receives",
    "advert",
    "from",
    "priority",
    "=>",
    "=/>",
    "deadline",
    "1.5",
    "0",
    "192.0.2.1",
    "[",
    "]",
    "#",
    ",",
    ";",
    "...",
    "nothing",
]


@given(traces())
def test_what_is_written_is_read_back_the_same(trace: Trace) -> None:
    assert parse(write(trace)) == trace


@given(traces())
def test_writing_what_was_parsed_is_canonical(trace: Trace) -> None:
    loose = "\n".join(line if "#" in line or "{" in line else line.replace("  ", "\t  ") + " " for line in write(trace).split("\n"))
    read = parse(loose)
    if isinstance(read, Trace):
        assert parsed(write(read)) == read
        assert write(parsed(write(read))) == write(read)


def parsed(text: str) -> Trace:
    read = parse(text)
    assert isinstance(read, Trace), read
    return read


@given(st.text() | st.lists(st.sampled_from([*WORDS, "\n", "\n  ", "\t", " "])).map(" ".join))
def test_no_text_raises_and_every_problem_has_its_place(text: str) -> None:
    read = parse(text, "some.trace")
    if not isinstance(read, Trace):
        lines = text.split("\n")
        for problem in read:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert str(problem).startswith(f"some.trace:{problem.line}:{problem.column}: ")


@given(traces(), st.data())
def test_a_broken_trace_raises_nothing(trace: Trace, data: st.DataObject) -> None:
    text = write(trace)
    at = data.draw(st.integers(0, len(text)))
    instead = data.draw(st.text(max_size=3))
    parse(text[:at] + instead + text[at + data.draw(st.integers(0, 5)) :])


@given(traces())
@settings(max_examples=60)
def test_every_trace_runs_to_a_verdict(trace: Trace) -> None:
    verdict = run(parsed(write(trace)))
    assert len(verdict.moments) == len(trace.timeline)


@given(
    st.builds(
        Packet, *[st.binary(min_size=4, max_size=4).map(Address)] * 2, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60)
    )
)
def test_any_packet_can_be_described_and_built_again(packet: Packet) -> None:
    assert build(ROUTER, SOURCE, describe(ROUTER, SOURCE, packet)) == packet


@given(advert_fields)
def test_a_packet_built_from_fields_can_be_described(said: AdvertFields) -> None:
    packet = build(ROUTER, SOURCE, said)
    assert build(ROUTER, SOURCE, describe(ROUTER, SOURCE, packet)) == packet


def test_an_advertisement_of_ones_own_needs_no_words() -> None:
    assert describe(ROUTER, SOURCE, build(ROUTER, SOURCE, AdvertFields())) == AdvertFields()


def test_the_strategies_configurations_are_readable() -> None:
    for text in CONFIGURATIONS:
        block = "\n".join("  " + line if line else "" for line in text.split("\n"))
        assert isinstance(parse(f"router a on eth0\n{block}\n"), Trace)
