"""Authentication, the error envelope, and what has no route."""

import gzip
import json

import httpx2
import pytest

from tests.mockserver.facts.room import (
    BATCHES,
    UNKNOWN,
    VERSION,
    Room,
    asked,
    good,
    limited,
    not_found,
    refusal,
    room_with,
)
from tests.mockserver.facts.rows import row, shows

CALLS = {
    "create": ("POST", ""),
    "list": ("GET", ""),
    "retrieve": ("GET", f"/{UNKNOWN}"),
    "results": ("GET", f"/{UNKNOWN}/results"),
    "cancel": ("POST", f"/{UNKNOWN}/cancel"),
    "delete": ("DELETE", f"/{UNKNOWN}"),
}
ONE = {"requests": [asked("a")]}
STRICT = {"keys": {"right": "team"}, "strict_keys": True}


@shows("authentication-1", "authentication-2")
def test_a_key_opens_the_same_workspace_in_either_header(room: Room) -> None:
    batch_id = room.made()
    bearer = {"authorization": f"Bearer {room.headers['x-api-key']}", "anthropic-version": VERSION}

    assert good(room.client.get(f"{BATCHES}/{batch_id}", headers=bearer)) == room.batch(batch_id)


@pytest.mark.parametrize(
    ("method", "path"), [row("authentication-3", name, *call) for name, call in CALLS.items()]
)
def test_no_call_does_without_a_credential(room: Room, method: str, path: str) -> None:
    response = room.client.request(method, BATCHES + path, headers={"anthropic-version": VERSION})

    assert refusal(response) == (401, "authentication_error", "x-api-key header is required")


@pytest.mark.parametrize(
    "headers",
    [
        row("authentication-4", "x-api-key", {"x-api-key": "wrong"}),
        row("authentication-4", "bearer", {"authorization": "Bearer wrong"}),
    ],
)
def test_a_wrong_key_is_refused_when_keys_are_strict(headers: dict[str, str]) -> None:
    with room_with(key="right", **STRICT) as room:
        response = room.client.get(BATCHES, headers=headers | {"anthropic-version": VERSION})

        assert room.ids() == []

    assert refusal(response) == (401, "authentication_error", "API key is invalid.")
    assert "anthropic-workspace-id" not in response.headers


@shows("authentication-5", "list-12")
def test_a_key_sees_its_own_batches_only(room: Room) -> None:
    stranger = Room(room.client, f"{room.headers['x-api-key']}-other")
    batch_id = room.made()

    assert room.ids() == [batch_id]
    assert stranger.ids() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [row("authentication-6", name, *call) for name, call in CALLS.items() if UNKNOWN in call[1]],
)
def test_another_workspaces_batch_is_unknown(room: Room, method: str, path: str) -> None:
    stranger = Room(room.client, f"{room.headers['x-api-key']}-other")
    batch_id = room.ended()
    before = room.batch(batch_id)

    assert refusal(stranger.call(method, path.replace(UNKNOWN, batch_id))) == not_found(batch_id)
    assert room.batch(batch_id) == before


@shows("authentication-7")
def test_keys_may_share_a_workspace() -> None:
    with room_with(key="a", keys={"a": "team", "b": "team", "c": "other"}) as room:
        batch_id = room.made()

        assert Room(room.client, "b").ids() == [batch_id]
        assert Room(room.client, "c").ids() == []


@shows("authentication-8")
def test_the_results_url_opens_nothing_by_itself(room: Room) -> None:
    url = room.batch(room.ended())["results_url"]

    assert room.client.get(url).status_code == 401
    assert room.client.get(url, headers=room.headers).status_code == 200


def refused(room: Room) -> dict[str, httpx2.Response]:
    batch_id = room.made()
    return {
        "400": room.post({"requests": []}),
        "401": room.client.get(BATCHES),
        "403": room.call("GET", headers={"anthropic-workspace-id": "wrkspc_01AAAAAAAAAAAAAAAAAAAAAA"}),
        "404": room.download(batch_id),
        "405": room.call("PATCH"),
    }


@shows("envelope-1", "envelope-2", "envelope-5")
def test_an_error_has_its_envelope_and_repeats_the_request_id(room: Room) -> None:
    for status, response in refused(room).items():
        body = response.json()
        assert response.status_code == int(status)
        assert list(body) == ["type", "error", "request_id"]
        assert body["type"] == "error"
        assert sorted(body["error"]) == ["message", "type"]
        assert body["request_id"] == response.headers["request-id"]


@shows("envelope-2")
def test_a_429_repeats_the_request_id_too() -> None:
    with room_with(scenario=limited(rpm=1)) as room:
        room.page()
        response = room.call("GET")

    assert response.status_code == 429
    assert response.json()["request_id"] == response.headers["request-id"]


@shows("envelope-3")
def test_a_413_comes_in_the_edges_envelope() -> None:
    with room_with(body_bytes_max=100) as room:
        response = room.call("POST", content=b" " * 101)

    assert response.status_code == 413
    assert json.loads(response.content) == {
        "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}
    }


@shows("envelope-4", "create-30")
def test_details_are_an_object_with_an_error_code(room: Room) -> None:
    body = gzip.compress(json.dumps(ONE).encode())
    response = room.call("POST", headers={"content-encoding": "gzip"}, content=body)

    assert refusal(response)[:2] == (400, "invalid_request_error")
    assert response.json()["error"]["details"] == {"error_code": "request_body_encoding_unsupported"}


@pytest.mark.parametrize(
    "path",
    [
        row("unrouted-1", "elsewhere", "/v1/nothing"),
        row("unrouted-1", "the root", "/"),
        row("unrouted-1", "a slash too many", f"{BATCHES}/"),
        row("unrouted-1", "below a batch", f"{BATCHES}/{UNKNOWN}/nothing"),
    ],
)
def test_an_unknown_path_is_not_found(room: Room, path: str) -> None:
    response = room.client.get(path, headers=room.headers)

    assert refusal(response)[:2] == (404, "not_found_error")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        row("unrouted-2", "PUT", "PUT", "", "GET, POST"),
        row("unrouted-2", "HEAD", "HEAD", "", "GET, POST"),
        row("unrouted-2", "OPTIONS", "OPTIONS", "", "GET, POST"),
        row("unrouted-2", "POST to a batch", "POST", f"/{UNKNOWN}", "DELETE, GET"),
        row("unrouted-2", "POST to results", "POST", f"/{UNKNOWN}/results", "GET"),
        row("unrouted-2", "GET of cancel", "GET", f"/{UNKNOWN}/cancel", "POST"),
    ],
)
def test_a_wrong_method_is_not_allowed(room: Room, method: str, path: str, allowed: str) -> None:
    response = room.call(method, path)

    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert method == "HEAD" or refusal(response)[1] == "invalid_request_error"
