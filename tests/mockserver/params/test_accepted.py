"""Whatever the SDK's types allow is taken, in each kind there is; a wrong refusal is the worst answer."""

import json
from typing import Any

import pytest

from batchmock.params.check import finder
from batchmock.params.shapes import schemas
from batchmock.params.terms import Terms
from tests.mockserver.params.asking import (
    BATCH,
    BATCH_BETA,
    BATCH_NEWER,
    COUNT,
    HAIKU,
    LEFT_OUT,
    OLDER,
    SONNET,
    SYNC,
    Json,
    assistant,
    call,
    found,
    params,
    result,
    user,
)
from tests.mockserver.params.in_order import BETA_REQUESTS, REQUESTS


@pytest.mark.parametrize("terms", [BATCH, BATCH_NEWER, BATCH_BETA, SYNC], ids=["older", "newer", "beta", "sync"])
@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_of_any_kind_is_in_order(kind: str, terms: Terms) -> None:
    assert found(REQUESTS[kind], terms) is None


@pytest.mark.parametrize("kind", BETA_REQUESTS)
def test_a_request_of_any_kind_that_betas_have_is_in_order(kind: str) -> None:
    assert found(BETA_REQUESTS[kind], BATCH_BETA) is None


@pytest.mark.parametrize("kind", REQUESTS)
def test_tokens_of_a_request_of_any_kind_are_counted(kind: str) -> None:
    fields = schemas()["surfaces"]["count_tokens"]["properties"]

    assert found({key: one for key, one in REQUESTS[kind].items() if key in fields}, COUNT) is None


SAMPLED: list[Json] = [
    params(temperature=0, top_k=40),
    params(temperature=1.0),
    params(top_p=0.9),
    params(model=SONNET, temperature=1, top_p=1),
    params(thinking={"type": "enabled", "budget_tokens": 1_024}, temperature=1),
]


@pytest.mark.parametrize("asked", SAMPLED)
def test_the_older_version_takes_sampling_parameters(asked: Json) -> None:
    assert found(asked, BATCH) is None


def test_a_single_request_may_stream_warm_the_cache_and_fall_back() -> None:
    assert found(params(stream=True), SYNC) is None
    assert found(params(max_tokens=0), SYNC) is None
    assert found(params(speed="fast", store=True, cache_hint="a"), SYNC) is None
    with_beta = Terms(surface="messages", api_version=OLDER, betas=frozenset({"server-side-fallback-2026-07-01"}))
    assert found(params(fallbacks="default"), with_beta) is None


def test_counting_needs_no_max_tokens() -> None:
    assert found(params(max_tokens=LEFT_OUT), COUNT) is None


def test_an_interleaved_budget_may_exceed_max_tokens() -> None:
    asked = params(thinking={"type": "enabled", "budget_tokens": 50_000})

    assert found(asked, Terms(api_version=OLDER, betas=frozenset({"interleaved-thinking-2025-05-14"}))) is None


def test_a_thread_holds_calls_that_the_request_does_not_show() -> None:
    thread = {"type": "continue", "previous_message_id": "msg_1"}
    terms = Terms(surface="messages", api_version=OLDER, betas=frozenset({"message-threads-2026-08-12"}))

    assert found(params(thread=thread, messages=[user([result("t1")])]), terms) is None


def smallest(schema: Any) -> Any:
    """Return the smallest value that a schema takes."""
    if "$ref" in schema:
        return smallest(schemas()["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return smallest(choices[0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "properties" in schema:
        return {key: smallest(schema["properties"][key]) for key in schema.get("required", ())}
    values: Json = {"object": {}, "array": [], "string": "a", "boolean": True}
    return values.get(schema.get("type"), 1)


def kinds(surface: str, *path: str) -> list[tuple[str, Json]]:
    """Return the smallest object of each kind that a union has."""
    at = schemas()["surfaces"][surface]["properties"][path[0]]["items"]
    for key in path[1:]:
        at = schemas()["$defs"][at["discriminator"]["mapping"][key].removeprefix("#/$defs/")]
        at = at["properties"]["content"]["anyOf"][1]["items"]
    mapping = at["discriminator"]["mapping"]
    return [(tag, smallest({"$ref": ref}) | {"type": tag}) for tag, ref in mapping.items()]


@pytest.mark.parametrize(("tag", "made"), kinds("create_beta", "tools"))
def test_every_kind_of_tool_is_taken(tag: str, made: Json) -> None:
    assert found(params(tools=[made]), BATCH_BETA) is None


@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize(("tag", "made"), kinds("create_beta", "messages", "user"))
def test_every_kind_of_block_is_taken(tag: str, made: Json, role: str) -> None:
    before = [user("a"), assistant([call(made["tool_use_id"])])] if tag == "tool_result" else [user("a")]
    turns = [*before, {"role": role, "content": [made]}]
    if role == "user":
        assert found(params(messages=turns), BATCH_BETA) is None
    elif tag not in ("tool_use", "tool_result"):
        assert found(params(messages=[*turns, user("b")]), BATCH_BETA) is None


def test_params_are_read_from_the_bytes_of_a_batch() -> None:
    assert finder(BATCH)(json.dumps(params(model=HAIKU)).encode()) is None
