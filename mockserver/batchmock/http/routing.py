"""From a path and a method to a handler, and from a handler's answer to a response.

It does not know what handlers do. Every way of missing is an ``ApiError``.
"""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.emulator import Emulator
from batchmock.errors import ApiError
from batchmock.http.admission import betas_of, enter, version_of
from batchmock.http.exchange import EXCHANGE, Exchange
from batchmock.http.headers import RequestHeaders, request_headers
from batchmock.http.rate_headers import rate_headers
from batchmock.http.runtime import Runtime
from batchmock.http.unknown_keys import adding_keys
from batchmock.workspace import Workspace


class Call(Struct, frozen=True):
    """A request on its way to a handler: admitted, at one instant."""

    emulator: Emulator
    workspace: Workspace
    now: int
    scope: Scope
    headers: RequestHeaders
    receive: Receive
    runtime: Runtime

    @property
    def batch_id(self) -> str:
        """The id in the path."""
        return self.scope["path_params"]["batch_id"]


Handler = Callable[[Call], Awaitable[ASGIApp]]


class Methods:
    """The handlers of one path, by method.

    ``versioned`` ones are the API's own and need its headers; ``metered`` ones count against the batches' rate.
    """

    def __init__(
        self,
        emulator: Emulator,
        runtime: Runtime,
        handlers: Mapping[str, Handler],
        *,
        versioned: bool,
        metered: bool,
    ) -> None:
        self._emulator = emulator
        self._runtime = runtime
        self._handlers = handlers
        self._versioned = versioned
        self._metered = metered
        self._allowed = ", ".join(sorted(handlers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit the request, and send what its handler answers."""
        handler = self._handlers.get(scope["method"])
        if handler is None:
            raise ApiError(
                "invalid_request_error",
                f"Method {scope['method']} is not allowed here; use {self._allowed}.",
                status=405,
                headers={"allow": self._allowed},
            )
        call = self._admit(scope, receive)
        if self._versioned and call.workspace.switches.unknown_keys == "present":
            send = adding_keys(send)
        response = await handler(call)
        await response(scope, receive, send)

    def _admit(self, scope: Scope, receive: Receive) -> Call:
        headers = request_headers(scope)
        exchange: Exchange = scope[EXCHANGE]
        workspace = exchange.workspace = enter(self._emulator, headers)
        now = exchange.now = workspace.clock.now()
        if self._versioned:
            version_of(headers, workspace.switches)
            betas_of(headers)
        if self._metered:
            _meter(workspace, exchange, now)
        patient = self._runtime.patience(receive)
        return Call(self._emulator, workspace, now, scope, headers, patient, self._runtime)


def _meter(workspace: Workspace, exchange: Exchange, now: int) -> None:
    try:
        workspace.admit(now)
    finally:
        if workspace.switches.ratelimit_headers == "present":
            exchange.headers += rate_headers("requests", workspace.rate(now))


class OpenToAll:
    """The handler of a path that needs no credential."""

    def __init__(self, handler: Callable[[], Awaitable[ASGIApp]]) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the handler answers."""
        response = await self._handler()
        await response(scope, receive, send)


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for every path that has no route."""
    raise ApiError("not_found_error", "Not found")
