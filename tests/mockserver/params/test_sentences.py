"""The API's sentences about params of a wrong shape, as recordings and public measurements have them."""

import pytest

from batchmock.params.terms import Terms
from tests.mockserver.params.asking import (
    BATCH,
    BATCH_BETA,
    COUNT,
    EVERY_BATCH,
    LEFT_OUT,
    Json,
    found,
    labels,
    message,
    params,
    text,
    tool,
    user,
)

EMPTY: Json = {}
EXTRA = "Extra inputs are not permitted"
ARRAY = "Input should be a valid array"
OBJECT = "Input should be an object"
STRING = "Input should be a valid string"
SHAPE = "Input does not match the expected shape."
TOOL_NAME = "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"
BMP = {"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "a"}}
MEDIA = "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "image_url"}]}

SENTENCES: list[tuple[Json, str]] = [
    ({"model": LEFT_OUT}, "model: Field required"),
    ({"model": None}, f"model: {STRING}"),
    ({"model": ""}, "model: String should have at least 1 character"),
    ({"messages": LEFT_OUT}, "messages: Field required"),
    ({"messages": None}, f"messages: {ARRAY}"),
    ({"messages": [{"content": "a"}]}, "messages.0.role: Field required"),
    (
        {"messages": [{"role": "bogus", "content": "a"}]},
        'messages: Unexpected role "bogus". Allowed roles are "user" or "assistant"',
    ),
    ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
    ({"messages": [user(None)]}, f"messages.0.content: {ARRAY}"),
    ({"messages": [user(EMPTY)]}, f"messages.0.content: {ARRAY}"),
    ({"messages": [user([7])]}, f"messages.0.content.0: {OBJECT}"),
    ({"messages": [user([EMPTY])]}, "messages.0.content.0.type: Field required"),
    ({"messages": [user() | {"bogus": 1}]}, f"messages.0.bogus: {EXTRA}"),
    ({"messages": [user([BMP])]}, f"messages.0.content.0.image.source.base64.media_type: {MEDIA}"),
    ({"max_tokens": LEFT_OUT}, "max_tokens: Field required"),
    ({"max_tokens": None}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": "x"}, "max_tokens: Input should be a valid integer"),
    ({"tool_choice": 7}, f"tool_choice: {OBJECT}"),
    ({"tools": "x"}, f"tools: {ARRAY}"),
    ({"tools": [7]}, f"tools.0: {OBJECT}"),
    ({"tools": [tool("")]}, "tools.0.custom.name: String should have at least 1 character"),
    ({"tools": [tool("   ")]}, f"tools.0.custom.name: {TOOL_NAME}"),
    ({"tools": [tool("a.b", type="custom")]}, f"tools.0.custom.name: {TOOL_NAME}"),
    ({"tools": [{"name": "a"}]}, "tools.0.custom.input_schema: Field required"),
    ({"tools": [{"name": "a", "input_schema": {}}]}, "tools.0.custom.input_schema.type: Field required"),
    (
        {"tools": [{"type": "web_search_20250305", "name": "web_search", "bogus": 1}]},
        f"tools.0.web_search_20250305.bogus: {EXTRA}",
    ),
    ({"system": 7}, f"system: {ARRAY}"),
    ({"system": None}, f"system: {ARRAY}"),
    ({"system": [7]}, f"system.0: {SHAPE}"),
    ({"system": [{"text": "a"}]}, "system.0.type: Field required"),
    (
        {"system": [text("a", cache_control={"type": "ephemeral", "scope": "global"})]},
        f"system.0.cache_control.ephemeral.scope: {EXTRA}",
    ),
    ({"thinking": "x"}, f"thinking: {OBJECT}"),
    (
        {"thinking": {"type": "enabled", "budget_tokens": 512}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    ({"output_config": "x"}, f"output_config: {SHAPE}"),
    ({"cache_control": "x"}, f"cache_control: {OBJECT}"),
    ({"metadata": "x"}, f"metadata: {SHAPE}"),
    ({"metadata": {"bogus": "x"}}, f"metadata.bogus: {EXTRA}"),
    ({"metadata": {"user_id": 7}}, f"metadata.user_id: {STRING}"),
    ({"stop_sequences": "ZZ"}, f"stop_sequences: {ARRAY}"),
    ({"stop_sequences": [1]}, f"stop_sequences.0: {STRING}"),
    ({"temperature": "x"}, "temperature: Input should be a valid number"),
    ({"temperature": None}, "temperature: Input should be a valid number"),
    ({"service_tier": "bogus"}, "service_tier: Input should be 'auto' or 'standard_only'"),
    ({"top_k": "x"}, "top_k: Input should be a valid integer"),
    ({"stream": "yes"}, "stream: Input should be a valid boolean"),
    ({"inference_geo": 7}, f"inference_geo: {STRING}"),
    ({"zzz": 1}, f"zzz: {EXTRA}"),
    ({"betas": []}, f"betas: {EXTRA}"),
    ({"mcp_servers": []}, f"mcp_servers: {EXTRA}"),
    ({"context_management": {}}, f"context_management: {EXTRA}"),
]


@pytest.mark.parametrize("terms", EVERY_BATCH, ids=["older", "newer"])
@pytest.mark.parametrize(("changes", "sentence"), SENTENCES, ids=labels(sentence for _, sentence in SENTENCES))
def test_a_wrong_shape_is_told_in_the_apis_words(changes: Json, sentence: str, terms: Terms) -> None:
    finding = found(params(**changes), terms)

    assert finding is not None
    assert finding.message == sentence
    assert finding.type == "invalid_request_error"


def test_a_tag_that_nobody_knows_is_told_with_those_one_may_use() -> None:
    heard = message(params(messages=[user([RESULT])]))

    assert heard == (
        "messages.0.content.0.tool_result.content.0: Input tag 'image_url' found using 'type' does not match any "
        "of the expected tags: 'browser_state', 'document', 'image', 'search_result', 'text', 'tool_reference'"
    )


ORDER: list[tuple[Json, str]] = [
    ({"tool_choice": 7, "model": 7}, "model"),
    ({"tools": "x", "tool_choice": 7}, "tool_choice"),
    ({"messages": "x", "tools": "x"}, "tools"),
    ({"system": 7, "messages": "x"}, "messages"),
    ({"thinking": "x", "system": 7}, "system"),
    ({"output_config": "x", "thinking": "x"}, "thinking"),
    ({"cache_control": "x", "output_config": "x"}, "output_config"),
    ({"max_tokens": "x", "cache_control": "x"}, "cache_control"),
    ({"metadata": "x", "max_tokens": "x"}, "max_tokens"),
    ({"stop_sequences": "x", "metadata": "x"}, "metadata"),
    ({"temperature": "x", "stop_sequences": "x"}, "stop_sequences"),
    ({"service_tier": 7, "temperature": "x"}, "temperature"),
    ({"top_k": "x", "service_tier": 7}, "service_tier"),
    ({"top_p": "x", "top_k": "x"}, "top_k"),
    ({"stream": "yes", "top_p": "x"}, "top_p"),
    ({"container": 7, "stream": "yes"}, "stream"),
    ({"inference_geo": 7, "container": 7}, "container"),
    ({"zzz": 1, "inference_geo": 7}, "inference_geo"),
    ({"zzz": 1, "model": LEFT_OUT}, "model"),
    ({"zzz": 1, "messages": [user() | {"bogus": 1}]}, "messages.0.bogus"),
]


@pytest.mark.parametrize(("changes", "path"), ORDER, ids=labels(path for _, path in ORDER))
def test_of_two_defects_the_one_the_api_comes_to_first_is_told(changes: Json, path: str) -> None:
    whole = params(**changes)
    forwards, backwards = found(whole), found(dict(reversed(whole.items())))

    assert forwards == backwards
    assert forwards is not None
    assert forwards.path == path


def test_only_so_many_messages_fit() -> None:
    heard = message(params(messages=[user("a")] * 100_001))

    assert heard == "messages: List should have at most 100000 items after validation, not 100001"
    assert found(params(messages=[user("a")] * 100_000)) is None


def test_with_a_beta_its_fields_are_known() -> None:
    assert message(params(fallbacks=7), BATCH) == f"fallbacks: {EXTRA}"
    assert message(params(mcp_servers=7), BATCH_BETA) == f"mcp_servers: {ARRAY}"


def test_counting_takes_what_bears_on_the_input() -> None:
    assert message(params(), COUNT) == f"max_tokens: {EXTRA}"
