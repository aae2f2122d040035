"""Records everything between a client and the emulator, and lets things happen at moments that only a server sees.

An ASGI app around the emulator's. It does not know why anything happens.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchproof.plan import Moment
from batchproof.tape import ELSEWHERE, Exchange

# No plan needs more calls than this from a client that has any manners.
CALLS_MAX = 20_000
_SECRET = ("x-api-key", "authorization")


# What happens at a moment; what it returns is waited for before the exchange goes on.
Happening = Callable[[], Awaitable[None] | None]


class RunawayError(BaseException):
    """A client made so many calls that it will never end; no ``except Exception`` of its own may catch it."""


class Recorder:
    """The tape, as it is written.

    - ``keys``: the credentials that a client was given, and what to call them.
    - ``clock``: gives the virtual instant (ns).
    - ``home``: the host that is the API's; any other is elsewhere.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], int], *, home: str, keys: dict[str, str]) -> None:
        self.tape: list[Exchange] = []
        self.life = 0
        self.results_sent = 0
        self.at: dict[Moment, Happening] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        self._app = app
        self._clock = clock
        self._home = home
        self._keys = keys
        self._number = 0

    def begin(self, life: int, at: dict[Moment, Happening]) -> None:
        """Begin to record a life, in which something happens at some moments."""
        self.life, self.at, self._number, self.results_sent = life, at, 0, 0

    @contextmanager
    def aside(self) -> Generator[None]:
        """Record what another process says meanwhile: nothing happens at its moments, and they are not counted."""
        before = self.at, self._number
        self.at = {}
        try:
            yield
        finally:
            self.at, self._number = before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the emulator answer, and write down what is said."""
        if scope["type"] != "http" or scope["path"].startswith("/_emulator"):
            await self._app(scope, receive, send)
            return
        exchange = self._came(scope)
        self.meanwhile()
        await self._happen(exchange, "before")
        await self._app(_led(scope, exchange, self._keys), _Heard(exchange, receive), self._told(exchange, send))

    def _came(self, scope: Scope) -> Exchange:
        self._number += 1
        if self._number > CALLS_MAX:
            raise RunawayError(f"it made {CALLS_MAX:,} calls")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        said = " ".join([*headers.values(), unquote(query), scope["path"]])
        exchange = Exchange(
            life=self.life,
            number=self._number,
            came=self._clock(),
            origin=f"{scope['scheme']}://{headers.get('host', '')}",
            is_home=headers.get("host") == self._home,
            method=scope["method"],
            path=scope["path"],
            query=query,
            key=next((name for key, name in self._keys.items() if key in said), None),
            headers={name: value for name, value in headers.items() if name not in _SECRET},
        )
        self.tape.append(exchange)
        return exchange

    async def _happen(self, exchange: Exchange, phase: Any) -> None:
        happens = self.at.get(Moment(exchange=exchange.number, phase=phase))
        if happens is not None and exchange.life == self.life and (until := happens()) is not None:
            await until

    def _told(self, exchange: Exchange, send: Send) -> Send:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._happen(exchange, "after")
                exchange.status = message["status"]
                exchange.answer_headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
                }
                await send(message)
                return
            await self._piece(exchange, message, send)

        return telling

    async def _piece(self, exchange: Exchange, message: Message, send: Send) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        within = Moment(exchange=exchange.number, phase="within")
        if body and not exchange.answer and within in self.at and exchange.life == self.life:
            half = body[: (len(body) + 1) // 2]
            self._note(exchange, half)
            await send({**message, "body": half, "more_body": True})
            await self._happen(exchange, "within")
            body = body[len(half) :]
        self._note(exchange, body)
        if not more:
            exchange.is_whole, exchange.over = True, self._clock()
        await send({**message, "body": body})

    def _note(self, exchange: Exchange, piece: bytes) -> None:
        exchange.answer += piece
        if exchange.operation == "results":
            self.results_sent += len(piece)


class _Heard:
    """What a client sends, written down as it comes."""

    def __init__(self, exchange: Exchange, receive: Receive) -> None:
        self._exchange = exchange
        self._receive = receive

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._exchange.body += message.get("body", b"")
        return message


def _led(scope: Scope, exchange: Exchange, keys: dict[str, str]) -> Scope:
    """Return the scope by which the emulator finds results that are served at another path, or elsewhere."""
    is_home = exchange.is_home
    if not exchange.path.startswith(f"/{ELSEWHERE}/"):
        return scope if is_home else {**scope, "path": "/nothing/here", "raw_path": b"/nothing/here"}
    path = f"/v1/messages/batches/{exchange.batch_id}/results"
    led = {**scope, "path": path, "raw_path": path.encode(), "query_string": b""}
    if not is_home:
        # As a link that is signed works: whoever has it may read.
        key = next(iter(keys))
        kept = [
            pair
            for pair in scope["headers"]
            if pair[0] not in (b"x-api-key", b"authorization", b"anthropic-version")
        ]
        led["headers"] = [*kept, (b"x-api-key", key.encode()), (b"anthropic-version", b"2023-06-01")]
    return led
