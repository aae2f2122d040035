"""The control plane beyond the clock: scenarios, whole workspaces, who may come in, and what it says of itself."""

import json
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from batchmock.errors import UsageError
from batchmock.http.control.calls import CALLS
from batchmock.scenarios.files import menu
from batchmock.settings import Settings
from tests.mockserver.a_life import SCENARIO, snapshot_of_a_life
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App, request
from tests.programs import serving


def states(app: App, batch_id: str) -> list[str]:
    plan = app.ask("GET", f"/_emulator/batches/{batch_id}/plan")
    return [request["state"] for request in plan["requests"]]


def test_a_scenario_is_replaced_and_holds_for_batches_to_come() -> None:
    app = App()
    before = app.create("a")

    assert app.ask("GET", "/_emulator/scenario") == {"seed": 0}
    assert app.ask("PUT", "/_emulator/scenario", SCENARIO) == SCENARIO
    assert app.ask("GET", "/_emulator/scenario") == SCENARIO
    after = app.create("a")

    assert (states(app, before), states(app, after)) == (["succeeded"], ["expired"])


def test_a_scenario_is_chosen_by_name_and_what_shall_differ() -> None:
    app = App(Settings(clock=MANUAL, start=START))
    app.ask("PUT", "/_emulator/scenario", {"seed": 9})

    chosen = app.ask("PUT", "/_emulator/scenario", {"name": "half-expired", "window": "30h"})

    assert chosen == {
        "seed": 9,
        "window": "1d6h",
        "timing": {"batch": "20h"},
        "mix": {"expired": 1.0},
    }


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"windw": "3h"}, "windw: there is no such key; did you mean 'window'?"),
        ({"window": "0s"}, "window is 0s; nothing could ever be processed"),
        ({"name": "half-expird"}, "there is no scenario 'half-expird'; did you mean 'half-expired'?"),
        ({"name": 3}, "name: 3 is not the name of a scenario"),
        ({"pins": [{"state": "expired"}]}, "pins.0: a pin names requests by"),
        ([], "Input should be a valid dictionary"),
    ],
    ids=str,
)
def test_a_wrong_scenario_changes_nothing_and_is_told_why(document: object, message: str) -> None:
    app = App()
    app.ask("PUT", "/_emulator/scenario", SCENARIO)

    status, _, body = app("PUT", "/_emulator/scenario", document)

    assert (status, json.loads(body)["error"]["type"]) == (400, "invalid_request_error")
    assert json.loads(body)["error"]["message"].startswith(message)
    assert app.ask("GET", "/_emulator/scenario") == SCENARIO


@pytest.mark.parametrize("said", ["all-expired", json.dumps({"mix": {"succeeded": 0, "expired": 1}})], ids=str)
def test_a_header_gives_one_batch_a_scenario_of_its_own(said: str) -> None:
    app = App()
    app.ask("PUT", "/_emulator/scenario", {"seed": 9})

    special, other = app.create("a", "b", headers={"batchmock-scenario": said}), app.create("a", "b")

    assert states(app, special) == ["expired", "expired"]
    assert states(app, other) == ["succeeded", "succeeded"]
    assert {batch["seed"] for batch in app.ask("GET", "/_emulator/batches")["batches"]} == {9}


@pytest.mark.parametrize("said", ["all-expirdd", "{", '{"mix": 3}', "", "{" * 5_000], ids=len)
def test_a_header_that_means_no_scenario_creates_nothing(said: str) -> None:
    app = App()

    status, _, body = app("POST", BATCHES, {"requests": [request("a")]}, headers={"batchmock-scenario": said})

    assert status == 400
    assert json.loads(body)["error"]["message"].startswith("batchmock-scenario: ")
    assert app.ask("GET", "/_emulator/batches") == {"batches": []}


def test_the_menu_is_shown_with_what_each_scenario_says() -> None:
    app = App()

    scenarios = app.ask("GET", "/_emulator/scenarios")["scenarios"]

    assert [scenario["name"] for scenario in scenarios] == [entry.name for entry in menu()]
    for scenario in scenarios:
        assert scenario["summary"].endswith(".")
        assert app("PUT", "/_emulator/scenario", scenario["document"])[0] == 200


def test_faults_are_counted_from_when_their_scenario_is_set() -> None:
    app = App()
    app.create("a")
    fault = {"kind": "answer", "on": ["create"], "calls": [1], "status": 503}

    app.ask("PUT", "/_emulator/scenario", {"faults": [fault]})

    answers = [app("POST", BATCHES, {"requests": [request("a")]})[0] for _ in range(2)]
    assert answers == [503, 200]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_without_its_token_no_call_is_let_in(call: Any) -> None:
    app = App(Settings(clock=MANUAL, start=START, control_token="s3cret"))
    batch_id = app.create("a")
    path = "/_emulator" + call.path.format(batch_id=batch_id)

    for headers in ({}, {"x-emulator-token": "wrong"}, {"x-emulator-token": "s3cret", "x-api-key": ""}):
        status, _, body = app(call.method, path, {}, headers=headers)
        assert (status, json.loads(body)["error"]["type"]) == (401, "authentication_error")
    assert app(call.method, path, {}, headers={"x-emulator-token": "s3cret"})[0] in (200, 400)


def test_health_and_the_description_need_no_token() -> None:
    app = App(Settings(clock=MANUAL, start=START, control_token="s3cret"))

    assert app("GET", "/_emulator/health", headers={"x-api-key": ""})[0] == 200
    assert app("GET", "/_emulator/openapi.json", headers={"x-api-key": ""})[0] == 200


def test_a_token_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(UsageError, match="the control token"):
        Settings(control_token="two words")


def test_who_can_reach_the_control_plane_is_said() -> None:
    with serving("--host", "0.0.0.0") as server:
        assert "its control plane too (--control-token keeps it to you)" in server.greeting[0]
    with serving("--host", "0.0.0.0", "--control-token", "s3cret") as server:
        assert server.greeting[0] == "batchproof listens on 0.0.0.0: other machines can reach it"
        assert "s3cret" not in "".join(server.greeting)


def test_the_description_is_openapi_and_names_every_call() -> None:
    document = App().ask("GET", "/_emulator/openapi.json")

    validate(document)
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    own = {("GET", "/_emulator/health"), ("GET", "/_emulator/openapi.json")}
    assert described == {(call.method, f"/_emulator{call.path}") for call in CALLS} | own


# A client joins a clock for as long as it keeps its connection, so these are asked over a socket.
OF_A_CONNECTION = {("POST", "/clock/clients"), ("POST", "/clock/wait")}


def test_every_answer_is_as_described() -> None:
    app, snapshot = snapshot_of_a_life()
    batch_id = snapshot["batches"][0]["id"]
    document = app.ask("GET", "/_emulator/openapi.json")
    bodies = {
        ("PUT", "/clock"): {"mode": "manual"},
        ("POST", "/clock/advance"): {"by": "1s"},
        ("PUT", "/scenario"): SCENARIO,
        ("POST", "/restore"): snapshot,
    }
    for call in CALLS:
        if (call.method, call.path) in OF_A_CONNECTION:
            continue
        path = f"/_emulator{call.path.format(batch_id=batch_id)}"
        status, headers, answer = app(call.method, path, bodies.get((call.method, call.path)))
        assert status == 200
        described = as_described(document, call.method, call.path, headers["content-type"])
        for line in answer.splitlines():
            described.validate(json.loads(line))


def test_the_answers_to_a_client_of_a_coupled_clock_are_as_described() -> None:
    document = App().ask("GET", "/_emulator/openapi.json")
    with (
        serving("--clock", "coupled", "--quiet") as server,
        httpx2.Client(base_url=f"{server.url}/_emulator", headers={"x-api-key": "test"}) as http,
        http.stream("POST", "/clock/clients", json={"name": "sleeper"}) as staying,
    ):
        # Held on to: a client has left once nobody reads on.
        lines = staying.iter_lines()
        joined = json.loads(next(lines))
        as_described(document, "POST", "/clock/clients", staying.headers["content-type"]).validate(joined)
        until = joined["now_us"] + 86_400_000_000
        waited = http.post("/clock/wait", json={"client": joined["client"], "until_us": until})

        as_described(document, "POST", "/clock/wait", waited.headers["content-type"]).validate(waited.json())
        assert waited.json() == {"now_us": until}


def as_described(document: Any, method: str, path: str, content_type: str) -> jsonschema_rs.Draft202012Validator:
    operation = document["paths"][f"/_emulator{path}"][method.lower()]
    schema = operation["responses"]["200"]["content"][content_type]["schema"]
    return jsonschema_rs.Draft202012Validator(schema | {"components": document["components"]})
