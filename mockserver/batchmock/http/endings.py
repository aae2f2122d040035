"""Faults in the midst of a body: it is cut where the scenario says, or comes in drops.

It works on what is sent, packed if it is, whatever that says.
"""

from starlette.types import Message, Send

from batchmock.exchanges.strike import Strike
from batchmock.faults import Close, Drip, Ending, HalfClose, Reset
from batchmock.http.responses import RawHeader
from batchmock.http.wire_faults import Wire
from batchmock.times import SECOND

# By how much a length promises too much.
SHORTFALL = 1_000
_LENGTH = b"content-length"


async def end(ending: Ending, wire: Wire) -> None:
    """End the connection as a fault says."""
    match ending:
        case Reset():
            await wire.reset()
        case Close():
            await wire.close()
        case HalfClose():
            await wire.half_close()
        case _:
            await wire.stall()


class Cut:
    """Sends a body up to where it is cut, if it is long enough for that."""

    def __init__(self, strike: Strike, ending: Ending, wire: Wire, send: Send) -> None:
        self._strike = strike
        self._ending = ending
        self._wire = wire
        self._send = send
        self._start: Message = {}
        self._headers: list[RawHeader] = []
        self._lines = 0
        self._passed = 0
        self._held = b""

    async def __call__(self, message: Message) -> None:
        """Send a message of the response, or as much of it as comes through."""
        if self._strike.has_bitten:
            return
        if message["type"] == "http.response.start":
            self._start, self._headers = message, message["headers"]
            return
        body: bytes = message.get("body", b"")
        is_last = not message.get("more_body", False)
        piece = self._held + body
        at = self._cut_at(piece, is_last=is_last)
        if at is None and is_last and self._ending.framing == "length":
            # More was promised than there is: it ends here as well.
            at = len(piece)
        if at is not None:
            await self._cut(piece[:at], is_whole_answer=is_last and not self._passed)
        else:
            await self._pass(piece, is_last=is_last)

    def _cut_at(self, piece: bytes, *, is_last: bool) -> int | None:
        """Return where in a piece the cut is, or None when it lies behind it."""
        ending = self._ending
        if ending.after_bytes is not None:
            at = ending.after_bytes - self._passed
            return at if at < len(piece) or (at == len(piece) and not is_last) else None
        assert ending.after_lines is not None
        at = 0
        for _ in range(ending.after_lines - self._lines):
            at = piece.find(b"\n", at) + 1
            if at == 0:
                return None
        if not ending.inside:
            return at if at < len(piece) or not is_last else None
        line, line_end, _ = piece[at:].partition(b"\n")
        return at + _inside(line) if line_end or (is_last and line) else None

    async def _pass(self, piece: bytes, *, is_last: bool) -> None:
        """Send what lies before any cut; an unfinished line waits for its end."""
        through = piece if is_last or self._ending.after_bytes is not None else piece[: piece.rfind(b"\n") + 1]
        if self._ending.inside and not is_last:
            # The line to be cut may be the next one: it has to be known to its end.
            through = through[: self._before_cut(through)]
        self._held = piece[len(through) :]
        await self._begin(self._headers)
        self._lines += through.count(b"\n")
        self._passed += len(through)
        await self._send({"type": "http.response.body", "body": through, "more_body": not is_last})

    def _before_cut(self, piece: bytes) -> int:
        assert self._ending.after_lines is not None
        at = 0
        for _ in range(self._ending.after_lines - self._lines):
            found = piece.find(b"\n", at) + 1
            if found == 0:
                return at
            at = found
        return at

    async def _cut(self, rest: bytes, *, is_whole_answer: bool) -> None:
        framing = self._ending.framing
        await self._begin(self._whole(len(rest)) if is_whole_answer and framing == "whole" else self._headers)
        await self._send({"type": "http.response.body", "body": rest, "more_body": framing != "whole"})
        # Not before: what another one cuts off sooner never comes this far.
        self._strike.has_bitten = True
        if framing != "whole":
            await end(self._ending, self._wire)

    def _whole(self, size: int) -> list[RawHeader]:
        """Return the headers with a length, where there was one, that is the one of what is sent."""
        return [(name, b"%d" % size if name == _LENGTH else value) for name, value in self._headers]

    async def _begin(self, headers: list[RawHeader]) -> None:
        if not self._start:
            return
        start, self._start = self._start, {}
        framing = self._ending.framing
        if framing in ("length", "until_close"):
            headers = [header for header in headers if header[0] != _LENGTH]
        if framing == "length":
            promised = (self._ending.after_bytes or (1 << 30)) + SHORTFALL
            headers = [*headers, (_LENGTH, b"%d" % promised)]
        if framing == "until_close":
            self._wire.until_close()
        await self._send({**start, "headers": headers})


class Dripping:
    """Sends a body in pieces of a size, with a wait before each but the first."""

    def __init__(self, strike: Strike, drip: Drip, wire: Wire, send: Send) -> None:
        self._strike = strike
        self._drip = drip
        self._wire = wire
        self._send = send
        self._is_first = True

    async def __call__(self, message: Message) -> None:
        """Send a message of the response."""
        body: bytes = message.get("body", b"")
        size = self._drip.size
        for at in range(0, len(body), size):
            if not self._is_first:
                self._strike.has_bitten = True
                if self._drip.every:
                    await self._wire.wait(self._drip.every / SECOND)
            self._is_first = False
            await self._send({"type": "http.response.body", "body": body[at : at + size], "more_body": True})
        if message["type"] == "http.response.start":
            await self._send(message)
        elif not message.get("more_body", False):
            await self._send({"type": "http.response.body", "body": b""})


def _inside(line: bytes) -> int:
    """Return a place inside a line, inside a character of several bytes if it has one."""
    first = next((at for at, byte in enumerate(line) if byte >= 0xC0), None)
    return len(line) // 2 if first is None else first + 1
