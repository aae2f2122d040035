"""A line of results → whose it is, and of which kind.

The hot path: the line's outline is read, its message is not (that is done when someone asks for the outcome). A
line belongs to a request by its whole custom_id and by nothing else: not by position, count or likeness
(docs/clients.md J1, J2, J6). It does not know files or journals.
"""

import json
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from batchclient.ids import number_of
from batchclient.outcomes import KINDS, RETRYABLE_ERRORS, Kind
from batchclient.shapes import as_object, as_text


class Row(Struct, frozen=True, gc=False):
    """A line that belongs to a request of the batch."""

    number: int
    kind: Kind
    retryable: bool = False


# stranger: a whole line that belongs to no request of the batch. malformed: no JSON in UTF-8, damaged on its way.
Oddity: TypeAlias = Literal["stranger", "malformed"]


class _Object(Struct, gc=False):
    """Any object; what is in it is skipped."""


class _Error(Struct, gc=False):
    type: str


class _Envelope(Struct, gc=False):
    error: _Error


class _Result(Struct, gc=False):
    type: str
    message: _Object | None = None
    error: _Envelope | None = None


class _Outline(Struct, gc=False):
    custom_id: str
    result: _Result


_SUCCEEDED = Kind.SUCCEEDED
_outline = msgspec.json.Decoder(_Outline)


def read_line(line: bytes, nonce: str) -> Row | Oddity:
    """Tell whose line it is."""
    try:
        # What is skipped below is not looked at, not even for being UTF-8.
        line.decode()
        outline = _outline.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_oddly_shaped(line, nonce)
    number = number_of(nonce, outline.custom_id)
    if number is None:
        return "stranger"
    result = outline.result
    if result.type == "succeeded" and result.message is not None:
        return Row(number, _SUCCEEDED)
    error_type = result.error.error.type if result.error else None
    return _row(number, result.type, has_message=result.message is not None, error_type=error_type)


def _row(number: int, result_type: str | None, *, has_message: bool, error_type: str | None) -> Row:
    kind = KINDS.get(result_type or "", Kind.UNKNOWN)
    if kind is Kind.SUCCEEDED and not has_message:
        kind = Kind.UNKNOWN
    return Row(number, kind, kind is Kind.ERRORED and error_type in RETRYABLE_ERRORS)


def _read_oddly_shaped(line: bytes, nonce: str) -> Row | Oddity:
    """Read a line that is JSON but for its shape, or for escapes that only the standard library takes."""
    try:
        found = as_object(json.loads(line.decode(), parse_constant=_refuse))
    except (ValueError, RecursionError):
        return "malformed"
    number = number_of(nonce, as_text(found.get("custom_id")) or "")
    if number is None:
        return "stranger"
    result = as_object(found.get("result"))
    error = as_object(as_object(result.get("error")).get("error"))
    has_message = isinstance(result.get("message"), dict)
    return _row(
        number, as_text(result.get("type")), has_message=has_message, error_type=as_text(error.get("type"))
    )


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
