"""Scripts, files and processes that are tracked: from their blocks and the lists that name them to the model, and back to text."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from kaspec.config import diagnostics as kinds
from kaspec.config.commands import quoted
from kaspec.config.keywords import Block, Setting, track_file, vrrp_script, vrrp_track_file, vrrp_track_process
from kaspec.config.keywords import top as blocks
from kaspec.config.lexer import Report
from kaspec.config.sections import Section
from kaspec.config.terms import Owner, Weight, write_owner, write_weight
from kaspec.config.values import plain_seconds
from kaspec.config.writing import word
from kaspec.trackers.tracked import ParameterMatch, Script, TrackedFile, TrackedProcess
from kaspec.units import SECOND, ZERO, Interval
from kaspec.vrrp.router import TrackerKind

T = TypeVar("T")
_BLOCKS: Mapping[TrackerKind, tuple[tuple[Block[str], Setting[Any]], ...]] = {
    "script": ((blocks.VRRP_SCRIPT, vrrp_script.SCRIPT),),
    "file": ((blocks.TRACK_FILE, track_file.FILE), (blocks.VRRP_TRACK_FILE, vrrp_track_file.FILE)),
    "process": ((blocks.VRRP_TRACK_PROCESS, vrrp_track_process.PROCESS),),
}
"""The blocks that define what is tracked, and what each cannot do without."""


def build_scripts(section: Section, report: Report) -> tuple[Script, ...]:
    """Build every ``vrrp_script``."""
    return tuple(map(_script, _sections("script", section, report)))


def build_files(section: Section, report: Report) -> tuple[TrackedFile, ...]:
    """Build every ``track_file``, by its older name too."""
    return tuple(map(_file, _sections("file", section, report)))


def build_processes(section: Section, report: Report) -> tuple[TrackedProcess, ...]:
    """Build every ``vrrp_track_process``."""
    return tuple(map(_process, _sections("process", section, report)))


def _sections(kind: TrackerKind, section: Section, report: Report) -> Iterator[Section]:
    """Yield the blocks of a kind that can be used, each name once."""
    names: set[str] = set()
    for block, required in _BLOCKS[kind]:
        for each in section.sections(block):
            if each.last(required) is None and required in each.given:
                continue  # it cannot be read, which has been told
            if required not in each.given:
                hint = f"add {required.name} {required.argument.example}"
                report(kinds.MISSING_SETTING.at(each.span, f"{block.name} {each.label} has no {required.name}", hint))
            elif each.label in names:
                message = f"there is already a {block.name} {each.label}; this one is left out"
                report(kinds.DUPLICATE_NAME.at(each.span, message))
            elif each.label:
                names.add(each.label)
                yield each


def _script(section: Section) -> Script:
    weight, user = section.value(vrrp_script.WEIGHT, Weight(0)), section.value(vrrp_script.USER, None)
    return Script(
        section.label,
        _value(section, vrrp_script.SCRIPT).line,
        section.value(vrrp_script.INTERVAL, SECOND),
        section.value(vrrp_script.TIMEOUT, None),
        weight.amount,
        weight.reverse,
        section.value(vrrp_script.RISE, 1),
        section.value(vrrp_script.FALL, 1),
        user.user if user else None,
        user.group if user else None,
        section.value(vrrp_script.INIT_FAIL, False),
    )


def _file(section: Section) -> TrackedFile:
    older = track_file.FILE not in section.given
    path, weight, initial = (
        (vrrp_track_file.FILE, vrrp_track_file.WEIGHT, vrrp_track_file.INIT_FILE)
        if older
        else (track_file.FILE, track_file.WEIGHT, track_file.INIT_FILE)
    )
    weighs, begins = section.value(weight, Weight(1)), section.value(initial, None)
    return TrackedFile(
        section.label,
        _value(section, path),
        weighs.amount,
        weighs.reverse,
        begins.value if begins else None,
        begins.overwrite if begins else False,
    )


def _process(section: Section) -> TrackedProcess:
    command, *parameters = _value(section, vrrp_track_process.PROCESS)
    weight = section.value(vrrp_track_process.WEIGHT, Weight(0))
    return TrackedProcess(
        section.label,
        command,
        tuple(parameters),
        _match(section),
        section.value(vrrp_track_process.FULL_COMMAND, False),
        weight.amount,
        weight.reverse,
        section.value(vrrp_track_process.QUORUM, 1),
        section.value(vrrp_track_process.QUORUM_MAX, None),
        _delay(section, vrrp_track_process.TERMINATE_DELAY),
        _delay(section, vrrp_track_process.FORK_DELAY),
    )


def _match(section: Section) -> ParameterMatch | None:
    given = section.last(vrrp_track_process.PARAM_MATCH)
    return None if given is None else "initial" if given.value == "initial" else "partial" if given.value == "partial" else "exact"


def _delay(section: Section, own: Setting[Interval]) -> Interval:
    """``delay`` stands for both; what comes later counts."""
    found = [given for row in (own, vrrp_track_process.DELAY) if (given := section.last(row)) is not None]
    return max(found, key=lambda given: given.order).value if found else ZERO


def _value(section: Section, row: Setting[T]) -> T:
    given = section.last(row)
    assert given is not None, "the block is complete"
    return given.value


# Back to text.


def render_script(script: Script) -> Iterator[str]:
    """Write the lines of a ``vrrp_script``."""
    yield f"script {quoted(script.line)}"
    yield f"interval {plain_seconds(script.interval)}"
    if script.timeout is not None:
        yield f"timeout {plain_seconds(script.timeout)}"
    yield f"weight {write_weight(Weight(script.weight, script.reverse))}"
    yield f"rise {script.rise}"
    yield f"fall {script.fall}"
    if script.user is not None or script.group is not None:
        yield f"user {write_owner(Owner(script.user, script.group))}"
    if script.init_fail:
        yield "init_fail"


def render_file(file: TrackedFile) -> Iterator[str]:
    """Write the lines of a ``track_file``."""
    yield f"file {word(file.path)}"
    yield f"weight {write_weight(Weight(file.weight, file.reverse))}"
    if file.initial is not None:
        yield f"init_file {file.initial}{' overwrite' if file.overwrite else ''}"


def render_process(process: TrackedProcess) -> Iterator[str]:
    """Write the lines of a ``vrrp_track_process``."""
    yield f"process {' '.join(map(word, (process.command, *process.parameters)))}"
    if process.match is not None:
        yield f"param_match {'' if process.match == 'exact' else process.match}".rstrip()
    yield f"weight {write_weight(Weight(process.weight, process.reverse))}"
    yield f"quorum {process.quorum}"
    if process.quorum_max is not None:
        yield f"quorum_max {process.quorum_max}"
    for name in ("terminate_delay", "fork_delay"):
        if delay := getattr(process, name):
            yield f"{name} {plain_seconds(delay)}"
    if process.full_command:
        yield "full_command"
