"""The app needs no event loop, task or thread: its coroutine can be stepped by hand.

Whatever waits for anything but its caller would yield here, and fail the test.
"""

import json
import threading
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from batchmock.clock import ClockSetting
from batchmock.emulator import Emulator
from batchmock.http.app import build_app
from batchmock.settings import Settings
from batchmock.times import SECOND

START = 1_790_000_000 * SECOND


@pytest.fixture
def app() -> ASGIApp:
    settings = Settings(clock=ClockSetting(mode="manual"), start=START)
    return build_app(Emulator(settings, real=lambda: 0))


def call(
    app: ASGIApp, method: str, path: str, body: object = None, *, query: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Step one exchange to its end; return status, headers and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"" if body is None else json.dumps(body).encode()}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "server": ("here", 80),
    }
    step = app(scope, receive, send).__await__()
    with pytest.raises(StopIteration):
        next(iter(step))
    start, *parts = sent
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(part.get("body", b"") for part in parts)


def many(count: int) -> dict[str, Any]:
    params = {"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "x" * 200}]}
    return {"requests": [{"custom_id": f"r{number}", "params": params} for number in range(count)]}


def test_a_whole_life_runs_in_one_step_a_call(app: ASGIApp) -> None:
    threads = threading.active_count()
    _, _, created = call(app, "POST", "/v1/messages/batches", many(5_000))
    batch_id = json.loads(created)["id"]

    assert call(app, "GET", f"/v1/messages/batches/{batch_id}")[1]["retry-after"] == "10"
    assert call(app, "GET", f"/v1/messages/batches/{batch_id}/results")[0] == 404
    assert call(app, "POST", "/_emulator/clock/advance", {"by": "24h"})[0] == 200
    status, headers, body = call(app, "GET", f"/v1/messages/batches/{batch_id}/results")
    assert (status, headers["content-type"]) == (200, "application/x-jsonl")
    assert body.count(b"\n") == 5_000
    assert call(app, "GET", "/v1/messages/batches", accept_encoding="gzip")[0] == 200
    packed = call(app, "GET", f"/v1/messages/batches/{batch_id}/results", accept_encoding="gzip")
    assert packed[1]["content-encoding"] == "gzip"
    assert len(packed[2]) < len(body)
    assert call(app, "DELETE", f"/v1/messages/batches/{batch_id}")[0] == 200
    assert call(app, "GET", "/nowhere")[0] == 404
    assert threading.active_count() == threads


def test_messages_streams_counts_and_models_run_in_one_step_a_call(app: ASGIApp) -> None:
    threads = threading.active_count()
    words = [{"role": "user", "content": "x" * 20_000}]
    params = many(1)["requests"][0]["params"] | {"messages": words, "max_tokens": 64_000}

    status, _, plain = call(app, "POST", "/v1/messages", params)
    assert status == 200
    status, headers, stream = call(app, "POST", "/v1/messages", params | {"stream": True}, accept_encoding="gzip")
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert stream.count(b"event: content_block_delta\n") > 100
    assert json.loads(plain)["content"][0]["text"].endswith("x" * 20_000)
    counted = {"model": params["model"], "messages": params["messages"]}
    assert call(app, "POST", "/v1/messages/count_tokens", counted)[0] == 200
    assert call(app, "GET", "/v1/models", query=b"limit=3", accept_encoding="gzip")[0] == 200
    assert call(app, "GET", "/v1/models/claude-haiku-4-5")[0] == 200
    assert call(app, "POST", "/v1/messages", {"model": "x"})[0] == 400
    assert threading.active_count() == threads


def test_threads_that_create_at_once_lose_nothing(app: ASGIApp) -> None:
    def work() -> None:
        for _ in range(20):
            assert call(app, "POST", "/v1/messages/batches", many(3))[0] == 200

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    page: dict[str, Any] = json.loads(call(app, "GET", "/v1/messages/batches", query=b"limit=1000")[2])
    assert len({batch["id"] for batch in page["data"]}) == 160
