"""The checks that something else tells the result of: ``MISC_CHECK``'s program, ``FILE_CHECK``'s file, ``BFD_CHECK``'s session."""

from typing import assert_never

from kaspec.frozen import frozen
from kaspec.health.events import ExchangeEvent, FileRead, Observation, RunScript, ScriptEnded, SessionReported, Verdict
from kaspec.health.exchange import Onward
from kaspec.health.model import BfdCheck, FileCheck, MiscCheck
from kaspec.health.reported import WeightChange
from kaspec.rules import health as rules

FAULT = -0x7FFF_FFFF
"""A file that takes this much or more from a weight says that the server is down."""
LARGEST = 0x7FFF_FFFF


@frozen
class ScriptExchange:
    """The program runs."""


def begin_script(check: MiscCheck) -> Onward[ScriptExchange]:
    """Start the program."""
    return Onward(ScriptExchange(), (RunScript(check.line, check.user, check.group),))


def take_script(check: MiscCheck, exchange: ScriptExchange, event: ExchangeEvent) -> Onward[ScriptExchange] | Verdict:
    """Take one event: how the program ended."""
    return script_verdict(check, event) if isinstance(event, ScriptEnded) else Onward(exchange, heard=False)


def script_verdict(check: MiscCheck, ended: ScriptEnded) -> Verdict:
    """Judge an end: 0 is good; with ``misc_dynamic`` 2 to 255 are too, and make the weight 0 to 253."""
    if ended.trouble:
        return Verdict(False, rules.SCRIPT_BAD, ended.trouble)
    if ended.status < 0:
        return Verdict(False, rules.SCRIPT_BAD, f"due to signal {-ended.status}")
    if ended.status == 0:
        return Verdict(True, rules.SCRIPT_GOOD, "exited with status 0")
    if check.dynamic and ended.status > 1:
        return Verdict(True, rules.SCRIPT_GOOD, f"exited with status {ended.status}", WeightChange("is", ended.status - 2))
    return Verdict(False, rules.SCRIPT_BAD, f"exited with status {ended.status}")


def observed(check: FileCheck | BfdCheck, observation: Observation) -> Verdict | None:
    """Judge what a file holds or how a session is; nothing for what is not this check's."""
    match observation:
        case FileRead(value):
            return file_verdict(check, value) if isinstance(check, FileCheck) else None
        case SessionReported(is_up):
            return Verdict(is_up, rules.BFD_SAYS) if isinstance(check, BfdCheck) else None
        case _:
            assert_never(observation)


def file_verdict(check: FileCheck, value: int) -> Verdict:
    """Judge the number in a file: times the weight it adds to the server's, or with a weight of 0 it is good if it is 0."""
    detail = f"value {value}"
    if check.weight == 0:
        return Verdict((value == 0) != check.reverse, rules.FILE_SAYS, detail)
    amount = value * check.weight * (-1 if check.reverse else 1)
    if amount <= FAULT:
        return Verdict(False, rules.FILE_SAYS, detail)
    return Verdict(True, rules.FILE_SAYS, detail, WeightChange("adds", min(amount, LARGEST)))
