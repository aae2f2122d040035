"""How many tokens are read and written: one stated rule in place of a tokenizer.

- Four bytes of UTF-8 are a token, rounded up.
- A request counts by what the model reads of it: texts by their bytes, tools and content blocks by those of their
  JSON as it was sent. But an image is 1,600 tokens and a document 3,000, whatever its size; one that is given as
  text counts by its bytes.
- An answer counts by the bytes of its text, of its thinking and of its tools' input, block by block.
- What stands before a cache breakpoint, in the order tools, system, messages, counts as written to the cache: for
  an hour up to the last breakpoint with that ``ttl``, for five minutes from there on. Nothing is too short for it.

The rule is a function of the one request: it does not know what else is in its batch, so it never reports a read
unless it is told to (``Caching``). In the real API caching in a batch is best effort
(https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT, MISSHAPEN, Prompt, prompt_of
from batchmock.replies.answers import Caching
from batchmock.wire.message import (
    NOTHING_CACHED,
    CacheCreation,
    ServerToolUsage,
    ServiceTier,
    ThinkingTokens,
    Usage,
)

BYTES_PER_TOKEN = 4
# Our own flat figures, of the order that the documentation gives for a large picture and for a page or two.
IMAGE_TOKENS = 1_600
DOCUMENT_TOKENS = 3_000


class Read(NamedTuple):
    """Tokens that a request has the model read; ``five_minutes`` and ``an_hour`` are parts of ``total``."""

    total: int
    five_minutes: int = 0
    an_hour: int = 0


class _CacheControl(Struct, gc=False):
    ttl: str | None = None


class _Source(Struct, gc=False):
    type: str = ""
    data: Raw = ABSENT


class _Piece(Struct, gc=False):
    type: str = ""
    cache_control: _CacheControl | None = None
    source: _Source | None = None
    content: Raw = ABSENT


_MARK = msgspec.json.Decoder(_CacheControl | None).decode
_pieces = msgspec.json.Decoder(list[Raw]).decode
_piece = msgspec.json.Decoder(_Piece).decode
_text = msgspec.json.Decoder(str).decode
_NO_PIECE = _Piece()


def tokens(size_bytes: int) -> int:
    """Return how many tokens so much text counts for."""
    return -(-size_bytes // BYTES_PER_TOKEN)


def count_tokens(params: Raw | bytes) -> int:
    """Return how many tokens params count for; those of a count_tokens call as well."""
    try:
        return read(prompt_of(params)).total
    except MISSHAPEN:
        return tokens(memoryview(params).nbytes)


def read(prompt: Prompt) -> Read:
    """Return what a request has the model read."""
    prefix = five_minutes = an_hour = 0
    for size, mark in _pieces_of(prompt):
        prefix += size
        if mark is not None:
            five_minutes, an_hour = _marked(mark, prefix, five_minutes, an_hour)
    if (mark := _mark(prompt.cache_control)) is not None:
        five_minutes, an_hour = _marked(mark, prefix, five_minutes, an_hour)
    hour = tokens(an_hour)
    return Read(tokens(prefix), max(0, tokens(five_minutes) - hour), hour)


def usage(
    asked: Read,
    written: int,
    *,
    tier: ServiceTier,
    caching: Caching = "written",
    thought: int | None = None,
    searches: int = 0,
) -> Usage:
    """Return the usage of an answer of so many tokens, thinking included."""
    cached = asked.five_minutes + asked.an_hour
    if caching == "off":
        cached = 0
    is_written = caching == "written" and cached > 0
    return Usage(
        input_tokens=asked.total - cached,
        cache_creation_input_tokens=cached if is_written else 0,
        cache_read_input_tokens=cached if caching == "read" else 0,
        cache_creation=CacheCreation(asked.five_minutes, asked.an_hour) if is_written else NOTHING_CACHED,
        output_tokens=written,
        output_tokens_details=msgspec.UNSET if thought is None else ThinkingTokens(thought),
        server_tool_use=ServerToolUsage(searches) if searches else msgspec.UNSET,
        service_tier=tier,
    )


def _pieces_of(prompt: Prompt) -> Iterator[tuple[int, _CacheControl | None]]:
    """Yield the bytes that each text, tool and block counts for, and its mark, as the model reads them."""
    for part in (prompt.tools, prompt.system, *(turn.content for turn in prompt.messages)):
        try:
            blocks = _pieces(part)
        except MISSHAPEN:
            yield _text_bytes(part), None
            continue
        for raw in blocks:
            piece = _decoded(raw)
            yield memoryview(raw).nbytes + _extra_bytes(piece), piece.cache_control


def _text_bytes(part: Raw) -> int:
    try:
        return len(_text(part).encode())
    except MISSHAPEN:
        return 0


def _decoded(raw: Raw) -> _Piece:
    try:
        return _piece(raw)
    except MISSHAPEN:
        return _NO_PIECE


def _mark(raw: Raw) -> _CacheControl | None:
    try:
        return None if raw is ABSENT else _MARK(raw)
    except MISSHAPEN:
        return None


def _marked(mark: _CacheControl, prefix: int, five_minutes: int, an_hour: int) -> tuple[int, int]:
    return (prefix, prefix) if mark.ttl == "1h" else (prefix, an_hour)


def _extra_bytes(piece: _Piece) -> int:
    """Return by how much a block counts for more, or less, than its bytes."""
    if piece.type == "tool_result" and piece.content is not ABSENT:
        return sum(_extra_bytes(_decoded(raw)) for raw in _nested(piece.content))
    if piece.source is None or piece.type not in ("image", "document") or piece.source.type in ("text", "content"):
        return 0
    flat = IMAGE_TOKENS if piece.type == "image" else DOCUMENT_TOKENS
    return flat * BYTES_PER_TOKEN - memoryview(piece.source.data).nbytes


def _nested(content: Raw) -> list[Raw]:
    try:
        return _pieces(content)
    except MISSHAPEN:
        return []
