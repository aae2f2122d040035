"""Usage → money, at half price; and a guess before anything is sent.

Summed over outcomes, of which each key has one, so no line is counted twice (docs/clients.md S11, J8). A model
without a price is named, never taken as free. It does not know where usage comes from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from batchclient.prices import Price, price_of
from batchclient.shapes import Json, as_count, as_object

# All kinds of tokens, cached ones too, cost half (documented:
# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
BATCH_SHARE = 0.5
_MILLION = 1e6
# A stated rule in place of a tokenizer: English prose has about four bytes a token, and JSON and other scripts
# more tokens than that. Three errs on the expensive side.
BYTES_PER_TOKEN = 3


@dataclass(slots=True, kw_only=True)
class Cost:
    """What a run has cost so far; ``unpriced`` counts the requests whose model the table does not name."""

    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    unpriced: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(slots=True, kw_only=True)
class Estimate:
    """What requests may cost: their size read as tokens, and every answer as long as ``max_tokens`` lets it be."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens_max: int = 0
    usd_max: float = 0.0
    unpriced: dict[str, int] = field(default_factory=dict[str, int])


class _Asked(Struct):
    model: Any = None
    max_tokens: Any = None


_asked = msgspec.json.Decoder(_Asked)


def cost(messages: Iterable[Mapping[str, Any]], prices: Mapping[str, Price]) -> Cost:
    """Add up what messages cost, each of which was billed once."""
    total = Cost()
    for message in messages:
        model = str(message.get("model"))
        _add(total, as_object(message.get("usage")), model, price_of(model, prices))
    return total


def estimate(bodies: Iterable[bytes], prices: Mapping[str, Price]) -> Estimate:
    """Add up what requests may cost at most, from their params as they are sent."""
    total = Estimate()
    for params in bodies:
        asked = _asked.decode(params)
        read = -(-len(params) // BYTES_PER_TOKEN)
        written = as_count(asked.max_tokens)
        total.requests += 1
        total.input_tokens += read
        total.output_tokens_max += written
        found = price_of(str(asked.model), prices)
        if found is None:
            _count(total.unpriced, str(asked.model))
        else:
            rate = _rate(found, read)
            # A prompt that is written to the cache for an hour is the most expensive way to read it.
            total.usd_max += (read * rate.cache_write_1h + written * rate.output) * BATCH_SHARE / _MILLION
    return total


def _add(total: Cost, usage: Json, model: str, found: Price | None) -> None:
    read, written = as_count(usage.get("input_tokens")), as_count(usage.get("output_tokens"))
    cached, cache_read = _cache_writes(usage), as_count(usage.get("cache_read_input_tokens"))
    total.input_tokens += read
    total.output_tokens += written
    total.cache_write_tokens += sum(cached)
    total.cache_read_tokens += cache_read
    if found is None:
        _count(total.unpriced, model)
        return
    rate = _rate(found, read + sum(cached) + cache_read)
    short, long = cached
    dollars = read * rate.input + written * rate.output + cache_read * rate.cache_read
    dollars += short * rate.cache_write_5m + long * rate.cache_write_1h
    total.usd += dollars * BATCH_SHARE / _MILLION


def _cache_writes(usage: Json) -> tuple[int, int]:
    """Return tokens written for five minutes and for an hour; where only their sum is told, for five minutes."""
    split = as_object(usage.get("cache_creation"))
    short, long = (as_count(split.get(f"ephemeral_{lasting}_input_tokens")) for lasting in ("5m", "1h"))
    return max(short, as_count(usage.get("cache_creation_input_tokens")) - long), long


def _rate(found: Price, prompt_tokens: int) -> Price:
    if found.long_prompt is None or found.long_prompt_tokens is None or prompt_tokens <= found.long_prompt_tokens:
        return found
    return found.long_prompt


def _count(counted: dict[str, int], model: str) -> None:
    counted[model] = counted.get(model, 0) + 1
