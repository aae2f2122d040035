"""Tests that fail, each in another way."""

import time
import unittest
from collections.abc import Generator

import httpx2
import pytest
from anthropic import Anthropic
from anthropic.types.messages.batch_create_params import Request
from hypothesis import given, settings
from hypothesis import strategies as st

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.remote import RemoteEmulator
from batchmock.testing import batch_emulator as new_emulator
from batchmock.testing import batch_server as new_server

settings.register_profile("suite", deadline=None, database=None, derandomize=True, max_examples=30)
settings.load_profile("suite")


def create(client: Anthropic, count: int = 1) -> str:
    requests: list[Request] = [
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
    return client.messages.batches.create(requests=requests).id


@pytest.mark.batch_coupled_time
@pytest.mark.batch_scenario("half-expired", seed=3)
def test_a_day(batch_emulator: LocalEmulator) -> None:
    client = batch_emulator.client()
    batch_id = create(client, 20)
    for _ in range(144):
        client.messages.batches.retrieve(batch_id)
        time.sleep(600)
    list(client.messages.batches.results(batch_id))
    raise AssertionError("on purpose")


@pytest.mark.batch_coupled_time
@pytest.mark.batch_scenario("flaky-network")
def test_faults(batch_emulator: LocalEmulator) -> None:
    for _ in range(60):
        create(batch_emulator.client(max_retries=9))
    raise AssertionError("on purpose")


def test_a_server(batch_server: RemoteEmulator) -> None:
    create(Anthropic(http_client=httpx2.Client()), 2)
    raise AssertionError("on purpose")


@given(st.integers(0, 1_000))
def test_the_smallest_example(number: int) -> None:
    with new_emulator() as emulator:
        create(emulator.client(), number % 50 + 1)
        assert number < 6


def test_a_block_with_a_server() -> None:
    with new_server():
        create(Anthropic(http_client=httpx2.Client()), 3)
        raise AssertionError("on purpose")


class TestOfUnittest(unittest.TestCase):
    def setUp(self) -> None:
        self.emulator = self.enterContext(new_emulator())

    def test_method(self) -> None:
        create(self.emulator.client(), 4)
        self.fail("on purpose")


@pytest.fixture
def prepared(batch_emulator: LocalEmulator) -> Generator[None]:
    create(batch_emulator.client(), 5)
    yield
    create(batch_emulator.client(), 6)
    raise AssertionError("on purpose")


@pytest.fixture
def unprepared(batch_emulator: LocalEmulator) -> None:
    create(batch_emulator.client(), 7)
    raise AssertionError("on purpose")


def test_its_end(prepared: None) -> None: ...


def test_its_beginning(unprepared: None) -> None: ...


def test_that_used_none() -> None:
    raise AssertionError("on purpose")


def test_that_passes(batch_emulator: LocalEmulator) -> None:
    create(batch_emulator.client(), 8)
