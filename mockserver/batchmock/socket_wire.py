"""The verbs of ``http.wire_faults`` on a real socket, by way of uvicorn's transport.

It does not know why a connection should be treated so.
"""

import asyncio
import socket
import struct
import sys
from types import MethodType
from typing import Any, NoReturn, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchmock.errors import malformed_request
from batchmock.http.wire_faults import WIRE, ConnectionOverError

# In the scope of a request of which only the head is HTTP: why the rest is not.
MALFORMED_BODY = "batchmock.malformed_body"
# On, and for no time: closing then discards what is unsent and sends a RST.
LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
# How often to look whether a client has received all that was sent.
ACKNOWLEDGED_AGAIN_S = 0.001


class AnyLength(int):
    """The length that a body has which ends with its connection: more may come, and nothing is missing."""

    def __sub__(self, sent: int) -> "AnyLength":
        return self

    def __ne__(self, missing: object) -> bool:
        return False


class Wired:
    """Wraps an app: each of its exchanges finds its connection in its scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange."""
        # uvicorn's ``send`` is a method of the exchange's own object, whichever parser reads the request; it is
        # the one way from a scope to its transport.
        wire = SocketWire(cast(MethodType, send).__self__)
        if scope["http_version"] < "1.1":
            # Such a client knows no chunks (RFC 9112, 6.1).
            wire.until_close()
        try:
            # A scope of our own: that object holds uvicorn's, and all of an exchange would wait for the collector.
            await self._app({**scope, "extensions": {WIRE: wire}}, wire.receive, send)
        except asyncio.CancelledError:
            # The server stops, and has waited for long enough.
            wire.cut()


class SocketWire:
    """The connection of one of uvicorn's exchanges."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: Any) -> None:
        self._cycle = cycle

    async def receive(self) -> Message:
        """Return the next message of the request.

        Raises:
            ApiError: 400, what the client goes on to send is no HTTP.
        """
        scope = self._cycle.scope
        if MALFORMED_BODY not in scope:
            message: Message = await self._cycle.receive()
            if MALFORMED_BODY not in scope:
                return message
        raise malformed_request(scope[MALFORMED_BODY])

    def cut(self) -> None:
        """End the connection, whatever is on its way."""
        self._cycle.disconnected = True
        self._cycle.transport.abort()

    def until_close(self) -> None:
        """Frame the body by the end of the connection."""
        cycle = self._cycle
        cycle.keep_alive = False
        if hasattr(cycle, "conn"):
            # h11 reads the request: such a client knows no chunks.
            cycle.conn.their_http_version = b"1.0"
        else:
            cycle.chunked_encoding = False
            cycle.expected_content_length = AnyLength(sys.maxsize)

    async def wait(self, seconds: float) -> None:
        """Send nothing for so many real seconds."""
        await asyncio.sleep(seconds)
        if self._cycle.disconnected:
            raise ConnectionOverError

    async def stall(self) -> NoReturn:
        """Send nothing more until the client is gone."""
        while (await self._cycle.receive())["type"] != "http.disconnect":
            pass
        raise ConnectionOverError

    async def reset(self) -> NoReturn:
        """Send a RST once all else has left."""
        transport = self._cycle.transport
        transport.set_write_buffer_limits(0)
        await self._cycle.flow.drain()
        connection: socket.socket = transport.get_extra_info("socket")
        while not self._cycle.disconnected and _unacknowledged_bytes(connection):
            await asyncio.sleep(ACKNOWLEDGED_AGAIN_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        transport.abort()
        self._over()

    async def close(self) -> NoReturn:
        """Send a FIN once all else has left."""
        self._cycle.transport.close()
        self._over()

    async def half_close(self) -> NoReturn:
        """Send a FIN and go on to receive."""
        self._cycle.transport.write_eof()
        self._over()

    def _over(self) -> NoReturn:
        # uvicorn would else send the rest, or complain that there is none.
        self._cycle.disconnected = True
        raise ConnectionOverError


def _unacknowledged_bytes(connection: socket.socket) -> int:
    """Return how much a reset would discard; where the system does not say, it may discard something."""
    if sys.platform != "linux":
        return 0
    # Not at the top: other systems have no such modules.
    from fcntl import ioctl
    from termios import TIOCOUTQ

    return struct.unpack("i", ioctl(connection.fileno(), TIOCOUTQ, bytes(4)))[0]
