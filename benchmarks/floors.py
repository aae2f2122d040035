"""The floors: the least that a Starlette app on uvicorn can do, for the emulator to be compared with.

Run as ``python floors.py NAME [SIZE] --ready-file FILE``; each is a process of its own, as the emulator is.
"""

import argparse
import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import uvicorn
from msgspec import Raw, Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

CHUNK_BYTES = 64 * 1024


class _Request(Struct, gc=False):
    custom_id: str
    params: Raw


class _Body(Struct):
    requests: list[_Request]


async def _received(receive: Receive) -> bytearray:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


class _Create:
    """Receives a body into one bytearray and, with ``decoded``, cuts it into requests; then answers."""

    def __init__(self, *, decoded: bool) -> None:
        self._decoded = decoded
        self._kept: list[list[_Request]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _received(receive)
        if self._decoded and body:
            self._kept.append(msgspec.json.decode(body, type=_Body).requests)
        await Response(b'{"id": "none"}')(scope, receive, send)


def discard(size: int) -> ASGIApp:
    """Keep the body and do nothing with it."""
    return Starlette(routes=[Route("/{path:path}", _Create(decoded=False))])


def receive_raw(size: int) -> ASGIApp:
    """Keep the body, its requests cut out of it with ``params`` as they are."""
    return Starlette(routes=[Route("/{path:path}", _Create(decoded=True))])


def poll(size: int) -> ASGIApp:
    """Answer each GET with the same ``size`` bytes, made beforehand."""
    body = b"x" * size

    async def retrieve(request: Request) -> Response:
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v1/messages/batches/{batch_id}", retrieve), Route("/", retrieve)])


def stream(size: int) -> ASGIApp:
    """Answer each GET with ``size`` bytes in chunks of 64 KiB, made beforehand."""
    chunk, (count, rest) = b"x" * CHUNK_BYTES, divmod(size, CHUNK_BYTES)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield chunk
            await asyncio.sleep(0)
        yield chunk[:rest]

    async def results(request: Request) -> Response:
        return StreamingResponse(chunks(), media_type="application/x-jsonl")

    async def alive(request: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/", alive), Route("/{path:path}", results)])


FLOORS: dict[str, Callable[[int], ASGIApp]] = {
    "discard": discard,
    "receive_raw": receive_raw,
    "poll": poll,
    "stream": stream,
}


def main() -> None:
    """Serve one floor until it is asked to end; the settings are those of ``batchmock.server``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=FLOORS)
    parser.add_argument("size", type=int, nargs="?", default=0)
    parser.add_argument("--ready-file", type=Path, required=True)
    options = parser.parse_args()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    draft = options.ready_file.with_suffix(".draft")
    draft.write_text(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    draft.replace(options.ready_file)
    config = uvicorn.Config(
        FLOORS[options.name](options.size),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
