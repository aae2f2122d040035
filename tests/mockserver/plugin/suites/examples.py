"""Hypothesis tests: each example begins as the first did, whichever way it comes by its emulator."""

import time

import anyio
import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types.messages.batch_create_params import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.remote import RemoteEmulator
from batchmock.testing import batch_emulator as new_emulator

settings.register_profile("suite", deadline=None, database=None, derandomize=True, max_examples=20)
settings.load_profile("suite")
with_fixture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
numbers = given(number=st.integers(1, 1_000))


def asking(count: int) -> list[Request]:
    return [
        {
            "custom_id": f"r{at}",
            "params": {
                "model": "claude-haiku-4-5",
                "max_tokens": 64,
                "messages": [{"role": "user", "content": "Hello?"}],
            },
        }
        for at in range(count)
    ]


def created(client: Anthropic, number: int) -> str:
    batches = client.messages.batches
    batch = batches.create(requests=asking(number % 3 + 1))
    assert [one.id for one in batches.list()] == [batch.id]
    return batch.id


@numbers
def test_a_block_in_each_example(number: int) -> None:
    with new_emulator("half-expired", coupled_time=True) as emulator:
        begun = emulator.clock.now()
        created(emulator.client(), number)
        time.sleep(number)
        assert (emulator.clock.now() - begun).total_seconds() == number


@pytest.mark.batch_scenario("half-expired")
@with_fixture
@numbers
def test_the_fixture(batch_emulator: LocalEmulator, number: int) -> None:
    assert batch_emulator.scenario.timing.batch is not None
    created(batch_emulator.client(), number)
    assert len(batch_emulator.history()) == 2


@numbers
@with_fixture
def test_the_fixture_without_leave_for_it(batch_emulator: LocalEmulator, number: int) -> None:
    created(batch_emulator.client(), number)


@numbers
def test_the_fixture_is_refused_by_hypothesis(batch_emulator: LocalEmulator, number: int) -> None: ...


ids: set[str] = set()


@pytest.mark.batch_scenario("half-expired", seed=4)
@with_fixture
@numbers
def test_the_server(batch_server: RemoteEmulator, number: int) -> None:
    assert batch_server.scenario.seed == 4
    with Anthropic() as client:
        ids.add(created(client, number))
    assert (len(ids), len(batch_server.history())) == (1, 2)


async def async_created(number: int) -> None:
    await anyio.sleep(600)
    async with AsyncAnthropic() as client:
        batch = await client.messages.batches.create(requests=asking(number % 3 + 1))
        assert [one.id async for one in client.messages.batches.list()] == [batch.id]


@pytest.mark.batch_coupled_time
@pytest.mark.asyncio
@with_fixture
@numbers
async def test_examples_on_asyncio(batch_emulator: LocalEmulator, number: int) -> None:
    await async_created(number)


@pytest.mark.batch_coupled_time
@pytest.mark.anyio
@with_fixture
@numbers
async def test_examples_on_anyio(batch_emulator: LocalEmulator, number: int) -> None:
    await async_created(number)
