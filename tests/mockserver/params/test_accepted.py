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
    system,
    text,
    tool,
    user,
)

PNG = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
ANSWER = {"type": "object", "properties": {"prime": {"type": "integer"}}, "additionalProperties": False}
FOUND = {"type": "web_search_result", "url": "https://a.test", "title": "A", "encrypted_content": "x"}
SEARCHED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
SEARCH_RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [FOUND]}
WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "allowed_domains": ["a.test"]}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
CITED = {
    "type": "char_location",
    "cited_text": "a",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
    "file_id": None,
}


def with_content(*blocks: object) -> Json:
    return params(messages=[user([*blocks, text("Name one prime.")])])


REQUESTS: dict[str, Json] = {
    "a text": params(),
    "a text block": params(messages=[user([text("Name one prime.")])]),
    "a conversation": params(messages=[user("a"), assistant("b"), user("c")]),
    "turns of one side in a row": params(messages=[user("a"), user("b")]),
    "a system prompt": params(system="Answer in French."),
    "an empty system prompt": params(system=""),
    "a system prompt in blocks": params(system=[text("a"), text("b", cache_control=EPHEMERAL)]),
    "a system turn at the end": params(messages=[user("a"), system("Be brief.")]),
    "a system turn before an answer": params(messages=[user("a"), system("b"), assistant("c"), user("d")]),
    "an image": with_content({"type": "image", "source": PNG}),
    "an image by url": with_content({"type": "image", "source": {"type": "url", "url": "https://a.test/a.png"}}),
    "an image by file": with_content({"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
    "a pdf": with_content({"type": "document", "source": PDF, "title": "T", "context": "C"}),
    "a pdf by url": with_content({"type": "document", "source": {"type": "url", "url": "https://a.test/a.pdf"}}),
    "a document by file": with_content({"type": "document", "source": {"type": "file", "file_id": "file_1"}}),
    "a document of text": with_content(
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "a"},
            "citations": {"enabled": True},
        }
    ),
    "a document of blocks": with_content(
        {
            "type": "document",
            "source": {"type": "content", "content": [text("a"), {"type": "image", "source": PNG}]},
        }
    ),
    "a search result": with_content(
        {
            "type": "search_result",
            "source": "s",
            "title": "t",
            "content": [text("a")],
            "citations": {"enabled": True},
        }
    ),
    "an answer with citations": params(messages=[user("a"), assistant([text("b", citations=[CITED])]), user("c")]),
    "a container upload": with_content({"type": "container_upload", "file_id": "file_1"}) | {"tools": [CODE]},
    "a tool": params(tools=[tool()]),
    "a tool of a said type": params(tools=[tool(type="custom", description="d", cache_control=HOUR)]),
    "a tool without a type": params(tools=[tool(type=None, strict=False)]),
    "a tool with examples": params(tools=[tool(input_examples=[{"a": 1}])]),
    "any tool": params(tools=[tool()], tool_choice={"type": "any", "disable_parallel_tool_use": True}),
    "one tool": params(tools=[tool()], tool_choice={"type": "tool", "name": "look"}),
    "a tool of the api by choice": params(tools=[WEB_SEARCH], tool_choice={"type": "tool", "name": "web_search"}),
    "no tool": params(tools=[tool()], tool_choice={"type": "none"}),
    "a tool's result": params(
        tools=[tool()],
        messages=[
            user("a"),
            assistant([text("b"), call("t1"), call("t2")]),
            user([result("t2"), result("t1"), text("and?")]),
        ],
    ),
    "a tool's result in two turns": params(
        messages=[user("a"), assistant([call("t1"), call("t2")]), user([result("t1")]), user([result("t2")])]
    ),
    "a tool's result in blocks": params(
        messages=[
            user("a"),
            assistant([call("t1")]),
            user(
                [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "is_error": False,
                        "content": [text("b"), {"type": "image", "source": PNG}],
                    }
                ]
            ),
        ]
    ),
    "a search that was made": params(
        tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT, text("b")]), user("c")]
    ),
    "a turn to be gone on with": params(
        model=SONNET, tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT])]
    ),
    "a turn to be gone on with that ends in text": params(
        model=SONNET, tools=[WEB_SEARCH], messages=[user("a"), assistant([SEARCHED, SEARCH_RESULT, text("b")])]
    ),
    "an empty turn before one that says something": params(messages=[user([]), user("a")]),
    "an empty turn after one that says something": params(messages=[user("a"), user("")]),
    "an empty turn to be answered in": params(model=SONNET, messages=[user("a"), assistant([])]),
    "a prefill where it is taken": params(messages=[user("a"), assistant("The prime is")]),
    "a thinking budget": params(thinking={"type": "enabled", "budget_tokens": 1_024}),
    "adaptive thinking": params(model=SONNET, thinking={"type": "adaptive", "display": "omitted"}),
    "no thinking": params(thinking={"type": "disabled"}),
    "what was thought": params(
        messages=[
            user("a"),
            assistant([{"type": "thinking", "thinking": "hm", "signature": "s"}, text("b")]),
            user("c"),
            assistant([{"type": "redacted_thinking", "data": "x"}, text("d")]),
            user("e"),
        ]
    ),
    "structured output": params(output_config={"format": {"type": "json_schema", "schema": ANSWER}}),
    "an effort": params(model=SONNET, output_config={"effort": "high"}),
    "a cache for the whole": params(cache_control=HOUR),
    "four breakpoints": params(
        tools=[tool(cache_control=HOUR)],
        system=[text("a", cache_control=HOUR)],
        messages=[user([text("b", cache_control=EPHEMERAL)]), user([text("c", cache_control=EPHEMERAL)])],
    ),
    "stop sequences": params(stop_sequences=["END", "\n\nHuman:"]),
    "metadata": params(metadata={"user_id": "u"}),
    "a service tier": params(service_tier="auto"),
    "a place": params(inference_geo="us"),
    "no streaming": params(stream=False),
    "a container": params(tools=[CODE], container="container_1"),
    "a user profile": params(user_profile_id="uprof_1"),
    "the most it writes": params(max_tokens=64_000),
    "the least": params(max_tokens=1),
    "no speed": params(speed=None),
}

BETA_REQUESTS: dict[str, Json] = {
    "servers": params(mcp_servers=[{"type": "url", "url": "https://a.test", "name": "a"}]),
    "a toolset": params(
        mcp_servers=[{"type": "url", "url": "https://a.test", "name": "a", "authorization_token": "t"}],
        tools=[{"type": "mcp_toolset", "mcp_server_name": "a", "default_config": {"enabled": True}}],
        tool_choice={"type": "tool", "name": "whatever_it_has"},
    ),
    "edits of the context": params(context_management={"edits": [{"type": "clear_tool_uses_20250919"}]}),
    "skills": params(
        tools=[CODE], container={"skills": [{"type": "anthropic", "skill_id": "pptx", "version": "latest"}]}
    ),
    "the older name of structured output": params(output_format={"type": "json_schema", "schema": ANSWER}),
    "billing to oneself": params(billing_policy={"type": "billing_policy", "bill_to": "self"}),
    "a directive between a call and its result": params(
        messages=[
            user("a"),
            assistant([call("t1")]),
            system([]) | {"output_config": {"effort": "low"}},
            user([result("t1")]),
        ]
    ),
    "a credit": params(fallback_credit_token="token"),
    "a credit for going on": params(
        model=SONNET, fallback_credit_token="token", messages=[user("a"), assistant("The pri")]
    ),
}


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
