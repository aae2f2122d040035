"""Moves a clock that nobody waits on where a client has to try again: it would wait now, if its waiting were seen.

What the emulator takes for a poll of an unfinished batch moves it already. It does not know who asks.
"""

from starlette.types import Message, Scope, Send

from batchmock.clock import Clock
from batchmock.times import HOUR, SECOND

# As much of a batch as says whether it has ended.
_HEAD_BYTES = 4_096


class Steps:
    """Where the answer of one exchange is sent."""

    def __init__(self, clock: Clock, scope: Scope, send: Send) -> None:
        parts = scope["path"].split("/")
        self._is_look = scope["method"] == "GET" and len(parts) == 5 and parts[3] == "batches"
        self._clock = clock
        self._came = clock.now()
        self._send = send
        self._said = b""

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer; time passes before what makes a client wait."""
        if message["type"] == "http.response.start" and message["status"] >= 400:
            self._step(_told_to_wait(message))
        elif message["type"] == "http.response.body" and self._is_look:
            self._said += message.get("body", b"")[:_HEAD_BYTES]
            if not message.get("more_body", False) and b'"ended"' not in self._said:
                self._step()
        await self._send(message)

    def _step(self, at_least: int = 0) -> None:
        if self._clock.now() == self._came:
            for _ in range(0, max(at_least, 1), self._clock.setting.step):
                self._clock.polled_unfinished()


def _told_to_wait(message: Message) -> int:
    """Return how long (ns) a refusal says to wait; an hour is the longest that a client has to."""
    value = dict(message["headers"]).get(b"retry-after")
    if value is None:
        return 0
    return min(int(value) * SECOND, HOUR) if value.isdigit() else HOUR
