"""Suites that use respx get the emulator behind their routes, on httpx and httpx2, and can still count calls."""

import asyncio
from typing import Any

import anthropic
import httpx
import httpx2
import pytest
import respx
from anthropic import Anthropic, AsyncAnthropic

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.libraries import LIBRARIES, library
from tests.mockserver.inprocess.test_local_emulator import asking

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BATCHES = "https://api.anthropic.com/v1/messages/batches"


def client(**options: Any) -> Anthropic:
    return Anthropic(base_url="https://api.anthropic.com", api_key="k", **options)


def test_each_operation_has_a_route_whose_calls_can_be_asserted() -> None:
    emulator = LocalEmulator()
    with emulator.respx_router() as router:
        batches = client().messages.batches
        batch = batches.create(requests=asking(2))
        emulator.clock.advance("24h")
        lines = list(batches.results(batch.id))
        batches.delete(batch.id)
        counts = {route.name: route.call_count for route in router.routes}

        assert len(lines) == 2
        assert counts == {"create": 1, "list": 0, "retrieve": 1, "delete": 1, "cancel": 0, "results": 1}
        assert b'"custom_id":"r0"' in router["create"].calls.last.request.content
        assert router["create"].calls.last.response.json()["id"] == batch.id


def test_async_clients_find_the_same_routes() -> None:
    emulator = LocalEmulator()

    async def live() -> list[str]:
        async with AsyncAnthropic(base_url="https://api.anthropic.com", api_key="k") as sdk:
            batch = await sdk.messages.batches.create(requests=asking(2))
            emulator.clock.advance("24h")
            return sorted([line.custom_id async for line in await sdk.messages.batches.results(batch.id)])

    with emulator.respx_router() as router:
        assert asyncio.run(live()) == ["r0", "r1"]
        assert router["results"].call_count == 1


@pytest.mark.parametrize("name", LIBRARIES)
def test_both_libraries_find_the_routes_and_nothing_else_is_let_out(name: Any) -> None:
    module = library(name).module

    async def ask() -> int:
        async with module.AsyncClient() as asking_client:
            return (await asking_client.get(BATCHES, headers=HEADERS)).status_code

    with LocalEmulator().respx_router():
        assert module.get(BATCHES, headers=HEADERS).status_code == 200
        assert asyncio.run(ask()) == 200
        with pytest.raises(AssertionError, match="not mocked"):
            module.get("https://example.com/")


def test_a_router_of_ones_own_stands_before_the_emulator() -> None:
    emulator = LocalEmulator()

    def busy_at_first(request: httpx.Request) -> httpx.Response:
        return emulator.respx_side_effect(request) if busy.called else httpx.Response(529)

    with respx.mock(using="batchproof") as mine:
        mine.get("https://status.test/").mock(return_value=httpx.Response(200, json={"up": True}))
        busy = mine.post(BATCHES).mock(side_effect=busy_at_first)
        with emulator.coupled_time():
            batch = client(max_retries=1).messages.batches.create(requests=asking(1))

        assert httpx2.get("https://status.test/").json() == {"up": True}
        assert (busy.call_count, batch.processing_status) == (2, "in_progress")


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_route_at_one_base_url_answers_where_it_says_results_are(name: Any) -> None:
    emulator = LocalEmulator()
    sender = library(name).module.Client(headers=HEADERS)
    with respx.mock(using="batchproof", base_url=BATCHES[:25]) as mine:
        mine.route().mock(side_effect=emulator.respx_side_effect)
        batch = sender.post(BATCHES, json={"requests": asking(1)}).json()
        emulator.clock.advance("24h")
        ended = sender.get(f"{BATCHES}/{batch['id']}").json()

        assert ended["results_url"] == f"{BATCHES}/{batch['id']}/results"
        assert len(sender.get(ended["results_url"]).text.splitlines()) == 1


def test_errors_of_a_route_reach_the_sdk_as_what_they_are() -> None:
    with LocalEmulator().respx_router() as router:
        router["retrieve"].mock(side_effect=httpx.ReadTimeout("slow"))
        with pytest.raises(anthropic.APITimeoutError):
            client(max_retries=0).messages.batches.retrieve("msgbatch_1")
        router["retrieve"].mock(side_effect=httpx.ConnectError("down"))
        with pytest.raises(anthropic.APIConnectionError) as caught:
            client(max_retries=0).messages.batches.retrieve("msgbatch_1")

    assert isinstance(caught.value.__cause__, httpx2.ConnectError)


@pytest.mark.parametrize("name", LIBRARIES)
def test_results_are_made_while_they_are_read_behind_a_route_too(name: Any) -> None:
    emulator = LocalEmulator()
    module = library(name).module
    with emulator.respx_router() as router:
        batch = client().messages.batches.create(requests=asking(3_000))
        emulator.clock.advance("24h")
        headers = HEADERS | {"accept-encoding": "identity"}
        with module.stream("GET", f"{BATCHES}/{batch.id}/results", headers=headers) as response:
            first = next(response.iter_raw())

        assert 60_000 < len(first) < 100_000
        assert router["results"].call_count == 1


def test_what_a_route_lets_pass_goes_to_the_clients_own_transport() -> None:
    def own(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, text="own")

    with LocalEmulator().respx_router() as router, httpx2.Client(transport=httpx2.MockTransport(own)) as sender:
        router.get("https://elsewhere.test/").pass_through()

        assert sender.get("https://elsewhere.test/").text == "own"
