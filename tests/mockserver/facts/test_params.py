"""Params that a batch refuses when it processes them, told in the results file."""

import pytest

from batchmock.models import MODELS
from tests.mockserver.facts.room import Json, Room, asked, good
from tests.mockserver.facts.rows import row, shows

SONNET = "claude-sonnet-5"
NEWER = {"anthropic-version": "2026-10-21"}
SOME_BETA = {"anthropic-beta": "skills-2025-10-02"}
EXTRA = "Extra inputs are not permitted"
IN_BATCHES = "is not supported in the Message Batches API"
NOTHING: list[Json] = []
BUDGET = {"type": "enabled", "budget_tokens": 1_024}
CALL: Json = {"type": "tool_use", "id": "t1", "name": "look", "input": {}}
ANSWER = {"type": "tool_result", "tool_use_id": "t1"}
TOOL: Json = {"name": "look", "input_schema": {"type": "object"}}
EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
BMP = {"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "a"}}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}
CITED = {
    "type": "char_location",
    "cited_text": "a",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
}


def text(said: str, **more: object) -> Json:
    return {"type": "text", "text": said, **more}


def turns(*contents: object) -> list[Json]:
    """Return turns of the user and the assistant by turns."""
    return [{"role": ("user", "assistant")[place % 2], "content": said} for place, said in enumerate(contents)]


def refused(room: Room, params: Json, headers: dict[str, str]) -> str | None:
    """Return the message of the row that params come to, or None for a success."""
    request = {"custom_id": "a", "params": params}
    batch = good(room.call("POST", headers=headers, json={"requests": [request]}))
    room.advance("24h")
    result = room.results(batch["id"])["a"]
    if result["type"] == "succeeded":
        return None
    assert result["error"]["request_id"] is None
    assert result["error"]["error"]["type"] == "invalid_request_error"
    return result["error"]["error"]["message"]


def changed(**changes: object) -> Json:
    return asked("a", max_tokens=2_048)["params"] | changes


REFUSED = [
    row("params-7", "text for a number", {"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
    row("params-7", "a boolean for a number", {"max_tokens": True}, "max_tokens: Input should be a valid integer"),
    row("params-7", "a part of a token", {"max_tokens": 1.5}, "max_tokens: Input should be a valid integer"),
    row(
        "params-8",
        "in a block",
        {"messages": turns([BMP])},
        "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', "
        "'image/gif' or 'image/webp'",
    ),
    row("params-8", "in a tool", {"tools": [{"name": "a"}]}, "tools.0.custom.input_schema: Field required"),
    row("params-9", "nobody's", {"zzz": 1}, f"zzz: {EXTRA}"),
    row("params-9", "a beta's", {"mcp_servers": []}, f"mcp_servers: {EXTRA}"),
    row("params-10", "among known", {"system": 7, "tools": 7}, "tools: Input should be a valid array"),
    row("params-10", "among others", {"zzz": 1, "top_k": "x"}, "top_k: Input should be a valid integer"),
    row("params-11", "stream", {"stream": True}, f"`stream=True` {IN_BATCHES}"),
    row("params-12", "no tokens", {"max_tokens": 0}, "max_tokens: must be greater than or equal to 1"),
    row("params-13", "speed", {"speed": "fast"}, f"`speed` {IN_BATCHES}"),
    row("params-13", "store", {"store": True}, f"`store` {IN_BATCHES}"),
    row("params-13", "event", {"previous_thread_event_id": "a"}, f"`previous_thread_event_id` {IN_BATCHES}"),
    row("params-13", "cache", {"cache_hint": "a"}, f"`cache_hint` {IN_BATCHES}"),
    row("params-13", "context", {"context_hint": "a"}, f"`context_hint` {IN_BATCHES}"),
    row(
        "params-13",
        "preview",
        {"research_preview_2026_02": "active"},
        f"`research_preview_2026_02` {IN_BATCHES}",
    ),
    row("params-14", "speed", {"speed": "standard"}, f"`speed` {IN_BATCHES}"),
    row(
        "params-21",
        "budget",
        {"model": SONNET, "thinking": BUDGET},
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
        '"output_config.effort" to control thinking behavior.',
    ),
    row(
        "params-21",
        "prefill",
        {"model": "claude-opus-4-6", "messages": turns("a", "b")},
        "This model does not support assistant message prefill. The conversation must end with a user message.",
    ),
    row(
        "params-22",
        "small",
        {"thinking": {"type": "enabled", "budget_tokens": 1_023}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    row(
        "params-22",
        "forced",
        {"thinking": BUDGET, "tools": [TOOL], "tool_choice": {"type": "any"}},
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
    row("params-23", "range", {"temperature": 2}, "temperature: range: 0..1"),
    row(
        "params-23",
        "later",
        {"model": SONNET, "temperature": 0},
        "`temperature` is deprecated for this model.",
    ),
    row(
        "params-23",
        "both",
        {"temperature": 1, "top_p": 0.5},
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ),
    row(
        "params-24",
        "choice",
        {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "x"}},
        "Tool 'x' not found in provided tools",
    ),
    row("params-24", "names", {"tools": [TOOL, TOOL]}, "tools: Tool names must be unique."),
    row("params-25", "empty", {"messages": NOTHING}, "messages: at least one message is required"),
    row(
        "params-25", "turn", {"messages": turns(NOTHING)}, "messages.0: user messages must have non-empty content"
    ),
    row(
        "params-25",
        "blank",
        {"messages": turns(" ")},
        "messages: text content blocks must contain non-whitespace text",
    ),
    row(
        "params-25",
        "system",
        {"messages": [*turns("a"), {"role": "system", "content": NOTHING}]},
        "messages.1: system content must contain at least one block",
    ),
    row(
        "params-26",
        "call",
        {"messages": turns("a", [CALL], "b")},
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each "
        "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    ),
    row(
        "params-26",
        "result",
        {"messages": turns([ANSWER])},
        "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` "
        "block must have a corresponding `tool_use` block in the previous message.",
    ),
    row(
        "params-26",
        "ids",
        {"messages": turns("a", [CALL, CALL], [ANSWER])},
        "messages.1.content.1: `tool_use` ids must be unique",
    ),
    row(
        "params-27",
        "five",
        {"system": [text("a", cache_control=EPHEMERAL)] * 5},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    row(
        "params-27",
        "order",
        {"system": [text("a", cache_control=EPHEMERAL), text("b", cache_control=HOUR)]},
        "system.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
        "block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    ),
    row(
        "params-28",
        "stop",
        {"stop_sequences": ["\n"]},
        "stop_sequences: each stop sequence must contain non-whitespace",
    ),
    row(
        "params-28",
        "prefill",
        {"messages": turns("a", "b ")},
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    row(
        "params-29",
        "container",
        {"container": "container_1"},
        "container: Container identifier can only be provided when using the code execution tool",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_params_are_refused_in_the_apis_words(room: Room, changes: Json, message: str) -> None:
    assert refused(room, changed(**changes), {}) == message


IN_ORDER = [
    row("params-11", "no stream", {"stream": False}),
    row("params-13", "preview off", {"research_preview_2026_02": "inactive"}),
    row("params-15", "own bill", {"billing_policy": {"type": "billing_policy", "bill_to": "self"}}),
    row("params-17", "credit", {"fallback_credit_token": "token"}),
    row("params-21", "budget", {"thinking": BUDGET}),
    row("params-21", "prefill", {"messages": turns("a", "b")}),
    row("params-23", "temperature", {"temperature": 0}),
    row("params-26", "pair", {"messages": turns("a", [CALL], [ANSWER])}),
    row("params-27", "four", {"system": [text("a", cache_control=HOUR)] * 4}),
]


@pytest.mark.parametrize("changes", IN_ORDER)
def test_params_that_are_in_order_succeed(room: Room, changes: Json) -> None:
    assert refused(room, changed(**changes), SOME_BETA) is None


@shows("params-13", "params-15", "params-18")
def test_what_only_betas_have_and_batches_do_not_take(room: Room) -> None:
    billing = {"type": "billing_policy", "bill_to": "user_profile"}

    assert refused(room, changed(fallbacks="default"), SOME_BETA) == f"`fallbacks` {IN_BATCHES}"
    assert refused(room, changed(thread={"type": "create"}), SOME_BETA) == f"`thread` {IN_BATCHES}"
    assert refused(room, changed(billing_policy=billing), SOME_BETA) is not None


@shows("params-16")
def test_a_user_profile_other_than_the_headers_fails(room: Room) -> None:
    header = {"anthropic-user-profile-id": "uprof_1"}

    assert refused(room, changed(user_profile_id="uprof_1"), header) is None
    assert refused(room, changed(user_profile_id="uprof_2"), header) is not None


@shows("params-19")
def test_the_newer_version_takes_no_sampling_parameters(room: Room) -> None:
    for key in ("temperature", "top_p", "top_k"):
        assert refused(room, changed(**{key: 1}), NEWER) == f"{key}: {EXTRA}"
        assert refused(room, changed(**{key: 1}), {}) is None


@shows("params-20")
def test_the_newer_version_takes_no_documents_of_the_assistant_and_no_citations_of_the_user(room: Room) -> None:
    for messages in (turns("a", [DOCUMENT], "b"), turns([text("a", citations=[CITED])])):
        assert refused(room, changed(messages=messages), NEWER) is not None
        assert refused(room, changed(messages=messages), {}) is None


@shows("params-22")
def test_a_budget_leaves_something_for_the_answer_unless_thinking_is_interleaved(room: Room) -> None:
    params = changed(max_tokens=1_024, thinking=BUDGET)
    message = refused(room, params, {})

    assert message is not None
    assert message.startswith("`max_tokens` must be greater than `thinking.budget_tokens`.")
    assert refused(room, params, {"anthropic-beta": "interleaved-thinking-2025-05-14"}) is None


@shows("params-34")
def test_the_older_name_of_structured_output_needs_its_beta_on_the_call(room: Room) -> None:
    params = changed(output_format={"type": "json_schema", "schema": {"type": "object"}})

    assert refused(room, params, {"anthropic-beta": "structured-outputs-2025-11-13"}) is None
    within = params | {"betas": ["structured-outputs-2025-11-13"]}
    assert refused(room, within, {}) == f"output_format: {EXTRA}"


@shows("params-30")
def test_a_hundred_thousand_messages_fit(room: Room) -> None:
    many = turns("a") * 100_000

    assert refused(room, changed(messages=many), {}) is None
    assert refused(room, changed(messages=[*many, *turns("a")]), {}) is not None


def test_the_models_know_what_they_take() -> None:
    assert {name for name, model in MODELS.items() if model.prefill} <= {
        name for name, model in MODELS.items() if model.budgeted_thinking
    }
