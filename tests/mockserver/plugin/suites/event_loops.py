"""Async tests, as the plugins for event loops run them; each lives through a day in coupled time."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import trio
from days import coupled, live, wait_for_real

from batchmock.inprocess.emulator import LocalEmulator


@coupled
@pytest.mark.asyncio
async def test_asyncio(batch_emulator: LocalEmulator) -> None:
    await live(batch_emulator)


@coupled
@pytest.mark.asyncio(loop_scope="session")
async def test_asyncio_on_a_loop_that_lasts(batch_emulator: LocalEmulator) -> None:
    await live(batch_emulator)


@pytest.mark.asyncio(loop_scope="session")
async def test_asyncio_on_that_loop_afterwards() -> None:
    await wait_for_real()


@pytest.mark.asyncio(loop_scope="session")
async def test_asyncio_entered_by_the_test_itself(batch_emulator: LocalEmulator) -> None:
    with batch_emulator.coupled_time():
        await asyncio.sleep(86_400)
        await live(batch_emulator)
    await wait_for_real()


@pytest.fixture
async def slept(batch_emulator: LocalEmulator) -> AsyncGenerator[None]:
    await trio.sleep(86_400)
    yield
    await trio.sleep(86_400)


@coupled
@pytest.mark.trio
async def test_trio(batch_emulator: LocalEmulator, slept: None) -> None:
    await live(batch_emulator)


@pytest.mark.trio
async def test_trio_afterwards() -> None:
    await wait_for_real()
