"""From a path and a method to a handler, and from a handler's answer to a response.

It does not know what handlers do. Every way of missing is an ``ApiError``.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.emulator import Emulator
from batchmock.errors import ApiError
from batchmock.exchange import CHARS_MAX, Exchange, kept
from batchmock.http.admission import betas_of, credentials, enter, refuse_strangers, version_of
from batchmock.http.exchange import EXCHANGE
from batchmock.http.headers import RequestHeaders, request_headers
from batchmock.http.runtime import Runtime
from batchmock.record import Operation
from batchmock.workspace import Workspace


class Call(Struct, frozen=True):
    """A request on its way to a handler: admitted, at one instant."""

    emulator: Emulator
    workspace: Workspace
    exchange: Exchange
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


class Served(NamedTuple):
    """An operation of the API and what handles it; one without a name is the emulator's own, and in no history."""

    operation: Operation | None
    handle: Handler


class Methods:
    """What serves one path, by method.

    ``versioned`` paths are the API's own and need its headers; ``metered`` ones count against the batches' rate.
    """

    def __init__(
        self,
        emulator: Emulator,
        runtime: Runtime,
        served: Mapping[str, Served],
        *,
        versioned: bool,
        metered: bool,
    ) -> None:
        self._emulator = emulator
        self._runtime = runtime
        self._served = served
        self._versioned = versioned
        self._metered = metered
        self._allowed = ", ".join(sorted(served))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit the request, and send what its handler answers."""
        served = self._served.get(scope["method"])
        if served is None:
            raise ApiError(
                "invalid_request_error",
                f"Method {scope['method']} is not allowed here; use {self._allowed}.",
                status=405,
                headers={"allow": self._allowed},
            )
        call = self._admit(served.operation, scope, receive)
        response = await served.handle(call)
        await response(scope, receive, send)

    def _admit(self, operation: Operation | None, scope: Scope, receive: Receive) -> Call:
        headers = request_headers(scope)
        exchange: Exchange = scope[EXCHANGE]
        exchange.operation = operation
        if operation is None:
            refuse_strangers(self._emulator.settings.control_token, headers)
        workspace = self._claim(exchange, headers, scope)
        if self._versioned:
            version_of(headers)
            betas_of(headers)
        now = exchange.now or 0
        if self._metered:
            workspace.admit(now)
        patient = self._runtime.patience(receive)
        return Call(self._emulator, workspace, exchange, now, scope, headers, patient, self._runtime)

    def _claim(self, exchange: Exchange, headers: RequestHeaders, scope: Scope) -> Workspace:
        """Find whose exchange it is, and put it into the history if it is the API's."""
        exchange.credentials = credentials(headers)
        workspace = enter(self._emulator, exchange.credentials, headers)
        exchange.now = workspace.clock.now()
        exchange.workspace_id = workspace.id
        if exchange.operation is not None:
            exchange.request_headers = kept(headers)
            if batch_id := scope["path_params"].get("batch_id"):
                exchange.batch_id = batch_id[:CHARS_MAX]
            self._emulator.receive(exchange, workspace)
        return workspace


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
