"""The same seed and the same calls: the same bytes, in another process, and after a restart."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.mockserver.exchanges import BATCHES, request
from tests.mockserver.raw import ask
from tests.programs import serving

OUTCOMES = """
[timing]
batch = "6h"

[mix]
succeeded = 3
errored = 1
expired = 1

[mix.errors]
overloaded_error = 1
api_error = 1
"""
FAULTS = """
[[faults]]
kind = "answer"
status = 529
on = ["retrieve"]
probability = 0.5

[[faults]]
kind = "reset"
on = ["results"]
probability = 0.5
after_bytes = 2000
"""
GZIP = "accept-encoding: gzip\r\n"
IDENTITY = "accept-encoding: identity\r\n"
ADVANCE = "/_emulator/clock/advance"


class Client:
    """Asks a server, and keeps every byte of what it answered."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.heard: list[tuple[bytes, str]] = []

    def ask(self, method: str, path: str, body: object = None, headers: str = IDENTITY) -> bytes:
        """Return the body of an answer."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        heard = ask(self._url, method, path, raw, headers)
        self.heard.append((heard.raw, heard.end))
        return heard.body

    def plane(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Return what the control plane answers, which is no exchange of the history."""
        return ask(self._url, method, f"/_emulator/{path}", body).body

    def create(self, count: int) -> str:
        names = [f"ticket-{number}" for number in range(count)]
        return json.loads(self.ask("POST", BATCHES, {"requests": [request(name) for name in names]}))["id"]


def morning(client: Client) -> str:
    """Create two batches, look at them in vain, cancel one; return the other."""
    first, second = client.create(40), client.create(3)
    for _ in range(6):
        client.ask("GET", f"{BATCHES}/{first}")
    client.ask("GET", f"{BATCHES}/{first}/results")
    client.ask("POST", ADVANCE, {"by": "1h"})
    client.ask("POST", f"{BATCHES}/{second}/cancel")
    client.ask("POST", BATCHES, b"{")
    return first


def evening(client: Client, batch_id: str) -> None:
    """See the batches to their end; create another one."""
    client.ask("GET", f"{BATCHES}?limit=1")
    client.ask("POST", ADVANCE, {"by": "24h"})
    for headers in (GZIP, IDENTITY, GZIP, IDENTITY):
        client.ask("GET", f"{BATCHES}/{batch_id}/results", headers=headers)
    client.ask("GET", BATCHES, headers=GZIP)
    client.ask("DELETE", f"{BATCHES}/{batch_id}")
    client.ask("POST", "/v1/messages", request("a")["params"])
    client.create(2)
    client.ask("GET", "/v1/nowhere")


def told(client: Client, after: int = 0) -> Iterator[bytes]:
    """Yield the history but for real time, and the truth of each batch."""
    yield client.plane("GET", f"history.jsonl?real=false&after={after}")
    for batch in json.loads(client.plane("GET", "batches"))["batches"]:
        yield client.plane("GET", f"batches/{batch['id']}/plan.jsonl")


def lived(url: str) -> list[Any]:
    """Live through a day; return every byte of it, its history and its truths."""
    client = Client(url)
    evening(client, morning(client))
    return [client.heard, *told(client)]


def options(tmp_path: Path, scenario: str) -> tuple[str, ...]:
    """Return what a server is told: all of it stands still, unless a client moves it."""
    file = tmp_path / "scenario.toml"
    file.write_text(scenario)
    return "--quiet", "--clock", "manual", "--start", "2026-01-31T09:00:00Z", "--scenario", str(file)


def test_two_processes_say_the_same_to_the_byte_and_one_with_another_seed_does_not(tmp_path: Path) -> None:
    given = options(tmp_path, OUTCOMES + FAULTS)
    with ExitStack() as running:
        servers = [running.enter_context(serving(*given, "--seed", seed)) for seed in ("7", "7", "8")]
        one, other, different = (lived(server.url) for server in servers)

    assert one == other
    assert all(said != else_said for said, else_said in zip(one, different, strict=True))
    # Faults struck, and were the same.
    assert {end for _, end in one[0]} == {"closed", "reset"}


def test_a_process_that_is_started_again_says_the_same_to_the_byte(tmp_path: Path) -> None:
    lives: list[Any] = []
    for _ in range(2):
        with serving(*options(tmp_path, OUTCOMES + FAULTS)) as server:
            lives.append(lived(server.url))

    assert lives[0] == lives[1]


def test_what_is_restored_in_another_process_goes_on_to_the_byte(tmp_path: Path) -> None:
    # Faults are counted from the restoring, by design.
    given = options(tmp_path, OUTCOMES)
    with serving(*given) as server:
        client = Client(server.url)
        batch_id = morning(client)
        snapshot, seen = client.plane("POST", "snapshot"), len(client.heard)
        evening(client, batch_id)
        lived_on = [client.heard[seen:], *told(client, after=json.loads(snapshot)["exchanges"])]
    with serving(*given) as server:
        client = Client(server.url)
        client.plane("POST", "restore", snapshot)
        assert client.plane("POST", "snapshot") == snapshot
        evening(client, batch_id)
        restored = [client.heard, *told(client)]

    assert restored == lived_on
