"""The ways in which a rule is got wrong: of a right step, verdict or outcome, every wrong one that is like it but for one thing.

Each has a name.  A *breakage* is a rule and such a name: whenever the rule is taken, that is done instead of what is right; where there is
nothing to get wrong that way, nothing is.  The wrong step still names the rule, so that it is what a router does that is noticed, not what
it calls it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, assert_never

import attrs
from attrs import evolve

from kaspec.address import Address
from kaspec.groups import GroupOutcome
from kaspec.rules import Rule
from kaspec.units import Instant, Interval, after
from kaspec.vrrp.acts import Step, advertise, listen
from kaspec.vrrp.effects import SendAdvertisement
from kaspec.vrrp.events import AdvertisementDiscarded, AdvertisementReceived, Remark
from kaspec.vrrp.reception import Verdict
from kaspec.vrrp.router import VirtualRouter
from kaspec.vrrp.state import Backup, Fault, Initialize, Master, State
from kaspec.wire.ip import Packet
from kaspec.wire.vrrp import Advertisement

KINDS = {
    "ignored": "nothing happens",
    "stays": "the effects take place, but the state stays",
    "backwards": "the effects take place in the opposite order",
    "without EFFECT": "an effect is left out",
    "forgets FIELD": "a part of the state keeps its old value",
    "late FIELD": "a deadline is set a microsecond too late",
    "early FIELD": "a deadline is set a microsecond too early",
    "other priority": "an advertisement says 0, or 0 is not said",
    "speaks": "an advertisement is sent that is not called for",
    "restarts": "where nothing is to change a timer starts again; who takes no part becomes Backup",
    "believed": "what is to be discarded is used, as if it said what it says of the priority",
    "not remarked": "what is odd is used without a word",
    "discarded": "what is odd is not used",
    "taken for ours": "a packet that is nobody's is an advertisement of priority 255 for the first virtual router",
    "not told": "nobody is told what a sync group came to",
    "told otherwise": "of a sync group another state is told",
}
"""The names of the generic kinds, each with what it does."""

MOMENT = Interval(1)
STRANGER = Address(bytes([203, 0, 113, 1]))


def wrong_steps(router: VirtualRouter, before: State, right: Step, now: Instant) -> Iterator[tuple[str, Step]]:
    """Return every wrong step of a virtual router by name, no two alike."""
    return _different(right, chain(_wrongs(before, right), _wrong_acts(router, before, right, now)))


def _different(right: Step, wrongs: Iterable[tuple[str, Step]]) -> Iterator[tuple[str, Step]]:
    told = [right]
    for name, wrong in wrongs:
        if wrong not in told:
            told.append(wrong)
            yield name, wrong


def _wrongs(before: State, right: Step) -> Iterator[tuple[str, Step]]:
    yield "ignored", evolve(right, state=before, effects=())
    yield "stays", evolve(right, state=before)
    yield "backwards", evolve(right, effects=right.effects[::-1])
    for kind in dict.fromkeys(type(effect) for effect in right.effects):
        yield f"without {kind.__name__}", evolve(right, effects=tuple(each for each in right.effects if type(each) is not kind))
    yield from ((name, evolve(right, state=state)) for name, state in _wrong_states(before, right.state))


def _wrong_states(before: Any, right: Any) -> Iterator[tuple[str, Any]]:
    alike = type(before) is type(right)
    for field in attrs.fields(type(right)):
        was, now = getattr(before, field.name, None), getattr(right, field.name)
        if was == now:
            continue
        if alike:
            yield f"forgets {field.name}", evolve(right, **{field.name: was})
        if field.name.endswith("_at") and now is not None:
            yield f"late {field.name}", evolve(right, **{field.name: after(now, MOMENT)})
            yield f"early {field.name}", evolve(right, **{field.name: Instant(now - MOMENT)})


def _wrong_acts(router: VirtualRouter, before: State, right: Step, now: Instant) -> Iterator[tuple[str, Step]]:
    if any(isinstance(each, SendAdvertisement) for each in right.effects):
        yield "other priority", evolve(right, effects=tuple(map(_otherwise, right.effects)))
    elif before.standing.address is not None:
        yield "speaks", evolve(right, effects=(*advertise(router, before.standing), *right.effects))
    if right.state == before and not right.effects:
        yield "restarts", evolve(right, state=_restarted(router, before, now))


def _otherwise(effect: Any) -> Any:
    if not isinstance(effect, SendAdvertisement):
        return effect
    said = effect.advertisement
    return evolve(effect, advertisement=evolve(said, priority=0 if said.priority else 100))


def _restarted(router: VirtualRouter, state: State, now: Instant) -> State:
    match state:
        case Master():
            return evolve(state, adver_at=after(now, router.advertisement_interval))
        case Initialize() | Fault() | Backup():
            return listen(router, state.standing, router.advertisement_interval, now)
        case _:
            assert_never(state)


def wrong_verdicts(router: VirtualRouter, packet: Packet, right: Verdict) -> Iterator[tuple[Rule, str, Verdict]]:
    """Return every wrong verdict on a packet, each with the rule that it breaks and its name."""
    match right:
        case AdvertisementDiscarded(rule):
            yield rule, "believed", AdvertisementReceived(_as_heard(router, packet), packet.source)
        case AdvertisementReceived(_, source, remarks):
            for remark in remarks:
                yield remark.rule, "not remarked", evolve(right, remarks=tuple(each for each in remarks if each != remark))
                yield remark.rule, "discarded", _in_consequence(remark, source)
        case _:
            assert_never(right)


def _in_consequence(remark: Remark, source: Address) -> AdvertisementDiscarded:
    return AdvertisementDiscarded(remark.rule, source, remark.received, remark.expected)


def _as_heard(router: VirtualRouter, packet: Packet) -> Advertisement:
    priority = packet.payload[2] if len(packet.payload) > 2 else 0
    return Advertisement(router.version, router.virtual_router_id, priority, router.advertisement_interval, ())


def for_ours(router: VirtualRouter) -> AdvertisementReceived:
    """Return what a packet that is nobody's is taken for."""
    highest = Advertisement(router.version, router.virtual_router_id, 255, router.advertisement_interval, ())
    return AdvertisementReceived(highest, STRANGER)


def wrong_outcomes(right: GroupOutcome) -> Iterator[tuple[str, GroupOutcome | None]]:
    """Return every wrong outcome of a sync group."""
    yield "not told", None
    yield "told otherwise", evolve(right, state="BACKUP" if right.state != "BACKUP" else "MASTER")
