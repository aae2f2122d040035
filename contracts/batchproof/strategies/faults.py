"""Faults, sparse and benign first: what goes wrong on the way, and how results files are written.

It does not know contracts.
"""

from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from batchmock.faults import Answer, AnyFault, Close, Drip, Lines, Operation, Reset, Rows, Stall

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
FOREIGN_TEXT = "an answer to somebody else's prompt"

Faults = tuple[AnyFault, ...]


def foreign(prefix: str = "foreign-") -> dict[str, object]:
    """Return the patch that makes a row one of another batch, with an id that ends alike."""
    message = {"content": [{"type": "text", "text": FOREIGN_TEXT}], "stop_reason": "end_turn"}
    return {"custom_id": prefix + "{custom_id}", "result": {"type": "succeeded", "message": message}}


def transient(on: Operation, call: int) -> Sequence[AnyFault]:
    """Return what may happen to one call of an operation, and be over with the next."""
    return (
        Answer(on=(on,), calls=(call,), status=500),
        Answer(on=(on,), calls=(call,), status=529),
        Answer(on=(on,), calls=(call,), status=502, body=HTML, headers={"content-type": "text/html"}),
        Answer(on=(on,), calls=(call,), status=503, headers={"retry-after": "1"}),
        Answer(on=(on,), calls=(call,), status=429, headers={"retry-after": "2"}),
        Reset(on=(on,), calls=(call,), when="instead"),
        Close(on=(on,), calls=(call,), after_bytes=20),
        Stall(on=(on,), calls=(call,), when="instead"),
    )


@st.composite
def bursts(draw: st.DrawFn, on: Operation, *, first: int = 2, longest: int = 5) -> Faults:
    """Draw up to two bursts of passing failures of an operation, with a good call between them."""
    at = draw(st.integers(first, first + 3))
    found: list[AnyFault] = []
    for _ in range(draw(st.integers(1, 2))):
        for _ in range(draw(st.integers(1, longest))):
            found.append(draw(st.sampled_from(list(transient(on, at)))))
            at += 1
        at += 1
    return tuple(found)


def framings() -> SearchStrategy[Faults]:
    """Return ways to write a results file and to cut it into pieces, none of which changes what it says."""
    lines = st.builds(
        Lines,
        on=st.just(("results",)),
        line_end=st.sampled_from(["lf", "crlf"]),
        final_line_end=st.sampled_from([True, False]),
        blank_every=st.sampled_from([None, 1, 2]),
        byte_order_mark=st.sampled_from([False, True]),
        escape=st.sampled_from([False, True]),
    )
    pieces = st.builds(Drip, on=st.just(("results",)), size=st.sampled_from([4096, 64, 63, 7, 2, 1]))
    return st.tuples(lines, pieces)


def cuts(*, calls: tuple[int, ...] = (1,)) -> SearchStrategy[Faults]:
    """Return ways in which downloads may end early, in the given calls."""
    at_a_line = st.builds(
        Close,
        on=st.just(("results",)),
        calls=st.just(calls),
        after_lines=st.integers(0, 3),
        inside=st.booleans(),
        framing=st.sampled_from(["until_close", "length", "as_is"]),
    )
    anywhere = st.one_of(
        *(
            st.builds(kind, on=st.just(("results",)), calls=st.just(calls), after_bytes=st.integers(0, 900))
            for kind in (Close, Reset, Stall)
        )
    )
    return st.one_of(at_a_line, anywhere).map(lambda fault: (fault,))


def row_numbers(most: int = 6) -> SearchStrategy[tuple[int, ...]]:
    """Return places of rows in a results file, from 1."""
    return st.lists(st.integers(1, most), min_size=1, max_size=3, unique=True).map(
        lambda found: tuple(sorted(found))
    )


def missing(*, calls: tuple[int, ...] = ()) -> SearchStrategy[Faults]:
    """Return results files that lack rows, in the given calls or in all."""
    return st.builds(
        Rows, on=st.just(("results",)), calls=st.just(calls), rows=row_numbers(), missing=st.just(True)
    ).map(lambda fault: (fault,))
