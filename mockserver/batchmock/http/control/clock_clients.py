"""The clients of a coupled clock over HTTP: they join, wait in turn, and have left when their connection ends.

Instants are numbers here, as programs count: microseconds since 1970. It does not know what programs wait for.
"""

import msgspec
from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.clock_clients import ClockClient, ClockClients
from batchmock.errors import UsageError, invalid_request
from batchmock.http.call import Call
from batchmock.http.control.asked import body_of
from batchmock.http.responses import JSONL, JsonResponse
from batchmock.times import LAST_INSTANT, MICROSECOND

# As many rounds of the event loop as it takes to see what a client sent before, on another connection.
ROUNDS = 6


class Joining(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client calls itself."""

    name: str = ""


class Joined(Struct, frozen=True):
    """Under which id a client waits, and when it is now."""

    client: str
    now_us: int


class Waiting(Struct, frozen=True, forbid_unknown_fields=True):
    """Who waits, and until when: ``null`` is for what only the world outside can end; time passes without it."""

    client: str
    until_us: int | None
    waits_for: str = ""


class Reached(Struct, frozen=True):
    """When it is now."""

    now_us: int


class ClientState(Struct, frozen=True):
    """A client as it is now: going on, waiting until an instant, or aside."""

    client: str
    name: str
    is_aside: bool
    until_us: int | None
    waits_for: str


class ClientList(Struct, frozen=True):
    """Everybody whom a clock waits for."""

    clients: list[ClientState]


async def list_clients(call: Call) -> JsonResponse:
    """Show every client of the clock, and what it waits for."""
    return JsonResponse(ClientList([_state(client) for client in call.workspace.clock.clients]))


async def join_clock(call: Call) -> ASGIApp:
    """Have the clock wait for this client, for as long as it keeps the connection; one line, then silence."""
    joining = await body_of(call, Joining)
    return _Stay(call, joining.name)


async def wait_for_turn(call: Call) -> ASGIApp:
    """Wait until all other clients wait, and nobody's instant comes before; then time moves to this one's."""
    waiting = await body_of(call, Waiting)
    for _ in range(ROUNDS):
        await call.runtime.pause()
    clients = _coupled(call)
    try:
        client = clients.find(waiting.client)
    except UsageError as error:
        raise invalid_request(str(error)) from None
    client.waits_for = waiting.waits_for
    if waiting.until_us is None:
        clients.step_aside(client)
        return _reached(call)
    return _Wait(call, client, min(waiting.until_us * MICROSECOND, LAST_INSTANT))


class _Stay:
    """Answers a client that joins, and stays with it."""

    def __init__(self, call: Call, name: str) -> None:
        self._call = call
        self._clients = _coupled(call)
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self._clients.join(self._name)
        try:
            line = msgspec.json.encode(Joined(client.id, _now_us(self._call))) + b"\n"
            await send({"type": "http.response.start", "status": 200, "headers": [JSONL]})
            await send({"type": "http.response.body", "body": line, "more_body": True})
            await self._call.runtime.stay(receive)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._clients.leave(client)


class _Wait:
    """Answers a client once it may go on."""

    def __init__(self, call: Call, client: ClockClient, until: int) -> None:
        self._call = call
        self._client = client
        self._until = until

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        clients = self._call.workspace.clock.clients
        turn = clients.wait(self._client, self._until)
        try:
            is_there = await self._call.runtime.turn(turn, receive)
        finally:
            clients.withdraw(turn)
        if is_there:
            await _reached(self._call)(scope, receive, send)


def _coupled(call: Call) -> ClockClients:
    clock = call.workspace.clock
    if clock.setting.mode != "coupled":
        raise invalid_request(
            f"mode: the clock is {clock.setting.mode}; only a coupled one waits for clients. "
            'Make it one with PUT /_emulator/clock {"mode": "coupled"}'
        )
    return clock.clients


def _reached(call: Call) -> JsonResponse:
    return JsonResponse(Reached(_now_us(call)))


def _now_us(call: Call) -> int:
    return call.workspace.clock.now() // MICROSECOND


def _state(client: ClockClient) -> ClientState:
    until_us = None if client.turn is None else client.turn.until // MICROSECOND
    return ClientState(client.id, client.name, client.is_aside, until_us, client.waits_for)
