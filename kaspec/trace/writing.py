"""``Trace`` to text, in the one canonical form: ``parse(write(trace)) == trace``."""

from collections.abc import Iterable
from typing import assert_never

from attrs import fields as fields_of

from kaspec.address import Address, format_address
from kaspec.trace import language as t
from kaspec.trace.grammar import FIELD_WORDS, FINDING_WORDS
from kaspec.trace.held import HandlesRoutes, HandlesRules, Loses
from kaspec.tracking import Finding, Tracker
from kaspec.units import in_seconds

_RULE_COLUMN = 60


def write(trace: t.Trace) -> str:
    """Write a trace; the parts of it are separated by blank lines."""
    parts = [
        [line for said in trace.statements for line in _commented(said, write_statement(said))],
        *([*_commented(router, _router(router)), *_indented(router.configuration, 2)] for router in trace.routers),
        [line for moment in trace.timeline for line in moment_lines(moment)],
        [_comment(text) for text in trace.closing],
    ]
    return "".join("\n".join(part) + "\n" for part in _separated(parts))


def _separated(parts: Iterable[list[str]]) -> Iterable[list[str]]:
    for place, part in enumerate(part for part in parts if part):
        yield ["", *part] if place else part


def _comment(text: str) -> str:
    return f"# {text}" if text else "#"


def _commented(element: "t.Statement | t.Router | t.Moment | t.Expectation", line: str, indent: int = 0) -> list[str]:
    note = f"  # {element.note}" if element.note else ""
    return [" " * indent + text for text in (*map(_comment, element.comments), line + note)]


def _indented(configuration: t.Configuration, indent: int) -> list[str]:
    lines = configuration.text.split("\n") if configuration.text else []
    return [" " * indent + line if line else "" for line in lines]


def write_statement(said: t.Statement) -> str:
    """Write a statement of the head."""
    match said:
        case t.Clauses(identifiers, polarity):
            return f"clause {' '.join(identifiers)} {polarity}"
        case t.UsesProfile(name):
            return f"profile {name}"
        case t.Recorded(began):
            return "recorded" if began is None else f"recorded from {in_seconds(began)}"
        case _:
            assert_never(said)


def _router(router: t.Router) -> str:
    return f"router {router.name}" + ",".join(map(_interface, router.interfaces))


def _interface(interface: t.Interface) -> str:
    at = f" at {_addresses(interface.addresses)}" if interface.addresses else ""
    return f"{at} on {interface.name}{'' if interface.up else ' down'}"


def moment_lines(moment: t.Moment) -> list[str]:
    """Write a moment of the timeline and what is expected of it."""
    at = in_seconds(moment.at)
    indent = len(at) + 2
    lines = _commented(moment, f"{at}  {write_subject(moment.subject)} {write_stimulus(moment.stimulus)}")
    if isinstance(moment.stimulus, t.Reloads):
        lines += _indented(moment.stimulus.configuration, indent + 2)
    return lines + [line for each in moment.expectations for line in _commented(each, write_expectation(each, indent), indent)]


def write_subject(subject: t.Subject) -> str:
    """Write ``a`` or ``a/VI_1`` or ``a/VI_1,VI_2``."""
    return subject.router + ("/" + ",".join(subject.instances) if subject.instances else "")


def write_stimulus(stimulus: t.Stimulus) -> str:
    """Write a stimulus, without the configuration of a reload."""
    match stimulus:
        case t.Starts():
            return "startup"
        case t.Stops():
            return "shutdown"
        case t.Crashes():
            return "crash"
        case t.Deadline():
            return "deadline"
        case t.ReceivesAdvert(said, sender, interface):
            of = f" of {write_subject(sender)}" if sender else ""
            return f"receives advert{of}{write_fields(said)}{_on(interface)}"
        case t.ReceivesDatagram(datagram, interface):
            return f"receives datagram {datagram.hex() or 'none'}{_on(interface)}"
        case t.LinkIs(interface, state, addresses):
            return f"link {interface} {state}" + ("" if addresses is None else f" at {_addresses(addresses)}")
        case t.AddressesAre(interface, addresses):
            return f"addresses {_addresses(addresses)} on {interface}"
        case t.Reports(tracker, finding):
            return _report(tracker, finding)
        case t.ClockIs(wall):
            return f"clock {in_seconds(wall)}"
        case Loses(addresses, routes, rules):
            return "loses" + _lost("", _prefixes(addresses)) + _lost("routes", _prefixes(routes)) + _lost("rules", map(str, rules))
        case t.Reloads():
            return "reload"
        case _:
            assert_never(stimulus)


def _report(tracker: Tracker, finding: Finding | None) -> str:
    kind, name = tracker
    if finding is None:
        return f"{kind} {name} unknown"
    if kind == "file":
        return f"file {name} reads {finding.value}"
    good, bad = FINDING_WORDS[kind]
    return f"{kind} {name} {good if finding.good else bad}"


def _on(interface: str | None) -> str:
    return f" on {interface}" if interface else ""


def _addresses(addresses: tuple[Address, ...]) -> str:
    return " ".join(map(format_address, addresses)) or "none"


def _prefixed(addresses: tuple[tuple[Address, int], ...]) -> str:
    return " ".join(_prefixes(addresses)) or "none"


def _prefixes(networks: Iterable[tuple[Address, int]]) -> tuple[str, ...]:
    return tuple(f"{format_address(address)}/{length}" for address, length in networks)


def _lost(word: str, names: Iterable[str]) -> str:
    written = tuple(names)
    return "".join(f" {each}" for each in (word, *written) if each) if written else ""


def write_fields(said: t.AdvertFields) -> str:
    """Write the fields that are named, each after a space, in the order of the datagram."""
    named = ((FIELD_WORDS[each.name], getattr(said, each.name)) for each in fields_of(t.AdvertFields))
    return "".join(f" {word} {_field(word, value)}" for word, value in named if value is not None)


def _field(word: str, value: object) -> str:
    match value:
        case tuple():
            return _addresses(value)
        case bytes():
            return format_address(Address(value)) if word in {"from", "to"} else value.hex() or "none"
        case int() if word == "checksum":
            return f"0x{value:04x}"
        case _:
            return str(value)


def write_expectation(expectation: t.Expectation, indent: int = 0) -> str:
    """Write what must or must not be seen; a rule stands in its own column of the line that begins at ``indent``."""
    text = "=/> " if expectation.forbidden else "=> "
    if expectation.subject:
        text += write_subject(expectation.subject) + " "
    text += write_items(expectation.items)
    if expectation.partial:
        text += "; ..." if expectation.items else "..."
    return text.ljust(_RULE_COLUMN - indent - 1) + f" [{expectation.rule}]" if expectation.rule else text


def write_items(items: Iterable[t.Item]) -> str:
    """Write things to be seen; what goes with a state follows it after a comma."""
    text = ""
    before: t.Item | None = None
    for item in items:
        joint = "" if before is None else ", " if isinstance(before, t.Is) and isinstance(item, t.HasDeadline | t.HasPriority) else "; "
        text += joint + write_item(item)
        before = item
    return text


def write_item(item: t.Item) -> str:
    """Write one thing to be seen."""
    match item:
        case t.Sends(said):
            return f"sends advert{write_fields(said)}"
        case t.Installs(addresses):
            return f"installs {_prefixed(addresses)}"
        case t.Removes(addresses):
            return f"removes {_prefixed(addresses)}"
        case HandlesRoutes(installs, networks):
            return f"{'installs' if installs else 'removes'} routes {' '.join(_prefixes(networks))}"
        case HandlesRules(installs, priorities):
            return f"{'installs' if installs else 'removes'} rules {' '.join(map(str, priorities))}"
        case t.Announces(announced, repeat):
            return f"announces {_addresses(announced)} x{repeat}"
        case t.Notifies(state):
            return f"notifies {state}"
        case t.Remarks(rule):
            return f"remarks {rule}"
        case t.Is(word):
            return word
        case t.HasDeadline(at):
            return f"deadline {'none' if at is None else in_seconds(at)}"
        case t.HasPriority(priority):
            return f"priority {priority}"
        case t.Nothing():
            return "nothing"
        case t.Discarded():
            return "discarded"
        case _:
            assert_never(item)
