"""A wire between the client and the emulator on which things go wrong, by plan.

A fault is matched by the operation and its number, and the same plan holds for both drivers.
"""

import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import httpx2

Operation: TypeAlias = Literal["create", "retrieve", "list", "results", "cancel"]
# To load the certificates of the world anew for each client would take longer than all else.
NO_TLS = ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nobody answers the connection; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The server does its work, and the answer is lost on its way."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Something else answers; ``done`` tells whether the server did its work, ``cut`` whether it breaks off."""

    status: int
    body: bytes = b"<html>something in between</html>"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    done: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """The server's answer comes otherwise: in other pieces, with other lines, or not to its end."""

    change: Callable[[bytes], Sequence[bytes]]
    cut: bool = False


Fault: TypeAlias = Unreached | Lost | Answered | Served
Plan: TypeAlias = Mapping[tuple[str, int], Fault]


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange as it left the client."""

    operation: Operation
    url: str
    body: bytes
    headers: Mapping[str, str]
    at: float


class Wire:
    """What has gone over it, and what goes wrong on it."""

    def __init__(self, plan: Plan | None = None, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.plan: Plan = plan or {}
        self.seen: list[Seen] = []
        self.before: Callable[[Operation, str], None] = lambda operation, url: None
        self.after: Callable[[httpx2.Response], None] = lambda response: None
        self._clock = clock

    def count(self, operation: Operation) -> int:
        return sum(seen.operation == operation for seen in self.seen)

    def times(self, operation: Operation) -> list[float]:
        return [seen.at for seen in self.seen if seen.operation == operation]

    def heal(self) -> None:
        self.plan = {}

    def enter(self, request: httpx2.Request, body: bytes) -> Fault | None:
        operation = operation_of(request)
        self.before(operation, str(request.url))
        fault = self.plan.get((operation, self.count(operation)))
        headers = dict(request.headers)
        self.seen.append(Seen(operation, str(request.url), body, headers, self._clock()))
        if isinstance(fault, Unreached):
            raise httpx2.ConnectError("unreached", request=request)
        if operation == "results":
            request.headers["accept-encoding"] = "identity"
        return fault

    def leave(self, request: httpx2.Request, response: httpx2.Response, fault: Fault | None) -> httpx2.Response:
        self.after(response)
        if isinstance(fault, Lost):
            raise httpx2.ReadError("lost", request=request)
        if isinstance(fault, Answered):
            return httpx2.Response(fault.status, headers=fault.headers, stream=Pieces([fault.body], fault.cut))
        if isinstance(fault, Served) and response.status_code == 200:
            headers = {name: value for name, value in response.headers.items() if name not in FRAMING}
            return httpx2.Response(200, headers=headers, stream=Pieces(fault.change(response.content), fault.cut))
        return response


FRAMING = ("content-length", "transfer-encoding", "content-encoding")


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, pieces: Sequence[bytes], cut: bool) -> None:
        self._pieces = pieces
        self._cut = cut

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._cut:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


class Transport(httpx2.BaseTransport):
    """The synchronous client's end of a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._real = httpx2.HTTPTransport(verify=NO_TLS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        fault = self._wire.enter(request, request.read())
        if isinstance(fault, Answered) and not fault.done:
            return self._wire.leave(request, httpx2.Response(500), fault)
        response = self._real.handle_request(request)
        if fault is not None:
            response.read()
        return self._wire.leave(request, response, fault)

    def close(self) -> None:
        self._real.close()


class AsyncTransport(httpx2.AsyncBaseTransport):
    """The asynchronous client's end of a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._real = httpx2.AsyncHTTPTransport(verify=NO_TLS)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        fault = self._wire.enter(request, await request.aread())
        if isinstance(fault, Answered) and not fault.done:
            return self._wire.leave(request, httpx2.Response(500), fault)
        response = await self._real.handle_async_request(request)
        if fault is not None:
            await response.aread()
        return self._wire.leave(request, response, fault)

    async def aclose(self) -> None:
        await self._real.aclose()


def operation_of(request: httpx2.Request) -> Operation:
    path = request.url.path
    if path.endswith("/cancel"):
        return "cancel"
    if path.endswith("/batches"):
        return "create" if request.method == "POST" else "list"
    return "results" if "results" in path else "retrieve"


def shown(**changed: object) -> Served:
    """Return an answer to a poll with something else in the batch."""
    return Served(lambda body: [json.dumps(json.loads(body) | changed).encode()])
