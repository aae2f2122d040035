"""Params that the rules refuse, at least one for each rule, and what is said of them."""

from dataclasses import dataclass

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
    params,
    result,
    system,
    text,
    tool,
    user,
)

EPHEMERAL = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}
BUDGET = {"type": "enabled", "budget_tokens": 1_024}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}
CITED = {
    "type": "search_result_location",
    "cited_text": "a",
    "search_result_index": 0,
    "source": "s",
    "start_block_index": 0,
    "end_block_index": 1,
    "title": None,
}
SEARCH_RESULT = {"type": "search_result", "source": "s", "title": "t", "content": [text("a", citations=[CITED])]}
IMAGE = {"type": "image", "source": {"type": "url", "url": "https://a.test/a.png"}}
DIRECTIVE = "the directive-only form (content: [] with output_config) is accepted at any position"
NOT_IN_BATCHES = "is not supported in the Message Batches API"
NO_PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user message."
)
NO_BUDGET = (
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
    '"output_config.effort" to control thinking behavior.'
)
TTL_ORDER = (
    "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are "
    "processed in the following order: `tools`, `system`, `messages`."
)
TTL_PATH = "messages.0.content.0.cache_control.ttl"
EXTRA = "Extra inputs are not permitted"
NOT_EMPTY = "all messages must have non-empty content except for the optional final assistant message"


@dataclass(frozen=True)
class Refusal:
    """Params that one rule refuses; the message is the whole one, or the part of it that is known."""

    rule: str
    asked: Json
    message: str
    terms: Terms = BATCH
    path: str | None = None

    def __str__(self) -> str:
        return f"{self.rule}: {self.message[:40]}"


def said(*turns: Json, **more: object) -> Json:
    return params(messages=list(turns), **more)


UNSUPPORTED: Json = {
    "speed": "standard",
    "store": True,
    "previous_thread_event_id": "event_1",
    "cache_hint": "a",
    "context_hint": {},
}
NOT_WHILE_WARMING: Json = {
    "stream": True,
    "thinking": BUDGET,
    "output_config.format": {"format": {"type": "json_schema", "schema": {}}},
    "tool_choice": {"type": "any"},
}
COUNTED_NOTHING = params(messages=[], max_tokens=LEFT_OUT)
WITHOUT_IT: list[Json] = [{}, {"tools": []}, {"tools": [tool("y")]}]


REFUSALS = [
    Refusal("batch-stream", params(stream=True), f"`stream=True` {NOT_IN_BATCHES}", path="stream"),
    *(
        Refusal("batch-unsupported", params(**{key: value}), f"`{key}` {NOT_IN_BATCHES}", path=key)
        for key, value in UNSUPPORTED.items()
    ),
    Refusal("batch-unsupported", params(speed="fast"), f"`speed` {NOT_IN_BATCHES}", path="speed"),
    Refusal("batch-unsupported", params(fallbacks="default"), f"`fallbacks` {NOT_IN_BATCHES}", BATCH_BETA),
    Refusal("batch-unsupported", params(thread={"type": "create"}), f"`thread` {NOT_IN_BATCHES}", BATCH_BETA),
    Refusal(
        "batch-research-preview",
        params(research_preview_2026_02="active"),
        f"`research_preview_2026_02` {NOT_IN_BATCHES}",
    ),
    Refusal(
        "batch-billing",
        params(billing_policy={"type": "billing_policy", "bill_to": "user_profile"}),
        f'`bill_to="user_profile"` {NOT_IN_BATCHES}',
        BATCH_BETA,
        "billing_policy.bill_to",
    ),
    Refusal(
        "batch-user-profile",
        params(user_profile_id="uprof_1"),
        "user_profile_id: must match the `anthropic-user-profile-id` header",
        Terms(api_version=OLDER, user_profile_id="uprof_2"),
    ),
    Refusal("batch-max-tokens", params(max_tokens=0), "max_tokens: must be greater than or equal to 1"),
    Refusal("batch-max-tokens", params(max_tokens=-1), "max_tokens: must be greater than or equal to 1"),
    Refusal("max-tokens-negative", params(max_tokens=-1), "max_tokens: must be greater than or equal to 0", SYNC),
    Refusal("model", params(model="claude-none"), "model: claude-none"),
    Refusal("model", params(model="claude-none", max_tokens=LEFT_OUT), "model: claude-none", COUNT),
    Refusal(
        "max-tokens-ceiling",
        params(model="claude-haiku-4-5", max_tokens=64_001),
        f"max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for {HAIKU}",
    ),
    *(
        Refusal(
            "max-tokens-zero",
            params(max_tokens=0, tools=[tool()], **{path.split(".")[0]: value}),
            f"max_tokens: must be greater than or equal to 1 when `{path}` is set",
            SYNC,
        )
        for path, value in NOT_WHILE_WARMING.items()
    ),
    *(
        Refusal("sampling-removed", params(**{key: 1}), f"{key}: {EXTRA}", BATCH_NEWER)
        for key in ("temperature", "top_k", "top_p")
    ),
    Refusal("sampling-range", params(temperature=2), "temperature: range: 0..1"),
    Refusal("sampling-range", params(temperature=-0.5), "temperature: range: 0..1"),
    Refusal("sampling-range", params(top_p=1.5), "top_p: range: 0..1"),
    *(
        Refusal("sampling-deprecated", params(model=SONNET, **{key: 0}), f"`{key}` is deprecated for this model.")
        for key in ("temperature", "top_k", "top_p")
    ),
    Refusal(
        "sampling-both",
        params(temperature=1, top_p=0.9),
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    ),
    Refusal(
        "sampling-thinking",
        params(thinking=BUDGET, temperature=0.5),
        "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.",
    ),
    Refusal("thinking-budget-unsupported", params(model=SONNET, thinking=BUDGET), NO_BUDGET, path="thinking.type"),
    Refusal(
        "thinking-budget",
        params(max_tokens=1_024, thinking=BUDGET),
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
    ),
    Refusal(
        "thinking-forced-tool",
        params(thinking=BUDGET, tools=[tool()], tool_choice={"type": "any"}),
        "Thinking may not be enabled when tool_choice forces tool use.",
    ),
    Refusal(
        "stop-sequence-blank",
        params(stop_sequences=["END", "\n"]),
        "stop_sequences: each stop sequence must contain non-whitespace",
    ),
    Refusal("tool-names", params(tools=[tool(), tool()]), "tools: Tool names must be unique."),
    *(
        Refusal(
            "tool-choice",
            params(tool_choice={"type": "tool", "name": "x"}, **more),
            "Tool 'x' not found in provided tools",
        )
        for more in WITHOUT_IT
    ),
    Refusal(
        "tool-choice",
        params(tool_choice={"type": "any"}),
        "tool_choice.any may only be specified while providing tools",
    ),
    Refusal("messages-empty", params(messages=[]), "messages: at least one message is required"),
    Refusal("messages-empty", COUNTED_NOTHING, "messages: at least one message is required", COUNT),
    Refusal(
        "system-turn",
        said(system("a")),
        f"messages.0: use the top-level 'system' parameter for the initial system prompt; {DIRECTIVE}",
    ),
    Refusal(
        "system-turn", said(user("a"), system([])), "messages.1: system content must contain at least one block"
    ),
    Refusal(
        "system-turn",
        said(user("a"), system("b"), system("c"), user("d")),
        f"messages.2: role 'system' must precede an 'assistant' message or end the array; {DIRECTIVE}",
    ),
    Refusal(
        "system-turn",
        said(user("a"), system([IMAGE])),
        "messages.1: role 'system' supports text, tool_addition, and tool_removal blocks only",
    ),
    Refusal(
        "system-turn",
        said(user("a"), system([text("b"), text(" ")])),
        "messages.1: system text blocks must contain non-whitespace text",
    ),
    Refusal("user-turn-empty", said(user("")), "messages.0: user messages must have non-empty content"),
    Refusal(
        "user-turn-empty",
        said(user("a"), assistant("b"), user([]), user("")),
        "messages.2: user messages must have non-empty content",
    ),
    Refusal("assistant-turn-empty", said(user("a"), assistant([]), user("b")), f"messages.1: {NOT_EMPTY}"),
    Refusal("assistant-turn-empty", said(user("a"), assistant(""), user("b")), f"messages.1: {NOT_EMPTY}"),
    Refusal("text-blank", said(user(" \n")), "messages: text content blocks must contain non-whitespace text"),
    Refusal("text-blank", said(user([text("a"), text("")])), "messages: text content blocks must be non-empty"),
    Refusal(
        "text-blank", params(system=[text(" ")]), "system: text content blocks must contain non-whitespace text"
    ),
    Refusal("text-blank", params(system=[text("")]), "system: text content blocks must be non-empty"),
    Refusal(
        "cache-control-empty",
        said(user([text("", cache_control=EPHEMERAL)])),
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
    ),
    Refusal(
        "cache-control-count",
        said(
            *(user([text("a", cache_control=EPHEMERAL)]) for _ in range(3)),
            tools=[tool(cache_control=EPHEMERAL)],
            system=[text("a", cache_control=EPHEMERAL)],
        ),
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        path="messages.2.content.0.cache_control",
    ),
    Refusal(
        "cache-control-order",
        said(user([text("a", cache_control=HOUR)]), system=[text("b", cache_control=EPHEMERAL)]),
        f"{TTL_PATH}: {TTL_ORDER}",
    ),
    Refusal(
        "tool-use-repeated",
        said(user("a"), assistant([call("t1"), call("t1")]), user([result("t1")])),
        "messages.1.content.1: `tool_use` ids must be unique",
    ),
    Refusal(
        "tool-use-unanswered",
        said(user("a"), assistant([text("b"), call("t1"), call("t2")]), user([result("t1")])),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t2. Each "
        "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    ),
    Refusal(
        "tool-result-stray",
        said(user([text("a"), result("t1")])),
        "messages.0.content.1: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each "
        "`tool_result` block must have a corresponding `tool_use` block in the previous message.",
    ),
    Refusal("prefill", said(user("a"), assistant("b"), model=SONNET), NO_PREFILL, path="messages.1"),
    Refusal("prefill", said(user("a"), assistant([text("b")]), model="claude-opus-4-6"), NO_PREFILL),
    Refusal(
        "prefill-space",
        said(user("a"), assistant("The prime is ")),
        "messages: final assistant content cannot end with trailing whitespace",
    ),
    Refusal(
        "assistant-document",
        said(user("a"), assistant([text("b"), DOCUMENT]), user("c")),
        "messages.1.content.1: `document` blocks are not supported in assistant messages",
        BATCH_NEWER,
    ),
    *(
        Refusal(
            "cited-user-text",
            said(user([block])),
            "messages.0.content.0: `citations` on text are only supported in assistant messages",
            BATCH_NEWER,
        )
        for block in (text("a", citations=[CITED]), SEARCH_RESULT)
    ),
    Refusal(
        "container",
        params(container="container_1", tools=[tool()]),
        "container: Container identifier can only be provided when using the code execution tool",
    ),
]
