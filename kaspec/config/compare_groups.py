"""Sync groups of two routers' files: members that are Master together must prefer the same router."""

from collections.abc import Iterable, Iterator

from kaspec.config import diagnostics as kinds
from kaspec.config.diagnostics import Diagnostic
from kaspec.config.keywords import top
from kaspec.config.keywords import vrrp_instance as rows
from kaspec.config.reader import Reading
from kaspec.config.sides import Pair


def compare_groups(one: Reading, together: Iterable[Pair]) -> Iterator[Diagnostic]:
    """Compare the priorities of every group's members with those of their counterparts; equal ones prefer nobody."""
    pairs = {pair.here.router.name: pair for pair in together}
    spans = {section.label: section.span for section in reversed(one.section.sections(top.VRRP_SYNC_GROUP))}
    for group in one.configuration.groups:
        members = [pairs[name] for name in group.members if name in pairs]
        here = [pair for pair in members if pair.here.router.priority > pair.there.router.priority]
        there = [pair for pair in members if pair.here.router.priority < pair.there.router.priority]
        if here and there:
            mine, theirs = (", ".join(pair.here.router.name for pair in some) for some in (here, there))
            message = f"the members of sync group {group.name} prefer different routers: {mine} this one, {theirs} the peer"
            hint = "on one of the two give every member the higher priority: a group is Master as a whole, or not at all"
            related = tuple((pair.there.place(rows.PRIORITY), f"higher for {pair.here.router.name}") for pair in there)
            yield kinds.PEER_SYNC_GROUP.at(spans[group.name], message, hint, related)
