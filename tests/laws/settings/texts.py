"""Texts: examples with pieces replaced, keywords and scraps in any order, anything at all."""

from pathlib import Path

from hypothesis import strategies as st

from kaspec.config.keywords import TABLE

TEXTS = tuple(path.read_text() for path in sorted((Path(__file__).parents[2] / "unit" / "config").glob("*/*.conf")))

keywords = st.sampled_from(sorted({name for rows in TABLE.values() for name in rows}))
scraps = st.sampled_from(
    ("{", "}", '"', "#", "!", "\\", "@", "@^", "$A=", "~SEQ(", "include", "\n", "\t", " ", "\0", "\u00a0", "\ud800", "网")
)
numbers = st.integers().map(str) | st.decimals().map(str) | st.sampled_from(("1", "255", "256", "-1", "0.01", "9" * 40))
values = (
    st.sampled_from(("eth0", "192.0.2.1/24", "192.0.2.1/", "fe80::1", "dev", "weight", "via", "label", "MASTER", "PASS", "on")) | numbers
)
jumbles = st.lists(keywords | scraps | values | st.text(max_size=5), max_size=60).map(" ".join)
sentences = st.lists(st.lists(keywords | values | scraps, min_size=1, max_size=5).map(" ".join), max_size=20).map("\n".join)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Draw one of the example files with some stretches of it replaced, moved or dropped."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(start + 20, len(text))))
        text = (
            text[:start] + draw(st.just("") | st.just(text[start:end] * 2) | keywords | scraps | values | st.text(max_size=4)) + text[end:]
        )
    return text


texts = st.text() | jumbles | sentences | mutations()
