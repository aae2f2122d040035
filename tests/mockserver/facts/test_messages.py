"""The Messages API beside the batches: messages, streams of them, counts of tokens."""

import json
import re

import httpx2
import pytest

from tests.mockserver.facts.room import Json, Room, asked, good, invalid, limited, refusal, room_with
from tests.mockserver.facts.rows import row, shows
from tests.mockserver.facts.sending import MESSAGES, params, send

BYTES_MAX = 32_000_000
COUNT = "/v1/messages/count_tokens"
LONG_OUTPUT = {"anthropic-beta": "output-300k-2026-03-24"}
RATES = {
    f"anthropic-ratelimit-{kind}-{part}"
    for kind in ("requests", "input-tokens", "output-tokens", "tokens")
    for part in ("limit", "remaining", "reset")
}


def without(field: str, **changed: object) -> Json:
    return {name: value for name, value in params(**changed).items() if name != field}


def rate_headers(response: httpx2.Response) -> set[str]:
    return {name for name in response.headers if name.startswith("anthropic-ratelimit")}


@shows("messages-1", "messages-2")
def test_a_message_is_that_of_a_result_line(room: Room) -> None:
    message = good(send(room, params()))
    (line,) = room.lines(room.ended(asked("x")))

    batched = line["result"]["message"]
    assert list(message) == list(batched)
    assert list(message["usage"]) == list(batched["usage"])
    assert message["usage"]["service_tier"] == "standard"
    assert message["content"] == batched["content"]
    assert re.fullmatch(r"msg_011C\w{20}", message["id"])


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        row("messages-3", "no messages", without("messages"), invalid("messages: Field required")),
        row("messages-3", "no max_tokens", without("max_tokens"), invalid("max_tokens: Field required")),
        row("messages-4", "unknown", params(model="claude-none"), (404, "not_found_error", "model: claude-none")),
        row(
            "messages-4",
            "retired",
            params(model="claude-3-opus-20240229"),
            (404, "not_found_error", "model: claude-3-opus-20240229"),
        ),
        row("streaming-10", "a number", params(stream=1), invalid("stream: Input should be a valid boolean")),
    ],
)
def test_what_is_wrong_is_refused_at_once(room: Room, body: Json, refused: tuple[int, str, str]) -> None:
    assert refusal(send(room, body)) == refused


@shows("messages-5")
def test_a_refusal_says_that_trying_again_is_no_use(room: Room) -> None:
    for body in (without("messages"), params(model="claude-none"), params(stream="yes")):
        response = send(room, body)

        assert response.headers["x-should-retry"] == "false"
        assert sorted(response.json()["error"]) == ["message", "type"]
        assert response.json()["request_id"] == response.headers["request-id"]
        assert rate_headers(response) == set()


@shows("messages-6")
def test_the_beta_for_long_outputs_raises_nothing_here(room: Room) -> None:
    status, _, message = refusal(send(room, params(model="claude-opus-5", max_tokens=128_001), **LONG_OUTPUT))

    assert status == 400
    assert message.startswith("max_tokens: 128001 > 128000")


@pytest.mark.parametrize("path", [row("messages-7", "create", MESSAGES), row("count-5", "count", COUNT)])
def test_a_body_over_32_megabytes_is_too_large(room: Room, path: str) -> None:
    def much() -> bytes:
        return json.dumps(params()).encode().ljust(BYTES_MAX + 1)

    response = room.send("POST", path, content=much())

    assert response.status_code == 413
    assert response.json() == {
        "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}
    }


@shows("messages-8")
def test_32_megabytes_are_just_taken_and_a_lower_limit_holds_too(room: Room) -> None:
    body = json.dumps(params()).encode()
    assert room.send("POST", MESSAGES, content=body.ljust(BYTES_MAX)).status_code == 200

    with room_with(body_bytes_max=1_000) as narrow:
        assert narrow.send("POST", MESSAGES, content=body).status_code == 200
        assert narrow.send("POST", MESSAGES, content=body.ljust(1_001)).status_code == 413


@pytest.mark.parametrize("body", [row("messages-9", "cut", b'{"model":'), row("messages-9", "empty", b"")])
def test_a_body_that_is_not_json_is_refused_as_on_create(room: Room, body: bytes) -> None:
    for path in (MESSAGES, COUNT):
        status, kind, message = refusal(room.send("POST", path, content=body))

        assert (status, kind) == (400, "invalid_request_error")
        assert message.startswith("The request body is not valid JSON:")


@shows("messages-10", "messages-11")
def test_the_same_call_again_gives_another_message_of_the_same_words(room: Room) -> None:
    one, other = (good(send(room, params())) for _ in range(2))

    assert one["id"] != other["id"]
    assert one | {"id": other["id"]} == other


@shows("messages-12", "messages-13")
def test_an_answer_tells_of_the_accounts_limits(room: Room) -> None:
    for body in (params(), params(stream=True)):
        response = send(room, body)

        assert rate_headers(response) == RATES
        assert response.headers["anthropic-ratelimit-requests-remaining"] == "9999"
        assert response.headers["anthropic-ratelimit-tokens-reset"] == f"{room.now()[:19]}Z"


@shows("messages-14")
def test_calls_beside_the_batches_do_not_count_against_their_rate() -> None:
    with room_with(scenario=limited(rpm=1)) as room:
        for _ in range(3):
            good(send(room, params()))
            good(send(room, without("max_tokens"), COUNT))
            good(room.send("GET", "/v1/models"))

        assert room.ids() == []
        assert room.call("GET").status_code == 429


@shows("messages-15")
def test_a_thread_is_refused_with_the_code_that_has_clients_go_on_without(room: Room) -> None:
    beta = {"anthropic-beta": "message-threads-2026-08-12"}
    response = send(room, params(thread={"type": "create"}), **beta)

    assert response.status_code == 400
    assert response.json()["error"]["details"] == {"error_code": "thread_unsupported_request"}
    assert good(send(room, params(thread=None), **beta))


@shows("count-1", "count-2", "count-4")
def test_tokens_are_counted_without_max_tokens(room: Room) -> None:
    response = send(room, without("max_tokens"), COUNT)

    assert list(good(response)) == ["input_tokens"]
    assert good(response)["input_tokens"] > 0
    assert rate_headers(response) == set()


@shows("count-3")
def test_the_count_follows_the_rule_of_a_messages_usage(room: Room) -> None:
    system = "Be brief. " * 20
    counted = good(send(room, without("max_tokens", system=system), COUNT))["input_tokens"]

    assert counted == good(send(room, params(system=system)))["usage"]["input_tokens"]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        row("count-5", "no messages", without("messages"), invalid("messages: Field required")),
        row("count-5", "no model", without("model"), invalid("model: Field required")),
        row(
            "count-5",
            "unknown",
            without("max_tokens", model="claude-none"),
            (404, "not_found_error", "model: claude-none"),
        ),
        row(
            "count-5",
            "retired",
            without("max_tokens", model="claude-3-opus-20240229"),
            (404, "not_found_error", "model: claude-3-opus-20240229"),
        ),
        row("count-5", "max_tokens", params(), invalid("max_tokens: Extra inputs are not permitted")),
    ],
)
def test_a_count_is_refused_like_a_message(room: Room, body: Json, refused: tuple[int, str, str]) -> None:
    response = send(room, body, COUNT)

    assert refusal(response) == refused
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        row("unrouted-2", "GET of messages", "GET", MESSAGES, "POST"),
        row("unrouted-2", "HEAD of messages", "HEAD", MESSAGES, "POST"),
        row("unrouted-2", "PUT of a count", "PUT", COUNT, "POST"),
        row("unrouted-2", "POST to models", "POST", "/v1/models", "GET"),
        row("unrouted-2", "DELETE of a model", "DELETE", "/v1/models/claude-opus-5", "GET"),
    ],
)
def test_a_wrong_method_is_not_allowed(room: Room, method: str, path: str, allowed: str) -> None:
    response = room.send(method, path)

    assert (response.status_code, response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        row("headers-in-2", "messages", "POST", MESSAGES),
        row("headers-in-2", "count", "POST", COUNT),
        row("headers-in-2", "models", "GET", "/v1/models"),
        row("headers-in-2", "a model", "GET", "/v1/models/claude-opus-5"),
    ],
)
def test_no_call_does_without_a_version_or_a_key(room: Room, method: str, path: str) -> None:
    key = room.headers["x-api-key"]

    unversioned = room.client.request(method, path, headers={"x-api-key": key})
    anonymous = room.client.request(method, path, headers={"anthropic-version": "2023-06-01"})

    assert refusal(unversioned) == invalid("anthropic-version: header is required")
    assert anonymous.status_code == 401
