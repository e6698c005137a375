"""Sync groups that do not hold together what was meant."""

from collections.abc import Iterator

from kaspec.config.diagnostics import GROUP_ALONE, GROUP_INTERVALS, GROUP_MEMBER_TWICE, GROUP_MEMBER_UNKNOWN, GROUP_PRIORITIES, Diagnostic
from kaspec.config.keywords import top
from kaspec.config.keywords import vrrp_instance as instance_rows
from kaspec.config.keywords import vrrp_sync_group as rows
from kaspec.config.likeness import MOST_GUESSES, listed, similar
from kaspec.config.lint.instances import instances
from kaspec.config.reader import Reading
from kaspec.config.sections import Given, Section
from kaspec.units import SECOND

Member = tuple[Section, str, Given[tuple[str, ...]]]
"""A group, the name of an instance in it, and the line that says so."""


def members(reading: Reading) -> Iterator[Member]:
    """Return what every group names, in the text's order."""
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        for given in group.entries(rows.GROUP):
            for name in given.value:
                yield group, name, given


def alone(reading: Reading) -> Iterator[Diagnostic]:
    """One member has nobody to follow."""
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        names = [name for given in group.entries(rows.GROUP) for name in given.value]
        if len(names) <= 1:
            what = f"{names[0]} only" if names else "no member"
            message = f"sync group {group.label} has {what}, so there is nothing that moves together"
            yield GROUP_ALONE.at(group.span, message, "add the instances that must be Master on the same router, or remove the group")


def unknown(reading: Reading) -> Iterator[Diagnostic]:
    """A name that no instance has."""
    known = tuple(dict.fromkeys(section.label for section in reading.section.sections(top.VRRP_INSTANCE)))
    named = frozenset(known)
    unheard_of = (member for member in members(reading) if member[1] not in named)
    for order, (group, name, given) in enumerate(unheard_of):
        message = f"sync group {group.label} names {name}, but there is no vrrp_instance {name}"
        meant = similar(name, known) if order < MOST_GUESSES else ""
        yield GROUP_MEMBER_UNKNOWN.at(given.span, message, meant or f"there is: {listed(known)}")


def twice(reading: Reading) -> Iterator[Diagnostic]:
    """An instance can follow one group only."""
    first: dict[str, tuple[Section, Given[tuple[str, ...]]]] = {}
    for group, name, given in members(reading):
        if name in first and first[name][0] is not group:
            message = f"{name} is already in sync group {first[name][0].label}; it can follow one group only"
            yield GROUP_MEMBER_TWICE.at(given.span, message, "make one group of both, or take it out of one")
        first.setdefault(name, (group, given))


def intervals(reading: Reading) -> Iterator[Diagnostic]:
    """The slowest member decides how long a failover takes; the others wait."""
    sections = {section.label: section for section in reading.section.sections(top.VRRP_INSTANCE)}
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        names = [name for given in group.entries(rows.GROUP) for name in given.value if name in sections]
        lengths = {sections[name].value(instance_rows.ADVERT_INT, SECOND) for name in names}
        if len(lengths) > 1:
            message = f"the members of sync group {group.label} have different advert_int: they fail over at different times, and wait"
            yield GROUP_INTERVALS.at(group.span, message, "give all of them the same advert_int")


def priorities(reading: Reading) -> Iterator[Diagnostic]:
    """A group goes where all its members win, so two members that prefer different routers hold each other up."""
    found = {instance.router.name: instance.router.priority for instance in instances(reading)}
    for group in reading.section.sections(top.VRRP_SYNC_GROUP):
        names = [name for given in group.entries(rows.GROUP) for name in given.value if name in found]
        if len({found[name] for name in names}) > 1:
            told = ", ".join(f"{name} {found[name]}" for name in dict.fromkeys(names))
            message = f"the members of sync group {group.label} have different priorities ({told})"
            yield GROUP_PRIORITIES.at(group.span, message, "give all of them the same priority, here and on the peers")


RULES = (alone, unknown, twice, intervals, priorities)
