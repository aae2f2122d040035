"""The models a request may name: aliases, dated ids and the ceiling on ``max_tokens``.

It does not know requests. Names: the models page of the documentation
(https://platform.claude.com/docs/en/about-claude/models/overview, read 2026-11) and the model literal of the
Python SDK 2.12. Ceilings: 64,000 is in an error message recorded in 2026-09, 128,000 for the newer families
is assumed. A model that only has an alias here answers under that alias.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """A model as answers name it, with the largest ``max_tokens`` it takes.

    ``prefill``: whether an assistant turn may come last; models before 4.6 take it. ``budgeted_thinking``: whether
    it takes ``thinking.type: enabled``; models before 4.7 do
    (https://platform.claude.com/docs/en/api/errors, read 2026-08).
    """

    id: str
    max_tokens: int
    prefill: bool = False
    budgeted_thinking: bool = False
    retired: bool = False


# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08: batches alone may ask
# for this much, with this beta header, of these models.
LONG_OUTPUT_BETA = "output-300k-2026-03-24"
LONG_OUTPUT_TOKENS_MAX = 300_000
LONG_OUTPUT_MODELS = frozenset(
    {
        "claude-opus-5",
        "claude-opus-4-8",
        "claude-opus-4-7",
        "claude-opus-4-6",
        "claude-sonnet-5",
        "claude-sonnet-4-6",
    }
)

_MODELS = (
    Model("claude-fable-5-2", 128_000),
    Model("claude-fable-5-1", 128_000),
    Model("claude-fable-5", 128_000),
    Model("claude-mythos-5-2", 128_000),
    Model("claude-mythos-5-1", 128_000),
    Model("claude-mythos-5", 128_000),
    Model("claude-mythos-preview", 128_000, budgeted_thinking=True),
    Model("claude-opus-5-5", 128_000),
    Model("claude-opus-5", 128_000),
    Model("claude-opus-4-8", 128_000),
    Model("claude-opus-4-7", 128_000),
    Model("claude-opus-4-6", 128_000, budgeted_thinking=True),
    Model("claude-opus-4-5-20251101", 64_000, prefill=True, budgeted_thinking=True),
    Model("claude-sonnet-5-5", 128_000),
    Model("claude-sonnet-5", 128_000),
    Model("claude-sonnet-4-6", 64_000, budgeted_thinking=True),
    Model("claude-sonnet-4-5-20250929", 64_000, prefill=True, budgeted_thinking=True),
    Model("claude-haiku-5-5", 64_000),
    Model("claude-haiku-4-5-20251001", 64_000, prefill=True, budgeted_thinking=True),
)

_ALIASES = {
    "claude-opus-4-5": "claude-opus-4-5-20251101",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
}

_BY_ID = {model.id: model for model in _MODELS}

MODELS: Mapping[str, Model] = _BY_ID | {alias: _BY_ID[dated] for alias, dated in _ALIASES.items()}


def tokens_max(model: Model, betas: frozenset[str]) -> int:
    """Return the ceiling on ``max_tokens`` for a request in a batch created with these betas."""
    if LONG_OUTPUT_BETA in betas and model.id in LONG_OUTPUT_MODELS:
        return LONG_OUTPUT_TOKENS_MAX
    return model.max_tokens
