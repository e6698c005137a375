"""``$NAME=value``: what is defined, and references replaced by it.

A reference is ``${NAME}`` anywhere, or ``$NAME`` before a blank, a comma, a closing parenthesis or the end of the line; what is not defined
stays as it is.  Replacement is recursive and happens when the reference is read, not when the definition is.  A definition of several
lines is only replaced at the end of a line: its first line there, the others after it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from attrs import field

from kaspec.config.diagnostics import ENDLESS, TOO_MUCH, UNDEFINED, Diagnostic
from kaspec.config.likeness import similar
from kaspec.config.source import Chain, Node, Origin, Substituted, Text, Written
from kaspec.expression import expression
from kaspec.frozen import define, frozen

DEEPEST = 100
"""How deep definitions may refer to each other: further than a person follows."""

MOST_REFERENCES = 1000
"""On one line, which holds 256 at most unless what they stand for is empty."""

DEFINITION = expression(r"\$([A-Za-z_]\w*)=[ \t]*", re.ASCII)
_NAME = r"[A-Za-z_]\w*"
REFERENCE = expression(rf"\$(?:\{{(?P<braced>{_NAME})(?P<asked>[ \d]*| +{_NAME} *)\}}|(?P<plain>{_NAME}))", re.ASCII)
_AFTER_PLAIN = frozenset(" \t,)")


@frozen(eq=False)
class Definition:
    """What a name stands for: lines, all but a multi-line definition having one, and where the value is written."""

    name: str
    lines: tuple[Text, ...]
    multiline: bool = False
    given: Origin | None = None


class Following(NamedTuple):
    """The other lines of a definition, to be read after the line that refers to it."""

    definition: Definition
    chain: Chain


class Reference(NamedTuple):
    """A reference as it is looked up: ``asked`` is what follows the name in its braces, ``quoted`` whether it stands in double quotes."""

    name: str
    asked: str
    quoted: bool
    place: Written


LookUp = Callable[[Reference], Definition | None]


@define
class Replacement:
    """The references of one line being replaced; ``active`` are the definitions that it is itself part of.

    ``again`` looks for references also in what was substituted before, as a generator's text may be.
    """

    look_up: LookUp
    names: Callable[[], tuple[str, ...]]
    tell: Callable[[Diagnostic], None]
    chain: Chain
    active: list[Definition]
    again: bool = False
    following: list[Following] = field(factory=list)
    count: int = 0
    quotes: int = 0
    over: bool = False
    failed: bool = False

    def replace(self, text: Text) -> Text:
        """Return the text with every reference to something defined replaced, recursively; the same object if there is none."""
        nodes = self._nodes(text.nodes, "", self.chain)
        return text if not self.count else Text("".join(node.text for node in nodes), nodes)

    def _nodes(self, nodes: tuple[Node, ...], after: str, chain: Chain) -> tuple[Node, ...]:
        done: list[Node] = []
        for index, node in enumerate(nodes):
            follows = next((each.text[0] for each in nodes[index + 1 :] if each.text), after)
            if isinstance(node, Written) and "$" in node.text and not self.over:
                self._written(node, follows, chain, done)
            elif isinstance(node, Substituted) and self.again and "$" in node.text and node.value and not self.over:
                value = self._nodes(node.value, follows, (node.reference.origin("expanded", f"${node.name}"), *chain))
                done.append(node._replace(text="".join(each.text for each in value), value=value))
            else:
                self.quotes += node.text.count('"')
                done.append(node)
        return tuple(done)

    def _written(self, node: Written, after: str, chain: Chain, done: list[Node]) -> None:
        position = 0
        for found in REFERENCE.finditer(node.text):
            follows = node.text[found.end() : found.end() + 1] or after
            if self.over or (found["plain"] and follows and follows not in _AFTER_PLAIN):
                continue
            self.quotes += node.text.count('"', position, found.start())
            definition = self._definition(found, node, follows, chain)
            done.append(node.cut(position, found.start()))
            position = found.start()
            if definition is not None:
                done.append(self._substituted(definition, node.cut(*found.span()), follows, chain))
                position = found.end()
        self.quotes += node.text.count('"', position)
        if position < len(node.text):
            done.append(node.cut(position, len(node.text)))

    def _definition(self, found: re.Match[str], node: Written, follows: str, chain: Chain) -> Definition | None:
        """Find what a reference stands for; tell why if it cannot be replaced."""
        name, place = found["braced"] or found["plain"], node.cut(*found.span())
        definition = self.look_up(Reference(name, (found["asked"] or "").strip(), self.quotes % 2 == 1, place))
        if definition is None:
            if found["braced"] and self.quotes % 2 == 0:
                hint = similar(name, self.names()) or f"define it above: ${name}=value"
                self.tell(UNDEFINED.at(place.span(chain), f"{name} is not defined here, so this stays as it is", hint))
            return None
        if definition.multiline and follows:
            message = f"${name} has several lines, so it is replaced at the end of a line only"
            self.tell(UNDEFINED.at(place.span(chain), message, "write what follows it on a line of its own"))
            return None
        if any(each is definition for each in self.active):
            hint = "a value is replaced where it is used, so it cannot be extended by itself: use another name"
            self.tell(ENDLESS.at(place.span(chain), f"${name} contains itself", hint))
            return None
        self.count += 1
        if self.count > MOST_REFERENCES or len(self.active) > DEEPEST:
            self.over = self.failed = True
            self.tell(TOO_MUCH.at(place.span(chain), "this line refers to too many definitions, or too deep", "look for one in a circle"))
            return None
        return definition

    def _substituted(self, definition: Definition, place: Written, follows: str, chain: Chain) -> Substituted:
        value = definition.lines[0] if definition.lines else Text("")
        inner = (place.origin("expanded", f"${definition.name}"), *chain)
        if len(definition.lines) > 1:
            self.following.append(Following(definition, inner))
        if "$" not in value.string or not value.nodes:
            self.quotes += value.string.count('"')
            nodes = value.nodes
        elif value.string.startswith("~"):
            self.over, nodes = True, value.nodes
        else:
            self.active.append(definition)
            nodes = self._nodes(value.nodes, follows, inner)
            self.active.pop()
        text = "".join(node.text for node in nodes) if nodes else value.string
        return Substituted(place, definition.name, text, nodes, definition.given)
