"""The same program gets the same bytes and headers, whichever way it reaches the emulator."""

import asyncio
from collections.abc import Callable, Generator
from typing import Any

import httpx2
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from batchmock.http.app import no_record
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.libraries import LIBRARIES
from batchmock.scenario import Scenario
from batchmock.server import new_app, running_app
from tests.mockserver.inprocess.programs import Seen, Step, async_run, run, scenarios, settings, steps

Real = Callable[[Scenario, list[Step]], list[Seen]]
LIFE: list[Step] = [
    ("create", 0),
    ("create", 30),
    ("retrieve", 0),
    ("results", 0),
    ("list", 2),
    ("head", None),
    ("advance", "24h"),
    ("retrieve", 0),
    ("results", 0),
    ("cancel", 0),
    ("delete", 0),
    ("retrieve", 2),
]


class Changing:
    """An app that is another emulator's each time, so that one server is enough."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def over_a_socket() -> Generator[Real]:
    changing = Changing()
    with running_app(changing) as url, httpx2.Client(base_url=url) as client:

        def seen(scenario: Scenario, wanted: list[Step]) -> list[Seen]:
            changing.app = new_app(settings(scenario), no_record)
            return run(client, wanted)

        yield seen


def local(scenario: Scenario) -> LocalEmulator:
    return LocalEmulator(settings=settings(scenario))


@given(scenarios, st.lists(steps, max_size=12))
def test_any_program_is_answered_the_same(over_a_socket: Real, scenario: Scenario, wanted: list[Step]) -> None:
    assert run(local(scenario).http_client(), wanted) == over_a_socket(scenario, wanted)


def test_every_client_is_answered_the_same(over_a_socket: Real) -> None:
    scenario = Scenario()
    real = over_a_socket(scenario, LIFE)

    assert [status for status, *_ in real] == [400, 200, 200, 404, 200, 405, 200, 200, 200, 400, 200, 404]
    for name in LIBRARIES:
        clients: list[Any] = [local(scenario).async_http_client(name) for _ in range(2)]
        assert run(local(scenario).http_client(name), LIFE) == real
        assert asyncio.run(async_run(clients[0], LIFE)) == real
        assert trio.run(async_run, clients[1], LIFE) == real


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_sync_client_works_inside_a_running_loop(over_a_socket: Real, name: Any) -> None:
    async def main() -> list[Seen]:
        return run(local(Scenario()).http_client(name), LIFE)

    assert asyncio.run(main()) == over_a_socket(Scenario(), LIFE)
