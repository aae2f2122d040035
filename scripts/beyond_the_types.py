"""What of the params' shape the SDK's types do not say, each with its source.

It does not know the types, nor rules that look at more than one field.
"""

from typing import Any, Final

CREATE: Final = ("create", "create_beta")

# The order in which the API reports: measured pair by pair for 18 fields (public measurements of the API, 2026-08
# and 2026-09); the others follow as the SDK has them, and unknown keys come last.
ORDER: Final = (
    "model",
    "tool_choice",
    "tools",
    "messages",
    "system",
    "thinking",
    "output_config",
    "cache_control",
    "max_tokens",
    "metadata",
    "stop_sequences",
    "temperature",
    "service_tier",
    "top_k",
    "top_p",
    "stream",
    "container",
    "inference_geo",
)

# Fields that a body may have and the types no longer have, or never had: on which surfaces, and their schema.
ADDED: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    # 2023-06-01 takes them (https://platform.claude.com/docs/en/api/migration-2026-10-21, read 2026-11), with the
    # types of Python SDK 0.125; a rule refuses them under 2026-10-21.
    "temperature": (CREATE, {"type": "number"}),
    "top_k": (CREATE, {"type": "integer"}),
    "top_p": (CREATE, {"type": "number"}),
    # The older name of `output_config.format` (Python SDK 0.75 to 0.125, beta), taken "for a transition period"
    # (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, read 2026-08) under the beta
    # `structured-outputs-2025-11-13`; in a batch the create call has to name it, or the field is an extra input
    # (https://github.com/anthropics/anthropic-sdk-python/issues/1118, read 2026-11).
    "output_format": (
        ("create_beta", "count_tokens_beta"),
        {"anyOf": [{"$ref": "#/$defs/BetaJSONOutputFormatParam"}, {"type": "null"}]},
    ),
    # Named by the batch guide among what a batch does not take, and in no type; a rule refuses them there
    # (https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
    "store": (CREATE, {}),
    "previous_thread_event_id": (CREATE, {}),
    "cache_hint": (CREATE, {}),
    "context_hint": (CREATE, {}),
    "research_preview_2026_02": (CREATE, {}),
}

# Limits on a field of a definition (named without `Beta`; "" is the params themselves).
CONSTRAINTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    # `model: String should have at least 1 character`: public measurements of the API, 2026-08.
    ("", "model"): {"minLength": 1},
    # "There is a limit of 100,000 messages in a single request": the SDK's docstring, 2.14.
    ("", "messages"): {"maxItems": 100_000},
    # `thinking.enabled.budget_tokens: Input should be greater than or equal to 1024`: public issue, 2026-08.
    ("ThinkingConfigEnabledParam", "budget_tokens"): {"minimum": 1_024},
    # `tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`, and the length before the
    # pattern: public measurements of the API, 2026-09.
    ("ToolParam", "name"): {"minLength": 1, "maxLength": 128, "pattern": "^[a-zA-Z0-9_-]{1,128}$"},
}

# Objects of one kind that the API nevertheless tells by their `type`, so that it stands in the path:
# `system.2.cache_control.ephemeral.scope: Extra inputs are not permitted` (public issues, read 2026-11).
TAGGED_ALONE: Final = {"cache_control"}
