"""A snapshot says all there is of a workspace, and what is restored lives on as it would have."""

import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchmock.replies.answers import Answers
from batchmock.replies.canned import Canned
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from tests.mockserver.a_life import SCENARIO, snapshot_of_a_life
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App, request

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("24h"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def test_a_snapshot_says_all_there_is() -> None:
    _, snapshot = snapshot_of_a_life()

    assert (snapshot["format"], snapshot["created"], snapshot["scenario"]) == ("batchmock-snapshot-1", 2, SCENARIO)
    assert snapshot["clock"] == {
        "mode": "manual",
        "now": "2026-09-21T15:13:20.000000+00:00",
        "speed": 3600.0,
        "step": "10m",
    }
    first, second = snapshot["batches"]
    assert first["requests"] == [request("a"), request("b")]
    assert first["cancel_initiated_at"] == "2026-09-21T15:13:20.000000+00:00"
    assert (second["scenario"]["mix"], second["user_profile_id"]) == ({"succeeded": 0.0, "expired": 1.0}, "me")


def test_what_is_restored_elsewhere_lives_on_as_it_would_have() -> None:
    here, snapshot = snapshot_of_a_life()
    there = App(Settings(clock=MANUAL, start=START, scenario=Settings().scenario))

    restored = there.ask("POST", "/_emulator/restore", snapshot)

    assert restored["batches"] == 2
    for app in (here, there):
        app("POST", "/_emulator/clock/advance", {"by": "24h"})
    listed = [app.ask("GET", BATCHES)["data"] for app in (here, there)]
    assert listed[0] == listed[1]
    for batch in listed[0]:
        path = f"{BATCHES}/{batch['id']}/results"
        assert here("GET", path)[2] == there("GET", path)[2]
    assert here.create("z") == there.create("z")


GONE = object()


def change(document: Any, path: str, value: object) -> None:
    """Put a value at a path such as ``batches.0.id``, or take away what is there."""
    *within, last = (int(key) if key.isdecimal() else key for key in path.split("."))
    for key in within:
        document = document[key]
    if value is GONE:
        del document[last]
    else:
        document[last] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format", "2", "format: '2' is not one of them; it is one of batchmock-snapshot-1"),
        ("clock", GONE, "clock: Field required"),
        ("histroy", [], "histroy: there is no such key; it is one of batches, clock, created, exchanges, format"),
        ("clock.mode", "fast", "clock.mode: 'fast' is not one of them; it is one of coupled, manual, scaled,"),
        ("clock.now", "soon", "clock.now: 'soon' is not an instant"),
        ("clock.speed", -1, "speed is -1; it is more than 0"),
        ("scenario.windw", "1h", "scenario: windw: there is no such key"),
        ("created", 1, "created: 1 is less than the 2 batches there are"),
        ("batches.1.id", "../x", "batches.1.id: Expected `str` matching regex"),
        ("batches.1.created_at", "2030-01-01T00:00:00Z", "batches.1.created_at: 2030-01-01T00:00:00Z is later"),
        ("batches.0.cancel_initiated_at", "2020-01-01T00:00:00Z", "batches.0.cancel_initiated_at: 2020-01-01"),
        ("batches.0.requests", [], "batches.0.requests: no create call would take them"),
        ("batches.0.requests.1.custom_id", "a", "batches.0.requests: no create call would take them"),
        ("batches.0.requests.1.params", [], "batches.0.requests: no create call would take them"),
    ],
)
def test_a_spoilt_snapshot_is_refused_by_name_and_changes_nothing(path: str, value: object, message: str) -> None:
    app, before = snapshot_of_a_life()
    spoilt = snapshot_of_a_life()[1]
    change(spoilt, path, value)

    status, _, body = app("POST", "/_emulator/restore", spoilt)

    assert status == 400
    assert json.loads(body)["error"]["message"].startswith(message)
    assert app.ask("POST", "/_emulator/snapshot") == before


def test_no_batch_is_restored_twice() -> None:
    app, snapshot = snapshot_of_a_life()
    twin = snapshot["batches"][0]

    status, _, body = app("POST", "/_emulator/restore", snapshot | {"batches": [twin, twin]})

    assert (status, json.loads(body)["error"]["message"]) == (400, f"batches: {twin['id']} is there twice")


def test_what_is_for_python_alone_cannot_be_written_down_and_is_said() -> None:
    answers = Answers(ask=lambda question: "Hello")
    app = App(Settings(clock=MANUAL, start=START, scenario=Scenario(answers=answers)))
    app.create("a")

    for method, path in (("GET", "scenario"), ("POST", "snapshot")):
        status, _, body = app(method, f"/_emulator/{path}")
        assert status == 400
        assert "it is for Python only" in json.loads(body)["error"]["message"]


def test_canned_answers_are_found_again_by_the_name_of_their_file() -> None:
    answers = Answers(canned=Canned({"a": "Hello"}, "answers.jsonl"))
    app = App(Settings(clock=MANUAL, start=START, scenario=Scenario(answers=answers)))
    batch_id = app.create("a")
    snapshot = app.ask("POST", "/_emulator/snapshot")

    assert app("POST", "/_emulator/restore", snapshot)[0] == 200
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    assert b"Hello" in app("GET", f"{BATCHES}/{batch_id}/results")[2]
    status, _, body = App()("POST", "/_emulator/restore", snapshot)
    assert (status, "answers.canned" in json.loads(body)["error"]["message"]) == (400, True)


def paths(document: Any, within: str = "") -> list[str]:
    """Return the path of every value in a document."""
    items: list[tuple[Any, Any]] = []
    if isinstance(document, dict | list):
        held = cast(Any, document)
        items = [*(held.items() if isinstance(document, dict) else enumerate(held))]
    found = [f"{within}{key}" for key, _ in items]
    return found + [path for key, value in items for path in paths(value, f"{within}{key}.")]


@settings(deadline=None)
@given(data=st.data())
def test_no_document_makes_the_control_plane_fail(data: st.DataObject) -> None:
    app, document = snapshot_of_a_life()
    for _ in range(data.draw(st.integers(1, 3))):
        change(document, data.draw(st.sampled_from(paths(document))), data.draw(anything))

    assert app("POST", "/_emulator/restore", document)[0] in (200, 400)
    assert app("PUT", "/_emulator/scenario", document.get("scenario"))[0] in (200, 400)
    assert app("GET", BATCHES)[0] == 200
    for batch in app.ask("GET", "/_emulator/batches")["batches"]:
        assert app("GET", f"/_emulator/batches/{batch['id']}/plan")[0] == 200
        assert app("GET", f"{BATCHES}/{batch['id']}")[0] == 200


def test_what_is_no_json_behind_the_first_wrong_place_is_refused_too() -> None:
    app, document = snapshot_of_a_life()
    # Python writes it as NaN.
    change(document, "format", [float("nan")])

    status, _, body = app("POST", "/_emulator/restore", document)

    assert (status, json.loads(body)["error"]["message"].startswith("not JSON: ")) == (400, True)
