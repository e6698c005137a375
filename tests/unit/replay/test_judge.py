"""What the judge leaves open, and what it does not: when something happened, and when an advertisement that is seen late was due."""

from collections.abc import Callable
from functools import cache
from itertools import repeat

import pytest
from attrs import evolve

from conformance.replay.acts import Advertised, Done, Told
from conformance.replay.judge import Accepted, Judge, Refuted, right_core
from conformance.replay.script import Script, script
from conformance.replay.stage import Play
from conformance.replay.trial import Reading
from conformance.replay.virtual import play_virtually
from conformance.runner.cases import CORPUS
from kaspec.node import LinkChanged
from kaspec.trace import Trace, parse
from kaspec.units import MILLISECOND, SECOND, Instant, Interval
from kaspec.vrrp.events import Startup
from kaspec.wire.authentication_header import HEADER_BYTES, ICV_BYTES, integrity_check_value
from kaspec.wire.ip import Packet

RIGHT = Reading("does as the core does", shows=False)
UNPLUGGED = "keepalived/link-returns-to-a-master"
SKEW = 609_375


@cache
def scripted(name: str) -> Script:
    trace = parse((CORPUS / f"{name}.trace").read_text(), name)
    assert isinstance(trace, Trace)
    what = script(trace, trace.routers[0].name)
    assert isinstance(what, Script)
    return what


def played(name: str, lateness: int = 1_000) -> Play:
    return play_virtually(scripted(name), RIGHT, Interval(4 * SECOND), repeat(lateness))


def judged(name: str, story: tuple[Told | Done, ...], until: Instant) -> Accepted | Refuted:
    device = scripted(name).device
    return Judge(right_core, device.node, device.links).judge(story, until)


def known_late(story: tuple[Told | Done, ...], kind: type[Startup | LinkChanged], late: int, early: int | None) -> tuple[Told | Done, ...]:
    """Have it known so late only that something of this kind happened, and that it did not before ``early`` earlier."""

    def told(each: Told) -> Told:
        at = Instant(each.at + late)
        return evolve(each, at=at, since=None if early is None else Instant(each.at - early))

    moved = [told(each) if isinstance(each, Told) and isinstance(each.event, kind) else each for each in story]
    return tuple(sorted(moved, key=lambda each: each.at))


@pytest.mark.parametrize(("kind", "late"), [(Startup, 500 * MILLISECOND), (Startup, 160 * MILLISECOND), (LinkChanged, 4 * MILLISECOND)])
def test_what_happened_in_an_interval_is_judged_by_any_instant_of_it(kind: type[Startup | LinkChanged], late: int) -> None:
    play = played(UNPLUGGED)
    assert isinstance(judged(UNPLUGGED, known_late(play.story, kind, late, 2_000), play.until), Accepted)
    assert isinstance(judged(UNPLUGGED, known_late(play.story, kind, late, None), play.until), Refuted)


def test_an_interval_excuses_no_more_than_its_instants_do() -> None:
    name = "rfc3768/6.4.1-backup-starts"
    play = played(name)
    no_skew = tuple(each if isinstance(each, Told) else evolve(each, at=Instant(each.at - SKEW)) for each in play.story)
    for late in (0, 100 * MILLISECOND, 300 * MILLISECOND):
        assert isinstance(judged(name, known_late(no_skew, Startup, late, 0), Instant(play.until - SKEW)), Refuted)


def test_an_interval_begins_when_an_advertisement_was_due_or_when_it_is_seen() -> None:
    name = "rfc5798/6.4.3-adver-timer"
    play = played(name, lateness=0)
    first = next(each.at for each in play.story if isinstance(each, Done))

    def delayed(by: int) -> tuple[Told | Done, ...]:
        moved = (evolve(each, at=Instant(each.at + by)) if isinstance(each, Done) and each.at == first else each for each in play.story)
        return tuple(moved)

    assert isinstance(judged(name, delayed(110 * MILLISECOND), play.until), Accepted)
    assert isinstance(judged(name, delayed(170 * MILLISECOND), play.until), Refuted)
    early = tuple(evolve(each, at=Instant(each.at - 30 * MILLISECOND)) if each.at > first else each for each in play.story)
    assert isinstance(judged(name, early, play.until), Refuted)


def test_an_identification_is_the_senders_choice_but_its_header_must_be_authentic() -> None:
    name = "keepalived/authentication-header"
    play = played(name)

    def sent(form: Callable[[Packet], Packet]) -> Accepted | Refuted:
        story = (
            evolve(each, act=Advertised(form(each.act.packet))) if isinstance(each, Done) and isinstance(each.act, Advertised) else each
            for each in play.story
        )
        return judged(name, tuple(story), play.until)

    assert isinstance(sent(lambda packet: _identified(packet, 7, b"secret\0\0")), Accepted)
    assert isinstance(sent(lambda packet: _identified(packet, 7, b"other\0\0\0")), Refuted)


def _identified(packet: Packet, identification: int, key: bytes) -> Packet:
    other = evolve(packet, identification=identification)
    icv = integrity_check_value(other, key)
    return evolve(other, payload=packet.payload[: HEADER_BYTES - ICV_BYTES] + icv + packet.payload[HEADER_BYTES:])
