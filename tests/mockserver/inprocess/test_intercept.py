"""A client that code under test builds itself reaches the emulator, and nothing reaches the network."""

import asyncio
import os
import threading
from typing import Any

import anthropic
import httpx
import httpx2
import pytest
import trio
from anthropic import Anthropic, AsyncAnthropic

from batchclient.outcomes import Succeeded
from batchclient.sync import BatchClient
from batchmock.errors import UsageError
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.libraries import LIBRARIES, library
from batchmock.server import running_app
from tests.mockserver.inprocess.faulty import faulty
from tests.mockserver.inprocess.test_local_emulator import asking

PATCHED = [
    (module, f"{prefix}HTTPTransport", f"handle_{prefix.lower() and 'async_'}request")
    for module in (httpx, httpx2)
    for prefix in ("", "Async")
]
API = "https://api.anthropic.com"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)


def patched() -> list[Any]:
    return [getattr(getattr(module, owner), name) for module, owner, name in PATCHED]


def in_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("ANTHROPIC_")}


def ids() -> list[str]:
    return [batch.id for batch in Anthropic(base_url=API).messages.batches.list()]


def test_a_client_as_code_builds_it_lives_a_whole_life() -> None:
    emulator = LocalEmulator()
    with emulator.intercept():
        for client in (Anthropic(), Anthropic(base_url=API, api_key="mine", http_client=httpx2.Client())):
            batch = client.messages.batches.create(requests=asking(2))
            emulator.clock.advance("24h")
            assert len(list(client.messages.batches.results(batch.id))) == 2


@pytest.mark.parametrize("base_url", [API, f"{API}:8443", "http://batchproof.invalid", "https://[::1]:9"])
@pytest.mark.parametrize("name", LIBRARIES)
def test_results_are_where_the_client_asked(name: Any, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends its key to no other origin can read them, and the block answers there as well."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base_url)
    emulator = LocalEmulator()
    batch = emulator.client().messages.batches.create(requests=asking(1))
    emulator.clock.advance("24h")
    headers = {"x-api-key": emulator.api_key, "anthropic-version": "2023-06-01"}
    with emulator.intercept(), library(name).module.Client(headers=headers) as client:
        path = f"{base_url}/v1/messages/batches/{batch.id}"
        results_url = client.get(path).json()["results_url"]

        assert results_url == f"{path}/results"
        assert client.get(results_url).text.count("\n") == 1


def test_the_reference_client_reads_results_of_the_real_apis_address() -> None:
    emulator = LocalEmulator()
    with emulator.intercept(), emulator.coupled_time():
        run = BatchClient(Anthropic(base_url=API)).run([("k", asking(1)[0]["params"])])
    with run:
        assert isinstance(run["k"], Succeeded)


@pytest.mark.parametrize("header", ["host", "x-forwarded-host"])
def test_no_header_makes_a_client_dial_the_real_api(header: str) -> None:
    emulator = LocalEmulator()
    client = emulator.client(default_headers={header: API[8:]})
    batch = client.messages.batches.create(requests=asking(1))
    emulator.clock.advance("24h")

    ended = client.messages.batches.retrieve(batch.id)

    assert ended.results_url == f"{emulator.base_url}/v1/messages/batches/{batch.id}/results"


def test_an_async_client_as_code_builds_it_lives_on_asyncio_and_trio() -> None:
    emulator = LocalEmulator()

    async def live() -> int:
        async with AsyncAnthropic() as client:
            batch = await client.messages.batches.create(requests=asking(2))
            emulator.clock.advance("24h")
            return len([line async for line in await client.messages.batches.results(batch.id)])

    with emulator.intercept():
        assert asyncio.run(live()) == trio.run(live) == 2


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_other_host_is_refused_by_name(name: Any) -> None:
    module = library(name).module

    async def ask() -> None:
        async with module.AsyncClient() as client:
            await client.get("https://example.com/")

    with LocalEmulator().intercept():
        with pytest.raises(module.ConnectError, match=r"refused to connect to example\.com.*allow="):
            module.get("https://example.com/")
        with pytest.raises(module.ConnectError, match=r"refused to connect to example\.com"):
            asyncio.run(ask())


def test_hosts_that_are_allowed_are_reached() -> None:
    with running_app(faulty) as url, LocalEmulator().intercept(allow=["127.0.0.1"]):
        assert httpx2.get(f"{url}/chunked/3/end").content == b"xxx"


def test_the_real_api_cannot_be_allowed() -> None:
    with pytest.raises(UsageError, match="keeps tests from reaching"), LocalEmulator().intercept(allow=[API[8:]]):
        pass
    with pytest.raises(UsageError, match="list of hosts"), LocalEmulator().intercept(allow="localhost"):
        pass


def test_the_host_that_the_environment_names_is_answered_and_its_key_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.test")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-outside")
    before = Anthropic()
    emulator = LocalEmulator()
    emulator.client(api_key="from-outside").messages.batches.create(requests=asking(1))
    with emulator.intercept():
        assert len(list(before.messages.batches.list())) == 1
        assert len(list(Anthropic().messages.batches.list())) == 1


def test_proxies_of_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:1")
    with LocalEmulator().intercept():
        assert ids() == []


def test_of_nested_blocks_the_innermost_answers() -> None:
    outer, inner = LocalEmulator(), LocalEmulator()
    outer.client().messages.batches.create(requests=asking(1))
    with outer.intercept():
        with inner.intercept():
            assert ids() == []
        assert len(ids()) == 1


def test_blocks_that_overlap_in_threads_leave_nothing_behind() -> None:
    originals, environment = patched(), in_environment()
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        first_in.wait()
        with LocalEmulator().intercept():
            second_in.set()
            first_out.wait()
            assert ids() == []

    thread = threading.Thread(target=second)
    thread.start()
    with LocalEmulator().intercept():
        first_in.set()
        second_in.wait()
    first_out.set()
    thread.join()

    assert (patched(), in_environment()) == (originals, environment)


def test_everything_is_restored_after_an_exception_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.test")
    originals, environment = patched(), in_environment()
    with pytest.raises(anthropic.NotFoundError), LocalEmulator().intercept():
        Anthropic().messages.batches.retrieve("msgbatch_none")

    assert (patched(), in_environment()) == (originals, environment)
