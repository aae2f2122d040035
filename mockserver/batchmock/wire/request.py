"""A create body: parsed into its requests, or refused in the API's words with the index that is wrong.

It knows the envelope, ``requests``, ``custom_id`` and ``params``, and not what may stand inside ``params``:
that is looked at when a request is processed. Bodies are large, so the good path makes one pass in C, keeps
``params`` as slices of the body, and checks all the ids at once; only a bad body is walked request by request.
Source of each message: docs/fidelity.md, create.
"""

import re
import struct
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import msgspec
from msgspec import Raw, Struct

from batchmock.errors import ApiError, invalid_request
from batchmock.limits import CUSTOM_ID_CHARS_MAX, CUSTOM_ID_PATTERN, REQUESTS_MAX
from batchmock.wire.equal_keys import decode_last
from batchmock.wire.refusal import NOT_A, describe

_LEGAL_CHARACTERS = re.compile(r"[a-zA-Z0-9_-]*", re.ASCII)
_OPEN_BRACE = {(ord("{"),)}
_first_byte = struct.Struct("B").unpack_from
_custom_id, _params = attrgetter("custom_id"), attrgetter("params")
IDS_AT_ONCE = 2_000


class BatchRequest(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One entry of a batch; ``params`` is JSON that nobody has looked into yet."""

    custom_id: str
    params: Raw


class _Body(Struct, forbid_unknown_fields=True):
    requests: list[BatchRequest]


class _Envelope(Struct, forbid_unknown_fields=True):
    requests: list[Raw]


# The same, with any keys beside those.
class _OpenRequest(BatchRequest, frozen=True, forbid_unknown_fields=False):
    pass


class _OpenBody(Struct):
    requests: list[_OpenRequest]


class _OpenEnvelope(Struct):
    requests: list[Raw]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a body is made of: the whole, the list without its entries, and an entry."""

    body: msgspec.json.Decoder[_Body] | msgspec.json.Decoder[_OpenBody]
    envelope: msgspec.json.Decoder[_Envelope] | msgspec.json.Decoder[_OpenEnvelope]
    request: msgspec.json.Decoder[BatchRequest] | msgspec.json.Decoder[_OpenRequest]


_json = msgspec.json.Decoder(Raw)
_CLOSED = _Shape(msgspec.json.Decoder(_Body), msgspec.json.Decoder(_Envelope), msgspec.json.Decoder(BatchRequest))
_OPEN = _Shape(
    msgspec.json.Decoder(_OpenBody), msgspec.json.Decoder(_OpenEnvelope), msgspec.json.Decoder(_OpenRequest)
)


def parse_create(
    body: bytearray | bytes, *, may_have_extra: bool = False
) -> Generator[None, None, Sequence[BatchRequest]]:
    """Return the requests of a create body, all of them well-formed or none; yields now and then.

    The requests point into ``body``, which must not change afterwards.

    Raises:
        ApiError: 400, naming the first thing that is wrong.
    """
    shape = _OPEN if may_have_extra else _CLOSED
    try:
        requests = _decoded(body, shape)
        for is_sound in _signs(requests):
            yield
            if not is_sound:
                _walked(body, shape)
                raise AssertionError("a refused body has nothing wrong with it")  # pragma: no cover - our own bug
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None
    return requests


def not_json(error: Exception) -> ApiError:
    """Return the refusal of bytes that are not JSON; the parser's own detail is not contractual."""
    detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return invalid_request(f"The request body is not valid JSON: {detail}")


def _decoded(body: bytearray | bytes, shape: _Shape) -> Sequence[BatchRequest]:
    try:
        return shape.body.decode(body).requests
    except msgspec.ValidationError:
        return _walked(body, shape)


def are_sound(requests: Sequence[BatchRequest]) -> bool:
    """Tell whether count, ids and the outside of params are all as a create call takes them."""
    return all(_signs(requests))


def _signs(requests: Sequence[BatchRequest]) -> Iterator[bool]:
    """Look at one thing after the other; each takes a while for a large batch."""
    # In this order, and ids joined in parts, as it is here that a large body takes up most memory.
    yield 0 < len(requests) <= REQUESTS_MAX
    yield len(set(map(_custom_id, requests))) == len(requests)
    yield _are_ids([request.custom_id for request in requests])
    yield set(map(_first_byte, map(_params, requests))) == _OPEN_BRACE


def _are_ids(texts: Sequence[str]) -> bool:
    parts = ("".join(texts[first : first + IDS_AT_ONCE]) for first in range(0, len(texts), IDS_AT_ONCE))
    return (
        min(map(len, texts)) > 0
        and max(map(len, texts)) <= CUSTOM_ID_CHARS_MAX
        and all(map(_LEGAL_CHARACTERS.fullmatch, parts))
    )


def _walked(body: bytearray | bytes, shape: _Shape) -> Sequence[BatchRequest]:
    """Look at one entry after the other, and refuse the first thing that is wrong.

    Nothing need be: a key that is of another type at first, and right the second time, is none.
    """
    # A body that is no JSON at all is refused as that, whatever else is wrong in front of the broken place.
    _json.decode(body)
    try:
        entries = decode_last(shape.envelope.decode, body).requests
    except msgspec.ValidationError as error:
        raise invalid_request(describe(error)) from None
    requests = [_entry(entry, index, shape) for index, entry in enumerate(entries)]
    if message := _bad_list(requests):
        raise invalid_request(message)
    return requests


def parse_entry(entry: Raw | bytes, index: int) -> BatchRequest:
    """Return one entry of a create body.

    Raises:
        ApiError: 400, naming what is wrong with it as the entry of that index.
    """
    return _entry(entry, index, _CLOSED)


def _entry(entry: Raw | bytes, index: int, shape: _Shape) -> BatchRequest:
    within = f"requests.{index}"
    try:
        request = decode_last(shape.request.decode, entry)
    except msgspec.ValidationError as error:
        raise invalid_request(describe(error, within=within)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from None
    if sentence := _id_refusal(request.custom_id):
        raise invalid_request(f"{within}.custom_id: {sentence}")
    if _first_byte(request.params) not in _OPEN_BRACE:
        raise invalid_request(f"{within}.params: {NOT_A['object']}")
    return request


def _id_refusal(custom_id: str) -> str | None:
    if not custom_id:
        return "String should have at least 1 character"
    if len(custom_id) > CUSTOM_ID_CHARS_MAX:
        return f"String should have at most {CUSTOM_ID_CHARS_MAX} characters"
    if not _LEGAL_CHARACTERS.fullmatch(custom_id):
        return f"String should match pattern '{CUSTOM_ID_PATTERN}'"
    return None


def _bad_list(requests: Sequence[BatchRequest]) -> str | None:
    if not requests:
        return "requests: List should have at least 1 item after validation, not 0"
    if len(requests) > REQUESTS_MAX:
        return f"requests: List should have at most {REQUESTS_MAX} items after validation, not {len(requests)}"
    seen: set[str] = set()
    for custom_id in map(_custom_id, requests):
        if custom_id in seen:
            return f"requests: custom_id's must be unique within a batch. Duplicate custom_id found: {custom_id}"
        seen.add(custom_id)
    return None
