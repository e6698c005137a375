"""The ways in which routers are known to depart from the core, as cores that depart so, and which of them an RFC leaves free.

What each departure is, and of which versions, is in ``conformance.departures`` under the same name; here is how to do the same.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, groupby, product
from typing import Any

from attrs import evolve, field, frozen

from conformance.departures import known_of
from conformance.flaws import wrong
from conformance.replay.judge import Core, right_core
from conformance.replay.trial import Reading
from kaspec.node import DatagramReceived, LinkChanged, Node, NodeEvent, NodeState, Transition
from kaspec.tracking import Link
from kaspec.units import Instant
from kaspec.vrrp.events import Event
from kaspec.vrrp.machine import Step
from kaspec.vrrp.reception import Verdict, receive
from kaspec.vrrp.router import KEEPALIVED, RFC3768, RFC5798, RFC9568, Profile, Version, VirtualRouter
from kaspec.vrrp.state import State
from kaspec.wire.ip import Packet

_RFCS: Mapping[Version, tuple[tuple[str, Profile], ...]] = {
    2: (("RFC 3768", RFC3768),),
    3: (("RFC 5798", RFC5798), ("RFC 9568", RFC9568)),
}


@frozen
class Way:
    """A way to depart: with other values in the profile, by hearing or doing something otherwise, or by not minding the cable.

    ``versions`` are those of VRRP in which it is one.
    """

    name: str
    changes: Mapping[str, Any] = field(factory=dict, hash=False)
    hearing: wrong.Hearing | None = None
    stepping: wrong.Stepping | None = None
    minds_cable: bool = True
    versions: frozenset[int] = frozenset({2, 3})

    @property
    def slug(self) -> str:
        """A word for it that can name a folder."""
        return self.name.replace(" ", "-") + (f"-v{min(self.versions)}" if len(self.versions) == 1 else "")

    def freedom(self, version: Version) -> str | None:
        """Return the RFC of that version of VRRP that asks for just this, or leaves it free, if there is one."""
        return next((title for title, profile in _RFCS[version] if self._is_in(profile)), None)

    def _is_in(self, profile: Profile) -> bool:  # no RFC speaks of cables
        return not (self.hearing or self.stepping) and all(getattr(profile, name) == value for name, value in self.changes.items())


_ZERO, _LONGER = Way("interval zero", hearing=wrong.credulous), Way("longer packets", hearing=wrong.exact)
_AT_ONCE = Way("interval zero at once", hearing=wrong.credulous, stepping=wrong.struck, versions=frozenset({3}))
_UNSPOKEN = Way("first advertisement", stepping=wrong.unspoken, versions=frozenset({3}))
_ONE_CHECKSUM = Way("one checksum", hearing=wrong.strict)
WAYS: Mapping[str, tuple[Way, ...]] = {
    "kaspec": (),
    "keepalived": (
        Way("re-arms", {"discard_rearms_master": True}),
        Way("address list", {"address_list": "drop-unless-owner"}, versions=frozenset({2})),
        Way("address list", {"address_list": "drop"}),
        Way("announces less", {"refreshes_caches": "after-lower"}),
        _LONGER, _ONE_CHECKSUM, _ZERO,
    ),
    "frr": (
        Way("silent to lower", {"answers_lower_priority": False}),
        Way("announces never", {"refreshes_caches": "never"}),
        Way("minds no cable", minds_cable=False),
        _LONGER, _ONE_CHECKSUM, _ZERO, _AT_ONCE, _UNSPOKEN,
    ),
}  # fmt: skip
"""By the peer's name.  Ways of one name are alternatives, the more harmless first."""


def known(peer: str, release: str, version: Version) -> tuple[Way, ...]:
    """Return the ways of a peer in a release and a version of VRRP, what is free last."""
    named = {each.name for each in known_of(peer, release)}
    found = [way for way in WAYS.get(peer, ()) if way.name in named and version in way.versions]
    return tuple(sorted(found, key=lambda way: way.freedom(version) is not None))


def reading(ways: Sequence[Way]) -> Reading:
    """Return a core that departs in all these ways at once; the right one if there are none."""
    changes = {name: value for way in ways for name, value in way.changes.items()}
    hearings = [way.hearing for way in ways if way.hearing is not None]
    steppings = [way.stepping for way in ways if way.stepping is not None]
    core = wrong.core(_first_done(steppings), _first_of(hearings)) if hearings or steppings else right_core
    core = core if all(way.minds_cable for way in ways) else _minding_no_cable(core)
    words = f"departs in its known ways: {', '.join(way.name for way in ways)}" if ways else "does as the core does"
    return Reading(words, bool(ways), core, evolve(KEEPALIVED, **changes), parts=len(ways))


def _minding_no_cable(core: Core) -> Core:
    """Go on whether the interface has a carrier or not; nothing is sent or heard without one all the same."""

    def taken(node: Node, state: NodeState, event: NodeEvent, now: Instant) -> Transition:
        match event:
            case LinkChanged(name, Link() as link):
                return Transition(evolve(state, links={**state.links, name: link}))
            case DatagramReceived(interface) if interface in state.links and not state.links[interface].up:
                return Transition(state)
            case _:
                return core(node, state, event, now)

    return taken


def _first_of(hearings: Sequence[wrong.Hearing]) -> wrong.Hearing:
    """Hear as the first does that does not hear what is right."""

    def hearing(router: VirtualRouter, packet: Packet) -> Verdict:
        right = receive(router, packet)
        return next((heard for each in hearings if (heard := each(router, packet)) != right), right)

    return hearing


def _first_done(steppings: Sequence[wrong.Stepping]) -> wrong.Stepping:
    """Do what the first does that does not do what is right."""

    def stepping(router: VirtualRouter, state: State, event: Event, now: Instant) -> Step | None:
        return next((made for each in steppings if (made := each(router, state, event, now)) is not None), None)

    return stepping


def suspects(ways: Sequence[Way]) -> tuple[tuple[Way, ...], ...]:
    """Return what a router with these ways may have done: one of them, two, or all at once; of alternatives one at a time.

    One is a suspect although the router has more: where two departures meet, only one may come to pass.
    """
    by_name = {name: [way for way in ways if way.name == name] for name in dict.fromkeys(way.name for way in ways)}
    few = (some for size in (1, 2) for some in combinations(ways, size) if len({way.name for way in some}) == size)
    return tuple(dict.fromkeys((*few, *filter(None, product(*by_name.values())))))


def explanation(ways: Sequence[Way], explains: Callable[[tuple[Way, ...]], bool]) -> tuple[Way, ...] | None:
    """Return as few of the ways as explain what was seen: none of them can be left out.  None if nothing does.

    Of several that explain it as well, those are returned that stand later: an RFC's freedom rather than a departure.
    """
    for _, alike in groupby(suspects(ways), key=len):
        if found := [some for some in alike if explains(some)]:
            return _reduced(found[-1], explains)
    return None


def _reduced(ways: tuple[Way, ...], explains: Callable[[tuple[Way, ...]], bool]) -> tuple[Way, ...]:
    kept = ways
    for way in ways if len(ways) > 2 else ():
        fewer = tuple(each for each in kept if each != way)
        kept = fewer if explains(fewer) else kept
    return kept
