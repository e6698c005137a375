"""What becomes of a packet: every base chain on its way is walked, in the kernel's order (nft(8), netfilter hooks).

A chain that accepts hands the packet to the next one; any that drops it ends it.  Where a condition is unclear both ways are walked, so an
answer is certain whenever it does not depend on what is unclear.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, assert_never

from attrs import field

from kaspec.address import Family
from kaspec.doctor.firewall.rules import AnyOf, Chain, ChainFamily, Condition, Hook, Jump, Rule, Test, Unclear, Value, Verdict
from kaspec.frozen import define, evolve, frozen

INCOMING: tuple[Hook, ...] = ("ingress", "prerouting", "input")
OUTGOING: tuple[Hook, ...] = ("output", "postrouting")
CONNECTION_TRACKING = -200
"""The priority at which connection tracking looks at a packet that comes in or is sent (linux/netfilter_ipv4.h)."""
_PROTOCOLS = frozenset({"ip", "ip6", "arp", "tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "esp", "comp", "vlan"})
"""Headers whose fields, where a packet has no such header, equal nothing and differ from nothing."""


@frozen
class Packet:
    """A packet to or from this host: the fields that are known, by nft's names; an address may be a range of possible ones."""

    incoming: bool
    family: Family
    interface: str
    fields: Mapping[str, Value]


@frozen
class Place:
    """What decided: a rule of a chain, or (``rule`` is ``None``) the chain's policy."""

    chain: Chain
    rule: Rule | None

    def __str__(self) -> str:
        what = f"the rule '{self.rule.text}'" if self.rule else f"the policy {self.chain.base.policy}" if self.chain.base else "the end"
        return f"{what} of chain {self.chain.name} in table {self.chain.family} {self.chain.table} ({self.chain.origin})"


@frozen
class Judgement:
    """The packet's fate; ``at`` is what drops it, or what we do not understand; ``base`` the chain it happens in."""

    verdict: Literal["accepted", "dropped", "unclear"]
    at: Place | None = None
    base: Chain | None = None


_End = Literal["accept", "drop", "unclear", "end", "next"]
_Outcomes = dict[_End, Place]
"""Every way a walk may go, each with a place that may make it so: ``end`` leaves the chain, ``next`` goes on to the next rule."""


def judge(chains: Iterable[Chain], packet: Packet) -> Judgement:
    """Tell what becomes of the packet."""
    chains = tuple(chains)
    untracked = any(rule.untracks for chain in chains for rule in chain.rules)
    by_name = {_key(chain, chain.name): chain for chain in chains}
    so_far = Judgement("accepted")
    for chain in _on_the_way(chains, packet):
        walker = _Walker(evolve(packet, fields={**packet.fields, **({} if untracked else _tracked(chain))}), by_name)
        outcomes = walker.of_base(chain)
        if set(outcomes) == {"drop"}:
            return Judgement("dropped", outcomes["drop"], chain)
        if set(outcomes) != {"accept"} and so_far.verdict == "accepted":
            so_far = Judgement("unclear", outcomes.get("unclear") or walker.doubt or outcomes["drop"], chain)
    return so_far


def _tracked(chain: Chain) -> dict[str, Value]:
    """Return what a chain sees of connection tracking: an advertisement is new, for none is ever answered; before, it is invalid."""
    if chain.base is None or (chain.base.priority == CONNECTION_TRACKING and chain.base.hook in {"prerouting", "output"}):
        return {}
    late = chain.base.hook in {"input", "postrouting"} or (chain.base.hook != "ingress" and chain.base.priority > CONNECTION_TRACKING)
    return {"ct state": "new" if late else "invalid"}


def _on_the_way(chains: tuple[Chain, ...], packet: Packet) -> list[Chain]:
    hooks = INCOMING if packet.incoming else OUTGOING
    families: tuple[ChainFamily, ...] = ("ip" if packet.family == 4 else "ip6", "inet", "netdev")
    met = [
        (hooks.index(chain.base.hook), chain.base.priority, place, chain)
        for place, chain in enumerate(chains)
        if chain.base and chain.base.hook in hooks and chain.family in families
        if chain.base.devices is None or packet.interface in chain.base.devices
    ]
    return [chain for *_, chain in sorted(met, key=lambda each: each[:3])]


def _key(chain: Chain, name: str) -> tuple[str, str, str, str]:
    """Return what finds the chain of that name in the chain's own table."""
    return chain.origin, chain.family, chain.table, name


@define
class _Walker:
    """One packet's walk; ``doubt`` is the first condition met that is unclear."""

    packet: Packet
    chains: Mapping[tuple[str, str, str, str], Chain]
    doubt: Place | None = None
    _walked: dict[tuple[str, str, str, str], _Outcomes | None] = field(factory=dict)

    def of_base(self, chain: Chain) -> _Outcomes:
        """Walk a base chain, its policy included; one for a device that is not told may not meet the packet at all."""
        assert chain.base is not None
        outcomes = dict(self._of(chain))
        if outcomes.pop("end", None):
            outcomes.setdefault(chain.base.policy, Place(chain, None))
        if chain.base.hook == "ingress" and chain.base.devices is None:
            outcomes.setdefault("accept", Place(chain, None))
        return outcomes

    def _of(self, chain: Chain) -> _Outcomes:
        key = _key(chain, chain.name)
        if key not in self._walked:
            self._walked[key] = None
            self._walked[key] = self._walk(chain)
        walked = self._walked[key]
        # No kernel lets a chain reach itself, but any text may.
        return {"unclear": Place(chain, None)} if walked is None else walked

    def _walk(self, chain: Chain) -> _Outcomes:
        outcomes: _Outcomes = {}
        for rule in chain.rules:
            place = Place(chain, rule)
            holds = _all(_holds(condition, self.packet) for condition in rule.conditions)
            if holds is False:
                continue
            ends = self._follow(place, rule.verdict)
            if holds is None:
                self.doubt = self.doubt or place
                ends.setdefault("next", place)
            for end, by in ends.items():
                if end != "next":
                    outcomes.setdefault(end, by)
            if "next" not in ends:
                return outcomes
        outcomes.setdefault("end", Place(chain, None))
        return outcomes

    def _follow(self, place: Place, verdict: Verdict) -> _Outcomes:
        """Tell how it may go on after a rule that holds."""
        match verdict:
            case "accept" | "drop":
                return {verdict: place}
            case "return":
                return {"end": place}
            case "continue":
                return {"next": place}
            case Jump(name, returns):
                target = self.chains.get(_key(place.chain, name))
                ends: _Outcomes = {"unclear": place} if target is None else dict(self._of(target))
                if returns and (end := ends.pop("end", None)):
                    ends["next"] = end
                return ends
            case Unclear():
                return {"unclear": place, "next": place}
            case _:
                assert_never(verdict)


def _holds(condition: Condition, packet: Packet) -> bool | None:
    """Tell whether a condition holds for the packet; ``None`` if that is unclear."""
    match condition:
        case Test():
            return _passes(condition, packet)
        case AnyOf(alternatives, negated):
            found = _any(_all(_passes(test, packet) for test in tests) for tests in alternatives)
            return found if found is None else found != negated
        case Unclear():
            return None
        case _:
            assert_never(condition)


def _passes(test: Test, packet: Packet) -> bool | None:
    protocol = test.field.split()[0]
    if test.field not in packet.fields:
        return False if protocol in _PROTOCOLS and protocol != ("ip" if packet.family == 4 else "ip6") else None
    found = _any(_is(packet.fields[test.field], wanted) for wanted in test.values)
    return found if found is None else found != test.negated


def _is(value: Value, wanted: Value) -> bool | None:
    match value, wanted:
        case str(), str():
            return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted
        case (int(low), int(high)), (int(first), int(last)):
            if first <= low and high <= last:
                return True
            return False if high < first or last < low else None
        case _:
            return None


def _all(truths: Iterable[bool | None]) -> bool | None:
    unclear = False
    for truth in truths:
        if truth is False:
            return False
        unclear = unclear or truth is None
    return None if unclear else True


def _any(truths: Iterable[bool | None]) -> bool | None:
    unclear = False
    for truth in truths:
        if truth is True:
            return True
        unclear = unclear or truth is None
    return None if unclear else False
