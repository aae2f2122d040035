"""From a path and a method to a handler, and from a handler's answer to a response.

It does not know what handlers do. Every way of missing is an ``ApiError``.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.emulator import Emulator
from batchmock.errors import ApiError
from batchmock.exchanges.exchange import CHARS_MAX, Exchange
from batchmock.exchanges.strike import Strike
from batchmock.faults import Stall
from batchmock.http.admission import betas_of, enter, refuse_other_workspaces, refuse_strangers, version_of
from batchmock.http.call import Call, Endpoint, Handler
from batchmock.http.exchange import EXCHANGE, refusal
from batchmock.http.faults import Struck
from batchmock.http.packing import packed
from batchmock.http.rate_headers import rate_headers
from batchmock.http.runtime import Runtime
from batchmock.http.sender import Sender, sender_of
from batchmock.http.unknown_keys import adding_keys
from batchmock.workspace import Workspace

_DOORS = ("/", "/_emulator", "/_emulator/")
_AT_THE_DOOR = (
    "Not found. This is batchproof's emulator of the Message Batches API: clients use it as their base URL, "
    "and GET /_emulator/openapi.json tells of its control plane."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the requests of a path are taken.

    ``versioned`` ones are the API's own and need its headers; ``metered`` ones count against the batches' rate;
    what ``packed`` ones are answered may be packed.
    """

    versioned: bool = True
    metered: bool = True
    packed: bool = False


class Methods:
    """The endpoints of one path, by method."""

    def __init__(
        self, emulator: Emulator, runtime: Runtime, endpoints: Mapping[str, Endpoint], manner: Manner
    ) -> None:
        self._emulator = emulator
        self._runtime = runtime
        self._endpoints = endpoints
        self._manner = manner
        self._allowed = ", ".join(sorted(endpoints))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit the request, and send what its handler answers, or what a fault makes of that."""
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise ApiError(
                "invalid_request_error",
                f"Method {scope['method']} is not allowed here; use {self._allowed}.",
                status=405,
                headers={"allow": self._allowed},
            )
        call = self._admit(endpoint, scope[EXCHANGE], scope, receive)
        strikes: Sequence[Strike] = ()
        if call.workspace.scenario.faults and endpoint.operation:
            strikes = call.exchange.strikes = call.workspace.strike(endpoint.operation, call.named_batch)
        if call.workspace.clock.setting.mode != "coupled" or _may_pass_time(endpoint, strikes):
            await self._answer(endpoint, call, strikes, receive, send)
            return
        with call.workspace.clock.clients.held():
            await self._answer(endpoint, call, strikes, receive, send)

    async def _answer(
        self, endpoint: Endpoint, call: Call, strikes: Sequence[Strike], receive: Receive, send: Send
    ) -> None:
        exchange, switches, handler = call.exchange, call.workspace.switches, endpoint.handler
        if self._manner.versioned and switches.unknown_keys == "present":
            handler = _keys_added(handler)
        if strikes:
            refused = partial(refusal, exchange=exchange, switches=switches)
            struck = Struck(call, strikes, refused, self._packed)
            await struck.answer(handler, call.scope, receive, send)
            return
        response = await handler(call)
        await self._packed(response)(call.scope, receive, send)

    def _packed(self, response: ASGIApp) -> ASGIApp:
        return packed(response) if self._manner.packed else response

    def _admit(self, endpoint: Endpoint, exchange: Exchange, scope: Scope, receive: Receive) -> Call:
        sender = sender_of(scope)
        headers = sender.headers
        if endpoint.operation is None:
            refuse_strangers(self._emulator.settings.control_token, headers)
        exchange.operation = endpoint.operation
        workspace = self._claim(exchange, sender, scope)
        refuse_other_workspaces(workspace, headers)
        now = exchange.now = workspace.clock.now()
        if self._manner.versioned:
            version_of(headers, workspace.switches)
            betas_of(headers)
        if self._manner.metered and not workspace.scenario.is_unmetered:
            _meter(workspace, exchange, now)
        return Call(self._emulator, workspace, exchange, now, scope, headers, receive, self._runtime)

    def _claim(self, exchange: Exchange, sender: Sender, scope: Scope) -> Workspace:
        """Find whose exchange it is, and put it into the history if it is the API's."""
        exchange.credentials = sender.credentials
        workspace = enter(self._emulator, exchange.credentials)
        exchange.workspace_id, exchange.switches = workspace.id, workspace.switches
        if exchange.operation is not None:
            exchange.request_headers = sender.kept
            if batch_id := scope["path_params"].get("batch_id"):
                exchange.batch_id = batch_id[:CHARS_MAX]
            self._emulator.receive(exchange, workspace)
        return workspace


def _may_pass_time(endpoint: Endpoint, strikes: Sequence[Strike]) -> bool:
    """Tell whether a coupled clock may move during an exchange: nothing of the API's, or nothing that will end."""
    return endpoint.operation is None or any(isinstance(strike.fault, Stall) for strike in strikes)


def _keys_added(handler: Handler) -> Handler:
    async def adding(call: Call) -> ASGIApp:
        return adding_keys(await handler(call))

    return adding


def _meter(workspace: Workspace, exchange: Exchange, now: int) -> None:
    try:
        workspace.admit(now)
    except ApiError:
        # Whoever comes too soon waits, as one who polls does.
        workspace.clock.polled_unfinished()
        raise
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
    """Answer for every path that has no route; who looks in at the door is told what listens here."""
    raise ApiError("not_found_error", _AT_THE_DOOR if scope["path"] in _DOORS else "Not found")
