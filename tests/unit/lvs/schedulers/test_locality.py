"""lblc and lblcr: who served a destination before, how long that is remembered, and when another is put in."""

from attrs import evolve

from kaspec.address import Address, parse_address
from kaspec.lvs.schedulers.locality import EXPIRATION, Locality, by_locality, swept
from kaspec.lvs.schedulers.server import Packet, Server, Servers
from kaspec.units import Instant
from tests.unit.lvs.schedulers.sequences import key, packet

A, B = parse_address("198.51.100.1"), parse_address("198.51.100.2")


def asking(destination: Address, moment: int = 0) -> Packet:
    """A packet for the destination."""
    return evolve(packet(), destination=destination, at=Instant(moment))


def servers(*active: int, weight: int = 2) -> Servers:
    """Servers 1, 2, ... with these active connections."""
    return tuple(Server(key(number), weight, active=count) for number, count in enumerate(active, 1))


def test_a_destination_keeps_its_server_while_nobody_is_idle() -> None:
    state, first = by_locality(Locality(replicated=False), servers(0, 1, 1), asking(A))
    assert first == servers(0, 1, 1)[0]
    state, again = by_locality(state, servers(9, 1, 1), asking(A))
    assert again == servers(9, 1, 1)[0]
    state, moved = by_locality(state, servers(9, 1, 0), asking(A))
    assert moved == servers(9, 1, 0)[2]
    assert state.entries[A].members == (key(3),)


def test_lblc_goes_on_with_an_overloaded_server_and_lblcr_does_not() -> None:
    flagged = (Server(key(1), overloaded=True), Server(key(2), active=5))
    for replicated, expected in ((False, key(1)), (True, key(2))):
        state, _ = by_locality(Locality(replicated), servers(0, 5, weight=1), asking(A))
        chosen = by_locality(state, flagged, asking(A))[1]
        assert chosen is not None
        assert chosen.key == expected


def test_a_set_grows_at_its_head_and_loses_its_busiest_after_a_day() -> None:
    state, _ = by_locality(Locality(replicated=True), servers(0, 1), asking(A))
    state, _ = by_locality(state, servers(9, 0), asking(A, 5))
    assert state.entries[A].members == (key(2), key(1))
    state, chosen = by_locality(state, servers(9, 1), asking(A, 5 + EXPIRATION))
    assert state.entries[A].members == (key(2), key(1))
    state, chosen = by_locality(state, servers(9, 1), asking(A, 6 + EXPIRATION))
    assert state.entries[A].members == (key(2),)
    assert chosen == servers(9, 1)[1]


def test_nobody_available_remembers_nobody() -> None:
    state, chosen = by_locality(Locality(replicated=False), servers(0, weight=0), asking(A))
    assert not state.entries
    assert chosen is None


def test_what_is_not_asked_for_is_forgotten_after_a_day() -> None:
    state, _ = by_locality(Locality(replicated=False), servers(0), asking(A))
    state, _ = by_locality(state, servers(0), asking(B, 10))
    assert set(swept(state, Instant(EXPIRATION)).entries) == {B}
    assert swept(state, Instant(EXPIRATION - 1)) == state
