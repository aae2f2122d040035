"""The emulator behind respx's routes: a side effect for any router, and a mocker that httpx2's clients notice.

Importing this module registers the mocker. respx knows httpx only; requests, responses and errors of httpx2 are
translated on the way. It does not know batches, but by their paths.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, ClassVar

import httpx
import respx
from respx.mocks import HTTPXMocker, Mocker
from respx.models import PassThrough
from starlette.types import ASGIApp, Message, Receive

from batchmock.inprocess.exchange import Failure, by_hand
from batchmock.inprocess.libraries import LIBRARIES, Library, is_installed, library, open_exchange, response
from batchmock.inprocess.wire import sleep_by_hand

MOCKER = "batchproof"

_BATCH = r"/v1/messages/batches/[^/]+"
ROUTES: dict[str, tuple[str, str]] = {
    "create": ("POST", r"^/v1/messages/batches$"),
    "list": ("GET", r"^/v1/messages/batches$"),
    "retrieve": ("GET", rf"^{_BATCH}$"),
    "delete": ("DELETE", rf"^{_BATCH}$"),
    "cancel": ("POST", rf"^{_BATCH}/cancel$"),
    "results": ("GET", rf"^{_BATCH}/results$"),
}


def router(app: ASGIApp, **options: Any) -> respx.MockRouter:
    """Return a router with one named route an operation, on any host; options are respx's own."""
    defaults: dict[str, Any] = {"using": MOCKER, "assert_all_called": False}
    made = respx.MockRouter(**defaults | options)
    answer = side_effect(app)
    for name, (method, path) in ROUTES.items():
        made.route(method=method, path__regex=path, name=name).mock(side_effect=answer)
    return made


def side_effect(app: ASGIApp) -> Callable[[httpx.Request], httpx.Response]:
    """Return what answers a route from the app, for sync and async clients alike."""
    used = library("httpx")

    def answer(request: httpx.Request) -> httpx.Response:
        exchange = open_exchange(app, request, _received(request.content), sleep_by_hand)
        if failure := by_hand(exchange.begin()):
            raise used.error(failure)
        return response(exchange, used)

    return answer


class BatchproofMocker(Mocker):
    """What ``respx.mock(using="batchproof")`` asks for: clients of httpx and, where it is installed, httpx2."""

    name: ClassVar[str] = MOCKER
    targets: ClassVar[list[str]] = [
        f"{module}._client.{client}"
        for module in LIBRARIES
        if is_installed(module)
        for client in ("Client", "AsyncClient")
    ]
    target_methods: ClassVar[list[str]] = ["_transport_for_url"]

    @classmethod
    def mock(cls, spec: Any) -> Any:
        """Return what stands in for one of the clients' methods."""
        if spec.__module__.startswith("httpx."):
            return vars(HTTPXMocker)["mock"].__func__(cls, spec)

        def transport_for_url(self: Any, *args: Any, **kwargs: Any) -> Translated:
            return Translated(cls, library("httpx2"), spec(self, *args, **kwargs))

        return transport_for_url


class Translated:
    """A transport of httpx2 that asks respx, and lets pass what respx lets pass."""

    def __init__(self, asked: type[Mocker], used: Library, passed_to: Any) -> None:
        self._asked: Any = asked
        self._library = used
        self._passed_to = passed_to

    def handle_request(self, request: Any) -> Any:
        """Answer a request."""
        request.read()
        try:
            answer = self._asked.handler(_translated(request))
        except PassThrough:
            return self._passed_to.handle_request(request)
        except httpx.RequestError as error:
            raise _translated_error(error, self._library) from error
        return self._translated_response(answer)

    async def handle_async_request(self, request: Any) -> Any:
        """Answer a request."""
        await request.aread()
        try:
            answer = await self._asked.async_handler(_translated(request))
        except PassThrough:
            return await self._passed_to.handle_async_request(request)
        except httpx.RequestError as error:
            raise _translated_error(error, self._library) from error
        return self._translated_response(answer)

    def _translated_response(self, answer: httpx.Response) -> Any:
        module = self._library.module
        body = type("TranslatedBody", (TranslatedBody, module.SyncByteStream, module.AsyncByteStream), {})
        return module.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=body(answer.stream, self._library),
            extensions=answer.extensions,
        )


class TranslatedBody:
    """The body of a response of httpx, read by httpx2."""

    def __init__(self, stream: Any, used: Library) -> None:
        self._stream = stream
        self._library = used

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx.RequestError as error:
            raise _translated_error(error, self._library) from error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except httpx.RequestError as error:
            raise _translated_error(error, self._library) from error

    def close(self) -> None:
        """Read no further."""
        self._stream.close()

    async def aclose(self) -> None:
        """Read no further."""
        await self._stream.aclose()


def _translated(request: Any) -> httpx.Request:
    return httpx.Request(
        request.method,
        str(request.url),
        headers=request.headers.raw,
        content=request.content,
        extensions=request.extensions,
    )


def _translated_error(error: httpx.RequestError, used: Library) -> Exception:
    return used.error(Failure(type(error).__name__, str(error)))


def _received(content: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": content}

    return receive
