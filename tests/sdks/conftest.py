"""Every official SDK against every kind of emulator a test may want, each started once."""

import os
import sys
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

import pytest
from anthropic import Anthropic

from batchmock.clock import ClockSetting
from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.scenarios.files import named_scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import HOUR
from batchmock.timing import Fixed, Timing
from tests.sdks.environments import NEWEST_TYPESCRIPT
from tests.sdks.official_client import (
    PROGRAMS,
    Namespace,
    Program,
    Sdk,
    clean_environment,
    python_sdk,
    started,
    typescript_sdk,
)
from tests.sdks.python_clients import strict_client
from tests.sdks.workspace import Workspace, new_key

SDKS = [
    Sdk(
        name="python-of-this-environment",
        command=lambda: [sys.executable, str(PROGRAMS / "life.py")],
        too_large="ContentTooLargeError",
    ),
    python_sdk("1.17.0", too_large="RequestTooLargeError"),
    python_sdk("0.125.0", too_large="RequestTooLargeError"),
    python_sdk("0.75.0", too_large="RequestTooLargeError"),
    typescript_sdk(NEWEST_TYPESCRIPT, too_large="ContentTooLargeError"),
    typescript_sdk("0.71.2", too_large="APIError"),
]
NAMESPACES: tuple[Namespace, ...] = ("stable", "beta")

MANUAL = ClockSetting(mode="manual")
# Half of the requests of a batch that takes two days start before its window closes.
TWO_DAYS = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))


@pytest.fixture(scope="session")
def config_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, in which an SDK finds no profile of the machine's own."""
    return tmp_path_factory.mktemp("anthropic-config")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, config_folder: Path) -> None:
    """Leave the SDK of this process nothing of the machine's own to find."""
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    for name, value in clean_environment(config_folder).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session", params=SDKS, ids=[sdk.name for sdk in SDKS])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    """Each official SDK."""
    chosen: Sdk = request.param
    return chosen


@pytest.fixture(scope="session")
def program(sdk: Sdk, config_folder: Path) -> Generator[Program]:
    """The process of an SDK."""
    with started(sdk, config_folder) as process:
        yield process


@pytest.fixture(params=NAMESPACES)
def enter(request: pytest.FixtureRequest, program: Program) -> Callable[[str], Workspace]:
    """Opens a new workspace of the emulator at a URL, seen through each namespace of each SDK."""
    return partial(Workspace, program, request.param, key=new_key())


@pytest.fixture
def workspace(enter: Callable[[str], Workspace], emulator: str) -> Workspace:
    """A workspace of an emulator that does what it does when nothing is asked of it."""
    return enter(emulator)


@pytest.fixture
def slow_workspace(enter: Callable[[str], Workspace], slow_emulator: str) -> Workspace:
    """A workspace whose batches would take two days."""
    return enter(slow_emulator)


@pytest.fixture
def client(emulator: str) -> Generator[Anthropic]:
    """A client of this process that refuses any answer its types do not describe."""
    with strict_client(emulator) as strict:
        yield strict


@pytest.fixture(scope="session")
def emulator() -> Generator[str]:
    """The base URL of an emulator whose clocks move when told."""
    with running(Settings(clock=MANUAL)) as url:
        yield url


@pytest.fixture(scope="session")
def slow_emulator() -> Generator[str]:
    """The base URL of one whose batches would take two days."""
    with running(Settings(clock=MANUAL, scenario=TWO_DAYS)) as url:
        yield url


@pytest.fixture(scope="session")
def strict_emulator() -> Generator[str]:
    """The base URL of one that knows a single key, ``known``."""
    with running(Settings(clock=MANUAL, keys={"known": "team"}, strict_keys=True)) as url:
        yield url


@pytest.fixture(scope="session")
def narrow_emulator() -> Generator[str]:
    """The base URL of one that takes bodies up to 10,000 bytes."""
    with running(Settings(clock=MANUAL, body_bytes_max=10_000)) as url:
        yield url


@pytest.fixture(scope="session")
def limited_emulator() -> Generator[str]:
    """The base URL of one that takes three calls a minute, and three requests in its queue."""
    limits = RateLimits(http_requests_per_minute=3, queued_requests_max=3)
    with running(Settings(clock=MANUAL, scenario=Scenario(limits=limits))) as url:
        yield url


@pytest.fixture(scope="session")
def otherwise_emulator() -> Generator[str]:
    """The base URL of one that does the other thing wherever it is not known what the API does."""
    with running(Settings(clock=MANUAL, scenario=named_scenario("otherwise"))) as url:
        yield url
