"""One HTTP exchange from outside: ids, headers every response carries, errors in the API's envelope, a record.

The outermost layer. It does not know the operations. The same layer serves a socket and an in-process caller, so
nothing here starts a task or a thread, or waits for anything but the caller.
"""

import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchmock.emulator import Emulator
from batchmock.errors import ApiError, malformed_request
from batchmock.exchanges.exchange import CHARS_MAX, Exchange, kept_of_response
from batchmock.http.responses import RawHeader, error_response
from batchmock.http.runtime import Runtime
from batchmock.http.sender import sender_of
from batchmock.http.unknown_keys import adding_keys
from batchmock.http.wire_faults import ConnectionOverError
from batchmock.switches import Switches
from batchmock.times import SECOND, http_date

EXCHANGE = "batchmock.exchange"
# In the scope of what came in place of a request and is no HTTP: why not.
MALFORMED = "batchmock.malformed"
CONTROL_PLANE = "/_emulator/"


class ClientGoneError(Exception):
    """The client closed the connection before it had sent its whole request."""


def refusal(error: ApiError, exchange: Exchange, switches: Switches) -> ASGIApp:
    """Return the response that an exchange is refused with."""
    exchange.is_anonymous = error.from_edge and switches.edge_request_id == "absent"
    told_id = exchange.request_id if switches.error_request_id == "present" else None
    response = error_response(error, told_id)
    return adding_keys(response) if switches.unknown_keys == "present" else response


class ExchangeLayer:
    """Wraps the routes; ``observe`` is called with each exchange once it is over."""

    def __init__(
        self, app: ASGIApp, emulator: Emulator, runtime: Runtime, observe: Callable[[Exchange], None]
    ) -> None:
        self._app = app
        self._emulator = emulator
        self._real = runtime.real
        self._ahead = runtime.ahead
        self._observe = observe
        self._organization = (b"anthropic-organization-id", emulator.organization_id.encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange."""
        if scope["type"] != "http":
            return
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"][:CHARS_MAX],
            query=scope["query_string"][:CHARS_MAX],
            arrived=self._real(),
        )
        scope[EXCHANGE] = exchange
        try:
            await self._answer(exchange, scope, receive, self._with_headers(exchange, scope, send))
        finally:
            if not exchange.is_over:
                self._end(exchange, scope)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if MALFORMED in scope:
                raise malformed_request(scope[MALFORMED])
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
        self._identify(exchange, scope)
        switches = exchange.switches or self._emulator.settings.scenario.switches
        await refusal(error, exchange, switches)(scope, receive, send)

    def _with_headers(self, exchange: Exchange, scope: Scope, send: Send) -> Send:
        def sending(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                self._identify(exchange, scope)
                exchange.status = message["status"]
                exchange.response_headers = kept_of_response((*message["headers"], *exchange.headers))
                message["headers"] += self._headers(exchange)
            else:
                exchange.sent_bytes += len(message.get("body", b""))
                if not message.get("more_body", False):
                    exchange.is_complete = True
                    if not exchange.strikes:
                        # Before it is sent: whoever has the whole answer finds it in the history. What faults came
                        # to is known only afterwards.
                        self._end(exchange, scope)
            return send(message)

        return sending

    def _identify(self, exchange: Exchange, scope: Scope) -> None:
        """Give a now and an id to an exchange that no workspace took in, and keep it if it is the API's."""
        if exchange.request_id:
            return
        if exchange.now is None:
            exchange.now = self._emulator.idle_now()
        exchange.request_id = self._emulator.request_id()
        if not exchange.path.startswith(CONTROL_PLANE):
            sender = sender_of(scope)
            exchange.credentials, exchange.request_headers = sender.credentials, sender.kept
            self._emulator.unclaimed.open(exchange)

    def _end(self, exchange: Exchange, scope: Scope) -> None:
        self._identify(exchange, scope)
        exchange.is_over = True
        exchange.ended = self._real()
        if exchange.body is not None and exchange.body.work():
            self._ahead(exchange.body.work)
        self._observe(exchange)

    def _headers(self, exchange: Exchange) -> list[RawHeader]:
        date = _date((exchange.now or 0) // SECOND)
        if exchange.is_anonymous:
            return [date]
        request_id = (b"request-id", exchange.request_id.encode("ascii"))
        headers = [date, request_id, self._organization, *exchange.headers]
        if exchange.workspace_id is not None:
            headers.append(_workspace(exchange.workspace_id))
        return headers


@lru_cache(maxsize=64)
def _date(second: int) -> RawHeader:
    return b"date", http_date(second).encode("ascii")


@lru_cache(maxsize=1024)
def _workspace(workspace_id: str) -> RawHeader:
    return b"anthropic-workspace-id", workspace_id.encode("ascii")
