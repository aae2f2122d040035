"""The emulator that a test holds in its hand: its clients and its clock."""

import asyncio
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import anyio
import httpx2
import pytest
import trio
from anthropic.types.messages.batch_create_params import Request
from starlette.types import Receive, Scope, Send

from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.exchange import EventLoopNeededError
from batchmock.inprocess.libraries import library
from batchmock.scenarios.files import named_scenario
from batchmock.settings import Settings
from batchmock.testing import batch_emulator, batch_server


def asking(count: int) -> list[Request]:
    return [
        {
            "custom_id": f"r{number}",
            "params": {
                "model": "claude-haiku-4-5",
                "max_tokens": 64,
                "messages": [{"role": "user", "content": "Hello?"}],
            },
        }
        for number in range(count)
    ]


def test_a_day_passes_in_one_step_between_two_calls() -> None:
    emulator = LocalEmulator()
    batches = emulator.client().messages.batches
    batch = batches.create(requests=asking(3))
    before = emulator.clock.now()

    assert emulator.clock.advance("24h") == before + timedelta(days=1)
    assert batches.retrieve(batch.id).processing_status == "ended"
    assert sorted(line.custom_id for line in batches.results(batch.id)) == ["r0", "r1", "r2"]
    assert emulator.clock.advance(timedelta(days=29)) == emulator.clock.now()
    assert batches.retrieve(batch.id).archived_at == before + timedelta(days=29)


def test_a_scenario_is_named_as_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = 7\n")

    assert LocalEmulator("half-expired").scenario == named_scenario("half-expired")
    assert LocalEmulator(str(file)).scenario.seed == 7
    with pytest.raises(UsageError, match="did you mean 'half-expired'"):
        LocalEmulator("half-expird")
    with pytest.raises(
        UsageError, match="7 is no scenario; give a Scenario, a name of the menu, or a file's path"
    ):
        LocalEmulator(cast(Any, 7))


def test_a_misspelt_option_of_a_block_is_told_the_options_too() -> None:
    with pytest.raises(UsageError, match="coupled: there is no such key; did you mean 'coupled_time'"):
        batch_emulator("half-expired", coupled=True).__enter__()
    with pytest.raises(UsageError, match="key: there is no such key; did you mean 'api_key'"):
        batch_server("half-expired", key="k").__enter__()
    with pytest.raises(UsageError, match=r"allow, answers, .*coupled_time, .*seed, .*window"):
        batch_emulator(zzz=True).__enter__()


def test_a_block_tells_how_it_lets_another_host_pass() -> None:
    told = r"it is meant to, batch_emulator\(allow=\['example.com'\]\)"
    with batch_emulator(), pytest.raises(httpx2.ConnectError, match=told):
        httpx2.get("https://example.com/")


def test_every_key_opens_a_workspace_of_its_own_on_the_same_clock() -> None:
    emulator = LocalEmulator()
    mine, yours = emulator.client().messages.batches, emulator.client(api_key="yours").messages.batches
    batch = yours.create(requests=asking(1))
    emulator.clock.advance_to(batch.created_at + timedelta(hours=24))

    assert yours.retrieve(batch.id).processing_status == "ended"
    assert list(mine.list()) == []


def test_the_async_client_runs_on_asyncio_and_trio() -> None:
    emulator = LocalEmulator()

    async def live() -> list[str]:
        async with emulator.async_client(max_retries=0) as client:
            batch = await client.messages.batches.create(requests=asking(2))
            emulator.clock.advance("24h")
            return sorted([line.custom_id async for line in await client.messages.batches.results(batch.id)])

    assert asyncio.run(live()) == trio.run(live) == ["r0", "r1"]


def test_closing_a_client_leaves_the_others_open() -> None:
    emulator = LocalEmulator()
    other = emulator.client()
    with emulator.client():
        pass

    assert list(other.messages.batches.list()) == []


def test_threads_that_create_at_once_lose_nothing() -> None:
    emulator = LocalEmulator()

    def create() -> None:
        client = emulator.client()
        for _ in range(20):
            client.messages.batches.create(requests=asking(3))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({batch.id for batch in emulator.client().messages.batches.list(limit=1000)}) == 160


class Lines:
    """An app that counts the lines it made, and notices when nobody wants more."""

    def __init__(self) -> None:
        self.made = 0
        self.was_closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            for number in range(5_000):
                self.made += 1
                await send({"type": "http.response.body", "body": b"%d\n" % number, "more_body": True})
        except GeneratorExit:
            self.was_closed = True
            raise


def test_a_body_is_made_while_it_is_read_and_no_further() -> None:
    app, used = Lines(), library("httpx2")
    with (
        httpx2.Client(transport=used.transport(app, used)) as client,
        client.stream("GET", "http://x") as response,
    ):
        lines = response.iter_lines()
        read = [next(lines), next(lines)]

    assert (read, app.made, app.was_closed) == (["0", "1"], 2, True)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_async_body_is_made_while_it_is_read_and_no_further(backend: str) -> None:
    app, used = Lines(), library("httpx2")

    async def read() -> list[bytes]:
        response = await used.async_transport(app, used).handle_async_request(httpx2.Request("GET", "http://x"))
        pieces = aiter(response.stream)
        first, second = await anext(pieces), await anext(pieces)
        await response.aclose()
        return [first, second]

    assert anyio.run(read, backend=backend) == [b"0\n", b"1\n"]
    assert (app.made, app.was_closed) == (2, True)


def test_an_app_that_needs_an_event_loop_is_told_so() -> None:
    async def sleepy(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        with httpx2.Client(transport=used.transport(sleepy, used)) as client:
            client.get("http://x")

    used = library("httpx2")
    with pytest.raises(EventLoopNeededError, match="there is none"):
        asyncio.run(main())


def test_a_request_whose_body_is_made_while_it_is_sent_arrives_whole() -> None:
    body = [b'{"requests": [{"custom_id": "a", "params": {"model": "claude-haiku-4-5", ']
    body += [b'"max_tokens": 9, "messages": [{"role": "user", ', b'"content": "x"}]}}]}']
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01", "content-type": "application/json"}
    with LocalEmulator().http_client() as client:
        response = client.post("/v1/messages/batches", content=iter(body), headers=headers)

    assert response.json()["request_counts"]["processing"] == 1


def test_nothing_is_imported_that_is_not_asked_for() -> None:
    lazy = "httpx", "httpx2", "anthropic", "respx", "trio", "time_machine", "pytest", "uvicorn"
    program = f"import sys, batchmock.inprocess.emulator; print(*[name for name in {lazy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ""


def test_what_makes_no_sense_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="'stepped'; in process it is 'manual'"):
        LocalEmulator(settings=Settings(clock=ClockSetting(mode="stepped")))
    with pytest.raises(UsageError, match="http_client"):
        LocalEmulator().client(http_client=None)
    with pytest.raises(UsageError, match="only goes forward"):
        LocalEmulator().clock.advance(timedelta(seconds=-1))
    with pytest.raises(UsageError, match="write it as"):
        LocalEmulator().clock.advance("soon")
