"""Code that waits, as clients write it, and batches that take longer than their window."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from anthropic import Anthropic, AsyncAnthropic

from batchmock.clock import ClockSetting
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from batchmock.times import HOUR, parse_instant
from batchmock.timing import Fixed, Timing
from tests.mockserver.facts.room import START
from tests.mockserver.inprocess.test_local_emulator import asking

# About half of the requests start within the window.
HALF_EXPIRED = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))
# Far more than anything takes that does not really wait.
SLOW_MACHINE_S = 20


def local(scenario: Scenario = HALF_EXPIRED) -> LocalEmulator:
    settings = Settings(clock=ClockSetting(mode="manual"), start=parse_instant(START), scenario=scenario)
    return LocalEmulator(settings=settings)


@contextmanager
def passing(emulator: LocalEmulator, virtual: timedelta) -> Generator[None]:
    """Check that a block takes so much virtual time, and hardly any real time."""
    begun, now = time.perf_counter(), emulator.clock.now()
    yield
    assert emulator.clock.now() - now == virtual
    assert time.perf_counter() - begun < max(virtual.total_seconds() / 2, SLOW_MACHINE_S)


def poll(client: Anthropic, pause_s: float, trace: list[tuple[float, datetime]] | None = None) -> int:
    """Create a batch and poll it to its end; return how often."""
    batch, polls = client.messages.batches.create(requests=asking(20)), 0
    while batch.processing_status != "ended":
        time.sleep(pause_s)
        batch = client.messages.batches.retrieve(batch.id)
        polls += 1
        if trace is not None:
            trace.append((pause_s, datetime.now()))
    return polls


async def async_poll(client: AsyncAnthropic, pause_s: float, trace: list[float] | None = None) -> int:
    """Create a batch and poll it to its end on any event loop; return how often."""
    import anyio

    batch, polls = await client.messages.batches.create(requests=asking(20)), 0
    while batch.processing_status != "ended":
        await anyio.sleep(pause_s)
        batch = await client.messages.batches.retrieve(batch.id)
        polls += 1
        if trace is not None:
            trace.append(pause_s)
    return polls
