"""One API key's workspace on a running emulator, asked over its socket."""

import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2

from batchmock.clock import ClockSetting
from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import HOUR, parse_instant
from batchmock.timing import Fixed, Timing, Uniform

BATCHES = "/v1/messages/batches"
VERSION = "2023-06-01"
START = "2026-08-19T14:44:51.493319+00:00"
MANUAL = ClockSetting(mode="manual")
UNKNOWN = "msgbatch_01AAAAAAAAAAAAAAAAAAAAAA"

Json = dict[str, Any]

# Every request starts between 2 s and 4 min, and runs for an hour: at 5 min all of them are in flight.
LONG_RUNNING = Scenario(timing=Timing(batch=Fixed(HOUR + 4 * 60 * 10**9), request=Uniform(HOUR, HOUR)))
# About two in five requests start within the window.
TOO_SLOW = Scenario(timing=Timing(batch=Fixed(60 * HOUR)))


def asked(custom_id: str, text: str = "Name one prime.", **params: object) -> Json:
    """Return one request of a create body."""
    turns = [{"role": "user", "content": text}]
    return {
        "custom_id": custom_id,
        "params": {"model": "claude-haiku-4-5", "max_tokens": 64, "messages": turns} | params,
    }


def many(count: int) -> list[Json]:
    return [asked(f"row-{number:04}") for number in range(count)]


class Room:
    """A workspace, and the headers that open it."""

    def __init__(self, client: httpx2.Client, key: str) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.headers = {"x-api-key": key, "anthropic-version": VERSION}

    def call(
        self, method: str, path: str = "", *, headers: dict[str, str] | None = None, **rest: Any
    ) -> httpx2.Response:
        """Send a request below the batches' path, with the workspace's headers and more."""
        return self.send(method, BATCHES + path, headers=headers, **rest)

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any
    ) -> httpx2.Response:
        """Send a request to any path, with the workspace's headers and more."""
        return self.client.request(method, path, headers=self.headers | (headers or {}), **rest)

    def post(self, body: object) -> httpx2.Response:
        """Create a batch from a whole body, or try to."""
        return self.call("POST", json=body)

    def create(self, *requests: Json) -> Json:
        """Create a batch that is expected to be taken."""
        return good(self.post({"requests": list(requests) or [asked("row-0001")]}))

    def made(self, *requests: Json) -> str:
        """Create a batch, and return its id."""
        return self.create(*requests)["id"]

    def ended(self, *requests: Json) -> str:
        """Create a batch and let a day pass."""
        batch_id = self.made(*requests)
        self.advance("24h")
        return batch_id

    def advance(self, by: str) -> None:
        """Move the workspace's clock."""
        good(self.client.post("/_emulator/clock/advance", headers=self.headers, json={"by": by}))

    def now(self) -> str:
        return good(self.client.get("/_emulator/clock", headers=self.headers))["now"]

    def batch(self, batch_id: str) -> Json:
        return good(self.call("GET", f"/{batch_id}"))

    def cancel(self, batch_id: str) -> Json:
        return good(self.call("POST", f"/{batch_id}/cancel"))

    def page(self, **query: str | int) -> Json:
        return good(self.call("GET", params=query))

    def ids(self, **query: str | int) -> list[str]:
        """Return the ids on a page of the list."""
        return [batch["id"] for batch in self.page(**query)["data"]]

    def download(self, batch_id: str) -> httpx2.Response:
        return self.call("GET", f"/{batch_id}/results")

    def lines(self, batch_id: str) -> list[Json]:
        """Return the results, in the order of the file."""
        response = self.download(batch_id)
        assert response.status_code == 200
        return [json.loads(line) for line in response.content.split(b"\n")[:-1]]

    def results(self, batch_id: str) -> dict[str, Json]:
        """Return each result by its custom_id."""
        return {line["custom_id"]: line["result"] for line in self.lines(batch_id)}


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


def good(response: httpx2.Response) -> Json:
    """Return the body of a 200."""
    assert response.status_code == 200, response.text
    return response.json()


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    """Return an error's status, type and message."""
    error = response.json()["error"]
    return response.status_code, error["type"], error["message"]


def invalid(message: str) -> tuple[int, str, str]:
    return 400, "invalid_request_error", message


def not_found(batch_id: str) -> tuple[int, str, str]:
    return 404, "not_found_error", f"Message Batch {batch_id} not found."


def no_results(batch_id: str) -> tuple[int, str, str]:
    return 404, "not_found_error", f"Message Batch {batch_id} has no available results."


def settings(**changes: Any) -> Settings:
    """Return settings with a clock that moves when told, from a known instant."""
    return Settings(clock=MANUAL, start=parse_instant(START), **changes)


@contextmanager
def emulator(**changes: Any) -> Generator[httpx2.Client]:
    """Run an emulator with other settings; nothing is compressed unless a test asks for it."""
    with running(settings(**changes)) as url, connected(url) as client:
        yield client


@contextmanager
def connected(url: str) -> Generator[httpx2.Client]:
    with httpx2.Client(base_url=url, headers={"accept-encoding": "identity"}) as client:
        yield client


@contextmanager
def room_with(*, key: str = "test", **changes: Any) -> Generator[Room]:
    """Run an emulator with other settings, and open one workspace on it."""
    with emulator(**changes) as client:
        yield Room(client, key)


def limited(*, rpm: int | None = None, queue: int | None = None) -> Scenario:
    return Scenario(limits=RateLimits(http_requests_per_minute=rpm, queued_requests_max=queue))
