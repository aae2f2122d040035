"""The model, how much it may write, and how much of that it may think.

It does not know the conversation. Sources stand in ``params/rules.py``.
"""

from batchmock.models import tokens_max
from batchmock.params.case import Case
from batchmock.params.finding import Finding, at

# With interleaved thinking the budget is one for all thinking of a turn, and may exceed `max_tokens`
# (https://platform.claude.com/docs/en/build-with-claude/extended-thinking, read 2026-08).
INTERLEAVED = "interleaved-thinking-2025-05-14"


def no_such_model(case: Case) -> Finding | None:
    """Find a model that does not exist, or no longer does."""
    name = case.params["model"]
    model = case.terms.models.get(name)
    return Finding("model", f"model: {name}", "not_found_error") if model is None or model.retired else None


def over_ceiling(case: Case) -> Finding | None:
    """Find more ``max_tokens`` than the model writes."""
    # The beta for longer outputs is for batches alone.
    betas = case.terms.betas if case.terms.surface == "batch" else frozenset[str]()
    asked, ceiling = case.params["max_tokens"], tokens_max(case.model, betas)
    if asked <= ceiling:
        return None
    return at(
        "max_tokens",
        f"{asked} > {ceiling}, which is the maximum allowed number of output tokens for {case.model.id}",
    )


def negative(case: Case) -> Finding | None:
    """Find fewer ``max_tokens`` than none."""
    return at("max_tokens", "must be greater than or equal to 0") if case.params["max_tokens"] < 0 else None


def warming_up(case: Case) -> Finding | None:
    """Find ``max_tokens: 0``, which only warms the cache, beside something that asks for an answer."""
    asks = {
        "stream": case.params.get("stream", False),
        "thinking": case.thinking == "enabled",
        "output_config.format": case.params.get("output_config", {}).get("format") is not None,
        "tool_choice": case.is_forced,
    }
    asked = next((path for path, is_asked in asks.items() if is_asked), None)
    if asked is None or case.params["max_tokens"] != 0:
        return None
    return at("max_tokens", f"must be greater than or equal to 1 when `{asked}` is set")


def budgeted(case: Case) -> Finding | None:
    """Find a thinking budget given to a model that sets its own."""
    if case.thinking != "enabled" or case.model.budgeted_thinking:
        return None
    return Finding(
        "thinking.type",
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
        '"output_config.effort" to control thinking behavior.',
    )


def over_budget(case: Case) -> Finding | None:
    """Find a thinking budget that leaves nothing for the answer."""
    if case.thinking != "enabled" or INTERLEAVED in case.terms.betas:
        return None
    if case.params["thinking"]["budget_tokens"] < case.params["max_tokens"]:
        return None
    return Finding(
        "max_tokens",
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at "
        "https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
    )


def forced_while_thinking(case: Case) -> Finding | None:
    """Find a forced tool in a request with a thinking budget."""
    if case.thinking != "enabled" or not case.is_forced:
        return None
    return Finding("tool_choice", "Thinking may not be enabled when tool_choice forces tool use.")
