"""A case as an order for the kernel lab (text and numbers only), and its answer as keys again."""

from typing import Any

from conformance.schedulers.case import Case, source_address
from kaspec.address import format_address, parse_address
from kaspec.lvs.schedulers.server import Key


def to_order(case: Case) -> Any:
    """Return what the lab needs to know of a case: commands, and packets by their addresses."""
    return {
        "protocol": case.protocol,
        "mark": case.mark,
        "network": f"{format_address(case.virtual(0))}/24",
        "phases": [
            {
                "commands": commands,
                "present": [format_address(key.address) for key in case.present(place)],
                "asked": [
                    (format_address(source_address(asked.source)), asked.port, format_address(case.virtual(asked.virtual)))
                    for asked in phase.asked
                ],
                "closed": phase.closed,
                "ended": phase.ended,
            }
            for place, (commands, phase) in enumerate(zip(case.commands(), case.phases, strict=True))
        ],
    }


def from_answer(case: Case, answer: list[str | None]) -> list[Key | None]:
    """Return the servers that answered, by their addresses."""
    port = case.key(0).port
    return [None if server is None else Key(parse_address(server), port) for server in answer]
