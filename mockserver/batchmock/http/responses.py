"""What handlers answer with: JSON in one piece, or a body made while it is sent.

Plain ASGI, so that it runs on any event loop or none. It does not know what it carries.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

import msgspec
from starlette.types import Receive, Scope, Send

from batchmock.errors import ApiError
from batchmock.http.runtime import Pause, Watch

RawHeader = tuple[bytes, bytes]

# Large enough that sending costs nothing beside making the lines, small enough that memory stays flat.
CHUNK_BYTES = 64 * 1024

# The API names no charset.
JSON: RawHeader = (b"content-type", b"application/json")
JSONL: RawHeader = (b"content-type", b"application/x-jsonl")
_encode = msgspec.json.Encoder().encode


class BytesResponse:
    """A body as it stands."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, body: bytes, *, status: int = 200, headers: Iterable[RawHeader] = ()) -> None:
        self._body = body
        self._status = status
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [(b"content-length", b"%d" % len(self._body)), *self._headers]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


class JsonResponse(BytesResponse):
    """A value as JSON."""

    __slots__ = ()

    def __init__(self, value: object, *, status: int = 200, headers: Iterable[RawHeader] = ()) -> None:
        super().__init__(_encode(value), status=status, headers=[JSON, *headers])


class StreamedResponse:
    """A body whose pieces are made one by one, until a client that goes away makes the rest pointless."""

    __slots__ = ("_headers", "_pieces", "_watch")

    def __init__(self, pieces: AsyncGenerator[bytes], headers: Iterable[RawHeader], watch: Watch) -> None:
        self._pieces = pieces
        self._headers = headers
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it as far as somebody reads."""
        await send({"type": "http.response.start", "status": 200, "headers": [*self._headers]})
        with self._watch(receive) as is_there:
            # Closed at once when a client leaves early: trio complains of generators that are merely forgotten.
            async with aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    if not is_there():
                        return
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def in_chunks(lines: Iterable[bytes], pause: Pause) -> AsyncGenerator[bytes]:
    """Yield lines together, as they are made."""
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield b"".join(chunk)
            chunk.clear()
            size = 0
            # A client that reads as fast as we write would else keep every other client waiting.
            await pause()
    if chunk:
        yield b"".join(chunk)


def error_response(error: ApiError, request_id: str | None) -> JsonResponse:
    """Return the response that an error is answered with; None leaves the id out of its body."""
    body: dict[str, object] = {"type": error.error_type, "message": error.message}
    if error.details is not None:
        body["details"] = error.details
    envelope: dict[str, object] = {"error": body}
    if not error.from_edge:
        envelope = {"type": "error", "error": body}
        if request_id is not None:
            envelope["request_id"] = request_id
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in error.headers.items()]
    return JsonResponse(envelope, status=error.status, headers=headers)
