"""What the requests of a run cost.

Prices are those of the two models that it is tried with. It does not know batches.
"""

from collections.abc import Iterable
from typing import Any, cast

from batchproof.zoo.base.rows import Json

# Dollars a million tokens, in and out. Source: https://platform.claude.com/docs/en/about-claude/pricing, 2026-11.
_PRICES = {"claude-haiku-4-5": (1.0, 5.0), "claude-sonnet-4-5": (3.0, 15.0)}
# Of the price of input: written to the cache for five minutes, for an hour, and read from it.
_CACHE_5M, _CACHE_1H, _CACHE_READ = 1.25, 2.0, 0.1
# All kinds of tokens of a batch cost half.
BATCH_SHARE = 0.5


def cost_usd(outcomes: Iterable[Json]) -> float | None:
    """Return what outcomes cost, of which there is one for each key; None if a model has no known price."""
    total = 0.0
    for outcome in outcomes:
        # G1 billed: only what succeeded
        if outcome.get("type") != "succeeded":
            continue
        cost = _of_message(outcome["message"])
        if cost is None:
            return None
        total += cost
    return total


def _of_message(message: Json) -> float | None:
    found = [price for model, price in _PRICES.items() if str(message.get("model")).startswith(model)]
    if not found:
        return None
    usage, (read, written) = _object(message.get("usage")), found[0]
    # G1 cached: what is written to the cache and read from it costs as well
    creation = _object(usage.get("cache_creation"))
    long = _count(creation.get("ephemeral_1h_input_tokens"))
    short = max(
        _count(creation.get("ephemeral_5m_input_tokens")), _count(usage.get("cache_creation_input_tokens")) - long
    )
    cached = short * _CACHE_5M + long * _CACHE_1H + _count(usage.get("cache_read_input_tokens")) * _CACHE_READ
    tokens = (_count(usage.get("input_tokens")) + cached) * read + _count(usage.get("output_tokens")) * written
    # G1 half: of everything
    return tokens * BATCH_SHARE / 1e6


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _object(value: Any) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}
