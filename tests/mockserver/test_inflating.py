"""Packed bodies: unpacked however they are cut, and never beyond the limit."""

import gzip
import itertools
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchmock.errors import ApiError
from batchmock.http.inflating import Inflater
from batchmock.scenario import Scenario
from batchmock.switches import Switches
from tests.mockserver.facts.room import many, room_with

cuts = st.lists(st.integers(0, 200), max_size=8)


def fed(packed: bytes, at: list[int], bytes_max: int) -> bytes:
    """Unpack a body that comes in pieces."""
    inflater = Inflater(bytes_max)
    edges = [0, *sorted(cut for cut in at if cut <= len(packed)), len(packed)]
    pieces = [packed[start:stop] for start, stop in itertools.pairwise(edges)]
    last = len(pieces) - 1
    return b"".join([inflater.feed(piece, final=index == last) for index, piece in enumerate(pieces)])


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=3), cuts)
def test_one_member_or_several_cut_anywhere_unpack_to_what_was_packed(bodies: list[bytes], at: list[int]) -> None:
    body = b"".join(bodies)
    packed = b"".join(gzip.compress(one, mtime=0) for one in bodies)

    assert fed(packed, at, len(body)) == body
    if body:
        with pytest.raises(ApiError) as refused:
            fed(packed, at, len(body) - 1)
        assert refused.value.details == {"error_code": "request_body_too_large_after_decoding"}


@given(st.binary(max_size=60), cuts)
def test_what_is_no_gzip_is_refused(body: bytes, at: list[int]) -> None:
    try:
        gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        with pytest.raises(ApiError) as refused:
            fed(body, at, 1_000)
        assert refused.value.details == {"error_code": "request_body_encoding_invalid"}


@given(st.binary(min_size=1, max_size=60), st.integers(1, 25))
def test_what_breaks_off_is_refused(body: bytes, missing: int) -> None:
    packed = gzip.compress(body)
    with pytest.raises(ApiError):
        fed(packed[:-missing], [], 1_000)


def test_a_small_body_that_unpacks_to_a_very_large_one_takes_no_more_than_the_limit() -> None:
    bomb = gzip.compress(bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(ApiError) as refused:
        fed(bomb, [], 1_000_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refused.value.status == 413
    assert most < 4_000_000


def test_over_a_socket_a_packed_batch_is_a_batch_and_a_bomb_is_a_413() -> None:
    scenario = Scenario(switches=Switches(packed_bodies="accept"))
    packed = {"content-encoding": "gzip"}
    with room_with(scenario=scenario, body_bytes_max=1_000_000) as room:
        body = gzip.compress(json.dumps({"requests": many(1_000)}).encode())
        assert room.call("POST", headers=packed, content=body).json()["request_counts"]["processing"] == 1_000
        bomb = room.call("POST", headers=packed, content=gzip.compress(bytes(50_000_000)))
        other = room.call("POST", headers={"content-encoding": "br"}, content=body)

    assert (bomb.status_code, bomb.json()["error"]["type"]) == (413, "request_too_large")
    assert bomb.json()["type"] == "error"
    assert other.json()["error"]["details"] == {"error_code": "request_body_encoding_unsupported"}
