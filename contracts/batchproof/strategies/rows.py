"""Requests: keys that collide when they are handled carelessly, prompts that break careless readers, outcomes.

It does not know what happens to them on their way.
"""

from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from batchmock.errors import ErrorType
from batchmock.outcomes import TerminalState
from batchproof.outcome import PASSING
from batchproof.plan import Row

LEGAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
# What careless readers of lines take for the end of one, and what is more than one byte or more than one unit.
LINE_SEPARATORS = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"
TEXT = st.text("ab \u00e9\u65e5\U0001f600" + LINE_SEPARATORS, max_size=12)


def plain_keys() -> SearchStrategy[str]:
    """Return keys as most people write them: short, legal, some of them numbers."""
    return st.one_of(
        st.text("ab", min_size=1, max_size=3),
        st.integers(0, 120).map(str),
        st.integers(0, 20).map(lambda number: f"row-{number}"),
        st.text(LEGAL, min_size=1, max_size=64),
    )


def any_keys() -> SearchStrategy[str]:
    """Return keys of any kind that a user may have: paths, addresses, titles in any script, very long ones."""
    return st.one_of(
        plain_keys(),
        st.sampled_from(
            [
                "a/b",
                "a.b",
                "a b",
                "user@example.com",
                "https://example.com/?q=1",
                "\u65e5\u672c",
                "e\u0301",
                "\u00e9",
            ]
        ),
        st.text(max_size=20),
        st.text("ab/", min_size=65, max_size=200),
    )


@st.composite
def colliding_keys(draw: st.DrawFn) -> tuple[str, str]:
    """Draw two keys that become one when they are cleaned, folded, normalised or cut."""
    stem = draw(st.text("abc", min_size=1, max_size=6))
    return draw(
        st.sampled_from(
            [
                (f"{stem}-1", f"{stem}_1"),
                (f"{stem}/1", f"{stem}.1"),
                (f"{stem}x", f"{stem}X"),
                (stem, f" {stem}"),
                (f"{stem}\u00e9", f"{stem}e\u0301"),
                (f"0{stem}", stem),
                (stem.ljust(64, "x") + "1", stem.ljust(64, "x") + "2"),
                (stem.ljust(32, "y") + "1", stem.ljust(32, "y") + "2"),
                ("7", "07"),
                ("1e3", "1000"),
            ]
        )
    )


def rows(
    *,
    keys: SearchStrategy[str] | None = None,
    states: Sequence[TerminalState] = ("succeeded",),
    errors: Sequence[ErrorType] = PASSING,
    said: SearchStrategy[str] | None = None,
    min_size: int = 2,
    max_size: int = 8,
) -> SearchStrategy[tuple[Row, ...]]:
    """Return requests with different keys."""
    row = st.builds(
        Row,
        key=plain_keys() if keys is None else keys,
        said=st.just("") if said is None else said,
        state=st.sampled_from(list(states)),
        error=st.sampled_from(list(errors)),
    )
    return st.lists(row, min_size=min_size, max_size=max_size, unique_by=lambda one: one.key).map(tuple)
