"""HTTP/1.1 over raw sockets, one exchange at a time: a client that costs next to nothing beside the server.

It knows as much of HTTP as the servers here speak: a length or chunks, and nothing compressed.
"""

import json
import socket
import time
from dataclasses import dataclass

HEADERS = "host: 127.0.0.1\r\nx-api-key: benchmark\r\nanthropic-version: 2023-06-01\r\n"
BATCHES = "/v1/messages/batches"
TIMEOUT_S = 120
# As much as the kernel hands over at once on the loopback; small reads would make the client the slower side.
READ_BYTES = 1 << 20
# The end of a chunked body; no chunk of JSON lines contains it.
LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response, and how long after the request was begun it was read."""

    status: int
    body: bytes
    took: float


@dataclass(frozen=True, slots=True)
class Download:
    """A response body that was read and thrown away; times in seconds since the request was sent."""

    size: int
    first_byte: float
    took: float


def get(path: str) -> bytes:
    """Return the bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\n{HEADERS}\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """Return the bytes of a POST of JSON."""
    head = f"POST {path} HTTP/1.1\r\n{HEADERS}content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def connect(port: int) -> socket.socket:
    """Return a connection to a server on this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)


def exchange(port: int, request: bytes) -> Answer:
    """Send a request on a connection of its own and read a response that states its length.

    Raises:
        RuntimeError: it is not a 200.
    """
    with connect(port) as connection:
        begun = time.perf_counter()
        connection.sendall(request)
        head, body = _head(connection)
        missing = _length(head) - len(body)
        while missing > 0:
            piece = _read(connection, missing)
            body, missing = body + piece, missing - len(piece)
        answer = Answer(int(head.split()[1]), body, time.perf_counter() - begun)
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}: {body[:500]!r}")
    return answer


def create(port: int, request: bytes) -> str:
    """Send a create and return the batch's id."""
    return batch_id_of(exchange(port, request))


def batch_id_of(answer: Answer) -> str:
    """Return the id in the answer to a create."""
    return json.loads(answer.body)["id"]


def advance(port: int, by: str) -> None:
    """Move the emulator's clock."""
    exchange(port, post("/_emulator/clock/advance", json.dumps({"by": by}).encode()))


def download(port: int, path: str) -> Download:
    """Read a chunked response to its end, keeping nothing; its size counts the body, without the framing."""
    with connect(port) as connection:
        begun = time.perf_counter()
        connection.sendall(get(path))
        head, tail = _head(connection)
        first_byte = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 200") or b"transfer-encoding: chunked" not in head.lower():
            raise RuntimeError(f"not a chunked 200: {head!r}")
        size = len(tail) + _drain(connection, tail[-5:])
        return Download(size, first_byte, time.perf_counter() - begun)


def lines(port: int, path: str) -> list[bytes]:
    """Return the lines of a chunked response; for checking, not for timing."""
    with connect(port) as connection:
        connection.sendall(get(path))
        _, start = _head(connection)
        framed = bytearray(start)
        while not framed.endswith(LAST_CHUNK):
            framed += _read(connection, READ_BYTES)
    return _unchunked(bytes(framed)).splitlines()


def _unchunked(framed: bytes) -> bytes:
    body = bytearray()
    at = 0
    while True:
        end = framed.index(b"\r\n", at)
        size = int(framed[at:end], 16)
        if size == 0:
            return bytes(body)
        body += framed[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def _drain(connection: socket.socket, tail: bytes) -> int:
    buffer = bytearray(READ_BYTES)
    view, size = memoryview(buffer), 0
    while tail != LAST_CHUNK:
        count = connection.recv_into(view)
        if count == 0:
            raise ConnectionError("cut short")
        size += count
        tail = (tail + bytes(view[max(count - 5, 0) : count]))[-5:]
    return size


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _read(connection, 65_536)
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _read(connection: socket.socket, count: int) -> bytes:
    piece = connection.recv(count)
    if not piece:
        raise ConnectionError("cut short")
    return piece


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError(f"no length in {head!r}")
