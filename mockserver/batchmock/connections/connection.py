"""A client's connection, as uvicorn drives it: the app refuses what is no HTTP, and no head is awaited for ever.

It does not know the API, nor which parser reads the requests.
"""

import asyncio
import logging
from typing import Any

from batchmock.http.exchange import MALFORMED
from batchmock.limits import BODY_PATIENCE_S
from batchmock.socket_wire import MALFORMED_BODY

# Read in place of what is no HTTP, so that the app has something to answer.
STAND_IN = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
# Parsers tell what they could not read, however long that is.
REASON_CHARS_MAX = 200
# uvicorn's errors are bugs of ours, its warnings what a client did.
_LOG = logging.getLogger("batchmock.connection")
_LOG.setLevel(logging.ERROR)


class Connection(asyncio.Protocol):
    """What is mixed into uvicorn's protocols, whichever parser they have."""

    head_patience_s: float = BODY_PATIENCE_S

    # uvicorn's: the exchange that came last, and what it is made of.
    cycle: Any
    scope: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    logger: logging.Logger

    _is_refused: bool = False
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a first request."""
        super().connection_made(transport)
        self.logger = _LOG
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read what came, unless the client speaks no HTTP."""
        if not self._is_refused:
            self.read(data)
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def read(self, data: bytes) -> None:
        """Let the parser read."""
        raise NotImplementedError

    def read_anew(self, data: bytes) -> None:
        """Let a new parser read."""
        raise NotImplementedError

    def refuse(self, reason: str) -> None:
        """Have the app refuse what came, and the connection closed once that is said."""
        self._is_refused = True
        reason = reason[:REASON_CHARS_MAX]
        if self.cycle is None or not self.cycle.more_body:
            self.read_anew(STAND_IN)
            self.scope.update({"method": "-", "path": "(not HTTP)", MALFORMED: reason})
        elif self.cycle.response_complete:
            self.transport.close()
        else:
            # It is the body of a request that the app has at hand.
            self.cycle.keep_alive = False
            self.cycle.scope[MALFORMED_BODY] = reason
            self.cycle.message_event.set()

    def _await_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._late is None:
            self._late = self.loop.call_later(self.head_patience_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
