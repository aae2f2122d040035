"""Tests with ``batch_server``: each finds a workspace of its own, as new, on the clock it asks for."""

import os
from pathlib import Path

import httpx2
import pytest

from batchmock.remote import RemoteEmulator

OUTSIDE = {name: os.environ.get(name) for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "NO_PROXY")}
BATCHES = "/v1/messages/batches"
REQUEST = {
    "custom_id": "a",
    "params": {
        "model": "claude-haiku-4-5",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "Hello?"}],
    },
}


@pytest.mark.parametrize("number", range(6))
def test_alone(batch_server: RemoteEmulator, number: int) -> None:
    with httpx2.Client(
        base_url=os.environ["ANTHROPIC_BASE_URL"],
        headers={"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"},
    ) as client:
        batch = client.post(BATCHES, json={"requests": [REQUEST]}).json()
        assert [one["id"] for one in client.get(BATCHES).json()["data"]] == [batch["id"]]
        while client.get(f"{BATCHES}/{batch['id']}").json()["processing_status"] != "ended":
            pass
        assert client.get(f"{BATCHES}/{batch['id']}/results").json()["custom_id"] == "a"
    record = Path(os.environ["RECORD"]) / f"{number}"
    record.write_text(f"{batch_server.base_url} {batch_server.api_key} {batch['id']}")


def test_the_sdk_finds_it(batch_server: RemoteEmulator) -> None:
    from anthropic import Anthropic

    with Anthropic() as client:
        assert list(client.messages.batches.list()) == []
    assert [exchange.operation for exchange in batch_server.history()] == ["list"]


def test_the_test_moves_the_clock(batch_server: RemoteEmulator) -> None:
    batch_server.clock.change(mode="manual")
    assert os.environ["ANTHROPIC_BASE_URL"] == batch_server.base_url
    assert os.environ["ANTHROPIC_API_KEY"] == batch_server.api_key
    assert "127.0.0.1" in os.environ["NO_PROXY"]
    assert "ANTHROPIC_AUTH_TOKEN" not in os.environ
    before = batch_server.clock.now()
    assert (batch_server.clock.advance("24h") - before).days == 1


def test_the_environment_is_as_before() -> None:
    assert {name: os.environ.get(name) for name in OUTSIDE} == OUTSIDE


def test_killed(batch_server: RemoteEmulator) -> None:
    if "KILLED" in os.environ:
        (Path(os.environ["RECORD"]) / "killed").write_text(batch_server.base_url)
        os.kill(os.getpid(), 9)
