"""What became of the flaws, as text for a terminal, as a table for the documentation, and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence

from conformance.flaws.show import Shown, rows
from conformance.peers.peer import Peer

SIGNS = {"shows": "shows it", "does not": "does not", "cannot be provoked": "cannot be provoked", "undetermined": "undetermined"}


def versions(peers: Sequence[Peer]) -> Mapping[str, str]:
    """Return which version each peer is, as far as it is here."""
    return {peer.name: peer.version() if peer.missing() is None else "not here" for peer in peers}


def summary(shown: Sequence[Shown]) -> str:
    """Count the verdicts, those about a flaw of the protocol's own apart."""
    own = sum(each.verdict == "shows" and each.case.protocol for each in shown)
    avoidable = sum(each.verdict == "shows" and not each.case.protocol for each in shown)
    counts = {sign: sum(each.verdict == verdict for each in shown) for verdict, sign in SIGNS.items() if verdict != "shows"}
    rest = ", ".join(f"{count} {sign}" for sign, count in counts.items() if count)
    return f"{len(shown)} cases: {avoidable} show a flaw of the router's, {own} one of the protocol's, {rest}".removesuffix(", ")


def lines(shown: Sequence[Shown], versions_of: Mapping[str, str]) -> Iterator[str]:
    """Tell everything, flaw by flaw."""
    number, width = 0, max(len(name) + len(version) for name, version in versions_of.items()) + 2
    for flaw, case, by_peer in rows(shown):
        if flaw.number != number:
            number = flaw.number
            yield f"{number:2}  {flaw.title} ({flaw.known_from})"
        yield f"    {case.name}: {case.looks_for}{' (the protocol itself)' if case.protocol else ''}"
        for name, each in by_peer.items():
            yield f"      {f'{name} {versions_of[name]}':{width}}{SIGNS[each.verdict]}: {each.words}"
    yield summary(shown)


def markdown(shown: Sequence[Shown], versions_of: Mapping[str, str]) -> str:
    """Write the table of docs/conformance.md."""
    heads = ("", "flaw", "looked for", *(f"{name} {version}" for name, version in versions_of.items()))
    table = [heads, ("---",) * len(heads)]
    for flaw, case, by_peer in rows(shown):
        looked_for = f"{case.looks_for} [(trace)](../conformance/flaws/traces/{case.file.name})"
        cells = (_cell(each) for each in by_peer.values())
        table.append((f"{flaw.number}", f"{flaw.title} ({flaw.known_from})", looked_for, *cells))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def _cell(shown: Shown) -> str:
    if shown.verdict == "shows":
        return f"{'shows it' if shown.case.protocol else '**shows it**'}: {shown.words}"
    return f"{SIGNS[shown.verdict]}: {shown.words}"


def as_json(shown: Sequence[Shown], versions_of: Mapping[str, str]) -> str:
    """Write everything, the judge's answers included."""
    cases = [
        {
            "flaw": each.flaw.number,
            "title": each.flaw.title,
            "known_from": each.flaw.known_from,
            "case": each.case.name,
            "looks_for": each.case.looks_for,
            "protocol": each.case.protocol,
            "peer": each.peer,
            "verdict": each.verdict,
            "words": each.words,
            "attempts": each.attempts,
            "readings": [
                {
                    "words": judged.reading.words,
                    "shows": judged.reading.shows,
                    "explains": judged.explains,
                    "differs": None if judged.explains else str(judged.answer),
                }
                for judged in each.judged
            ],
        }
        for each in shown
    ]
    return json.dumps({"peers": dict(versions_of), "cases": cases}, indent=2)
