"""TTL, port and family of a session (RFC 5881 4, 5; keepalived's ttl, hoplimit and max_hops)."""

import pytest
from attrs import evolve

from kaspec.address import parse_address
from kaspec.bfd.session import Session
from tests.unit.bfd.examples import S

V6 = Session("b6", parse_address("2001:db8::2"))


@pytest.mark.parametrize(
    ("session", "sends", "accepts_from"),
    [
        (S, 255, 255),
        (V6, 255, 64),
        (evolve(V6, ttl=255), 255, 255),
        (evolve(V6, ttl=64), 64, 64),
        (evolve(S, max_hops=2), 255, 253),
        (evolve(V6, max_hops=2), 255, 62),
        (evolve(S, ttl=10, max_hops=3), 10, 7),
        (evolve(S, ttl=10, max_hops=30), 10, 0),
        (evolve(S, max_hops=255), 255, 0),
        (evolve(S, max_hops=-1), 255, 256),
        (evolve(S, multihop=True), 255, 0),
        (evolve(S, multihop=True, max_hops=4), 255, 251),
    ],
)
def test_ttl(session: Session, sends: int, accepts_from: int) -> None:
    assert (session.sent_ttl, session.lowest_ttl) == (sends, accepts_from)


def test_ports_and_families() -> None:
    assert (S.port, evolve(S, multihop=True).port) == (3784, 4784)
    assert (S.family, V6.family) == (4, 6)
