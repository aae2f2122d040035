"""The verbs of ``http.wire_faults`` where there is no wire: what a client is left with after each of them.

It does not know HTTP libraries; whoever runs the app turns an ``Ending`` into the library's exception.
"""

import threading
import time
from collections.abc import Awaitable, Callable
from typing import Literal, NoReturn

import anyio

from batchmock.http.wire_faults import ConnectionOverError

Ending = Literal["closed", "reset", "timed out"]
# For so many seconds, or for ever.
Sleep = Callable[[float | None], Awaitable[None]]


class LocalWire:
    """The connection of one exchange whose client waits ``patience_s`` for each piece, or for ever."""

    __slots__ = ("_patience_s", "_silent_s", "_sleep", "ending", "is_until_close")

    def __init__(self, sleep: Sleep, patience_s: float | None) -> None:
        self.ending: Ending | None = None
        self.is_until_close = False
        self._sleep = sleep
        self._patience_s = patience_s
        self._silent_s = 0.0

    def sent(self) -> None:
        """Take note that the client received something: its patience starts anew."""
        self._silent_s = 0.0

    def until_close(self) -> None:
        """Frame the body by the end of the connection."""
        self.is_until_close = True

    async def wait(self, seconds: float) -> None:
        """Let the client wait; it gives up when its patience ends."""
        if self._patience_s is not None and self._silent_s + seconds >= self._patience_s:
            await self._lose_patience()
        self._silent_s += seconds
        await self._sleep(seconds)

    async def stall(self) -> NoReturn:
        """Let the client wait until it gives up."""
        await self._lose_patience()

    async def reset(self) -> NoReturn:
        """Leave the client with a reset connection."""
        self._end("reset")

    async def close(self) -> NoReturn:
        """Leave the client with what it has."""
        self._end("closed")

    async def half_close(self) -> NoReturn:
        """Leave the client with what it has, as nothing tells it that it could still send."""
        self._end("closed")

    async def _lose_patience(self) -> NoReturn:
        left = None if self._patience_s is None else max(0.0, self._patience_s - self._silent_s)
        await self._sleep(left)
        self._end("timed out")

    def _end(self, ending: Ending) -> NoReturn:
        self.ending = ending
        raise ConnectionOverError


async def sleep_by_hand(seconds: float | None) -> None:
    """Sleep in the thread of a caller that has no event loop."""
    # Looked up at each call: in coupled time both are the client's own, and move the clock.
    if seconds is None:
        threading.Event().wait()
    else:
        time.sleep(seconds)


async def sleep_on_loop(seconds: float | None) -> None:
    """Sleep in the task of the caller, on whichever event loop it runs."""
    await anyio.sleep(seconds) if seconds is not None else await anyio.sleep_forever()
