"""Emulators for the client's tests: one on which batches end within a poll or two, one on which half expires."""

from collections.abc import Generator

import pytest

from batchmock.clock import ClockSetting
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import HOUR, MINUTE
from batchmock.timing import Fixed, Timing
from tests.clients.world import Driver, World

STEPPED = ClockSetting(mode="stepped", step=10 * MINUTE)
HALF_EXPIRE = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))


@pytest.fixture(scope="session")
def url() -> Generator[str]:
    with running(Settings(clock=STEPPED)) as base_url:
        yield base_url


@pytest.fixture(scope="session")
def expiring_url() -> Generator[str]:
    with running(Settings(clock=STEPPED, scenario=HALF_EXPIRE)) as base_url:
        yield base_url


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Driver:
    return request.param


@pytest.fixture
def world(url: str, driver: Driver) -> World:
    return World(url, driver)


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential in the environment, and no other server than the real one."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
