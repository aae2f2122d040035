"""A line of results → whose it is, and of which kind.

The hot path: the line's outline is read, its message is not (that is done when someone asks for the outcome). A
line belongs to a request by its whole custom_id and by nothing else: not by position, count or likeness
(docs/clients.md J1, J2, J6). It does not know files or journals.
"""

import json
from dataclasses import dataclass

import msgspec
from msgspec import Raw, Struct

from batchclient.ids import number_of
from batchclient.outcomes import KINDS, RETRYABLE_ERRORS, Kind
from batchclient.shapes import as_object, as_text

_NOTHING = Raw(b"")


class _Result(Struct, gc=False):
    type: str
    message: Raw = _NOTHING
    error: Raw = _NOTHING


class _Outline(Struct, gc=False):
    custom_id: str
    result: _Result


class _Error(Struct):
    type: str = ""


class _Envelope(Struct):
    error: _Error


_outline = msgspec.json.Decoder(_Outline)
_envelope = msgspec.json.Decoder(_Envelope)


class Row(Struct, frozen=True, gc=False):
    """A line that belongs to a request of the batch."""

    number: int
    kind: Kind
    retryable: bool


@dataclass(frozen=True, slots=True)
class Stranger:
    """A line that is whole, and belongs to no request of the batch."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a line of JSON in UTF-8: damaged on its way."""


STRANGER, MALFORMED = Stranger(), Malformed()


def read_line(line: bytes, nonce: str) -> Row | Stranger | Malformed:
    """Tell whose line it is."""
    try:
        line.decode()
        outline = _outline.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_oddly_shaped(line, nonce)
    number = number_of(nonce, outline.custom_id)
    if number is None:
        return STRANGER
    kind = KINDS.get(outline.result.type, Kind.UNKNOWN)
    if kind is Kind.SUCCEEDED and bytes(memoryview(outline.result.message)[:1]) != b"{":
        return Row(number, Kind.UNKNOWN, retryable=False)
    return Row(number, kind, retryable=_is_retryable(kind, outline.result))


def _is_retryable(kind: Kind, result: _Result) -> bool:
    if kind is not Kind.ERRORED:
        return kind is Kind.EXPIRED
    try:
        return _envelope.decode(result.error).error.type in RETRYABLE_ERRORS
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def _read_oddly_shaped(line: bytes, nonce: str) -> Row | Stranger | Malformed:
    """Read a line that is JSON but for its shape, or for escapes that only the standard library takes."""
    try:
        found: object = json.loads(line.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return MALFORMED
    custom_id = as_text(as_object(found).get("custom_id"))
    number = None if custom_id is None else number_of(nonce, custom_id)
    return STRANGER if number is None else Row(number, Kind.UNKNOWN, retryable=False)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
