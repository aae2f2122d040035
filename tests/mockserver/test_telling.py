"""What ``batchproof serve`` tells when nobody can be told: clients get their answers all the same."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.programs import COMMAND, serving

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
FULL = Path("/dev/full")
ALWAYS_FULL = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")


def well_answered(url: str) -> None:
    for _ in range(3):
        answer = httpx2.get(f"{url}/v1/messages/batches", headers=HEADERS)
        assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize("options", [[], ["--verbose"], ["--json"]], ids=["plain", "verbose", "json"])
def test_a_reader_of_its_lines_that_has_gone_costs_nobody_an_answer(options: list[str]) -> None:
    with serving("--clock", "manual", *options) as server:
        assert server.process.stderr is not None
        server.process.stderr.close()
        well_answered(server.url)
        server.process.terminate()

        assert server.process.wait(timeout=30) == 0


@contextmanager
def serving_into(file: Path, ready: Path, *options: str) -> Generator[subprocess.Popen[bytes]]:
    """Run ``batchproof serve`` with its lines in a file, and its URL in another; both are waited for."""
    command = [*COMMAND, "serve", "--port", "0", "--ready-file", str(ready), *options]
    with file.open("wb") as stderr, subprocess.Popen(command, stderr=stderr) as process:
        try:
            while not ready.exists():
                assert process.poll() is None
            yield process
        finally:
            process.kill()


@ALWAYS_FULL
@pytest.mark.parametrize("options", [[], ["--json"], ["--history", str(FULL)]], ids=["plain", "json", "history"])
def test_a_disk_that_is_full_costs_nobody_an_answer(tmp_path: Path, options: list[str]) -> None:
    ready = tmp_path / "url"
    with serving_into(FULL, ready, *options) as process:
        well_answered(ready.read_text().strip())
        process.terminate()

        assert process.wait(timeout=30) == 0
