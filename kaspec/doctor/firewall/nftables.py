"""nftables: ``nft -j list ruleset`` into rules (libnftables-json(5))."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kaspec.doctor.firewall.fields import KNOWN, read_value
from kaspec.doctor.firewall.rules import AnyOf, Base, Chain, ChainFamily, Condition, Hook, Jump, Rule, Test, Unclear, Value, Verdict
from kaspec.frozen import define, evolve

_FAMILIES: dict[str, ChainFamily] = {"ip": "ip", "ip6": "ip6", "inet": "inet", "netdev": "netdev"}
_HOOKS: dict[str, Hook] = {
    "ingress": "ingress", "prerouting": "prerouting", "input": "input", "output": "output", "postrouting": "postrouting",
}  # fmt: skip
_HARMLESS = {"counter", "log", "notrack", "comment", "last", "ct helper", "ct timeout", "flow"}
"""Statements that neither decide nor keep a rule from going on."""
_EVERYTHING: tuple[int, int] = (0, (1 << 128) - 1)

Json = Any


def read_nftables(text: str) -> tuple[Chain, ...] | None:
    """Read the listing; ``None`` if it is none.  Tables that are dormant, and of bridges and ARP, have no say in this host's IP packets."""
    try:
        listed = json.loads(text)["nftables"]
        return tuple(_chains(tuple(item for item in listed if isinstance(item, dict))))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _chains(items: tuple[dict[str, Json], ...]) -> Iterator[Chain]:
    asleep = {_table(item["table"]) for item in items if "table" in item and _is_dormant(item["table"])}
    sets = {(*_table(body, "table"), body["name"]): body.get("elem", []) for body in _bodies(items, "set", "map")}
    rules: dict[tuple[str, str, str], list[Rule]] = {}
    for body in _bodies(items, "rule"):
        table = _table(body, "table")
        reader = _RuleReader({name: elements for (*where, name), elements in sets.items() if tuple(where) == table})
        rules.setdefault((*table, body["chain"]), []).extend(reader.read(body))
    for body in _bodies(items, "chain"):
        table, family = _table(body, "table"), _FAMILIES.get(body["family"])
        if family and table not in asleep:
            yield Chain("nft", family, body["table"], body["name"], tuple(rules.get((*table, body["name"]), ())), _base(body))


def _bodies(items: tuple[dict[str, Json], ...], *kinds: str) -> Iterator[dict[str, Json]]:
    return (item[kind] for item in items for kind in kinds if kind in item)


def _table(body: dict[str, Json], name: str = "name") -> tuple[str, str]:
    return body["family"], body[name]


def _is_dormant(table: dict[str, Json]) -> bool:
    """nft 1.0.6 writes only the first letter of the one flag."""
    flags = table.get("flags", ())
    return flags == "d" or "dormant" in flags


def _base(chain: dict[str, Json]) -> Base | None:
    hook = _HOOKS.get(chain.get("hook", ""))
    if hook is None:
        return None
    device = chain.get("dev")
    devices = None if hook != "ingress" or device is None else (device,) if isinstance(device, str) else tuple(device)
    return Base(hook, int(chain.get("prio", 0)), "drop" if chain.get("policy") == "drop" else "accept", devices)


@define
class _RuleReader:
    """Reads rules of one table, whose named sets and maps are ``sets``."""

    sets: Mapping[str, Json]

    def read(self, body: dict[str, Json]) -> Iterator[Rule]:
        """Read a rule; a verdict map becomes a rule for each of its elements."""
        text = f"{' '.join(_told(part) for part in body['expr'])} # handle {body.get('handle', '?')}"
        conditions: list[Condition] = []
        untracks = False
        for part in body["expr"]:
            kind, value = next(iter(part.items()))
            untracks = untracks or kind == "notrack"
            if kind == "match":
                conditions.append(self._match(value))
            elif kind == "vmap":
                yield from self._mapped(Rule(tuple(conditions), "continue", text), value)
                return
            elif verdict := _verdict(kind, value):
                yield Rule(tuple(conditions), verdict, text, untracks)
                return
            elif kind == "xt" and value and value.get("name") == "comment":
                continue
            elif kind in {"limit", "quota", "connlimit", "ct count", "set", "meter", "xt", "socket"}:
                conditions.append(Unclear(kind))
            elif not (kind in _HARMLESS or (kind == "mangle" and "payload" not in value["key"])):
                yield Rule(tuple(conditions), Unclear(kind), text, untracks)
                return
        yield Rule(tuple(conditions), "continue", text, untracks)

    def _mapped(self, rule: Rule, vmap: dict[str, Json]) -> Iterator[Rule]:
        data = vmap["data"]
        elements = self.sets[data[1:]] if isinstance(data, str) else data["set"]
        for wanted, action in elements:
            (kind, value), *_ = action.items()
            condition = self._test(vmap["key"], _unwrapped(wanted), negated=False)
            yield evolve(rule, conditions=(*rule.conditions, condition), verdict=_verdict(kind, value) or Unclear(kind))

    def _match(self, match: dict[str, Json]) -> Condition:
        op, left, right = match["op"], match["left"], match["right"]
        if op in {"<", ">", "<=", ">="}:
            return _compared(left, op, right)
        return self._test(left, right, negated=op == "!=") if op in {"==", "!=", "in"} else Unclear(_told({"match": match}))

    def _test(self, left: Json, right: Json, negated: bool) -> Condition:
        elements = self._elements(right)
        if "concat" in left:
            alternatives = [self._together(left["concat"], element.get("concat", ())) for element in elements if isinstance(element, dict)]
            known = [each for each in alternatives if each is not None]
            return AnyOf(tuple(known), negated) if len(known) == len(elements) else Unclear("concatenation")
        return _single(left, elements, negated)

    def _together(self, fields: list[Json], element: Iterable[Json]) -> tuple[Test, ...] | None:
        tests = [_single(left, [value], negated=False) for left, value in zip(fields, element, strict=True)]
        known = tuple(test for test in tests if isinstance(test, Test))
        return known if len(known) == len(tests) else None

    def _elements(self, right: Json) -> list[Json]:
        if isinstance(right, str) and right.startswith("@"):
            right = {"set": self.sets[right[1:]]}
        if isinstance(right, dict) and "set" in right:
            right = right["set"]
        return [_unwrapped(each) for each in right] if isinstance(right, list) else [right]


def _unwrapped(element: Json) -> Json:
    """Take the value out of a set's element that has more to it, such as a timeout."""
    return element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element


def _field(left: Json) -> str | None:
    """Return the name of a field; ``None`` for an expression that is more than a field."""
    (kind, value), *_ = left.items()
    match kind:
        case "meta":
            return {"iif": "iifname", "oif": "oifname"}.get(value["key"], str(value["key"]))
        case "payload" if "protocol" in value:
            return f"{value['protocol']} {value['field']}"
        case "ct":
            return f"ct {value['key']}"
        case "fib":
            flags = value["flags"] if isinstance(value["flags"], str) else " ".join(value["flags"])
            return f"fib {flags} {value['result']}"
        case _:
            return None


def _single(left: Json, elements: list[Json], negated: bool) -> Condition:
    field = _field(left)
    if field is None:
        return Unclear(_told({"match": {"left": left, "op": "", "right": ""}}))
    values = [_value(field, element) for element in elements]
    known = tuple(value for value in values if value is not None)
    return Test(field, known, negated) if field not in KNOWN or len(known) == len(values) else Unclear(field)


def _value(field: str, element: Json) -> Value | None:
    match element:
        case {"prefix": {"addr": str(address), "len": int(length)}}:
            return read_value(field, f"{address}/{length}")
        case {"range": [low, high]}:
            first, last = read_value(field, str(low)), read_value(field, str(high))
            return (first[0], last[1]) if isinstance(first, tuple) and isinstance(last, tuple) else None
        case str() | int():
            return _EVERYTHING if element == "*" else read_value(field, str(element))
        case _:
            return None


def _compared(left: Json, op: str, right: Json) -> Condition:
    field = _field(left)
    value = _value(field, right) if field else None
    if field is None or not isinstance(value, tuple):
        return Unclear(_told({"match": {"left": left, "op": op, "right": right}}))
    low, high = value
    wanted = {"<": (0, low - 1), "<=": (0, high), ">": (high + 1, _EVERYTHING[1]), ">=": (low, _EVERYTHING[1])}[op]
    return Test(field, (wanted,))


def _verdict(kind: str, value: Json) -> Verdict | None:
    """Return the verdict of a statement; ``None`` if it is not one."""
    match kind:
        case "accept" | "drop" | "return" | "continue":
            return kind
        case "reject":
            return "drop"
        case "jump" | "goto":
            return Jump(value["target"], returns=kind == "jump")
        case "xt" if value and value.get("name") == "REJECT":
            return "drop"
        case "xt" if value and value.get("type") == "target":
            return "continue" if value["name"] in {"LOG", "NFLOG", "MARK", "CONNMARK", "TRACE"} else Unclear(f"xt {value['name']}")
        case _:
            return None


def _told(part: dict[str, Json]) -> str:
    """Write a statement in a few words, for an operator to find it by."""
    (kind, value), *_ = part.items()
    match kind:
        case "match":
            operator = "" if value["op"] in {"==", "in"} else f"{value['op']} "
            return f"{_left(value['left'])} {operator}{_right(value['right'])}"
        case "vmap":
            return f"{_left(value['key'])} vmap {_right(value['data'])}"
        case "jump" | "goto":
            return f"{kind} {value['target']}"
        case "xt":
            return f"xt {value['name']}" if value else "xt"
        case _:
            return kind


def _left(left: Json) -> str:
    if "concat" in left:
        return " . ".join(map(_left, left["concat"]))
    return _field(left) or str(next(iter(left)))


def _right(right: Json) -> str:
    match right:
        case {"set": list(elements)} | list(elements):
            shown = ", ".join(_right(each) for each in elements[:3])
            return f"{{ {shown}{', ...' if len(elements) > 3 else ''} }}"
        case {"prefix": {"addr": address, "len": length}}:
            return f"{address}/{length}"
        case {"range": [low, high]}:
            return f"{low}-{high}"
        case {"concat": list(parts)}:
            return " . ".join(map(_right, parts))
        case dict():
            return "..."
        case _:
            return str(right)
