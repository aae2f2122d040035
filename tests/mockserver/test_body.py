"""A body may come in any pieces: it is received as sent, or refused at the byte that is wrong."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.types import Message

from batchmock.errors import ApiError
from batchmock.http.body import read_body
from batchmock.http.exchange import ClientGoneError

cuts = st.lists(st.integers(0, 60), max_size=8)


def in_pieces(body: bytes, at: list[int]) -> Iterator[Message]:
    edges = [0, *sorted(cut for cut in at if cut <= len(body)), len(body)]
    last = len(edges) - 2
    for index, (start, stop) in enumerate(itertools.pairwise(edges)):
        yield {"type": "http.request", "body": body[start:stop], "more_body": index < last}


def received(messages: Iterator[Message], *, bytes_max: int = 1_000) -> bytes:
    """Step ``read_body`` to its end by hand."""

    async def receive() -> Message:
        return next(messages)

    step = read_body(Headers(), receive, bytes_max=bytes_max)
    with pytest.raises(StopIteration) as done:
        step.send(None)
    return bytes(done.value.value)


@given(st.text(max_size=30), cuts)
def test_text_cut_anywhere_is_received_as_sent(text: str, at: list[int]) -> None:
    assert received(in_pieces(text.encode(), at)) == text.encode()


@given(st.binary(max_size=40), cuts)
def test_what_is_no_utf_8_is_refused_at_the_same_byte_however_it_is_cut(body: bytes, at: list[int]) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        with pytest.raises(ApiError, match=rf"\(byte {error.start}\)") as refused:
            received(in_pieces(body, at))
        assert refused.value.status == 400
    else:
        assert received(in_pieces(body, at)) == body


@given(st.binary(max_size=20).map(lambda body: body.hex().encode()), cuts, st.integers(0, 50))
def test_a_body_over_the_limit_is_refused_at_any_cut(body: bytes, at: list[int], bytes_max: int) -> None:
    if len(body) <= bytes_max:
        assert received(in_pieces(body, at), bytes_max=bytes_max) == body
    else:
        with pytest.raises(ApiError, match="exceeds the maximum size"):
            received(in_pieces(body, at), bytes_max=bytes_max)


def test_a_client_that_goes_away_leaves_nothing_behind() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    with pytest.raises(ClientGoneError):
        received(iter(messages))
