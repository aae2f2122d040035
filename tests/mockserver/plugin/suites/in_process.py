"""Sync tests with ``batch_emulator``, whose code builds its own client."""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest
from anthropic import Anthropic
from anthropic.types.messages.batch_create_params import Request

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.times import HOUR
from batchmock.timing import Fixed, Timing

ORIGINALS = time.sleep, time.monotonic, os.environ.get("ANTHROPIC_BASE_URL")
DAY = timedelta(days=1)
REQUESTS: list[Request] = [
    {
        "custom_id": f"r{number}",
        "params": {
            "model": "claude-haiku-4-5",
            "max_tokens": 64,
            "messages": [{"role": "user", "content": "Hello?"}],
        },
    }
    for number in range(20)
]


def outcomes(pause_s: float = 600) -> Counter[str]:
    """Poll a batch to its end, as code under test does."""
    batches = Anthropic().messages.batches
    batch = batches.create(requests=REQUESTS)
    while batches.retrieve(batch.id).processing_status != "ended":
        time.sleep(pause_s)
    return Counter(line.result.type for line in batches.results(batch.id))


@pytest.fixture(autouse=True)
def passing(request: pytest.FixtureRequest) -> Callable[[], timedelta] | None:
    """Give how much virtual time has passed since the test began."""
    if "batch_emulator" not in request.fixturenames:
        return None
    emulator: LocalEmulator = request.getfixturevalue("batch_emulator")
    begun = emulator.clock.now()
    return lambda: emulator.clock.now() - begun


def test_nothing_said(batch_emulator: LocalEmulator) -> None:
    batches = Anthropic().messages.batches
    batch = batches.create(requests=REQUESTS)
    assert time.sleep is ORIGINALS[0]
    batch_emulator.clock.advance("24h")
    assert len(list(batches.results(batch.id))) == 20


def test_everything_is_as_before() -> None:
    assert (time.sleep, time.monotonic, os.environ.get("ANTHROPIC_BASE_URL")) == ORIGINALS


@pytest.mark.batch_coupled_time
@pytest.mark.batch_scenario("half-expired")
class TestClass:
    """The closest marker counts."""

    def test_of_the_class(self, batch_emulator: LocalEmulator, passing: Callable[[], timedelta]) -> None:
        assert outcomes() == {"succeeded": 10, "expired": 10}
        assert passing() == DAY

    @pytest.mark.batch_scenario("all-expired")
    def test_of_its_own(self, batch_emulator: LocalEmulator, passing: Callable[[], timedelta]) -> None:
        assert outcomes() == {"expired": 20}

    @pytest.mark.batch_scenario("all-expired", window="2h", retention="3d")
    def test_keys_that_differ(self, batch_emulator: LocalEmulator, passing: Callable[[], timedelta]) -> None:
        assert outcomes() == {"expired": 20}
        assert passing() == timedelta(hours=2)

    @pytest.mark.batch_scenario(Scenario(timing=Timing(batch=Fixed(3 * HOUR))))
    def test_a_value(self, batch_emulator: LocalEmulator, passing: Callable[[], timedelta]) -> None:
        assert outcomes() == {"succeeded": 20}
        assert passing() == timedelta(hours=3)

    @pytest.mark.batch_scenario("scenarios/mine.toml")
    def test_a_file(self, batch_emulator: LocalEmulator, passing: Callable[[], timedelta]) -> None:
        assert outcomes() == {"succeeded": 20}
        assert passing() == timedelta(hours=5)

    @pytest.mark.parametrize(
        "expected",
        [
            pytest.param("expired", marks=pytest.mark.batch_scenario("all-expired")),
            pytest.param("errored", marks=pytest.mark.batch_scenario("everything-errors")),
        ],
    )
    def test_of_a_parameter(self, batch_emulator: LocalEmulator, expected: str) -> None:
        assert outcomes() == {expected: 20}


@pytest.mark.batch_coupled_time(False)
def test_uncoupled(batch_emulator: LocalEmulator) -> None:
    assert time.sleep is ORIGINALS[0]


@pytest.mark.batch_intercept(False)
def test_left_alone(batch_emulator: LocalEmulator) -> None:
    assert os.environ.get("ANTHROPIC_BASE_URL") == ORIGINALS[2]
    assert list(batch_emulator.client().messages.batches.list()) == []


@pytest.mark.batch_scenario("half-expired")
@pytest.mark.usefixtures("batch_emulator")
def test_a_fixture_by_name() -> None: ...


@pytest.mark.batch_coupled_time
class TestMarkedTogether:
    def test_that_takes_none(self) -> None: ...


def test_the_refusal_of_another_host_tells_how_a_test_lets_it_pass(batch_emulator: LocalEmulator) -> None:
    told = r"mark the test with batch_intercept\(allow=\['example.com'\]\), or add batch_allow = example.com to"
    with pytest.raises(httpx2.ConnectError, match=told):
        httpx2.get("https://example.com/")
