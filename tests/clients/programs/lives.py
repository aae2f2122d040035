"""Lives of a client, each a process of its own: one JSON object a line says how to live, one tells how it went.

A life may end by SIGKILL at any event that the server can see: before an exchange, after it, and at each piece of
a download; or the disk may be full from there on. The processes are forked from this one, which has everything
imported and no thread.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2

from batchclient.errors import JournalError
from batchclient.outcomes import Succeeded
from batchclient.policy import Policy
from tests.clients.wire import Fault, Wire
from tests.clients.world import World, some

PIECE_BYTES = 300


def be_full() -> None:
    """Have the disk take nothing more: no file of this process grows, not by a byte."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


class DeadlyWire(Wire):
    """A wire on which the process dies, or its disk is full, at the event with a given number."""

    def __init__(self, die_at: int | None, full_at: int | None) -> None:
        super().__init__()
        self.events = 0
        self._die_at = die_at
        self._full_at = full_at

    def event(self) -> None:
        if self.events == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.events == self._full_at:
            be_full()
        self.events += 1

    def enter(self, request: httpx2.Request, body: bytes) -> Fault | None:
        self.event()
        return super().enter(request, body)

    def leave(self, request: httpx2.Request, response: httpx2.Response, fault: Fault | None) -> httpx2.Response:
        self.event()
        if request.url.path.endswith("/results") and response.status_code == 200:
            return httpx2.Response(200, stream=DeadlyPieces(self, response.stream))
        return response


class DeadlyPieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, wire: DeadlyWire, stream: object) -> None:
        self._wire = wire
        self._stream: Any = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._cut(b"".join(self._stream))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._cut(b"".join([piece async for piece in self._stream])):
            yield piece

    def _cut(self, body: bytes) -> Iterator[bytes]:
        for at in range(0, len(body), PIECE_BYTES):
            self._wire.event()
            yield body[at : at + PIECE_BYTES]


def live(how: dict[str, Any]) -> dict[str, Any]:
    """Run to the end, if it is let."""
    world = World(how["url"], how["driver"], Policy(requests_max=how["requests_max"], retries=how["retries"]))
    wire = world.wire = DeadlyWire(how["die_at"], how["full_at"])
    world.key = how["key"]
    try:
        run = world.run(some(how["number"]), Path(how["journal"]))
    except JournalError as error:
        return {"stopped": type(error).__name__, "notes": error.__notes__}
    with run:
        answers = {key: outcome.text if isinstance(outcome, Succeeded) else str(outcome) for key, outcome in run}
    return {"answers": answers, "events": wire.events}


def fork(how: dict[str, Any]) -> dict[str, Any]:
    """Live in a process of its own; return how that went, or by which signal it ended."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w") as told:
            json.dump(live(how), told)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else {"signal": os.WTERMSIG(status), "text": text}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line))), flush=True)  # noqa: T201
