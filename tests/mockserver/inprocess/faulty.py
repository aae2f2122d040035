"""An app whose every path treats its connection in another way, and clients that reach it in each way there is."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from starlette.types import Receive, Scope, Send

from batchmock.http.wire_faults import ConnectionOverError, Wire, wire_of
from batchmock.inprocess.libraries import LibraryName, library
from batchmock.server import running_app


async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer ``/framing/bytes/verb`` with so many bytes in that framing, then do what the verb says.

    Framings: *none* (no response at all), *length* (10 bytes are promised), *chunked*, *close*.
    """
    framing, count, verb = scope["path"].strip("/").split("/")
    wire = wire_of(scope)
    try:
        if framing != "none":
            await _start(framing, wire, send)
            await send({"type": "http.response.body", "body": b"x" * int(count), "more_body": True})
        if verb == "drip":
            await _drip(wire, send)
        elif verb != "end":
            await getattr(wire, verb)()
        await send({"type": "http.response.body", "body": b""})
    except ConnectionOverError:
        return


async def _start(framing: str, wire: Wire, send: Send) -> None:
    if framing == "close":
        wire.until_close()
    headers = [(b"content-length", b"10")] if framing == "length" else []
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _drip(wire: Wire, send: Send) -> None:
    for _ in range(3):
        await wire.wait(0.02)
        await send({"type": "http.response.body", "body": b"y", "more_body": True})


@contextmanager
def socket_client(name: LibraryName, timeout_s: float = 5) -> Generator[Any]:
    with (
        running_app(faulty) as url,
        library(name).module.Client(base_url=url, timeout=timeout_s) as client,
    ):
        yield client


@contextmanager
def local_client(name: LibraryName, timeout_s: float = 5) -> Generator[Any]:
    used = library(name)
    transport = used.transport(faulty, used)
    with used.module.Client(transport=transport, base_url="http://here.invalid", timeout=timeout_s) as client:
        yield client


@contextmanager
def async_clients(name: LibraryName, timeout_s: float = 5) -> Generator[list[Any]]:
    """Give a client over a socket and one without, both async."""
    used = library(name)
    with running_app(faulty) as url:
        yield [
            used.module.AsyncClient(base_url=url, timeout=timeout_s),
            used.module.AsyncClient(
                transport=used.async_transport(faulty, used), base_url="http://here.invalid", timeout=timeout_s
            ),
        ]


def outcome(client: Any, path: str) -> tuple[bytes, str, str]:
    """Return what arrives, and how it ends for the client: the exception's name and message."""
    received = bytearray()
    try:
        with client.stream("GET", path) as response:
            for piece in response.iter_raw():
                received += piece
    except Exception as error:
        return bytes(received), type(error).__name__, str(error)
    return bytes(received), "", ""


async def async_outcome(client: Any, path: str) -> tuple[bytes, str, str]:
    """Return what arrives, and how it ends for the client: the exception's name and message."""
    received = bytearray()
    try:
        async with client, client.stream("GET", path) as response:
            async for piece in response.aiter_raw():
                received += piece
    except Exception as error:
        return bytes(received), type(error).__name__, str(error)
    return bytes(received), "", ""
