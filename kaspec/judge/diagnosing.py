"""Why something is impossible: what was done, what could have been done instead, and the clause that forbids it."""

from collections.abc import Iterator

from kaspec import rules
from kaspec.address import format_address
from kaspec.frozen import frozen
from kaspec.judge.following import Announced, Impossible, Part, Said
from kaspec.judge.judging import Judged
from kaspec.judge.matching import is_said
from kaspec.judge.possible import Possibility, Suspect, rule_of_timer, timer
from kaspec.judge.sightings import read_advert
from kaspec.rules import RULES, Rule
from kaspec.trace.adverts import describe
from kaspec.trace.writing import write_fields
from kaspec.units import Instant
from kaspec.vrrp.acts import advertise
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded
from kaspec.vrrp.intervals import master_down_interval
from kaspec.vrrp.reception import receive
from kaspec.vrrp.state import Backup, Initialize, Master, Standing
from kaspec.wire.ip import Packet

MOST_EXPECTED = 4


@frozen
class Expected:
    """What could have been seen instead, from ``first`` to ``last`` (``None``: for as long as it likes), by which rule."""

    what: str
    rule: Rule
    first: Instant
    last: Instant | None = None


@frozen
class Conviction:
    """What is impossible: ``what`` was done at ``at``, in ``frame`` (0: nothing was seen where something should have been).

    ``source`` and ``statement`` are the clause that it breaks; ``expected`` what could have been, the likeliest first.
    """

    at: Instant
    frame: int
    who: str
    what: str
    source: str
    statement: str
    expected: tuple[Expected, ...]
    if_lost: bool = False


def convictions(judged: Judged) -> Iterator[Conviction]:
    """Return everything that a virtual router cannot have done."""
    for wrong in judged.impossible:
        source, statement = _clause(judged.suspect, wrong)
        yield Conviction(
            wrong.at, wrong.frame, judged.suspect.name, _what(judged.suspect, wrong.part), source, statement,
            tuple(_expected(judged.suspect, wrong))[:MOST_EXPECTED], judged.if_lost,
        )  # fmt: skip


def _what(suspect: Suspect, part: Part | None) -> str:
    match part:
        case Said(packet, _):
            advert = read_advert(packet)
            if advert is None:
                return "sends what is no advertisement"
            fields = write_fields(describe(suspect.router, suspect.address, packet)) if packet.protocol == 112 else ""
            plain = f" priority {advert.priority}"
            return f"advertises{fields if plain in fields else plain + fields}"
        case Announced(address):
            return f"announces {format_address(address)}"
        case None:
            return "is silent"
        case _:
            return "hears an advertisement and does nothing"


def _clause(suspect: Suspect, wrong: Impossible) -> tuple[str, str]:
    """Return the clause that is broken: of what a packet says, if nobody in its place could say it at any time; else of when."""
    if isinstance(wrong.part, Said):
        if not _is_any(suspect, wrong.part.plain):
            return _clause_of_contents(suspect, wrong.part.packet)
        advert = read_advert(wrong.part.packet)
        if advert is not None and not advert.priority:
            return RULES[rules.MASTER_STOPS].source, "Priority 0 is only advertised by a Master, once, when it gives up."
    if isinstance(wrong.part, Announced):
        likely = _likely(wrong)
        if not isinstance(likely.state, Master):
            return "RFC 3768 6.4.2, 6.4.3", "Addresses are announced by who becomes Master, and by nobody else."
        return RULES[rules.GARP_AGAIN].source, "Each address is announced as often as is configured, no more and no less."
    likely = _likely(wrong)
    rule = _reason_of_debt(likely) if likely.owed else rule_of_timer(likely.state)
    return RULES[rule].source, RULES[rule].statement


def _likely(wrong: Impossible) -> Possibility:
    """Return the possibility that is told first: the one that assumes least, and speaks."""
    speaking = [each for each in wrong.expected if not isinstance(each.state, Initialize)] or list(wrong.expected)
    return min(speaking, key=lambda each: each.cost)


def _reason_of_debt(each: Possibility) -> Rule:
    return each.story.last.rule


def _is_any(suspect: Suspect, plain: Packet | None) -> bool:
    if plain is None:
        return False
    standings = (*suspect.standings, Standing(0, suspect.address))
    effects = (effect for standing in standings for effect in advertise(suspect.router, standing))
    return any(isinstance(each, SendAdvertisement) and is_said(each, plain) for each in effects)


def _clause_of_contents(suspect: Suspect, packet: Packet) -> tuple[str, str]:
    """Return by which rule others would discard the packet; or what is not as it is configured."""
    verdict = receive(suspect.router, packet) if not suspect.keyless else None
    if isinstance(verdict, AdvertisementDiscarded):
        return RULES[verdict.rule].source, f"{RULES[verdict.rule].statement} (It says {verdict.received}; right is {verdict.expected}.)"
    said = describe(suspect.router, suspect.address, packet)
    if said.priority is not None:
        known = ", ".join(str(each.priority) for each in suspect.standings[:8])
        return "RFC 3768 5.3.4, 7.2", f"A Master advertises its own priority ({known}), or 0 when it stops; tracking allows no other."
    return "RFC 3768 7.2", "An advertisement says what the virtual router is configured with."


def _expected(suspect: Suspect, wrong: Impossible) -> Iterator[Expected]:
    seen = set[tuple[str, Rule]]()
    for each in sorted(wrong.expected, key=lambda one: one.cost):
        for expected in _of(suspect, each, wrong):
            if (expected.what, expected.rule) not in seen:
                seen.add((expected.what, expected.rule))
                yield expected


def _of(suspect: Suspect, each: Possibility, wrong: Impossible) -> Iterator[Expected]:
    early, late, router, state = suspect.allowance.early, suspect.allowance.late, suspect.router, each.state
    for owed in each.owed:
        said = owed.what
        what = (
            f"advertise priority {said.advertisement.priority}"
            if isinstance(said, SendAdvertisement)
            else f"announce {format_address(said)}"
        )
        yield Expected(what, _reason_of_debt(each), wrong.since, owed.until)
    due = timer(state)
    match state:
        case Master() if due is not None:
            window = Instant(due - early), Instant(due + each.slack + late)
            yield Expected(f"advertise priority {state.standing.priority}", rules.ADVER_TIMER, *window)
        case Backup() if due is not None and each.story.last.cause != "starts":
            window = Instant(due - early), Instant(due + each.slack + late)
            yield Expected(f"become Master and advertise priority {state.standing.priority}", rules.MASTER_DOWN, *window)
        case Initialize() if not router.is_owner:
            down = master_down_interval(router.version, state.standing.priority, router.advertisement_interval, router.down_timer_adverts)
            what = "start (again), and be Master after Master_Down_Interval"
            yield Expected(what, rules.BACKUP_STARTS, Instant(wrong.since + down - early))
        case Initialize():
            yield Expected("start (again), and be Master at once", rules.OWNER_STARTS, wrong.since)
        case _:
            pass
