"""Transports that lead to an app in this process, for httpx2 and for httpx, each imported when it is asked for.

The libraries agree in all that is used here, so there is one text, and each makes its own classes of it. It does
not know the app.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope

from batchmock.coupling.loops import refuse_unless_coupled
from batchmock.errors import UsageError
from batchmock.http.wire_faults import WIRE
from batchmock.inprocess.exchange import Failure, LocalExchange, by_hand
from batchmock.inprocess.wire import LocalWire, Sleep, sleep_by_hand, sleep_on_loop

LibraryName = Literal["httpx2", "httpx"]
LIBRARIES: tuple[LibraryName, ...] = ("httpx2", "httpx")

# RFC 2606: no such host can exist, so a request that gets past the emulator leads nowhere.
HOST = "batchproof.invalid"


@dataclass(frozen=True, slots=True)
class Library:
    """An HTTP library, and our classes on top of its own."""

    module: Any
    body: Any
    transport: Any
    async_transport: Any

    def error(self, failure: Failure, message: str | None = None) -> Exception:
        """Return a failure as the library raises it."""
        return getattr(self.module, failure.name)(failure.message if message is None else message)


@cache
def library(name: LibraryName) -> Library:
    """Return a library by its name.

    Raises:
        UsageError: it is not installed.
    """
    if not is_installed(name):
        raise UsageError(f"{name} is not installed; install it, or name the other: {' or '.join(LIBRARIES)}")
    module: Any = import_module(name)
    return Library(
        module,
        type("LocalBody", (LocalBody, module.SyncByteStream, module.AsyncByteStream), {}),
        type("LocalTransport", (LocalTransport, module.BaseTransport), {}),
        type("AsyncLocalTransport", (AsyncLocalTransport, module.AsyncBaseTransport), {}),
    )


def is_installed(name: LibraryName) -> bool:
    """Tell whether a library can be imported."""
    return find_spec(name) is not None


class LocalBody:
    """The body of a response: each piece is made when it is asked for."""

    def __init__(self, exchange: LocalExchange, used: Library) -> None:
        self._exchange = exchange
        self._library = used

    def __iter__(self) -> Iterator[bytes]:
        while (piece := by_hand(self._exchange.piece())) is not None:
            yield piece
        if failure := self._exchange.failure():
            raise self._library.error(failure)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        # No generator: trio would complain of one that is left before its end.
        piece = await self._exchange.piece()
        if piece is not None:
            return piece
        if failure := self._exchange.failure():
            raise async_error(self._library, failure)
        raise StopAsyncIteration

    def close(self) -> None:
        """Read no further."""
        self._exchange.close()

    async def aclose(self) -> None:
        """Read no further."""
        self._exchange.close()


class LocalTransport:
    """A transport whose caller steps the app itself: no event loop, no thread, also inside a running loop."""

    def __init__(self, app: ASGIApp, used: Library) -> None:
        self._app = app
        self._library = used

    def handle_request(self, request: Any) -> Any:
        """Answer a request."""
        exchange = open_exchange(self._app, request, received_by_hand(request.stream), sleep_by_hand)
        if failure := by_hand(exchange.begin()):
            raise self._library.error(failure)
        return response(exchange, self._library)


class AsyncLocalTransport:
    """A transport that steps the app inside its caller's task, on asyncio and on trio."""

    def __init__(self, app: ASGIApp, used: Library) -> None:
        self._app = app
        self._library = used

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request."""
        refuse_unless_coupled()
        exchange = open_exchange(self._app, request, received_on_loop(request.stream), sleep_on_loop)
        if failure := await exchange.begin():
            raise async_error(self._library, failure)
        return response(exchange, self._library)


def open_exchange(app: ASGIApp, request: Any, receive: Receive, sleep: Sleep) -> LocalExchange:
    """Return the app about to answer a request of either library."""
    patience_s: float | None = request.extensions.get("timeout", {}).get("read")
    wire = LocalWire(sleep, patience_s)
    return LocalExchange(app, _scope(request, wire), receive, wire)


def response(exchange: LocalExchange, used: Library) -> Any:
    """Return the response of an exchange that has begun."""
    try:
        phrase = HTTPStatus(exchange.status).phrase.encode("ascii")
    except ValueError:
        phrase = b""
    whole = exchange.whole()
    return used.module.Response(
        exchange.status,
        headers=exchange.headers,
        stream=used.body(exchange, used) if whole is None else used.module.ByteStream(whole),
        extensions={"http_version": b"HTTP/1.1", "reason_phrase": phrase},
    )


def received_by_hand(stream: Any) -> Receive:
    """Return what an app receives a request's body from."""
    chunks = iter(stream)

    async def receive() -> Message:
        return _received(next(chunks, None))

    return receive


def received_on_loop(stream: Any) -> Receive:
    """Return what an app receives a request's body from."""
    chunks = aiter(stream)

    async def receive() -> Message:
        return _received(await anext(chunks, None))

    return receive


def async_error(used: Library, failure: Failure) -> Exception:
    """Return a failure as the library's async clients raise it: of what the system said they keep nothing."""
    return used.error(failure, None if failure.name == "RemoteProtocolError" else "")


def _received(chunk: bytes | None) -> Message:
    return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}


def _scope(request: Any, wire: LocalWire) -> Scope:
    url = request.url
    raw_path, _, query = url.raw_path.partition(b"?")
    path = raw_path.decode("ascii")
    return {
        "type": "http",
        # Below 2.4 Starlette would open a task group for a streamed body.
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(path) if "%" in path else path,
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        # It answers wherever it was led to: for a client, that host is where it listens.
        "server": (url.raw_host.decode("ascii"), url.port),
        "client": None,
        "extensions": {WIRE: wire},
    }
