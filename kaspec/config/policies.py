"""Lines of ``static_rules`` and ``virtual_rules`` into rules of the routing policy."""

from collections.abc import Iterable
from typing import cast

from kaspec.address import Address, Family, family_of
from kaspec.config.diagnostics import MALFORMED, RULE_NUMBERED
from kaspec.config.lexer import Report
from kaspec.config.lines import RuleLine
from kaspec.config.names import IP_PROTOCOLS, Names
from kaspec.config.routes import Unbuildable, number_of, realms_of
from kaspec.config.sections import Given
from kaspec.config.values import Prefix
from kaspec.frozen import define
from kaspec.vrrp.holdings import KEEPALIVED_PROTOCOL, Network, PolicyRule, RuleAction

FIRST_NUMBER = 16384
_DROPPING: tuple[RuleAction, ...] = ("blackhole", "unreachable", "prohibit")


@define
class Numbers:
    """The priorities that rules without one are given, downwards from keepalived's first."""

    following: int = FIRST_NUMBER

    def take(self) -> int:
        """Return the next."""
        self.following -= 1
        return self.following + 1


def build_rules(lines: Iterable[Given[RuleLine]], names: Names, numbers: Numbers, report: Report) -> tuple[PolicyRule, ...]:
    """Build the rules of a list; one that cannot be is left out, one without a priority is given one."""
    return tuple(rule for given in lines if (rule := _build(given, names, numbers, report)))


def _build(given: Given[RuleLine], names: Names, numbers: Numbers, report: Report) -> PolicyRule | None:
    line = given.value
    priority = line.value("preference")
    try:
        action, target = _action(line, names)
        if priority is None:
            priority = numbers.take()
            message = f"without a preference this rule is given {priority}, which changes with the rules before it"
            report(RULE_NUMBERED.at(given.span, message, "add preference NUMBER"))
        return _rule(line, names, priority, action, target)
    except Unbuildable as bad:
        placed = line.placed(bad.option) if bad.option else None
        report(MALFORMED.at(given.at(placed) if placed else given.span, bad.message, bad.hint))
        return None


def _rule(line: RuleLine, names: Names, priority: int, action: RuleAction, target: int | None) -> PolicyRule:
    source, destination = (cast("Prefix | None", line.value(name)) for name in ("from", "to"))
    family = _family(line, [each for each in (source, destination) if each is not None and each.length])
    protocol = number_of(line, "protocol", names, "rt_protos", "routing protocol")
    return PolicyRule(
        family,
        priority,
        action,
        target,
        line.value("not") is not None,
        _network(source),
        _network(destination),
        number_of(line, "tos", names, "rt_dsfield", "type of service") or 0,
        _mark(line),
        line.value("dev"),
        line.value("oif"),
        realms_of(line, names),
        line.value("suppress_prefixlength"),
        number_of(line, "suppress_ifgroup", names, "group", "group of interfaces"),
        line.value("tunnel-id"),
        line.value("uidrange"),
        line.value("l3mdev") is not None,
        KEEPALIVED_PROTOCOL if protocol is None else protocol,
        _ip_protocol(line),
        line.value("sport"),
        line.value("dport"),
        line.value("no_track") is None,
        line.value("track_group"),
    )


def _action(line: RuleLine, names: Names) -> tuple[RuleAction, int | None]:
    if line.value("goto") is not None:
        return "goto", line.value("goto")
    dropped = next((each for each in _DROPPING if line.value(each) or line.value("type") == each), None)
    if dropped or line.value("nop"):
        return dropped or "nop", None
    table = number_of(line, "table", names, "rt_tables", "routing table")
    if table is None and not line.value("l3mdev"):
        raise Unbuildable(None, "this rule leads nowhere", "add table TABLE, goto NUMBER, nop, or type blackhole, prohibit or unreachable")
    return "table", table


def _family(line: RuleLine, networks: list[Prefix]) -> Family:
    families: set[Family] = {family_of(each.address) for each in networks}
    families |= {6} if line.value("inet6") else {4} if line.value("inet") else set()
    if len(families) > 1:
        raise Unbuildable(None, "this rule mixes IPv4 and IPv6", "a rule is for packets of one family")
    return families.pop() if families else 4


def _network(prefix: Prefix | None) -> Network | None:
    """Return a network; that of all addresses is none."""
    return (Address(prefix.address), prefix.length) if prefix and prefix.length else None


def _ip_protocol(line: RuleLine) -> int | None:
    value = line.value("ipproto")
    if isinstance(value, str) and value not in IP_PROTOCOLS:
        raise Unbuildable("ipproto", f"'{value}' is not a known protocol", "write its number")
    return IP_PROTOCOLS[value] if isinstance(value, str) else value


def _mark(line: RuleLine) -> tuple[int, int | None] | None:
    given = line.value("fwmark")
    if given is None:
        return None
    mark, slash, mask = given.partition("/")
    return _whole(mark), _whole(mask) if slash else None


def _whole(text: str) -> int:
    return int(text, 16 if text[:2].lower() == "0x" else 10)
