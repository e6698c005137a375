"""Regular expressions that are compiled late find what others find."""

import re
from typing import Any

import pytest

from kaspec.expression import expression

METHODS = ("findall", "fullmatch", "match", "search", "split")


@pytest.mark.parametrize("text", ["", "a1b22", "AA", "a\nb"])
@pytest.mark.parametrize(("pattern", "flags"), [(r"[a-z](\d*)", re.NOFLAG), ("(a)", re.IGNORECASE), ("a.b", re.DOTALL)])
def test_a_late_expression_finds_what_one_compiled_at_once_does(pattern: str, flags: re.RegexFlag, text: str) -> None:
    once = re.compile(pattern, flags)
    for name in METHODS:
        assert repr(getattr(expression(pattern, flags), name)(text)) == repr(getattr(once, name)(text))
    assert [*map(repr, expression(pattern, flags).finditer(text))] == [*map(repr, once.finditer(text))]
    assert expression(pattern, flags).sub("-", text) == once.sub("-", text)


def test_it_is_compiled_when_it_is_first_asked_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_now = re.compile

    def noted(pattern: str, flags: Any = 0) -> Any:
        compiled.append(pattern)
        return compile_now(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    late = expression("a+")
    assert compiled == []
    assert late.fullmatch("aa")
    assert late.match("b") is None
    assert compiled == ["a+"]
    with pytest.raises(AttributeError, match="none_such"):
        late.none_such  # type: ignore[attr-defined]  # noqa: B018
