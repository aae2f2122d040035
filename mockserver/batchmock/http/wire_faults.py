"""What an app may ask of the connection it answers on, when a well-formed response is not what it wants to give.

Whoever runs the app puts a ``Wire`` into ``scope["extensions"]``: ``socket_wire`` for uvicorn, ``inprocess.wire``
for callers in this process. It does not know which faults there are, or when they happen.
"""

from typing import NoReturn, Protocol

from starlette.types import Scope

from batchmock.errors import UsageError

WIRE = "batchmock.wire"


class ConnectionOverError(Exception):
    """The app ended the connection on purpose, or its client did; nothing more can be sent on it."""


class Wire(Protocol):
    """The connection of one exchange. What was sent before a verb arrives before what the verb does.

    When it ends, a response whose ``content-length`` promises more than was sent, or whose chunks have no last
    one, reaches the client as cut; one framed ``until_close`` as whole.
    """

    def until_close(self) -> None:
        """Send no length and no chunks: the body ends with the connection. Call it before the response starts."""
        ...

    async def wait(self, seconds: float) -> None:
        """Send nothing for so long, on the time of the client.

        Raises:
            ConnectionOverError: the client lost its patience.
        """
        ...

    async def stall(self) -> NoReturn:
        """Send nothing more, and wait for the client to lose its patience."""
        ...

    async def reset(self) -> NoReturn:
        """End the connection with a TCP reset."""
        ...

    async def close(self) -> NoReturn:
        """End the connection, whatever is still missing."""
        ...

    async def half_close(self) -> NoReturn:
        """End only what the client receives; what it sends is still taken."""
        ...


def wire_of(scope: Scope) -> Wire:
    """Return the connection that an exchange came on.

    Raises:
        UsageError: the app is run by something that offers none.
    """
    extensions: dict[str, Wire] = scope.get("extensions") or {}
    wire = extensions.get(WIRE)
    if wire is None:
        raise UsageError(
            "whoever runs the app gives no way to its connections; run it with batchmock.server or in process"
        )
    return wire
