"""One exchange with the app, stepped by whoever reads the response: nothing is produced before it is asked for.

It does not know HTTP libraries, nor whether its caller has an event loop.
"""

from collections.abc import Awaitable, Coroutine, Generator
from dataclasses import dataclass
from types import coroutine
from typing import Any, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope

from batchmock.inprocess.wire import LocalWire

T = TypeVar("T")
Header = tuple[bytes, bytes]

_HANDED_OVER = object()
_BODILESS = (204, 304)


class EventLoopNeededError(RuntimeError):
    """The app waited for an event loop where it is driven by hand."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a client's HTTP library raises: the name of its exception, and the message."""

    name: str
    message: str


class LocalExchange:
    """The app answering one request; ``begin`` leads to ``status`` and ``headers``, ``piece`` to the body."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, wire: LocalWire) -> None:
        self.status = 0
        self.headers: list[Header] = []
        self._wire = wire
        self._sends_body = scope["method"] != "HEAD"
        self._pieces: list[bytes] = []
        self._received_bytes = 0
        self._promised_bytes: int | None = None
        self._is_whole = False
        self._is_over = False
        self._app: Coroutine[Any, Any, None] = _coroutine(app(scope, receive, self._send))

    async def begin(self) -> Failure | None:
        """Lead the app to the start of its response, or return why there is none."""
        while not (self._pieces or self._is_over):
            await self._step()
        return None if self.status else self.failure()

    async def piece(self) -> bytes | None:
        """Return the next piece of the body; None after the last, whether it should have been or not."""
        while not self._pieces:
            if self._is_over:
                return None
            await self._step()
        piece = self._pieces.pop(0)
        self._received_bytes += len(piece)
        return piece

    def whole(self) -> bytes | None:
        """Return the body where the app has sent all of it and is done, and nobody has read any."""
        if not (self._is_over and self._is_whole) or self._received_bytes:
            return None
        return b"".join(self._pieces)

    def failure(self) -> Failure | None:
        """Return why the response ended before it was whole, as a client sees it."""
        if self._is_whole:
            return None
        if self._wire.ending == "reset":
            return Failure("ReadError", "[Errno 104] Connection reset by peer")
        if self._wire.ending == "timed out":
            return Failure("ReadTimeout", "timed out")
        if not self.status:
            return Failure("RemoteProtocolError", "Server disconnected without sending a response.")
        return self._cut()

    def close(self) -> None:
        """Read no further; the app sees its connection closed."""
        self._is_over = self._is_whole = True
        self._pieces.clear()
        self._app.close()

    def _cut(self) -> Failure | None:
        if self._wire.is_until_close:
            return None
        short = f"received {self._received_bytes} bytes, expected {self._promised_bytes}"
        missing = "incomplete chunked read" if self._promised_bytes is None else short
        return Failure(
            "RemoteProtocolError", f"peer closed connection without sending complete message body ({missing})"
        )

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start(message["status"], message["headers"])
            return
        more = message.get("more_body", False)
        self._is_whole = not more
        body = message.get("body", b"")
        if body and self._sends_body:
            self._pieces.append(body)
            self._wire.sent()
            if more:
                await _hand_over()

    def _start(self, status: int, headers: list[Header]) -> None:
        """Complete the head as a server does."""
        self.status = status
        self.headers = headers
        self._wire.sent()
        for name, value in headers:
            if name == b"content-length":
                self._promised_bytes = int(value)
                return
        if self._wire.is_until_close:
            headers.append((b"connection", b"close"))
        elif self._sends_body and status not in _BODILESS:
            headers.append((b"transfer-encoding", b"chunked"))

    @coroutine
    def _step(self) -> Generator[Any, Any, None]:
        """Run the app until it hands over a piece or ends; what else it waits for, the caller waits for."""
        send, throw = self._app.send, self._app.throw
        try:
            waiting_for = send(None)
            while waiting_for is not _HANDED_OVER:
                try:
                    answer = yield waiting_for
                except BaseException as error:
                    waiting_for = throw(error)
                else:
                    waiting_for = send(answer)
        except StopIteration:
            self._is_over = True
        except Exception:
            # Over a socket it would be logged, and the connection closed.
            self._is_over = True
            if not self.status:
                raise


def by_hand(steps: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns that waits for nothing but its caller.

    Raises:
        EventLoopNeededError: it waited for something else.
    """
    try:
        waiting_for = steps.send(None)
    except StopIteration as done:
        return done.value
    steps.close()
    raise EventLoopNeededError(f"the app waited for an event loop, and there is none: {waiting_for!r}")


@coroutine
def _hand_over() -> Generator[object, None, None]:
    yield _HANDED_OVER


async def _coroutine(running: Awaitable[None]) -> None:
    await running
