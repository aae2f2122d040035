"""The control plane: a workspace's clock and reset, over a real socket."""

from collections.abc import Generator
from typing import Any

import httpx2
import pytest

from batchmock.clock import ClockSetting
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import HOUR, parse_instant

START = "2026-01-31T09:00:00.000000+00:00"
VERSION = {"anthropic-version": "2023-06-01"}
CREATE: dict[str, Any] = {"requests": [{"custom_id": "a", "params": {}}]}


@pytest.fixture
def client() -> Generator[httpx2.Client]:
    settings = Settings(clock=ClockSetting(mode="manual"), start=parse_instant(START))
    with running(settings) as url, httpx2.Client(base_url=url, headers=VERSION | {"x-api-key": "one"}) as made:
        yield made


def create(client: httpx2.Client, key: str = "one") -> dict[str, Any]:
    response = client.post("/v1/messages/batches", json=CREATE, headers={"x-api-key": key})
    return response.raise_for_status().json()


def test_a_clock_is_read_and_advanced_by_any_jump_in_one_call(client: httpx2.Client) -> None:
    jump = client.post("/_emulator/clock/advance", json={"by": "29d1h"})

    assert jump.json() == {"before": START, "now": "2026-03-01T10:00:00.000000+00:00"}
    assert client.get("/_emulator/clock").json() == {
        "mode": "manual",
        "now": "2026-03-01T10:00:00.000000+00:00",
        "speed": None,
        "step": None,
    }


def test_each_credential_has_a_clock_and_batches_of_its_own(client: httpx2.Client) -> None:
    mine = create(client)
    client.post("/_emulator/clock/advance", json={"by": "25h"})

    theirs = create(client, "two")

    assert theirs["created_at"] == START
    assert client.get(f"/v1/messages/batches/{theirs['id']}").status_code == 404
    assert client.get(f"/v1/messages/batches/{mine['id']}").json()["processing_status"] == "ended"


def test_bearer_and_x_api_key_open_the_same_workspace(client: httpx2.Client) -> None:
    mine = create(client)

    seen = httpx2.get(
        client.base_url.join(f"/v1/messages/batches/{mine['id']}"),
        headers=VERSION | {"authorization": "Bearer one"},
    )

    assert seen.json() == mine


def test_a_clock_changes_mode_and_goes_on_from_the_present_instant(client: httpx2.Client) -> None:
    client.post("/_emulator/clock/advance", json={"by": "1h"})

    changed = client.put("/_emulator/clock", json={"mode": "stepped", "step": "6h"}).json()

    assert changed == {"mode": "stepped", "now": "2026-01-31T10:00:00.000000+00:00", "speed": None, "step": "6h"}


def test_a_stepped_clock_moves_only_at_polls_of_an_unfinished_batch(client: httpx2.Client) -> None:
    client.put("/_emulator/clock", json={"mode": "stepped", "step": "5h"})

    def now() -> str:
        return client.get("/_emulator/clock").json()["now"][8:13]

    batch = create(client)
    assert now() == "31T09"
    assert client.get(f"/v1/messages/batches/{batch['id']}").json()["processing_status"] == "in_progress"
    assert now() == "31T14"
    assert client.get(f"/v1/messages/batches/{batch['id']}").json()["processing_status"] == "ended"
    client.get("/v1/messages/batches")
    client.get(f"/v1/messages/batches/{batch['id']}/results")
    assert now() == "31T14"


@pytest.mark.parametrize("ask", ["", "/{id}/results"], ids=["list", "early results"])
def test_asking_for_a_list_or_for_early_results_is_a_poll_too(client: httpx2.Client, ask: str) -> None:
    client.put("/_emulator/clock", json={"mode": "stepped", "step": "5h"})
    batch = create(client)

    client.get("/v1/messages/batches" + ask.format(id=batch["id"]))

    assert parse_instant(client.get("/_emulator/clock").json()["now"]) == parse_instant(START) + 5 * HOUR


@pytest.mark.parametrize("ask", ["/{id}", "/{id}/results"])
def test_an_id_that_is_no_batchs_is_no_poll(client: httpx2.Client, ask: str) -> None:
    client.put("/_emulator/clock", json={"mode": "stepped", "step": "5h"})
    create(client)

    assert client.get("/v1/messages/batches" + ask.format(id="msgbatch_none")).status_code == 404
    assert client.get("/_emulator/clock").json()["now"] == START


@pytest.mark.parametrize("path", ["/", "/_emulator", "/_emulator/"])
def test_who_looks_in_at_the_door_is_told_what_listens_in_the_apis_envelope(
    client: httpx2.Client, path: str
) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")
    assert "batchproof's emulator" in answer.json()["error"]["message"]
    assert client.get("/elsewhere").json()["error"]["message"] == "Not found"


def test_reset_makes_a_workspace_as_before_its_first_call_and_touches_no_other(client: httpx2.Client) -> None:
    first = create(client)
    create(client, "two")
    client.post("/_emulator/clock/advance", json={"by": "1h"})

    client.post("/_emulator/reset").raise_for_status()

    assert client.get("/v1/messages/batches").json()["data"] == []
    assert create(client) == first
    assert len(client.get("/v1/messages/batches", headers={"x-api-key": "two"}).json()["data"]) == 1


def test_health_needs_no_credential_and_the_rest_does(client: httpx2.Client) -> None:
    assert httpx2.get(client.base_url.join("/_emulator/health")).json()["status"] == "ok"
    assert httpx2.get(client.base_url.join("/_emulator/clock")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        (
            "PUT",
            "clock",
            {"mode": "fast"},
            "mode: 'fast' is not one of them; it is one of coupled, manual, scaled,",
        ),
        (
            "PUT",
            "clock",
            {"mode": "manul"},
            "mode: 'manul' is not one of them; did you mean 'manual'? It is one of",
        ),
        ("PUT", "clock", {"mode": None}, "mode: None is not one of them; it is one of coupled, manual, scaled,"),
        ("PUT", "clock", {"sped": 2}, "sped: there is no such key; did you mean 'speed'?"),
        (
            "GET",
            "history?operation=creat",
            None,
            "operation: 'creat' is not one of them; did you mean 'create'? It",
        ),
        (
            "PUT",
            "scenario",
            {"order": "shufled"},
            "order: 'shufled' is not one of them; did you mean 'shuffled'? It",
        ),
        ("PUT", "clock", {"speed": "2"}, "speed: Input should be a valid number"),
        ("PUT", "clock", {"speed": -1}, "speed is -1; it is more than 0"),
        ("PUT", "clock", {"now": "2020-01-01T00:00:00Z"}, "a clock only goes forward; it is already 2026-01-31"),
        ("PUT", "clock", {"mode": "wall", "now": "later"}, "now: 'later' is not an instant"),
        ("POST", "clock/advance", {}, "by: Field required"),
        ("POST", "clock/advance", {"by": "1 day"}, "by: '1 day' is not a duration; write it as"),
        (
            "POST",
            "clock/advance",
            {"by": "9999999d"},
            "by: '9999999d' is longer than 10000d, the longest a duration may be",
        ),
        ("POST", "clock/advance", [], "Input should be a valid dictionary"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_mistake_is_refused_by_name_and_changes_nothing(
    client: httpx2.Client, method: str, path: str, body: object, message: str
) -> None:
    refused = client.request(method, f"/_emulator/{path}", json=body)

    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"
    assert refused.json()["error"]["message"].startswith(message)
    assert client.get("/_emulator/clock").json() == {"mode": "manual", "now": START, "speed": None, "step": None}
