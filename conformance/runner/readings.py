"""How a router can read the protocol: rightly, or with departures that are known of routers, one of them, two, or as many as keepalived's.

A departure is another value of the profile, or a core that is wrong in one way (``conformance.flaws.wrong``).
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from conformance.departures import changed, known_of
from conformance.flaws import wrong
from conformance.replay.judge import Core, right_core
from conformance.replay.trial import Announcing, Reading
from kaspec.node import Node
from kaspec.vrrp.authentication import NoAuthentication, SimplePassword
from kaspec.vrrp.router import PROFILES, GarpPolicy, Profile, ProfileName, VirtualRouter

_TITLES: Mapping[ProfileName, str] = {"keepalived": "keepalived", "rfc3768": "RFC 3768", "rfc5798": "RFC 5798", "rfc9568": "RFC 9568"}
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "discards another address list": {"address_list": "drop"},
    "takes another address list": {"address_list": "report"},
    "answers a lower priority": {"answers_lower_priority": True},
    "does not answer a lower priority": {"answers_lower_priority": False},
    "hears others as an owner": {"owner_discards": False},
    "never announces its addresses anew": {"refreshes_caches": "never"},
    "announces its addresses anew only after a lower priority": {"refreshes_caches": "after-lower"},
    "announces its addresses anew whenever there was another Master": {"refreshes_caches": "always"},
    "minds where a packet was sent to": {"checks_destination": True},
    "does not mind where a packet was sent to": {"checks_destination": False},
    "takes a list of IPv6 addresses whose first is not link-local": {"first_link_local": "report"},
    "goes on at once after it overslept": {"rests_after_oversleeping": False},
}
_ONCE = "announces its addresses once when it becomes Master"
_WITH_ADVERTS = "refreshes its announcements only when it advertises"
_UNSPOKEN = "sends no first advertisement in IPv6"
_CORES: Mapping[str, Core] = {
    "begins its interval anew at anything it hears": wrong.core(wrong.rearming),
    "does not begin its interval anew when it answers priority 0": wrong.core(wrong.unmoved),
    "believes one form of checksum": wrong.core(hearing=wrong.strict),
    "discards what is longer than it must be": wrong.core(hearing=wrong.exact),
    "learns an interval of zero": wrong.core(hearing=wrong.credulous),
    "discards another interval": wrong.core(hearing=wrong.settled),
    "yields to any owner": wrong.core(wrong.yielding),
    "compares no addresses": wrong.core(wrong.blind),
    "waits for whole seconds": wrong.core(wrong.whole_seconds),
    "waits as an owner whose fault ends": wrong.hesitant,
    _UNSPOKEN: wrong.core(wrong.unspoken),
}


def once(router: VirtualRouter) -> GarpPolicy:
    """Announce the addresses once when becoming Master (FRR)."""
    return evolve(router.garp, delay=None, refresh=None, extra=None)


def _with_adverts(router: VirtualRouter) -> GarpPolicy:
    garp, own = router.garp, router.advertisement_interval
    refresh, extra = (None if each is None else max(each, own) for each in (garp.refresh, garp.extra))
    return evolve(garp, refresh=refresh, extra=extra)


_ANNOUNCING: Mapping[str, Announcing] = {_ONCE: once, _WITH_ADVERTS: _with_adverts}
_MUTE = "does not answer a lower priority and never announces its addresses anew"
_BOTH: Mapping[str, Core] = {
    "believes one form of checksum and begins its interval anew at anything it hears": wrong.core(wrong.rearming, wrong.strict),
    f"{_UNSPOKEN} and learns an interval of zero": wrong.core(wrong.unspoken, wrong.credulous),
    f"{_UNSPOKEN} and discards what is longer than it must be": wrong.core(wrong.unspoken, wrong.exact),
}
_WHOLE: Mapping[str, tuple[str, str, str, str]] = {
    "does as keepalived 2.2.7 does": ("keepalived", "2.2.7", "begins its interval anew at anything it hears", _WITH_ADVERTS),
    "does as FRR 8.4.4 does": ("frr", "8.4.4", _UNSPOKEN, _ONCE),
}
"""All that is known of a router in its version, with the core that does the most of it, and how it announces."""


def readings(node: Node, name: ProfileName) -> tuple[Reading, ...]:
    """Return the right reading of a profile, then the departures from it that may say why a router fails, the fewest first."""
    title, own = _TITLES[name], node.routers[0].profile  # which its keywords may have changed
    plain = all(isinstance(each.authentication, NoAuthentication | SimplePassword) for each in node.routers)
    cores = _CORES if plain and len(node.routers) == 1 and not node.groups else {}
    found = [Reading(f"does as {title} says", shows=False), *_single(own, cores), *_double(own, cores)]
    found += [
        Reading(f"does as {_TITLES[each]} says", True, profile=profile, parts=3) for each, profile in PROFILES.items() if profile != own
    ]
    mute = evolve(own, answers_lower_priority=False, refreshes_caches="never")
    found.append(Reading(f"{_MUTE} and {_ONCE}", True, profile=mute, parts=3, announcing=once))
    for words, (peer, version, core, announcing) in _WHOLE.items():
        whole = changed(own, known_of(peer, version))
        found.append(Reading(words, True, cores.get(core, right_core), whole, parts=4, announcing=_ANNOUNCING[announcing]))
    return tuple(found)


def _chosen(own: Profile) -> Iterator[tuple[str, Profile]]:
    for words, changes in _CHOICES.items():
        if (other := evolve(own, **changes)) != own:
            yield words, other


def _single(own: Profile, cores: Mapping[str, Core]) -> Iterator[Reading]:
    yield from (Reading(words, True, profile=other, parts=1) for words, other in _chosen(own))
    yield from (Reading(words, True, core, own, parts=1) for words, core in cores.items())
    yield from (Reading(words, True, profile=own, parts=1, announcing=each) for words, each in _ANNOUNCING.items())


def _double(own: Profile, cores: Mapping[str, Core]) -> Iterator[Reading]:
    for (one, first), (two, second) in itertools.combinations(_CHOICES.items(), 2):
        both = evolve(own, **first, **second) if not first.keys() & second.keys() else own
        if both not in (own, evolve(own, **first), evolve(own, **second)):
            yield Reading(f"{one} and {two}", True, profile=both, parts=2)
    yield from (Reading(f"{words} and {_ONCE}", True, profile=other, parts=2, announcing=once) for words, other in _chosen(own))
    if cores:
        yield Reading(f"{_UNSPOKEN} and {_ONCE}", True, cores[_UNSPOKEN], own, parts=2, announcing=once)
    for words, other in _chosen(own):
        yield from (Reading(f"{words} and {also}", True, core, other, parts=2) for also, core in cores.items())
    if cores:
        yield from (Reading(words, True, core, own, parts=2) for words, core in _BOTH.items())
