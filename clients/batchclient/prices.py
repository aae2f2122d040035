"""What tokens cost: a table with its date, for the user to replace.

It does not know the discount of a batch, nor any request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

# The day on which the table was true. Source: https://platform.claude.com/docs/en/about-claude/pricing, read
# 2026-11.
AS_OF = "2026-11-23"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars a million tokens, as a single request pays them.

    A request whose prompt is longer than ``long_prompt_tokens`` pays ``long_prompt`` for all of its tokens.
    """

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float
    long_prompt_tokens: int | None = None
    long_prompt: "Price | None" = None


def price(read: float, written: float, *, cache_read_share: float = 0.1) -> Price:
    """Return a price by the usual rule: cache writes cost 1.25 and 2 times the input, reads a share of it."""
    return Price(
        input=read,
        output=written,
        cache_write_5m=read * 1.25,
        cache_write_1h=read * 2,
        cache_read=read * cache_read_share,
    )


# By the beginning of a model's name; the longest that fits holds.
PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "claude-fable-5-1": price(10, 50, cache_read_share=0.025),
        "claude-mythos-5-1": price(10, 50, cache_read_share=0.025),
        "claude-fable-5": price(10, 50),
        "claude-mythos-5": price(10, 50),
        "claude-opus-5-5": price(4, 20, cache_read_share=0.05),
        "claude-opus-5": price(5, 25),
        "claude-opus-4-8": price(5, 25),
        "claude-opus-4-7": price(5, 25),
        "claude-opus-4-6": price(5, 25),
        "claude-opus-4-5": price(5, 25),
        "claude-opus-4-1": price(15, 75),
        "claude-sonnet-5-5": price(2, 10, cache_read_share=0.05),
        "claude-sonnet-5": price(2, 10),
        "claude-sonnet-4-6": price(3, 15),
        "claude-sonnet-4-5": price(3, 15),
        "claude-haiku-5-5": replace(price(0.10, 0.50), long_prompt_tokens=100_000, long_prompt=price(0.50, 2.50)),
        "claude-haiku-4-5": price(1, 5),
    }
)


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """Return what a model costs; None if the table does not name it."""
    named = max((name for name in prices if model.startswith(name)), key=len, default=None)
    return None if named is None else prices[named]
