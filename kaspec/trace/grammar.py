"""The grammar of one line of a trace, in pyparsing (the whole language: docs/trace-language.md).

A trace is read line by line: a configuration is an indented block in keepalived's own syntax, everything else is a statement, a moment of
the timeline, or an expectation.  ``statement``, ``moment`` and ``expectation`` read one such line, its comment already taken off, and raise
``pyparsing.ParseBaseException`` if it is none.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import pyparsing as pp

from kaspec.address import Address, parse_address
from kaspec.rules import RULES, Rule
from kaspec.trace import language as t
from kaspec.trace.held import HandlesRoutes, HandlesRules, Loses
from kaspec.tracking import Finding, TrackerKind
from kaspec.units import seconds
from kaspec.wire.checksum import CHECKSUM_FORMS

_TAB_AND_SPACE = " \t"


def _element(parser: pp.ParserElement, name: str) -> pp.ParserElement:
    parser.set_default_whitespace_chars(_TAB_AND_SPACE)
    parser.leave_whitespace().set_whitespace_chars(_TAB_AND_SPACE)
    return parser.set_name(name)


def _token(pattern: str, name: str, make: Callable[[str], Any] = str) -> pp.ParserElement:
    """One token that ends where a word ends; ``make`` raises ``ValueError`` with the reason if it will not do."""

    def action(text: str, at: int, tokens: pp.ParseResults) -> list[Any]:
        try:
            return [make(tokens[0])]
        except ValueError as error:
            _fatal(text, at, str(error))

    return _element(pp.Regex(rf"(?:{pattern})(?![^\s;,\[\]])"), name).set_parse_action(action)


def _fatal(text: str, at: int, message: str) -> NoReturn:
    raise pp.ParseFatalException(text, at, message)


def _word(word: str) -> pp.ParserElement:
    return _element(pp.Regex(rf"{word}(?![^\s;,\[\]])"), f"'{word}'").suppress()


def _sign(sign: str) -> pp.ParserElement:
    return _element(pp.Literal(sign), f"'{sign}'").suppress()


def _made(parser: pp.ParserElement, make: Callable[[Any], Any]) -> pp.ParserElement:
    return parser.copy().add_parse_action(lambda tokens: [make(tokens)])


def _whole(low: int, high: int) -> Callable[[str], int]:
    def make(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"{text} is not in {low}..{high}")
        return number

    return make


def _known_rule(text: str) -> Rule:
    if text not in RULES:
        raise ValueError(f"no rule is called {text}")
    return Rule(text)


def _prefixed(text: str) -> tuple[Address, int]:
    address, _, length = text.partition("/")
    made = parse_address(address)
    if int(length) > 8 * len(made):
        raise ValueError(f"/{length} is longer than the address")
    return made, int(length)


def _hexadecimal(text: str) -> bytes:
    return bytes.fromhex(text)


def _eight_bytes(text: str) -> bytes:
    if len(text) != 16:
        raise ValueError("the authentication data has eight bytes, 16 digits")
    return bytes.fromhex(text)


def _password(text: str) -> bytes:
    return text.encode()[:8].ljust(8, b"\0")


def _number(high: int, low: int = 0) -> pp.ParserElement:
    return _token(r"[0-9]{1,6}", f"a number {low}..{high}", _whole(low, high))


_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"
NAME = _token(_NAME, "a name")
INTERFACE = _token(r"[^\s;,#\[\]]{1,15}", "an interface")
TIME = _token(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", "an instant in seconds, as 3.609375", seconds)
ADDRESS = _token(r"[0-9A-Fa-f:.]+", "an IP address", parse_address)
PREFIXED = _token(r"[0-9A-Fa-f:.]+/[0-9]{1,3}", "an address and prefix length, as 192.0.2.100/24", _prefixed)
HEX = _token(r"(?:[0-9A-Fa-f]{2})+", "bytes in hexadecimal", _hexadecimal)
HEX_OR_NONE = _word("none").set_parse_action(lambda: [b""]) | HEX
RULE = _token(r"[a-z0-9]+(?:\.[a-z0-9-]+)+", "a rule", _known_rule)
CLAUSE = _token(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9._]+)+", "a clause, as V2-6.4.2-06")
_INSTANCE = r"[^\s;,#\[\]/]+"


def _subject(text: str) -> t.Subject:
    router, _, instances = text.partition("/")
    return t.Subject(router, tuple(instances.split(",")) if instances else ())


SUBJECT = _element(pp.Regex(rf"{_NAME}(?:/{_INSTANCE}(?:,{_INSTANCE})*)?(?![^\s;\[\]])"), "a router").set_parse_action(
    lambda tokens: [_subject(tokens[0])]
)
_ADDRESSES = _made(pp.OneOrMore(ADDRESS), tuple)
_ADDRESSES_OR_NONE = _word("none").set_parse_action(lambda: [()]) | _ADDRESSES
_PREFIXES = _made(pp.OneOrMore(PREFIXED), tuple)
_PREFIXES_OR_NONE = _word("none").set_parse_action(lambda: [()]) | _PREFIXES

_PRIORITIES = _made(pp.OneOrMore(_token(r"[0-9]{1,10}", "the priority of a rule", _whole(0, 0xFFFFFFFF))), tuple)


_SUM_WORDS = ("wrong", *CHECKSUM_FORMS)
_CHECKSUM = _token(
    f"0x[0-9A-Fa-f]{{4}}|{'|'.join(_SUM_WORDS)}",
    f"{', '.join(map(repr, _SUM_WORDS))} or 0x1234",
    lambda text: text if text in _SUM_WORDS else int(text, 16),
)
_FIELDS_OF_ADVERT: tuple[tuple[str, str, pp.ParserElement], ...] = (
    ("from", "source", ADDRESS),
    ("to", "destination", ADDRESS),
    ("ttl", "ttl", _number(255)),
    ("protocol", "protocol", _number(255)),
    ("version", "version", _number(15)),
    ("type", "type", _number(15)),
    ("vrid", "vrid", _number(255)),
    ("priority", "priority", _number(255)),
    ("count", "count", _number(255)),
    ("auth-type", "auth_type", _number(255)),
    ("interval", "interval", _number(4095)),
    ("reserved", "reserved", _number(15)),
    ("addresses", "addresses", _ADDRESSES_OR_NONE),
    ("password", "auth_data", _token(r"[^\s;,\[\]#]+", "a password", _password)),
    ("auth-data", "auth_data", _token("[0-9A-Fa-f]+", "eight bytes in hexadecimal", _eight_bytes)),
    ("checksum", "checksum", _CHECKSUM),
    ("truncated", "truncated", _number(65535, 1)),
    ("trailing", "trailing", HEX),
    ("bytes", "message", HEX_OR_NONE),
)
FIELD_WORDS = {attribute: word for word, attribute, _ in _FIELDS_OF_ADVERT}
"""The word for each field of ``AdvertFields``; authentication data is written as bytes."""


def _field(word: str, attribute: str, value: pp.ParserElement) -> pp.ParserElement:
    return _made(_word(word) - value, lambda tokens: (attribute, tokens[0]))


_FIELD = pp.MatchFirst([_field(word, attribute, value) for word, attribute, value in _FIELDS_OF_ADVERT])


def _fields(text: str, at: int, tokens: pp.ParseResults) -> list[t.AdvertFields]:
    names = [name for name, _ in tokens]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        _fatal(text, at, f"{twice.replace('_', '-')} is said twice")
    return [t.AdvertFields(**dict(list(tokens)))]


_FIELDS = pp.ZeroOrMore(_FIELD).set_parse_action(_fields)


# Statements.

_STATES = ("init", "backup", "master", "fault")
_ON = pp.Optional(_word("on") - INTERFACE, default=None)
_POLARITY = _token("holds|violated", "'holds' or 'violated'")
_clause = _made(_word("clause") - pp.Group(pp.OneOrMore(CLAUSE)) - _POLARITY, lambda tokens: t.Clauses(tuple(tokens[0]), tokens[1]))
_PROFILE = _token("keepalived|rfc3768|rfc5798|rfc9568", "'keepalived', 'rfc3768', 'rfc5798' or 'rfc9568'")
_profile = _made(_word("profile") - _PROFILE, lambda tokens: t.UsesProfile(tokens[0]))
_recorded = _made(_word("recorded") + pp.Optional(_word("from") - TIME, default=None), lambda tokens: t.Recorded(tokens[0]))
_DOWN = pp.Optional(_word("down").set_parse_action(lambda: [False]), default=True)
_interface = _made(
    pp.Optional(_word("at") - _ADDRESSES, default=()) + _word("on") - INTERFACE + _DOWN,
    lambda tokens: t.Interface(tokens[1], tokens[0], tokens[2]),
)
_interfaces = pp.Optional(_interface + pp.ZeroOrMore(_sign(",") - _interface))
_router = _made(_word("router") - NAME + _interfaces, lambda tokens: t.Router(tokens[0], tuple(tokens[1:])))
STATEMENT = (_clause | _profile | _recorded | _router).set_name("clause, profile, recorded, router or a moment")


# Moments.

_OF = pp.Optional(_word("of") - SUBJECT, default=None)
_advert = _made(_word("advert") - _OF + _FIELDS + _ON, lambda tokens: t.ReceivesAdvert(tokens[1], tokens[0], tokens[2]))
_datagram = _made(_word("datagram") - HEX_OR_NONE + _ON, lambda tokens: t.ReceivesDatagram(tokens[0], tokens[1]))
_receives = _word("receives") - (_advert | _datagram).set_name("'advert' or 'datagram'")
_LINK_STATE = _token("up|down|gone", "'up', 'down' or 'gone'")
_link = _made(
    _word("link") - INTERFACE - _LINK_STATE + pp.Optional(_word("at") - _ADDRESSES_OR_NONE, default=None),
    lambda tokens: t.LinkIs(tokens[0], tokens[1], tokens[2]),
)
_addresses = _made(_word("addresses") - _ADDRESSES_OR_NONE - _word("on") - INTERFACE, lambda tokens: t.AddressesAre(tokens[1], tokens[0]))
FINDING_WORDS: dict[TrackerKind, tuple[str, str]] = {"script": ("succeeds", "fails"), "process": ("runs", "fails"), "bfd": ("up", "down")}
"""How it is said that something tracked is good, and that it is bad; a file ``reads`` its value."""
_TRACKED = _token(r"[^\s#]+", "the name of what is tracked")
_UNKNOWN = _word("unknown").set_parse_action(lambda: [None])
_VALUE = _word("reads") - _token("-?[0-9]{1,9}", "an integer", lambda said: Finding.of_file(int(said)))


def _report(kind: TrackerKind, finding: pp.ParserElement) -> pp.ParserElement:
    return _made(_word(kind) - _TRACKED - finding, lambda tokens: t.Reports((kind, tokens[0]), tokens[1]))


def _good_or_bad(kind: TrackerKind) -> pp.ParserElement:
    good, bad = FINDING_WORDS[kind]
    word = _token(f"{good}|{bad}", f"'{good}' or '{bad}'", lambda said: Finding(said == good))
    return _report(kind, (word | _UNKNOWN).set_name(f"'{good}', '{bad}' or 'unknown'"))


_reports = pp.MatchFirst([*map(_good_or_bad, FINDING_WORDS), _report("file", (_VALUE | _UNKNOWN).set_name("'reads' or 'unknown'"))])
_clock = _made(_word("clock") - TIME, lambda tokens: t.ClockIs(tokens[0]))
_lost = (
    pp.Optional(_PREFIXES, default=()),
    pp.Optional(_word("routes") - _PREFIXES, default=()),
    pp.Optional(_word("rules") - _PRIORITIES, default=()),
)
_loses = _made(_word("loses") - _lost[0] + _lost[1] + _lost[2], lambda tokens: Loses(tokens[0], tokens[1], tokens[2]))
_simple: dict[str, Callable[[], t.Stimulus]] = {
    "startup": t.Starts,
    "shutdown": t.Stops,
    "crash": t.Crashes,
    "deadline": t.Deadline,
    "reload": t.Reloads,
}
_plain = _token("|".join(_simple), "a stimulus", lambda word: _simple[word]())
_stimulus = (_plain | _receives | _link | _addresses | _reports | _clock | _loses).set_name("a stimulus")
MOMENT = _made(TIME - SUBJECT - _stimulus, lambda tokens: t.Moment(tokens[0], tokens[1], tokens[2]))


# Expectations.

_INSTANT_OR_NONE = _word("none").set_parse_action(lambda: [t.HasDeadline(None)]) | _made(TIME, lambda tokens: t.HasDeadline(tokens[0]))
_REPEAT = _token("x[0-9]{1,3}", "how often, as x5", lambda text: int(text[1:]))
_EVENT = _token("MASTER_RX_LOWER_PRI|MASTER|BACKUP|FAULT|STOP", "a state in capitals")


def _handles(verb: str, installs: bool) -> pp.ParserElement:
    """Routes and rules that are installed or removed; addresses go without a word of their own."""
    routes = _made(_word("routes") - _PREFIXES, lambda tokens: HandlesRoutes(installs, tokens[0]))
    rules = _made(_word("rules") - _PRIORITIES, lambda tokens: HandlesRules(installs, tokens[0]))
    return _word(verb) + (routes | rules)


_item = pp.MatchFirst(
    [
        _made(_word("sends") - _word("advert") - _FIELDS, lambda tokens: t.Sends(tokens[0])),
        *(_handles(verb, verb == "installs") for verb in ("installs", "removes")),
        _made(_word("installs") - _PREFIXES_OR_NONE, lambda tokens: t.Installs(tokens[0])),
        _made(_word("removes") - _PREFIXES_OR_NONE, lambda tokens: t.Removes(tokens[0])),
        _made(_word("announces") - _ADDRESSES_OR_NONE - _REPEAT, lambda tokens: t.Announces(tokens[0], tokens[1])),
        _made(_word("notifies") - _EVENT, lambda tokens: t.Notifies(tokens[0])),
        _made(_word("remarks") - RULE, lambda tokens: t.Remarks(tokens[0])),
        _word("deadline") - _INSTANT_OR_NONE,
        _made(_word("priority") - _number(255), lambda tokens: t.HasPriority(tokens[0])),
        _word("nothing").set_parse_action(lambda: [t.Nothing()]),
        _word("discarded").set_parse_action(lambda: [t.Discarded()]),
        _made(_token("|".join(_STATES), "a state"), lambda tokens: t.Is(tokens[0])),
    ]
)
_REST = _sign("...").set_parse_action(lambda: [...])
_seen = (_REST | _item).set_name("what is to be seen")
_items = pp.Group(_seen + pp.ZeroOrMore(pp.Regex("[;,]").set_name("';'").suppress() - _seen))
_ARROW = pp.Regex("=/?>").set_name("'=>' or '=/>'").set_parse_action(lambda tokens: [tokens[0] == "=/>"])
_RULE = pp.Optional(_sign("[") - RULE - _sign("]"), default=None)


def _expectation(text: str, at: int, tokens: pp.ParseResults) -> list[t.Expectation]:
    forbidden, subject, items, rule = tokens
    partial = ... in list(items)
    if partial and list(items).index(...) != len(items) - 1:
        _fatal(text, at, "'...' comes last")
    return [t.Expectation(subject, tuple(item for item in items if item is not ...), rule, partial, forbidden)]


_anything = _REST.copy().set_parse_action(lambda: [None, [...], None])
EXPECTATION = (_ARROW - (_anything | SUBJECT - _items - _RULE).set_name("a router")).set_parse_action(_expectation)


def statement(line: str) -> t.Statement | t.Router:
    """Read a line of the head."""
    made: t.Statement | t.Router = STATEMENT.parse_with_tabs().parse_string(line, parse_all=True)[0]
    return made


def moment(line: str) -> t.Moment:
    """Read a line of the timeline."""
    made: t.Moment = MOMENT.parse_with_tabs().parse_string(line, parse_all=True)[0]
    return made


def expectation(line: str) -> t.Expectation:
    """Read a line that says what must, or must not, be seen."""
    made: t.Expectation = EXPECTATION.parse_with_tabs().parse_string(line, parse_all=True)[0]
    return made
