"""Async tests on both of anyio's backends, each with a run of its own, and with one that lasts for the session."""

from collections.abc import AsyncGenerator

import anyio
import pytest
from days import coupled, live, wait_for_real

from batchmock.inprocess.emulator import LocalEmulator

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"], scope="session")
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
async def resource(anyio_backend: str) -> AsyncGenerator[str]:
    await anyio.sleep(0)
    yield anyio_backend
    await anyio.sleep(0)


@coupled
async def test_on_its_own(batch_emulator: LocalEmulator) -> None:
    await live(batch_emulator)


async def test_before(resource: str) -> None:
    await wait_for_real()


@coupled
async def test_on_a_run_that_lasts(resource: str, batch_emulator: LocalEmulator) -> None:
    await live(batch_emulator)


async def test_on_that_run_afterwards(resource: str) -> None:
    await wait_for_real()


@coupled
async def test_on_that_run_again(batch_emulator: LocalEmulator, resource: str) -> None:
    await live(batch_emulator)
