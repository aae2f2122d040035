"""Exchanges driven by hand with an app in this process: what a client sends, and what it gets."""

import json
from typing import Any

from starlette.types import ASGIApp, Message

from batchmock.clock import ClockSetting
from batchmock.emulator import Emulator
from batchmock.http.app import build_app
from batchmock.http.runtime import Runtime
from batchmock.http.wire_faults import WIRE
from batchmock.inprocess.wire import LocalWire, sleep_by_hand
from batchmock.settings import Settings
from batchmock.times import SECOND

START = 1_790_000_000 * SECOND
MANUAL = ClockSetting(mode="manual")
BATCHES = "/v1/messages/batches"

Answer = tuple[int, dict[str, str], bytes]


class App:
    """An app that is stepped by whoever calls it; each call takes a millisecond of real time."""

    def __init__(self, settings: Settings | None = None, *, real: int = 1_000_000_000 * SECOND) -> None:
        self.emulator = Emulator(settings or Settings(clock=MANUAL, start=START), real=lambda: 0)
        self._real = real
        self.asgi: ASGIApp = build_app(self.emulator, runtime=Runtime(real=self._tick))

    def __call__(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        """Step one exchange to its end; return status, headers and body."""
        sent: list[Message] = []
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()

        async def receive() -> Message:
            return {"type": "http.request", "body": raw}

        async def send(message: Message) -> None:
            sent.append(message)

        given = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"} | (headers or {})
        step = self.asgi(scope(method, path, given), receive, send).__await__()
        try:
            next(iter(step))
        except StopIteration:
            pass
        else:
            raise AssertionError("the app waited for something else than its caller")
        start, *parts = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], told, b"".join(part.get("body", b"") for part in parts)

    def ask(self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None) -> Any:
        """Return the JSON that an exchange is answered with."""
        return json.loads(self(method, path, body, headers=headers)[2])

    def create(self, *custom_ids: str, headers: dict[str, str] | None = None) -> str:
        """Create a batch, and return its id."""
        return self.ask("POST", BATCHES, {"requests": [request(name) for name in custom_ids]}, headers=headers)[
            "id"
        ]

    def history(self, query: str = "") -> list[dict[str, Any]]:
        """Return the exchanges that a query finds."""
        return self.ask("GET", f"/_emulator/history?{query}")["exchanges"]

    def _tick(self) -> int:
        self._real += SECOND // 1_000
        return self._real


def request(custom_id: str) -> dict[str, Any]:
    """Return a request that succeeds."""
    params = {
        "model": "claude-haiku-4-5",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": f"say {custom_id}"}],
    }
    return {"custom_id": custom_id, "params": params}


def scope(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return what a server tells an app of a request."""
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "server": ("here", 80),
        "extensions": {WIRE: LocalWire(sleep_by_hand, None)},
    }
