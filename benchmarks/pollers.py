"""Pollers in a process of their own, until standard input ends; then one JSON object with what they saw.

Run as ``python pollers.py PORT PATH CONNECTIONS PAUSE_S``. Each connection is kept alive and has one poll under
way: that is how SDKs poll, and pipelining would let the server read many polls at once, cheaper than in life.
Python on uvloop is enough of a load: of a response only its length is read, so that a poll costs these pollers
15 µs of CPU, the kernel's share included, where a bare route costs its server 24. On a machine that has less than
two cores to spare the two compete all the same; that is why row 5 is also given in polls a second of server CPU.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast

import uvloop
from load import exchange, get


@dataclass(slots=True)
class Polled:
    """What pollers saw; times in seconds."""

    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    @property
    def each_second(self) -> float:
        """Polls answered in a second."""
        return self.count / self.seconds


class _Poller(asyncio.Protocol):
    """Polls again as soon as a response is complete, or a pause later."""

    def __init__(self, request: bytes, seen: Polled, pause_s: float) -> None:
        self._request = request
        self._seen = seen
        self._pause_s = pause_s
        self._missing = 0
        self._size = 0
        self._asked_at = 0.0
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._missing == 0:
            self._missing = _size(data)
        self._missing -= len(data)
        if self._missing > 0:
            return
        took = time.perf_counter() - self._asked_at
        seen = self._seen
        seen.count += 1
        seen.slowest = max(seen.slowest, took)
        if self._pause_s:
            self._loop.call_later(self._pause_s, self._ask)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._seen.seconds:
            raise ConnectionError("the server hung up")

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(self._request)


def _size(data: bytes) -> int:
    """Return how many bytes the response has that starts here; its head comes in one piece."""
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(data[:500])
    head = data.index(b"\r\n\r\n") + 4
    at = data.index(b"content-length: ") + 16
    return head + int(data[at : data.index(b"\r\n", at)])


def _give_up(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Else a poller that met an error would rest, and a server that refuses everybody would be the fastest.
    print(context.get("exception") or context["message"], file=sys.stderr, flush=True)
    os._exit(1)


async def _poll(port: int, request: bytes, connections: int, pause_s: float) -> Polled:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_give_up)
    seen = Polled()
    for _ in range(connections):
        await loop.create_connection(lambda: _Poller(request, seen, pause_s), "127.0.0.1", port)
    # The first polls open connections and warm caches up.
    await asyncio.sleep(0.2)
    seen.count, seen.slowest, begun = 0, 0.0, time.perf_counter()
    print("polling", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    seen.seconds = time.perf_counter() - begun
    return Polled(seen.count, seen.seconds, seen.slowest)


@contextmanager
def polling(port: int, path: str, *, connections: int = 16, pause_s: float = 0.0) -> Generator[Polled]:
    """Poll while the block runs; afterwards the value says what was seen."""
    exchange(port, get(path))
    command = [sys.executable, __file__, str(port), path, str(connections), str(pause_s)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    polled = Polled()
    try:
        yield polled
    finally:
        report, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the pollers gave up")
    seen = json.loads(report)
    polled.count, polled.seconds, polled.slowest = seen["count"], seen["seconds"], seen["slowest"]
    if not polled.count:
        raise RuntimeError("nobody was answered")


def main() -> None:
    """Poll as the command line says."""
    port, path, connections, pause_s = sys.argv[1:]
    polled = uvloop.run(_poll(int(port), get(path), int(connections), float(pause_s)))
    print(json.dumps(asdict(polled)))


if __name__ == "__main__":
    main()
