"""A client that speaks HTTP by hand and sees how a connection ends."""

import socket
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

# How long a connection may be silent before it counts as open; the server has nothing to wait for but us.
SILENCE_S = 0.4
# Nothing is left to wait for once an answer is whole.
HEADERS = "x-api-key: test\r\nanthropic-version: 2023-06-01\r\nhost: 127.0.0.1\r\nconnection: close\r\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came, and how it ended: closed, reset, or nothing more while the connection stays."""

    raw: bytes
    end: Literal["closed", "reset", "open"]

    @property
    def head(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").lower()

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    @property
    def framed(self) -> bytes:
        """The body as it came, chunks and all."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def is_chunked(self) -> bool:
        return "transfer-encoding: chunked" in self.head

    @property
    def chunks(self) -> list[bytes]:
        """The chunks that are whole, and the one that is not."""
        found: list[bytes] = []
        rest = self.framed
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            found.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return found

    @property
    def has_last_chunk(self) -> bool:
        return self.framed.endswith(b"0\r\n\r\n")

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks) if self.is_chunked else self.framed

    @property
    def length(self) -> int | None:
        lines = [line for line in self.head.split("\r\n") if line.startswith("content-length: ")]
        return int(lines[0].split(": ")[1]) if lines else None

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def ask(url: str, method: str, path: str, body: bytes = b"", headers: str = "") -> Heard:
    """Send one request and read for as long as something comes."""
    head = f"{method} {path} HTTP/1.1\r\n{HEADERS}{headers}"
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    with connected(url) as connection:
        connection.sendall(head.encode() + b"\r\n" + body)
        return heard(connection)


def say(url: str, *parts: bytes) -> Heard:
    """Send bytes as they are, each part once something has come in answer to the one before; then read on."""
    raw = b""
    with connected(url) as connection:
        for part in parts[:-1]:
            connection.sendall(part)
            raw += connection.recv(1 << 20)
        connection.sendall(parts[-1])
        last = heard(connection)
    return Heard(raw + last.raw, last.end)


def connected(url: str) -> socket.socket:
    """Return a new connection, which is silent for no longer than ``SILENCE_S``."""
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=SILENCE_S)


def heard(connection: socket.socket) -> Heard:
    """Read for as long as something comes."""
    raw = b""
    while True:
        try:
            piece = connection.recv(1 << 20)
        except TimeoutError:
            return Heard(raw, "open")
        except ConnectionResetError:
            return Heard(raw, "reset")
        if not piece:
            return Heard(raw, "closed")
        raw += piece
