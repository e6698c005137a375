"""What is told of all that was found: each place once, and of a kind no more than a person reads."""

from collections.abc import Iterable, Iterator

from kaspec.config.diagnostics import Diagnostic
from kaspec.frozen import evolve

MOST_OF_A_KIND = 1000
"""How many diagnostics of a kind are told; the others are counted."""


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by their place in the text as it is read."""
    return tuple(sorted(diagnostics, key=lambda diagnostic: (diagnostic.span.reading_order, diagnostic.span.end, diagnostic.code)))


def gathered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics; tell once what is found again where the same text is expanded or included again; count what is too much.

    What the text and the argument both have to say of a place, in the same words, is told once too.
    """
    kinds: dict[str, list[Diagnostic]] = {}
    by_words = {(each.span, each.message): each for each in sorted(diagnostics, key=lambda each: each.code, reverse=True)}
    for diagnostic, repeated in _by_place(by_words.values()):
        again = f" (and {repeated} more time{'s'[: repeated > 1]}, where this is expanded or included)" if repeated else ""
        kinds.setdefault(diagnostic.code, []).append(evolve(diagnostic, message=diagnostic.message + again) if again else diagnostic)
    return in_order(each for found in kinds.values() for each in _first_of(in_order(found)))


def _by_place(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, int]]:
    """Pair what is told of a stretch of text with how often it is read again; what was not expanded stands for itself."""
    places: dict[tuple[str, str, int, int, int], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        span = diagnostic.span
        if not span.chain:
            yield diagnostic, 0
        else:
            places.setdefault((diagnostic.code, span.file, span.line, span.column, span.end), []).append(diagnostic)
    for found in places.values():
        chain = found[0].span.chain
        again = len({each.span.chain for each in found}) - 1
        yield from ((each, again) for each in found if each.span.chain == chain)


def _first_of(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    if len(found) <= MOST_OF_A_KIND:
        return found
    told, counted = found[: MOST_OF_A_KIND - 1], found[MOST_OF_A_KIND - 1 :]
    last = counted[0]
    message = f"{last.message}; and {len(counted) - 1} more of this kind follow, which are not told"
    return (*told, evolve(last, message=message))
