"""Faults to draw from, of every kind."""

from typing import Any, get_args

from hypothesis import strategies as st
from msgspec import structs

from batchmock.errors import ErrorType
from batchmock.faults import (
    Answer,
    AnyFault,
    Close,
    Delay,
    Drip,
    HalfClose,
    Headers,
    Lines,
    Operation,
    Patch,
    Reset,
    Rows,
    Stale,
    Stall,
)
from batchmock.scenario import Scenario
from batchmock.times import DAY, MILLISECOND
from tests.mockserver.lives import any_scenarios

matching: dict[str, Any] = {
    "on": st.lists(st.sampled_from(get_args(Operation)), max_size=3, unique=True).map(tuple),
    "calls": st.lists(st.integers(1, 5), max_size=3).map(tuple),
    "per_batch": st.booleans(),
    "batch": st.none() | st.integers(1, 2),
    "probability": st.sampled_from([0.1, 0.5, 1.0]),
    "times": st.none() | st.integers(1, 3),
}
texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
merges = st.dictionaries(
    st.sampled_from(["id", "processing_status", "request_counts", "results_url", "custom_id", "result", "new"]),
    values,
    max_size=3,
)
drops = st.lists(st.sampled_from(["id", "custom_id", "result.type", "a.b"]), max_size=2).map(tuple)
header_values = st.dictionaries(
    st.sampled_from(["x-new", "retry-after", "content-type"]), st.just("1"), max_size=2
)


def positions(kind: type[Any], framings: list[str]) -> st.SearchStrategy[Any]:
    """Return endings of a kind, before the body, in it or behind it."""
    framing = st.sampled_from(framings)
    return (
        st.builds(kind, when=st.sampled_from(["instead", "after"]), **matching)
        | st.builds(kind, after_bytes=st.integers(0, 2_000), framing=framing, **matching)
        | st.builds(kind, after_lines=st.integers(0, 5), inside=st.booleans(), framing=framing, **matching)
    )


answers = st.builds(
    Answer,
    status=st.sampled_from([200, 204, 302, 400, 404, 408, 429, 500, 502, 503, 529, 599]),
    error=st.none() | st.sampled_from(get_args(ErrorType)),
    message=st.none() | texts,
    headers=header_values,
    when=st.sampled_from(["instead", "after"]),
    **matching,
) | st.builds(Answer, status=st.sampled_from([200, 500]), body=texts, **matching)
endings = (
    positions(Close, ["as_is", "length", "until_close", "whole"])
    | positions(Reset, ["as_is", "length", "until_close"])
    | positions(HalfClose, ["as_is", "length", "until_close"])
)
# Those that take the client's time.
slow = (
    positions(Stall, ["as_is", "length", "until_close"])
    | st.builds(Delay, by=st.integers(0, 2 * MILLISECOND), when=st.sampled_from(["before", "after"]), **matching)
    | st.builds(Drip, size=st.integers(100, 1_000), every=st.just(0), **matching)
)
quick: st.SearchStrategy[AnyFault] = (
    answers
    | endings
    | st.builds(Headers, set=header_values, drop=drops, **matching)
    | st.builds(Patch, merge=merges, drop=drops, **matching)
    | st.builds(Stale, by=st.integers(0, 2 * DAY), **matching)
    | st.builds(
        Lines,
        line_end=st.sampled_from(["lf", "crlf"]),
        final_line_end=st.booleans(),
        byte_order_mark=st.booleans(),
        blank_every=st.none() | st.integers(1, 3),
        escape=st.booleans(),
        **matching,
    )
    | st.builds(
        Rows,
        rows=st.lists(st.integers(1, 5), max_size=2).map(tuple),
        glob=st.none() | st.sampled_from(["*", "a*"]),
        missing=st.booleans(),
        repeat=st.integers(0, 2),
        merge=merges,
        drop=drops,
        raw=st.none() | texts,
        strangers=st.integers(0, 2),
        **matching,
    )
)


def with_faults(scenario: Scenario, faults: list[AnyFault]) -> Scenario:
    return structs.replace(scenario, faults=tuple(faults))


bad_days = st.builds(with_faults, any_scenarios, st.lists(quick | slow, max_size=4))
quick_bad_days = st.builds(with_faults, any_scenarios, st.lists(quick, max_size=4))
