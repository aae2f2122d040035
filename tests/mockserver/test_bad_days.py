"""Any scenario at all: it is written and read back, and the emulator does what it says and no more."""

from typing import Any

import httpx2
import msgspec
from hypothesis import event, given

from batchmock.clock import ClockSetting
from batchmock.faults import Answer, Ending
from batchmock.handle import ClockHandle
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.scenarios.document import read_json, read_toml, write_json, write_toml
from batchmock.settings import Settings
from tests.mockserver.lives import START, request
from tests.mockserver.mishaps import bad_days, quick_bad_days

BATCHES = "/v1/messages/batches"
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
BODY = msgspec.json.encode({"requests": [request(name) for name in ("a", "b", "c--expired")]})


@given(bad_days)
def test_a_scenario_with_faults_that_is_written_is_read_back_the_same(scenario: Scenario) -> None:
    assert read_toml(write_toml(scenario)) == scenario
    assert read_json(write_json(scenario)) == scenario


def live(scenario: Scenario) -> list[Any]:
    """Live through a batch by every operation; return what came of each, and in what end."""
    emulator = LocalEmulator(scenario, settings=Settings(clock=ClockSetting(mode="manual"), start=START))
    with emulator.http_client() as client:
        return life(client, emulator.clock)


def life(client: httpx2.Client, clock: ClockHandle) -> list[Any]:
    """Live through a batch by every operation, wherever the client leads; return what came of each."""
    seen: list[Any] = []

    def ask(method: str, path: str, content: bytes = b"") -> httpx2.Response | None:
        headers = HEADERS | ({"content-type": "application/json"} if content else {})
        try:
            response = client.request(method, path, headers=headers, content=content, follow_redirects=False)
        except httpx2.HTTPError as error:
            seen.append((method, type(error).__name__))
            return None
        seen.append((method, response.status_code, response.content))
        return response

    created = [ask("POST", BATCHES, BODY) for _ in range(2)]
    batch_id = next((found for answer in created if answer and (found := batch_id_of(answer))), "msgbatch_none")
    path = f"{BATCHES}/{batch_id}"
    ask("GET", path)
    ask("POST", f"{path}/cancel")
    clock.advance("25h")
    for method, wanted in (("GET", BATCHES), ("GET", path), ("GET", f"{path}/results"), ("DELETE", path)):
        ask(method, wanted)
    ask("POST", "/v1/messages", bytes(request("a").params))
    return seen


def batch_id_of(response: httpx2.Response) -> str | None:
    try:
        found: Any = response.json().get("id")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) and found.startswith("msgbatch_") else None


@given(quick_bad_days)
def test_nothing_but_what_the_scenario_says_goes_wrong_and_the_same_twice(scenario: Scenario) -> None:
    seen = live(scenario)
    said = {fault.status for fault in scenario.faults if isinstance(fault, Answer)}
    said |= {429} if scenario.limits != RateLimits() else set()
    said |= {409} if scenario.switches.cancel_of_ended == "conflict" else set()
    statuses = {status for _, status, *_ in seen if isinstance(status, int)}
    broken = [end for _, end, *_ in seen if isinstance(end, str)]

    event(f"{len(broken)} broken")
    said |= {429} if scenario.limits != RateLimits() else set()
    said |= {409} if scenario.switches.cancel_of_ended == "conflict" else set()
    assert statuses <= {200, 400, 404} | said
    assert not broken or any(isinstance(fault, Ending) or may_break(fault) for fault in scenario.faults)
    assert live(scenario) == seen


def may_break(fault: Any) -> bool:
    """Tell whether a fault can make a response that no client accepts."""
    return isinstance(fault, Answer) and fault.status in (204, 302)
