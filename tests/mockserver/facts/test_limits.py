"""What is too large, too often or too much at once."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.mockserver.facts.room import (
    BATCHES,
    UNKNOWN,
    VERSION,
    Room,
    asked,
    limited,
    many,
    refusal,
    room_with,
)
from tests.mockserver.facts.rows import row, shows

BODY = json.dumps({"requests": [asked("a")]}).encode()
TOO_LARGE = {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}


@pytest.mark.parametrize(
    ("spare", "status"),
    [row("limits-2", "as large as may be", 0, 200), row("limits-2", "one byte more", -1, 413)],
)
def test_a_body_may_be_as_large_as_the_limit(spare: int, status: int) -> None:
    with room_with(body_bytes_max=len(BODY) + spare) as room:
        response = room.call("POST", content=BODY)

        assert response.status_code == status
        assert len(room.ids()) == (status == 200)


@shows("limits-2", "envelope-3")
def test_a_body_without_a_length_is_stopped_on_the_way() -> None:
    with room_with(body_bytes_max=1_000) as room:
        response = room.call("POST", content=(b" " * 100 for _ in range(11)))

    assert (response.status_code, response.json()) == (413, TOO_LARGE)


def announced(room: Room, size: int) -> bytes:
    """Announce a create body, ask whether to send it, and return the first bytes of the answer."""
    host = urlsplit(room.url)
    lines = [
        f"POST {BATCHES} HTTP/1.1",
        f"host: {host.netloc}",
        "content-type: application/json",
        f"content-length: {size}",
        "expect: 100-continue",
        *(f"{name}: {value}" for name, value in room.headers.items()),
    ]
    with socket.create_connection((host.hostname or "", host.port or 0), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(65_536)


@pytest.mark.parametrize(
    ("size", "status"),
    [
        row("limits-2", "256 MB are asked for", 256_000_000, b"100"),
        row("limits-3", "one byte more is refused unread", 256_000_001, b"413"),
    ],
)
def test_256_million_bytes_are_the_limit(room: Room, size: int, status: bytes) -> None:
    assert announced(room, size).split()[1] == status


CALLS = [
    row("rates-3", "create", "POST", ""),
    row("rates-3", "list", "GET", ""),
    row("rates-3", "retrieve", "GET", f"/{UNKNOWN}"),
    row("rates-3", "results", "GET", f"/{UNKNOWN}/results"),
    row("rates-3", "cancel", "POST", f"/{UNKNOWN}/cancel"),
    row("rates-3", "delete", "DELETE", f"/{UNKNOWN}"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_counts_against_the_rate(method: str, path: str) -> None:
    with room_with(limits=limited(rpm=1)) as room:
        first = room.call(method, path)
        second = room.call(method, path)
        other = room.call("GET")

    assert first.status_code in (400, 404, 200)
    assert refusal(second)[:2] == (429, "rate_limit_error")
    assert refusal(other)[:2] == (429, "rate_limit_error")


@shows("rates-1", "rates-2")
def test_a_bucket_refills_steadily_and_says_when() -> None:
    with room_with(limits=limited(rpm=6)) as room:
        burst = [room.call("GET").status_code for _ in range(7)]
        waits = [room.call("GET").headers["retry-after"]]
        room.advance("4500ms")
        waits.append(room.call("GET").headers["retry-after"])
        room.advance("5499ms")
        early = room.call("GET").status_code
        room.advance("1ms")
        after = [room.call("GET").status_code for _ in range(2)]

    assert burst == [200] * 6 + [429]
    assert waits == ["10", "6"]
    assert early == 429
    assert after == [200, 429]


@shows("rates-4")
def test_a_create_that_overflows_the_queue_stores_nothing() -> None:
    with room_with(limits=limited(queue=10)) as room:
        kept = room.made(*many(7))
        response = room.post({"requests": many(4)})

        assert refusal(response)[:2] == (429, "rate_limit_error")
        assert int(response.headers["retry-after"]) > 0
        assert room.ids() == [kept]
        assert room.post({"requests": many(3)}).status_code == 200


@shows("rates-5")
def test_a_request_leaves_the_queue_when_it_has_been_processed() -> None:
    with room_with(limits=limited(queue=10)) as room:
        room.made(*many(10))
        assert room.post({"requests": many(1)}).status_code == 429
        room.advance("24h")
        assert room.post({"requests": many(10)}).status_code == 200


@shows("rates-6")
def test_no_limit_is_on_by_default_and_each_workspace_has_its_own(room: Room) -> None:
    assert {room.call("GET").status_code for _ in range(100)} == {200}
    with room_with(limits=limited(rpm=1)) as narrow:
        narrow.page()
        other = {"x-api-key": "other", "anthropic-version": VERSION}
        assert narrow.client.get(BATCHES, headers=other).status_code == 200
