"""Hints stay short and quick however much there is to choose from."""

import pytest

from kaspec.config.likeness import MOST_KNOWN, listed, similar


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "none"), (("a",), "a"), (("a", "b"), "a, b"), (("a", "b", "c"), "a, b, c"), (("a", "b", "c", "d", "e"), "a, b, c and 2 more")],
)
def test_the_first_few_of_many_are_named(names: tuple[str, ...], said: str) -> None:
    assert listed(names, 3) == said


def test_nobody_is_guessed_among_thousands() -> None:
    few = tuple(f"router{number}" for number in range(MOST_KNOWN))
    assert similar("ruoter999", few) == "did you mean 'router999'?"
    assert similar("ruoter999", (*few, "one more")) == ""
