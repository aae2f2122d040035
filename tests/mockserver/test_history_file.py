"""A server writes its history to a file as it happens, and outlives the file."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.mockserver.exchanges import BATCHES, request
from tests.programs import run, serving

HEADERS = {"x-api-key": "sk-ant-secret", "anthropic-version": "2023-06-01"}


def a_day_on(url: str) -> tuple[str, str]:
    """Live through a day; return the history without real time, and the truth."""
    with httpx2.Client(base_url=url, headers=HEADERS) as client:
        created = client.post(BATCHES, json={"requests": [request(name) for name in "abcdefgh"]}).json()
        client.get(f"{BATCHES}/{created['id']}")
        client.post("/_emulator/clock/advance", json={"by": "24h"})
        client.get(f"{BATCHES}/{created['id']}/results", headers={"accept-encoding": "gzip"})
        client.get("/v1/messages/batches", params={"limit": "0"})
        history = client.get("/_emulator/history.jsonl", params={"real": "false"}).text
        return history, client.get(f"/_emulator/batches/{created['id']}/plan").text


def test_a_server_writes_its_history_to_a_file_as_it_happens(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("kept\n")
    with serving("--clock", "manual", "--history", str(file), "--quiet") as server:
        a_day_on(server.url)
        httpx2.get(f"{server.url}/nowhere")
        kept, *lines = file.read_text().splitlines()
        page: Any = httpx2.get(f"{server.url}/_emulator/history", headers=HEADERS).json()

    assert kept == "kept"
    told = [json.loads(line) for line in lines]
    assert told[:-1] == page["exchanges"]
    assert (told[-1]["path"], told[-1]["workspace_id"]) == ("/nowhere", None)
    assert "sk-ant-secret" not in file.read_text()


def test_a_history_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "file"

    ended = run("serve", "--port", "0", "--history", str(missing))

    assert (ended.returncode, ended.stderr) == (
        2,
        f"batchproof: cannot write the history {missing}: No such file or directory\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_disk_that_fills_up_ends_the_file_and_not_the_server() -> None:
    with serving("--history", "/dev/full", "--quiet") as server:
        for _ in range(3):
            assert httpx2.get(f"{server.url}{BATCHES}", headers=HEADERS).status_code == 200
        _, lines = server.stop()

    assert lines == [
        "batchproof: cannot write the history /dev/full any more: No space left on device; it ends here"
    ]
