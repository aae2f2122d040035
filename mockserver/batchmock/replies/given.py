"""An answer that somebody else wrote: a text, blocks, a whole message, or a result that is none.

It does not know where it comes from. What is wrong with one is told in the words of ``wire/refusal``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from msgspec import Raw, Struct

from batchmock.wire.message import StopReason
from batchmock.wire.refusal import describe
from batchmock.wire.result import CANCELED, EXPIRED, Canceled, Errored, Expired

# Enough of a wrong answer to know it again.
SHOWN_CHARS_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Blocks:
    """Content blocks as they were written, in their bytes."""

    content: list[Raw]
    stop_reason: StopReason


# A text; blocks; a whole message in its bytes; or what keeps the request from succeeding.
Given = str | Blocks | Raw | Errored | Canceled | Expired


class NotAnAnswerError(Exception):
    """What was given is no answer; the message says why."""


class _Usage(Struct):
    input_tokens: int
    output_tokens: int


class _Block(Struct):
    type: str


class _Message(Struct):
    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[_Block]
    stop_reason: str
    usage: _Usage


class _Error(Struct):
    type: str
    message: str


class _Envelope(Struct):
    type: Literal["error"]
    error: _Error


class _Succeeded(Struct, tag="succeeded"):
    message: Raw


class _Errored(Struct, tag="errored"):
    error: Raw


class _Canceled(Struct, tag="canceled"):
    pass


class _Expired(Struct, tag="expired"):
    pass


_message = msgspec.json.Decoder(_Message).decode
_envelope = msgspec.json.Decoder(_Envelope).decode
_result: Callable[[Raw | bytes], _Succeeded | _Errored | _Canceled | _Expired] = msgspec.json.Decoder(
    _Succeeded | _Errored | _Canceled | _Expired
).decode
_blocks = msgspec.json.Decoder(list[_Block]).decode
_raws = msgspec.json.Decoder(list[Raw]).decode


def result_of(raw: Raw | bytes) -> Given:
    """Return what the result of a line means.

    Raises:
        NotAnAnswerError: it is none of the four types, or not whole.
    """
    try:
        result = _result(raw)
    except msgspec.ValidationError as error:
        raise NotAnAnswerError(describe(error, within="result")) from None
    match result:
        case _Succeeded():
            return message_of(result.message, "result.message")
        case _Errored():
            _checked(_envelope, result.error, "result.error")
            return Errored(result.error)
        case _Canceled():
            return CANCELED
        case _Expired():
            return EXPIRED


def message_of(raw: Raw, where: str = "message") -> Raw:
    """Return a message that is whole, in the very bytes it came in.

    Raises:
        NotAnAnswerError: something is missing, or of the wrong type.
    """
    _checked(_message, raw, where)
    return raw


def answer_of(value: object) -> Given:
    """Return what a Python value means as an answer.

    Raises:
        NotAnAnswerError: it means nothing.
    """
    written = encoded(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return _blocks_of(written)
    if isinstance(value, Mapping):
        return message_of(Raw(written))
    raise NotAnAnswerError(f"{_shortened(written)} is no str, no list of content blocks and no message")


def _blocks_of(encoded: bytes) -> Blocks:
    _checked(_blocks, encoded, "content")
    calls = any(block.type == "tool_use" for block in _blocks(encoded))
    return Blocks(_raws(encoded), "tool_use" if calls else "end_turn")


def encoded(value: object) -> bytes:
    """Return a Python value as JSON.

    Raises:
        NotAnAnswerError: it cannot be written so.
    """
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotAnAnswerError(f"{type(value).__name__} cannot be written as JSON: {error}") from None


def _checked(decode: Callable[[bytes], object], raw: Raw | bytes, where: str) -> None:
    try:
        decode(raw)
    except msgspec.ValidationError as error:
        raise NotAnAnswerError(describe(error, within=where)) from None


def _shortened(encoded: bytes) -> str:
    text = encoded.decode(errors="replace")
    return text if len(text) <= SHOWN_CHARS_MAX else f"{text[:SHOWN_CHARS_MAX]}…"
