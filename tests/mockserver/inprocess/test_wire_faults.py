"""What an app does to its connection reaches a client in this process as it does over a real socket."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from batchmock.inprocess.libraries import LIBRARIES, LibraryName
from batchmock.server import running_app
from tests.mockserver.inprocess.faulty import (
    async_clients,
    async_outcome,
    faulty,
    local_client,
    outcome,
    socket_client,
)

FRAMINGS = ("none", "length", "chunked", "close")
VERBS = ("reset", "close", "half_close")
PATHS = [f"/{framing}/3/{verb}" for framing in FRAMINGS for verb in VERBS]
WHOLE = ["/chunked/3/end", "/chunked/3/drip"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_ending_is_the_same_as_over_a_socket(name: LibraryName) -> None:
    with socket_client(name) as real, local_client(name) as local:
        outcomes = {path: (outcome(local, path), outcome(real, path)) for path in PATHS + WHOLE}

    assert {path: local for path, (local, _) in outcomes.items()} == {
        path: real for path, (_, real) in outcomes.items()
    }
    assert outcomes["/length/3/reset"][0][1] == "ReadError"
    assert outcomes["/chunked/3/close"][0][:2] == (b"xxx", "RemoteProtocolError")
    assert outcomes["/close/3/close"][0] == (b"xxx", "", "")
    assert outcomes["/chunked/3/drip"][0] == (b"xxxyyy", "", "")


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_ending_is_the_same_for_async_clients(name: LibraryName) -> None:
    async def ask(path: str) -> list[tuple[bytes, str, str]]:
        with async_clients(name) as clients:
            return [await async_outcome(client, path) for client in clients]

    for path in PATHS + WHOLE:
        real, local = asyncio.run(ask(path))
        assert local == real, path


@pytest.mark.parametrize("path", ["/none/0/stall", "/length/3/stall", "/chunked/3/stall"])
@pytest.mark.parametrize("name", LIBRARIES)
def test_a_stall_lasts_as_long_as_the_client_has_patience(name: LibraryName, path: str) -> None:
    with socket_client(name, 0.1) as real, local_client(name, 0.1) as local:
        assert outcome(local, path) == outcome(real, path)
        assert outcome(local, path)[1:] == ("ReadTimeout", "timed out")


def test_patience_starts_anew_with_every_piece() -> None:
    with local_client("httpx2", 0.03) as local:
        assert outcome(local, "/chunked/3/drip") == (b"xxxyyy", "", "")
    with local_client("httpx2", 0.01) as local:
        assert outcome(local, "/chunked/3/drip") == (b"xxx", "ReadTimeout", "timed out")


def raw(url: str, path: str) -> tuple[bytes, type[Exception] | None]:
    """Return all that a bare socket receives, and the exception with which it ends."""
    port = urlsplit(url).port
    assert port is not None
    received = bytearray()
    with socket.socket() as connection:
        # So little that most of a large body waits on the other side.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(5)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError as error:
            return bytes(received), type(error)
    return bytes(received), None


def test_bare_sockets_see_resets_and_ends_after_all_that_was_sent() -> None:
    with running_app(faulty) as url:
        large = raw(url, "/chunked/3000000/reset")
        assert large[1] is ConnectionResetError
        assert large[0].count(b"x") == 3_000_000
        assert raw(url, "/none/0/reset") == (b"", ConnectionResetError)
        assert raw(url, "/none/0/close") == (b"", None)
        cut, ending = raw(url, "/chunked/3/half_close")
        assert (cut.partition(b"\r\n\r\n")[2], ending) == (b"3\r\nxxx\r\n", None)
        short, ending = raw(url, "/length/3/close")
        assert (short.partition(b"\r\n\r\n")[2], ending) == (b"xxx", None)
        bare, ending = raw(url, "/close/3/close")
        head, _, body = bare.partition(b"\r\n\r\n")
        assert (body, ending) == (b"xxx", None)
        assert b"transfer-encoding" not in head.lower()
        assert b"connection: close" in head.lower()


def test_a_server_whose_client_went_away_is_not_held_up(capfd: pytest.CaptureFixture[str]) -> None:
    with socket_client("httpx2", 0.05) as real:
        for path in PATHS:
            outcome(real, path)
        outcome(real, "/chunked/3/stall")

    assert capfd.readouterr() == ("", "")
