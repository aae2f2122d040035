"""A server that is asked to stop while exchanges are under way: it waits a little, and says nothing."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import msgspec
import pytest

from batchmock.scenarios.document import read_toml
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, MANUAL, request
from tests.mockserver.raw import HEADERS, ask, connected

# So many results that they fit into no connection's buffers.
COUNT = 30_000
PATIENCE_S = 0.05
UPLOAD = f"POST {BATCHES} HTTP/1.1\r\n{HEADERS}content-length: 1000\r\n\r\n{{".encode()
SERVE = f"""
from batchmock.server import serve
from batchmock.settings import Settings
import sys

settings = Settings(stop_patience_s={PATIENCE_S})
serve(settings, host="127.0.0.1", port=0, observe=lambda _: None, on_listening=lambda url: print(url, flush=True))
"""


def half_sent(url: str) -> socket.socket:
    """An upload that is at hand, but goes no further."""
    client = connected(url)
    client.sendall(UPLOAD.replace(b"content-length", b"expect: 100-continue\r\ncontent-length"))
    assert client.recv(1 << 16).startswith(b"HTTP/1.1 100")
    return client


def half_read(url: str) -> socket.socket:
    """A download that goes no further."""
    body = msgspec.json.encode({"requests": [request(f"r{number}") for number in range(COUNT)]})
    created = ask(url, "POST", BATCHES, body).json
    ask(url, "POST", "/_emulator/clock/advance", b'{"by":"25h"}')
    return read_once(url, f"GET {BATCHES}/{created['id']}/results")


def unread(url: str) -> socket.socket:
    """An answer that was made in one piece, and of which most has not left."""
    return read_once(url, f"GET {BATCHES}/msgbatch_1")


def read_once(url: str, line: str) -> socket.socket:
    client = connected(url)
    client.settimeout(30)
    client.sendall(f"{line} HTTP/1.1\r\n{HEADERS}\r\n".encode())
    assert client.recv(4_096).startswith(b"HTTP/1.1 200")
    return client


def kept_waiting(url: str) -> socket.socket:
    """A call whose answer a fault holds back."""
    client = connected(url)
    client.sendall(f"GET {BATCHES} HTTP/1.1\r\n{HEADERS}\r\n".encode())
    return client


WAYS = [half_sent, half_read, unread, kept_waiting]
HELD_BACK = read_toml(f'''
faults = [
    {{kind = "delay", on = ["list"], by = "1h"}},
    {{kind = "answer", on = ["retrieve"], status = 200, body = "{"x" * 20_000_000}"}},
]
''')


def rest(client: socket.socket) -> bytes:
    """Return what still comes, however the connection ends."""
    came = b""
    with client:
        client.settimeout(30)
        try:
            while piece := client.recv(1 << 20):
                came += piece
        except ConnectionResetError:
            pass
    return came


@pytest.mark.parametrize("begin", WAYS, ids=[way.__name__ for way in WAYS])
def test_what_is_still_under_way_is_cut_without_a_word(
    begin: Callable[[str], socket.socket], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(clock=MANUAL, stop_patience_s=PATIENCE_S, scenario=HELD_BACK)
    with running(settings) as url:
        client = begin(url)

    came = rest(client)
    assert b"HTTP/1.1" not in came
    assert not came.endswith(b"0\r\n\r\n")
    assert (capfd.readouterr().err, caplog.records) == ("", [])


@contextmanager
def serving() -> Generator[tuple[str, subprocess.Popen[str]]]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT], ids=lambda wish: wish.name)
def test_a_process_ends_well_however_much_was_under_way(wish: signal.Signals) -> None:
    with serving() as (url, process):
        clients = [half_sent(url), half_read(url)]
        process.send_signal(wish)
        _, told = process.communicate(timeout=30)

    assert (process.returncode, told) == (0, "")
    for client in clients:
        assert b"Internal Server Error" not in rest(client)
