"""Receiving a request's body: bounded while it comes in, and held once.

It does not know what the bytes mean. Source of the limits: docs/fidelity.md, limits.
"""

from starlette.types import Receive

from batchmock.errors import ApiError, invalid_request
from batchmock.exchanges.digest import AT_ONCE_BYTES_MAX, Digest
from batchmock.http.call import Call
from batchmock.http.exchange import ClientGoneError
from batchmock.http.headers import RequestHeaders, split_unquoted, unquoted
from batchmock.http.inflating import PACKED, Inflater
from batchmock.settings import Settings
from batchmock.switches import Switches

_IDENTITY = ("", "identity")
_UTF_8 = ("", "utf-8", "utf8")


def body_bytes_max(settings: Settings, switches: Switches, bytes_max: int) -> int:
    """Return how large a body may be where the API takes so many bytes, if megabytes are decimal."""
    documented = bytes_max // 10**6 * switches.megabyte_bytes
    return documented if settings.body_bytes_max is None else min(documented, settings.body_bytes_max)


async def receive_body(call: Call, *, bytes_max: int, may_be_packed: bool = False) -> bytearray:
    """Return the whole body of a call of the API, as ``read_body`` does, and let the history know of it.

    Raises:
        ApiError, ClientGoneError: as ``read_body``.
    """
    body = await read_body(call.headers, call.receive, bytes_max=bytes_max, may_be_packed=may_be_packed)
    digest = call.exchange.body = Digest(body)
    if digest.size_bytes <= AT_ONCE_BYTES_MAX:
        digest.work()
    elif before := call.emulator.large_bodies.take(digest):
        while before.work():
            await call.runtime.pause()
    return body


async def read_body(
    headers: RequestHeaders, receive: Receive, *, bytes_max: int, may_be_packed: bool = False
) -> bytearray:
    """Return the whole body, unpacked if it may be packed, and checked to be UTF-8 as it comes in.

    Raises:
        ApiError: 413 once it is clear that it is too large, 400 for an encoding the API does not take.
        ClientGoneError: the connection was closed first.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    inflater = Inflater(bytes_max) if may_be_packed and encoding in PACKED else None
    if inflater is None and encoding not in _IDENTITY:
        raise _unsupported(encoding)
    _refuse_media_types(headers)
    if _announced(headers) > bytes_max:
        raise _too_large()
    body = bytearray()
    received = 0
    text = _Utf8()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        received += len(chunk)
        if received > bytes_max:
            raise _too_large()
        if inflater is not None:
            chunk = inflater.feed(chunk, final=not more)
        text.feed(chunk, final=not more)
        body += chunk
    return body


async def drain(receive: Receive) -> None:
    """Take the whole body and keep nothing.

    Raises:
        ClientGoneError: the connection was closed first.
    """
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        more = message.get("more_body", False)


class _Utf8:
    """Checks a text that comes in pieces, without keeping or decoding more than must be."""

    def __init__(self) -> None:
        # The start of a character that a later piece may complete, and where in the text it stands.
        self._tail = b""
        self._position = 0

    def feed(self, chunk: bytes, *, final: bool) -> None:
        piece = self._tail + chunk
        self._tail = b""
        if not piece.isascii():
            self._check(piece, final=final)
        self._position += len(piece) - len(self._tail)

    def _check(self, piece: bytes, *, final: bool) -> None:
        try:
            str(piece, "utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and not final:
                self._tail = piece[error.start :]
                return
            position = self._position + error.start
            raise invalid_request(
                f"The request body is not valid JSON: {error.reason} in UTF-8 (byte {position})"
            ) from None


def _unsupported(encoding: str) -> ApiError:
    return invalid_request(
        f"content-encoding: {encoding} is not supported; send the body as it is",
        error_code="request_body_encoding_unsupported",
    )


def _refuse_media_types(headers: RequestHeaders) -> None:
    media_type, *parameters = split_unquoted(headers.get("content-type", "application/json"), ";")
    if media_type.strip().lower() != "application/json":
        raise invalid_request(f"content-type: expected application/json, got {media_type.strip()}")
    # Other parameters than the charset mean nothing to JSON (RFC 8259 §11).
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        charset = unquoted(value.strip()).lower()
        if name.strip().lower() == "charset" and charset not in _UTF_8:
            raise invalid_request(f"content-type: {charset} is not supported", error_code="unsupported_charset")


def _announced(headers: RequestHeaders) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _too_large() -> ApiError:
    # Answered by the proxy in front of the API, in its shorter envelope (observed 2025-06).
    return ApiError("request_too_large", "Request exceeds the maximum size", from_edge=True)
