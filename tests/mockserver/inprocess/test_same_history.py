"""On any bad day the same code comes to the same end and the emulator sees the same, with a socket and without."""

from collections.abc import Callable, Generator
from typing import Any

import httpx2
import pytest
from hypothesis import event, given, settings
from msgspec import structs

from batchmock.clock import ClockSetting
from batchmock.handle import EmulatorHandle, ExchangeRecord
from batchmock.http.app import no_record
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.server import new_app, running_app
from batchmock.settings import Settings
from tests.mockserver.inprocess.test_same_as_over_a_socket import Changing
from tests.mockserver.lives import START
from tests.mockserver.mishaps import quick_bad_days
from tests.mockserver.test_bad_days import HEADERS, life

Life = tuple[list[Any], list[ExchangeRecord]]
# The socket's own: where it leads, and how long it is kept.
OF_THE_WIRE = {"host", "connection"}


def emulator_settings(scenario: Scenario) -> Settings:
    return Settings(
        clock=ClockSetting(mode="manual"), start=START, scenario=scenario, public_url="http://there.test"
    )


def lived(emulator: EmulatorHandle, client: httpx2.Client) -> Life:
    """Return what came of a life, and what the emulator saw of it but for the time it really took."""
    ends = life(client, emulator.clock)
    return ends, [unreal(exchange) for exchange in emulator.history()]


def unreal(exchange: ExchangeRecord) -> ExchangeRecord:
    headers = {name: value for name, value in exchange.request_headers.items() if name not in OF_THE_WIRE}
    return structs.replace(exchange, real=None, request_headers=headers)


@pytest.fixture(scope="module")
def over_a_socket() -> Generator[Callable[[Scenario], Life]]:
    changing = Changing()
    with running_app(changing) as url, httpx2.Client(base_url=url, timeout=30) as client:

        def on_socket(scenario: Scenario) -> Life:
            changing.app = new_app(emulator_settings(scenario), no_record)
            return lived(RemoteEmulator(url, HEADERS["x-api-key"]), client)

        yield on_socket


@settings(max_examples=50)
@given(quick_bad_days)
def test_any_bad_day_is_the_same(over_a_socket: Callable[[Scenario], Life], scenario: Scenario) -> None:
    emulator = LocalEmulator(settings=emulator_settings(scenario), api_key=HEADERS["x-api-key"])
    ends, history = lived(emulator, emulator.http_client())
    event(f"{sum(len(exchange.faults) for exchange in history)} faults")

    assert over_a_socket(scenario) == (ends, history)
