"""Laws of the AgentX codec, of the view and of a session: whatever a master sends, in whatever pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kaspec.snmp.session import PATIENCE, Session, begin, hear, notify, pause, tick
from kaspec.snmp.values import END_OF_MIB_VIEW, Binding, Oid, Syntax, Value, integer
from kaspec.snmp.view import MOST_BINDINGS, View, view
from kaspec.units import SECOND, ZERO, Instant, after
from kaspec.wire.agentx import (
    Change,
    Close,
    Kind,
    NotAgentX,
    Notify,
    Open,
    Pdu,
    Ping,
    Register,
    Response,
    Search,
    SearchRange,
    decode,
    encode,
)

NUMBERS = st.integers(0, 0xFFFF_FFFF)
BYTE, PAIR = st.integers(0, 255), st.integers(0, 0xFFFF)
OIDS: st.SearchStrategy[Oid] = st.lists(NUMBERS, max_size=20).map(tuple)
VALUES = st.one_of(
    st.integers(-(1 << 31), (1 << 31) - 1).map(lambda number: Value(Syntax.INTEGER, number)),
    st.builds(Value, st.sampled_from([Syntax.COUNTER32, Syntax.GAUGE32, Syntax.TIME_TICKS]), NUMBERS),
    st.builds(Value, st.just(Syntax.COUNTER64), st.integers(0, (1 << 64) - 1)),
    st.builds(Value, st.sampled_from([Syntax.OCTET_STRING, Syntax.IP_ADDRESS, Syntax.OPAQUE]), st.binary(max_size=40)),
    st.builds(Value, st.just(Syntax.OBJECT_IDENTIFIER), OIDS),
    st.builds(Value, st.sampled_from([Syntax.NULL, Syntax.NO_SUCH_OBJECT, Syntax.NO_SUCH_INSTANCE, Syntax.END_OF_MIB_VIEW])),
)
BINDINGS = st.lists(st.builds(Binding, OIDS, VALUES), max_size=5).map(tuple)
RANGES = st.lists(st.builds(SearchRange, OIDS, OIDS, st.booleans()), max_size=5).map(tuple)
SEARCHES = st.one_of(
    st.builds(Search, st.sampled_from([Kind.GET, Kind.GET_NEXT]), RANGES), st.builds(Search, st.just(Kind.GET_BULK), RANGES, PAIR, PAIR)
)
BODIES = st.one_of(
    st.builds(Open, OIDS, st.text(max_size=20), BYTE),
    st.builds(Close, BYTE),
    st.builds(Register, OIDS, BYTE, BYTE),
    SEARCHES,
    st.builds(Change, st.just(Kind.TEST_SET), BINDINGS),
    st.builds(Change, st.sampled_from([Kind.COMMIT_SET, Kind.UNDO_SET, Kind.CLEANUP_SET])),
    st.builds(Notify, BINDINGS),
    st.just(Ping()),
    st.builds(Response, NUMBERS, PAIR, PAIR, BINDINGS),
)
PDUS = st.builds(Pdu, NUMBERS, NUMBERS, NUMBERS, BODIES, st.none() | st.binary(max_size=9))
SMALL: st.SearchStrategy[Oid] = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(tuple)
VIEWS = st.dictionaries(SMALL, st.integers(0, 9).map(integer), max_size=25).map(View)
START = Instant(0)
REGIONS: tuple[Oid, ...] = ((1, 3, 1), (1, 3, 2))


@given(PDUS, st.binary(max_size=30))
def test_reading_undoes_writing_and_leaves_what_comes_after(pdu: Pdu, rest: bytes) -> None:
    """RFC 2741 5, 6: every message survives, whatever follows it in the stream."""
    data = encode(pdu)
    assert decode(data + rest) == (pdu, len(data))
    assert all(decode(data[:cut]) is None for cut in range(len(data)))


@given(st.binary(max_size=120), st.sampled_from([b"", *(bytes([1, kind, 0x10 * order, 0]) for kind in Kind for order in (0, 1))]))
def test_reading_is_total(data: bytes, head: bytes) -> None:
    """Anything may come in; nothing is raised."""
    found = decode(head + data)
    assert found is None or isinstance(found, NotAgentX) or found[1] <= len(head + data)


@given(PDUS, st.integers(20, 200), BYTE)
def test_reading_what_was_damaged_is_total(pdu: Pdu, place: int, byte: int) -> None:
    """The same, for what almost is a message: a byte of its payload is another."""
    data = bytearray(encode(pdu))
    if place < len(data):
        data[place] = byte
    decode(bytes(data))


@given(VIEWS, SMALL, st.just(()) | SMALL, st.booleans())
def test_the_next_object_is_the_smallest_after_it(objects: View, start: Oid, end: Oid, include: bool) -> None:
    """RFC 2741 7.2.3.2: compared with looking through all of them."""
    beyond = [name for name in objects.objects if (name > start or (include and name == start)) and (not end or name < end)]
    found = objects.after(SearchRange(start, end, include))
    assert found == (Binding(min(beyond), objects.objects[min(beyond)]) if beyond else Binding(start, END_OF_MIB_VIEW))


@given(VIEWS)
def test_a_walk_meets_every_object_once_in_order(objects: View) -> None:
    """GETNEXT from the root to the end."""
    met, name = list[Oid](), Oid()
    while len(met) <= len(objects.objects) and (found := objects.after(SearchRange(name))).value != END_OF_MIB_VIEW:
        met.append(name := found.name)
    assert met == sorted(objects.objects)


@given(VIEWS, st.lists(SMALL, min_size=1, max_size=4), st.integers(0, 5), st.integers(0, 12))
def test_a_bulk_request_is_as_many_next_requests(objects: View, starts: list[Oid], single: int, times: int) -> None:
    """RFC 2741 7.2.3.3: each round goes on where the one before came to; after a round of ends there is no other."""
    ranges = tuple(map(SearchRange, starts))
    found = objects.search(Search(Kind.GET_BULK, ranges, single, times))
    expected = [objects.after(each) for each in ranges[:single]]
    now = list(ranges[single:])
    for _ in range(times if now else 0):
        answers = [objects.after(each) for each in now]
        expected += answers
        now = [SearchRange(each.name) for each in answers]
        if all(each.value == END_OF_MIB_VIEW for each in answers):
            break
    assert found == tuple(expected)


@given(VIEWS, SMALL)
def test_a_bulk_request_is_bounded(objects: View, start: Oid) -> None:
    """However much is asked for."""
    asked = Search(Kind.GET_BULK, tuple([SearchRange(start)] * 40), 0, 0xFFFF)
    assert len(objects.search(asked)) <= MOST_BINDINGS + 40


def test_what_is_missing_is_an_instance_or_an_object() -> None:
    """RFC 2741 7.2.3.1: of a column that is there, only the instance is missing."""
    objects = view([((1, 3, 1), (7,), integer(1))])
    found = [binding.value.syntax for binding in map(objects.get, [(1, 3, 1, 7), (1, 3, 1, 8), (1, 3, 2, 7)])]
    assert found == [Syntax.INTEGER, Syntax.NO_SUCH_INSTANCE, Syntax.NO_SUCH_OBJECT]


def established(objects: View) -> Session:
    """Return a session that a master has taken on, with number 77."""
    opening = begin(REGIONS, (1, 3, 9), "kaspec", START).session
    return hear(opening, encode(Pdu(77, 0, 1, Response())), lambda: objects, 0, START).session


@given(VIEWS, st.lists(st.tuples(NUMBERS, SEARCHES), max_size=4), st.lists(st.integers(0, 400), max_size=8))
def test_how_a_stream_is_cut_does_not_matter(objects: View, asked: list[tuple[int, Search]], cuts: list[int]) -> None:
    """Every request is answered with its own numbers, in order, however the bytes come."""
    data = b"".join(encode(Pdu(77, 5, number, search)) for number, search in asked)
    session, out = established(objects), b""
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for one, other in pairwise(places):
        said = hear(session, data[one:other], lambda: objects, 9, START)
        session, out = said.session, out + said.out
    expected = b"".join(encode(Pdu(77, 5, number, Response(9, bindings=objects.search(search)))) for number, search in asked)
    assert (out, session.unread) == (expected, b"")


@given(PDUS)
def test_a_master_may_say_anything(pdu: Pdu) -> None:
    """Nothing is raised, no bytes are left, and a request to set anything is never granted."""
    said = hear(established(View({})), encode(pdu), lambda: View({}), 0, START)
    assert said.ended or not said.session.unread
    if isinstance(pdu.body, Change) and pdu.body.kind == Kind.TEST_SET:
        answer = decode(said.out)
        assert isinstance(answer, tuple)
        assert isinstance(answer[0].body, Response)
        assert answer[0].body.error != 0


def test_every_region_is_registered_and_a_refused_one_is_told() -> None:
    """RFC 2741 7.1.4: another subagent may answer for a region already (error 263)."""
    opening = begin(REGIONS, (1, 3, 9), "kaspec", START).session
    said = hear(opening, encode(Pdu(77, 0, 1, Response())), lambda: View({}), 0, START)
    first = decode(said.out)
    assert isinstance(first, tuple)
    second = decode(said.out[first[1] :])
    assert isinstance(second, tuple)
    assert [(pdu.session_id, pdu.body) for pdu in (first[0], second[0])] == [(77, Register(region)) for region in REGIONS]
    refusal = encode(Pdu(77, 0, second[0].packet_id, Response(error=263)))
    assert hear(said.session, refusal, lambda: View({}), 0, START).taken == (REGIONS[1],)


@given(st.booleans())
def test_a_silent_master_is_asked_and_then_left(answers: bool) -> None:
    """It is asked after ``PATIENCE``, and given up after another; an answer is enough."""
    asked = tick(established(View({})), after(START, PATIENCE))
    ping = decode(asked.out)
    assert isinstance(ping, tuple)
    assert ping[0].body == Ping()
    session = asked.session
    if answers:
        pong = encode(Pdu(77, 0, ping[0].packet_id, Response()))
        session = hear(session, pong, lambda: View({}), 0, after(START, PATIENCE)).session
    assert (tick(session, Instant(START + 2 * PATIENCE)).ended is None) == answers


def test_a_session_that_is_refused_forgotten_or_closed_is_over() -> None:
    """RFC 2741 7.1.1, 7.1.9."""
    opening = begin(REGIONS, (1, 3, 9), "kaspec", START).session
    assert hear(opening, encode(Pdu(0, 0, 1, Response(error=266))), lambda: View({}), 0, START).ended
    for body in (Close(), Response(error=257)):
        assert hear(established(View({})), encode(Pdu(77, 0, 9, body)), lambda: View({}), 0, START).ended
    assert tick(opening, after(START, PATIENCE)).ended
    assert not notify(opening, ()).out


@given(st.integers(0, 100))
def test_pauses_grow_and_are_bounded(attempts: int) -> None:
    """Nobody is connected to more often than once a second."""
    assert ZERO < SECOND <= pause(attempts) <= pause(attempts + 1) <= 30 * SECOND
