"""The history: what every exchange was, in the order they came, and never a credential."""

import json
import re
from hashlib import blake2b, sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from batchmock.limits import RateLimits
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App, request, scope

NOW = "2026-09-21T14:13:20.000000+00:00"
SDK = {
    "user-agent": "Anthropic/Python 2.12.0",
    "x-stainless-lang": "python",
    "x-stainless-retry-count": "2",
    "idempotency-key": "stainless-1",
    "accept-encoding": "identity",
}


def digest_of(key: str) -> str:
    return blake2b(key.encode(), digest_size=16).hexdigest()[:8]


def test_an_exchange_is_told_from_request_to_response() -> None:
    app = App()
    batch_id = app.create("a", "b", headers=SDK)
    body = json.dumps({"requests": [request("a"), request("b")]}).encode()

    (told,) = app.history()

    request_id, real = told.pop("request_id"), told.pop("real")
    assert re.fullmatch("req_011C[a-zA-Z0-9]{20}", request_id)
    assert real == {"at": "2001-09-09T01:46:40.001000+00:00", "latency_ms": 1.0}
    sent = told.pop("response_bytes")
    assert sent > 300
    assert told == {
        "sequence": 1,
        "workspace_id": app("GET", BATCHES)[1]["anthropic-workspace-id"],
        "now": NOW,
        "method": "POST",
        "path": BATCHES,
        "query": "",
        "operation": "create",
        "batch_id": batch_id,
        "credentials": [{"header": "x-api-key", "digest": digest_of("k")}],
        "retry_count": 2,
        "request_headers": {"anthropic-version": "2023-06-01"} | SDK,
        "request_body": {"bytes": len(body), "sha256": sha256(body).hexdigest()},
        "requests": 2,
        "status": 200,
        "response_headers": {"content-type": "application/json"},
        "is_complete": True,
        "is_over": True,
        "faults": [],
        "faults_without_effect": [],
    }


def test_every_operation_has_its_name_and_its_batch() -> None:
    app = App()
    batch_id = app.create("a")
    app("POST", f"{BATCHES}/{batch_id}/cancel")
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    app("GET", f"{BATCHES}/{batch_id}")
    app("GET", f"{BATCHES}/{batch_id}/results")
    app("GET", f"{BATCHES}?limit=3")
    app("DELETE", f"{BATCHES}/{batch_id}")
    app("POST", "/v1/messages", request("a")["params"])
    counted = {name: value for name, value in request("a")["params"].items() if name != "max_tokens"}
    app("POST", "/v1/messages/count_tokens", counted)
    app("GET", "/v1/models")
    app("GET", "/v1/models/claude-haiku-4-5")

    history = app.history()

    assert [(told["operation"], told["batch_id"], told["status"]) for told in history] == [
        ("create", batch_id, 200),
        ("cancel", batch_id, 200),
        ("retrieve", batch_id, 200),
        ("results", batch_id, 200),
        ("list", None, 200),
        ("delete", batch_id, 200),
        ("messages", None, 200),
        ("count_tokens", None, 200),
        ("list_models", None, 200),
        ("retrieve_model", None, 200),
    ]
    assert history[4]["query"] == "limit=3"
    assert [told["now"][8:10] for told in history] == ["21", "21", *["22"] * 8]


def test_refusals_are_told_too_with_what_clients_go_by() -> None:
    app = App(
        Settings(clock=MANUAL, start=START, scenario=Scenario(limits=RateLimits(http_requests_per_minute=1)))
    )
    app("GET", BATCHES)
    app("GET", BATCHES)
    app("GET", BATCHES, headers={"anthropic-version": "1999-01-01"})
    app("POST", BATCHES, b"[")

    _, limited, version, broken = app.history()

    assert (limited["status"], limited["response_headers"]["retry-after"]) == (429, "60")
    assert (version["status"], version["operation"]) == (400, "list")
    assert (broken["status"], broken["request_body"], broken["requests"]) == (429, None, None)


def test_the_control_plane_is_in_no_history() -> None:
    app = App()
    for path in ("clock", "history", "scenario", "batches", "nowhere"):
        app("GET", f"/_emulator/{path}")

    assert app.history() == []
    assert app.ask("GET", "/_emulator/history/unclaimed")["exchanges"] == []


def test_exchanges_that_open_no_workspace_are_told_apart() -> None:
    app = App(Settings(clock=MANUAL, start=START, keys={"k": "team"}, strict_keys=True))
    app("GET", BATCHES, headers={"x-api-key": "wrong"})
    app("GET", BATCHES, headers={"x-api-key": ""})
    app("PUT", BATCHES)
    app("GET", "/v1/v1/messages/batches")

    unclaimed = app.ask("GET", "/_emulator/history/unclaimed")["exchanges"]

    assert [(told["status"], told["operation"], told["workspace_id"]) for told in unclaimed] == [
        (401, "list", None),
        (401, "list", None),
        (405, None, None),
        (404, None, None),
    ]
    assert unclaimed[0]["credentials"] == [{"header": "x-api-key", "digest": digest_of("wrong")}]
    assert unclaimed[1]["credentials"] == []
    assert unclaimed[3]["path"] == "/v1/v1/messages/batches"
    assert app.history() == []


def test_an_exchange_under_way_is_told_as_such_and_one_that_is_cut_says_so() -> None:
    app = App()
    app.create(*[f"r{number}" for number in range(2_000)])
    batch_id = app.history()[0]["batch_id"]
    app("POST", "/_emulator/clock/advance", {"by": "24h"})
    seen: list[dict[str, Any]] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        if message.get("more_body"):
            seen.extend(app.history("operation=results"))
            raise ConnectionResetError

    headers = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"}
    exchange = app.asgi(scope("GET", f"{BATCHES}/{batch_id}/results", headers), receive, send)
    with pytest.raises(ConnectionResetError):
        next(iter(exchange.__await__()))

    (cut,) = app.history("operation=results")
    assert (seen[0]["status"], seen[0]["is_complete"], seen[0]["is_over"]) == (200, False, False)
    assert (cut["status"], cut["is_complete"], cut["is_over"]) == (200, False, True)
    assert 0 < cut["response_bytes"] < 200_000


def test_a_client_that_leaves_while_it_sends_is_told_without_a_status() -> None:
    app = App()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("there is nobody to send to")

    headers = {"host": "here", "x-api-key": "k", "anthropic-version": "2023-06-01"}
    with pytest.raises(StopIteration):
        next(iter(app.asgi(scope("POST", BATCHES, headers), receive, send).__await__()))

    (told,) = app.history()
    assert (told["status"], told["is_complete"], told["is_over"], told["request_body"]) == (
        None,
        False,
        True,
        None,
    )


# The end is what nothing that may be told has in it by chance.
keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=100).map(lambda key: f"{key}~secret~")


@settings(max_examples=200, deadline=None)
@given(key=keys, token=keys, stray=st.from_regex(r"\Ask-ant-[A-Za-z0-9_-]{20,60}\Z"))
def test_no_credential_is_ever_told(key: str, token: str, stray: str) -> None:
    app = App(Settings(clock=MANUAL, start=START, keys={"k": "one"}))
    headers = {"x-api-key": key, "authorization": f"Bearer {token}", "cookie": token, "x-own": key}
    app("GET", f"{BATCHES}?key={stray}", headers=headers | {"user-agent": stray})
    app("GET", f"{BATCHES}/{stray}", headers=headers)
    app("GET", "/nowhere", headers=headers)
    app("GET", "/nowhere", headers={"authorization": f"Basic {token}"})

    asked = ("history", "history.jsonl", "history/unclaimed", "scenario", "batches", "clock")
    told = b"".join(app("GET", f"/_emulator/{path}", headers=headers)[2] for path in asked)
    told += app("POST", "/_emulator/snapshot", headers=headers)[2]

    for secret in (key, token, stray):
        assert json.dumps(secret)[1:-1].encode() not in told
    credentials = app.ask("GET", "/_emulator/history", headers=headers)["exchanges"][0]["credentials"]
    assert credentials == [
        {"header": "x-api-key", "digest": digest_of(key)},
        {"header": "authorization", "digest": digest_of(token)},
    ]


def test_ids_and_histories_of_a_workspace_depend_on_nobody_elses_calls() -> None:
    alone, crowded = App(), App()
    alone.create("a")
    crowded("GET", BATCHES, headers={"x-api-key": "other"})
    crowded("GET", "/_emulator/clock")
    crowded("GET", "/nowhere")
    crowded.create("a")

    assert alone.history("real=false") == crowded.history("real=false")


def test_a_refused_create_has_no_batch_whatever_was_created_before() -> None:
    app = App()
    app.create("a")
    app("POST", BATCHES, {"requests": []})

    created, refused = app.history()

    assert created["batch_id"] is not None
    assert (refused["status"], refused["batch_id"], refused["requests"]) == (400, None, None)


def test_reset_starts_the_history_anew() -> None:
    app = App()
    app.create("a")
    before = app.history("real=false")

    app("POST", "/_emulator/reset")
    assert app.history() == []
    app.create("a")

    assert app.history("real=false") == before


def test_the_digest_of_a_large_body_is_that_of_its_bytes() -> None:
    app = App()
    body = json.dumps({"requests": [request("a" * 64)] * 20_000}).encode()
    app("POST", BATCHES, body)
    app("POST", BATCHES, body + b" ")

    digests = [told["request_body"] for told in app.history()]

    assert digests == [{"bytes": len(sent), "sha256": sha256(sent).hexdigest()} for sent in (body, body + b" ")]
