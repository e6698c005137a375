"""The trace language: parse and write are inverse, parse is total, packets and their descriptions agree."""

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kaspec.address import Address, parse_address
from kaspec.trace import Trace, parse, run, write
from kaspec.trace.adverts import build, describe
from kaspec.trace.language import AdvertFields
from kaspec.units import SECOND, Interval
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.machine import advertisement
from kaspec.vrrp.router import VirtualAddress, VirtualRouter
from kaspec.vrrp.transmission import transmit
from kaspec.wire.checksum import CHECKSUM_FORMS, ChecksumForm
from kaspec.wire.ip import Packet
from tests.laws.traces import CONFIGURATIONS, advert_fields, traces

ROUTER = VirtualRouter(
    "VI_1", "eth0", 51, 100, (VirtualAddress(Address(bytes([192, 0, 2, 100])), 24, "eth0"),), authentication=SimplePassword.of("s3cr3t")
)
SOURCE = Address(bytes([192, 0, 2, 1]))
SIX = VirtualRouter(
    "VI_6", "eth0", 51, 100, (VirtualAddress(parse_address("fe80::100"), 64, "eth0"),), version=3, family=6, advertisement_interval=SECOND
)
THREE = evolve(ROUTER, version=3, authentication=NoAuthentication(), advertisement_interval=Interval(10_000))
ROUTERS = ((ROUTER, SOURCE), (THREE, SOURCE), (SIX, parse_address("fe80::1")), (evolve(THREE, checksum_form="message"), SOURCE))
version_3_messages = st.builds(
    lambda head, body, trailing: bytes([0x31, 51, 100, len(body) // 16]) + head + body + trailing,
    st.binary(min_size=4, max_size=4),
    st.integers(0, 3).flatmap(lambda count: st.binary(min_size=16 * count, max_size=16 * count)),
    st.binary(max_size=20),
)
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


ends = st.one_of(*(st.tuples(*[st.binary(min_size=size, max_size=size).map(Address)] * 2) for size in (4, 16)))
packets = st.builds(
    lambda ends, *rest: Packet(*ends, *rest), ends, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60) | version_3_messages
)


@given(st.sampled_from(ROUTERS), packets)
def test_any_packet_can_be_described_and_built_again(receiver: tuple[VirtualRouter, Address], packet: Packet) -> None:
    assert build(*receiver, describe(*receiver, packet)) == packet


@given(st.sampled_from(ROUTERS), advert_fields)
def test_a_packet_built_from_fields_can_be_described(receiver: tuple[VirtualRouter, Address], said: AdvertFields) -> None:
    packet = build(*receiver, said)
    assert build(*receiver, describe(*receiver, packet)) == packet


@pytest.mark.parametrize("receiver", ROUTERS)
def test_an_advertisement_of_ones_own_needs_no_words(receiver: tuple[VirtualRouter, Address]) -> None:
    assert describe(*receiver, build(*receiver, AdvertFields())) == AdvertFields()


@given(st.sampled_from(CHECKSUM_FORMS))
def test_another_form_of_checksum_has_its_name(form: ChecksumForm) -> None:
    router, source = ROUTERS[1]
    sent = transmit(SendAdvertisement(advertisement(router, router.priority), source, form))
    told = describe(router, source, sent).checksum
    assert told == (None if form in {"pseudo-header", "multicast-group"} else form)


def test_the_strategies_configurations_are_readable() -> None:
    for text in CONFIGURATIONS:
        block = "\n".join("  " + line if line else "" for line in text.split("\n"))
        assert isinstance(parse(f"router a on eth0\n{block}\n"), Trace)
