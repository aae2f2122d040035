"""What the async suites have in common."""

import time
from datetime import timedelta

import anyio
import pytest
from anthropic import AsyncAnthropic

from batchmock.inprocess.emulator import LocalEmulator

REAL_S = 0.05
coupled = pytest.mark.batch_coupled_time


async def live(emulator: LocalEmulator) -> None:
    begun = emulator.clock.now()
    async with AsyncAnthropic() as client:
        for _ in range(24):
            await anyio.sleep(3_600)
            async for _ in client.messages.batches.list():
                raise AssertionError("there are none")
    assert emulator.clock.now() - begun == timedelta(days=1)


async def wait_for_real() -> None:
    begun = time.monotonic()
    await anyio.sleep(REAL_S)
    assert time.monotonic() - begun >= REAL_S
