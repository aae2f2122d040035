"""Params that are wrong, and the lines of the results file in their four types."""

import json
import re

import pytest

from batchmock.models import MODELS
from tests.mockserver.facts.room import TOO_SLOW, Json, Room, asked, good, many, room_with
from tests.mockserver.facts.rows import row, shows

ABOVE = "which is the maximum allowed number of output tokens for"
LONG_OUTPUT_MODELS = [
    *(f"claude-opus-{version}" for version in ("5-5", "5", "4-8", "4-7", "4-6")),
    *(f"claude-sonnet-{version}" for version in ("5-5", "5", "4-6")),
    "claude-haiku-5-5",
]
LONG_OUTPUT = {"anthropic-beta": "output-300k-2026-03-24"}


def error(kind: str, message: str) -> Json:
    """Return the result of a request that was found wrong before execution."""
    details = {"error_visibility": "user_facing"}
    inner = {"details": details, "type": kind, "message": message}
    return {"type": "errored", "error": {"type": "error", "error": inner, "request_id": None}}


def without(field: str) -> Json:
    request = asked("bad")
    del request["params"][field]
    return request


DEFECTS = [
    row("params-2", "no messages", without("messages"), "invalid_request_error", "messages: Field required"),
    row("params-3", "unknown model", asked("bad", model="claude-none"), "not_found_error", "model: claude-none"),
    row(
        "params-4",
        "above the ceiling of an alias",
        asked("bad", max_tokens=64_001),
        "invalid_request_error",
        f"max_tokens: 64001 > 64000, {ABOVE} claude-haiku-4-5-20251001",
    ),
    row("params-7", "no model", without("model"), "invalid_request_error", "model: Field required"),
    row("params-7", "no max_tokens", without("max_tokens"), "invalid_request_error", "max_tokens: Field required"),
    row(
        "params-7",
        "max_tokens is text",
        asked("bad", max_tokens="9"),
        "invalid_request_error",
        "max_tokens: Input should be a valid integer",
    ),
]


@pytest.mark.parametrize(("request_", "kind", "message"), DEFECTS)
def test_a_bad_request_becomes_an_errored_line(room: Room, request_: Json, kind: str, message: str) -> None:
    results = room.results(room.ended(request_))

    assert results == {"bad": error(kind, message)}
    assert json.dumps(results["bad"]) == json.dumps(error(kind, message))


@shows("params-1")
def test_a_bad_request_leaves_the_others_alone(room: Room) -> None:
    requests = many(20)
    requests[7]["params"]["model"] = "claude-none"
    created = room.create(*requests)
    room.advance("24h")

    assert created["request_counts"]["processing"] == 20
    types = {name: result["type"] for name, result in room.results(created["id"]).items()}
    assert types.pop("row-0007") == "errored"
    assert set(types.values()) == {"succeeded"}
    assert len(types) == 19


def ended_with(room: Room, headers: dict[str, str], *requests: Json) -> dict[str, Json]:
    batch = good(room.call("POST", headers=headers, json={"requests": list(requests)}))
    room.advance("24h")
    return room.results(batch["id"])


@pytest.mark.parametrize("model", [row("params-5", model, model) for model in LONG_OUTPUT_MODELS])
def test_a_beta_raises_the_ceiling_of_some_models(room: Room, model: str) -> None:
    requests = [asked("most", model=model, max_tokens=300_000), asked("more", model=model, max_tokens=300_001)]

    with_beta = ended_with(room, LONG_OUTPUT, *requests)
    without_it = ended_with(room, {}, *requests)

    assert with_beta["most"]["type"] == "succeeded"
    message = f"max_tokens: 300001 > 300000, {ABOVE} {model}"
    assert with_beta["more"] == error("invalid_request_error", message)
    assert {result["type"] for result in without_it.values()} == {"errored"}


@shows("params-5")
def test_the_models_with_a_raised_ceiling_are_the_documented_ones() -> None:
    assert {model.id for model in MODELS.values() if model.long_output} == set(LONG_OUTPUT_MODELS)


@shows("params-6")
def test_a_beta_of_the_create_call_holds_for_every_request(room: Room) -> None:
    requests = [asked(f"r{number}", model="claude-opus-5", max_tokens=300_000) for number in range(30)]

    assert {result["type"] for result in ended_with(room, LONG_OUTPUT, *requests).values()} == {"succeeded"}


@shows("lines-1", "lines-2", "lines-3", "lines-4", "lines-5", "lines-11")
def test_a_succeeded_line_is_the_wires_to_the_byte(room: Room) -> None:
    batch_id = room.ended(asked("row-0001", "Name one prime.", service_tier="standard_only"))
    text = room.download(batch_id).text

    id_, digest, tokens = (
        re.findall(pattern, text)[0] for pattern in (r'"id":"([^"]+)"', r"echo (\w+)", r'"input_tokens":(\d+)')
    )
    assert re.fullmatch(r"msg_011C[1-9A-HJ-NP-Za-km-z]{20}", id_)
    assert re.fullmatch(r"[0-9a-f]{16}", digest)
    assert int(tokens) > 0
    assert text == (
        '{"custom_id":"row-0001","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001",'
        f'"id":"{id_}","type":"message","role":"assistant",'
        f'"content":[{{"type":"text","text":"echo {digest}: Name one prime."}}],'
        '"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,'
        f'"usage":{{"input_tokens":{tokens},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
        '"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},'
        '"output_tokens":10,"service_tier":"batch","inference_geo":"not_available"}}}}\n'
    )


@pytest.mark.parametrize(
    ("named", "answering"),
    [
        row("lines-3", "haiku", "claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        row("lines-3", "sonnet", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        row("lines-3", "opus", "claude-opus-4-5", "claude-opus-4-5-20251101"),
        row("lines-3", "dated", "claude-haiku-4-5-20251001", "claude-haiku-4-5-20251001"),
    ],
)
def test_an_alias_answers_under_its_dated_id(room: Room, named: str, answering: str) -> None:
    results = room.results(room.ended(asked("a", model=named)))

    assert results["a"]["message"]["model"] == answering


@shows("lines-1", "lines-6", "lines-7", "lines-8")
def test_an_errored_line_is_the_wires_to_the_byte(room: Room) -> None:
    text = room.download(room.ended(asked("row-0002", model="claude-none"))).text

    assert text == (
        '{"custom_id":"row-0002","result":{"type":"errored","error":{"type":"error","error":{'
        '"details":{"error_visibility":"user_facing"},"type":"not_found_error","message":"model: claude-none"},'
        '"request_id":null}}}\n'
    )


@shows("lines-1", "lines-9")
def test_a_canceled_line_is_the_wires_to_the_byte(room: Room) -> None:
    batch_id = room.made(asked("row-0003"))
    room.cancel(batch_id)
    room.advance("1m")

    assert room.download(batch_id).text == '{"custom_id":"row-0003","result":{"type":"canceled"}}\n'


@shows("lines-10")
def test_an_expired_line_is_the_wires_to_the_byte() -> None:
    with room_with(scenario=TOO_SLOW) as room:
        batch_id = room.ended(*many(20))
        lines = room.download(batch_id).text.splitlines()

    expired = [line for line in lines if '"expired"' in line]
    assert expired
    for line in expired:
        assert re.fullmatch(r'\{"custom_id":"row-\d{4}","result":\{"type":"expired"\}\}', line)


@shows("lines-5")
def test_no_two_messages_share_an_id(room: Room) -> None:
    results = [*room.results(room.ended(*many(50))).values(), *room.results(room.ended(*many(50))).values()]

    assert len({result["message"]["id"] for result in results}) == 100
