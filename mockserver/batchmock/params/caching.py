"""Cache breakpoints: how many, and in which order their lifetimes may come.

It does not know what is cached. Sources stand in ``params/rules.py``.
"""

from typing import Final

from batchmock.params.case import Case
from batchmock.params.finding import Finding, at

BREAKPOINTS_MAX: Final = 4
_DEFAULT_TTL: Final = "5m"


def too_many(case: Case) -> Finding | None:
    """Find a fifth breakpoint."""
    count = len(case.marked)
    if count <= BREAKPOINTS_MAX:
        return None
    sentence = f"A maximum of {BREAKPOINTS_MAX} blocks with cache_control may be provided. Found {count}."
    return Finding(f"{case.marked[BREAKPOINTS_MAX][0]}.cache_control", sentence)


def lengthened(case: Case) -> Finding | None:
    """Find a breakpoint that lasts an hour after one that lasts five minutes."""
    seen_short = False
    for path, block in case.marked:
        ttl = block["cache_control"].get("ttl") or _DEFAULT_TTL
        if seen_short and ttl == "1h":
            return at(
                f"{path}.cache_control.ttl",
                "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that "
                "blocks are processed in the following order: `tools`, `system`, `messages`.",
            )
        seen_short = seen_short or ttl == _DEFAULT_TTL
    return None


def on_nothing(case: Case) -> Finding | None:
    """Find a breakpoint on a text block that is empty."""
    for path, block in case.marked:
        if block.get("type") == "text" and not block["text"]:
            return at(f"{path}.text", "cache_control cannot be set for empty text blocks")
    return None
