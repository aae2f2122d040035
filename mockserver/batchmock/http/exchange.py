"""One HTTP exchange from outside: ids, headers every response carries, errors in the API's envelope, a record.

The outermost layer. It does not know the operations. The same layer serves a socket and an in-process caller, so
nothing here starts a task or a thread, or waits for anything but the caller.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchmock.emulator import Emulator
from batchmock.errors import ApiError
from batchmock.faults import AnyFault
from batchmock.http.responses import RawHeader, error_response
from batchmock.http.unknown_keys import adding_keys
from batchmock.http.wire_faults import ConnectionOverError
from batchmock.switches import Switches
from batchmock.times import SECOND, http_date
from batchmock.workspace import Workspace

EXCHANGE = "batchmock.exchange"


class ClientGoneError(Exception):
    """The client closed the connection before it had sent its whole request."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What is known of an exchange so far; ``now`` is read once, and holds for all of it.

    ``headers`` are those of its response beside what every response has; an *anonymous* response has no ids.
    """

    method: str
    path: str
    request_id: str
    now: int | None = None
    workspace: Workspace | None = None
    faults: Sequence[AnyFault] = ()
    # The kinds of those that found nothing to bite on: a body cut beyond its end.
    faults_without_effect: Sequence[str] = ()
    status: int = 0
    sent_bytes: int = 0
    headers: tuple[RawHeader, ...] = ()
    is_anonymous: bool = False


def refusal(error: ApiError, exchange: Exchange, switches: Switches) -> ASGIApp:
    """Return the response that an exchange is refused with."""
    exchange.is_anonymous = error.from_edge and switches.edge_request_id == "absent"
    told_id = exchange.request_id if switches.error_request_id == "present" else None
    response = error_response(error, told_id)
    return adding_keys(response) if switches.unknown_keys == "present" else response


class ExchangeLayer:
    """Wraps the routes; ``observe`` is called with each exchange once it is over."""

    def __init__(self, app: ASGIApp, emulator: Emulator, observe: Callable[[Exchange], None]) -> None:
        self._app = app
        self._emulator = emulator
        self._observe = observe
        self._organization = (b"anthropic-organization-id", emulator.organization_id.encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange."""
        if scope["type"] != "http":
            return
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"],
            request_id=self._emulator.request_id(),
        )
        scope[EXCHANGE] = exchange
        try:
            await self._answer(exchange, scope, receive, self._with_headers(exchange, send))
        finally:
            self._observe(exchange)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (ClientGoneError, ConnectionOverError):
            return
        except ApiError as error:
            await self._refuse(error, exchange, scope, receive, send)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            if exchange.status:
                raise
            fault = ApiError("api_error", "Internal server error")
            await self._refuse(fault, exchange, scope, receive, send)

    async def _refuse(
        self, error: ApiError, exchange: Exchange, scope: Scope, receive: Receive, send: Send
    ) -> None:
        switches = (exchange.workspace or self._emulator.settings).scenario.switches
        await refusal(error, exchange, switches)(scope, receive, send)

    def _with_headers(self, exchange: Exchange, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                message["headers"] += self._headers(exchange)
            else:
                exchange.sent_bytes += len(message.get("body", b""))
            await send(message)

        return sending

    def _headers(self, exchange: Exchange) -> list[tuple[bytes, bytes]]:
        if exchange.now is None:
            exchange.now = self._emulator.idle_now()
        date = (b"date", http_date(exchange.now // SECOND).encode("ascii"))
        if exchange.is_anonymous:
            return [date]
        request_id = (b"request-id", exchange.request_id.encode("ascii"))
        headers = [date, request_id, self._organization, *exchange.headers]
        if exchange.workspace is not None:
            headers.append((b"anthropic-workspace-id", exchange.workspace.id.encode("ascii")))
        return headers
