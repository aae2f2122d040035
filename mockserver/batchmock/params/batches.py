"""What a batch does not take, though the Messages API does.

It does not know what a batch is. Sources stand in ``params/rules.py``.
"""

from typing import Final

from batchmock.params.case import Case
from batchmock.params.finding import Finding, at

UNSUPPORTED: Final = (
    "speed",
    "store",
    "previous_thread_event_id",
    "cache_hint",
    "context_hint",
    "fallbacks",
    "thread",
)


def streamed(case: Case) -> Finding | None:
    """Find ``stream: true``; false is fine."""
    return _not_in_batches("stream", "stream=True") if case.params["stream"] else None


def no_tokens(case: Case) -> Finding | None:
    """Find a ``max_tokens`` below one, with which a cache is warmed outside of batches."""
    if case.params["max_tokens"] >= 1:
        return None
    return at("max_tokens", "must be greater than or equal to 1")


def unsupported(case: Case) -> Finding | None:
    """Find a parameter that only a single request may have, whatever its value but null."""
    for key in UNSUPPORTED:
        if case.params.get(key) is not None:
            return _not_in_batches(key, key)
    return None


def research_preview(case: Case) -> Finding | None:
    """Find the research preview switched on."""
    key = "research_preview_2026_02"
    return _not_in_batches(key, key) if case.params[key] == "active" else None


def billed_elsewhere(case: Case) -> Finding | None:
    """Find a request that is to be billed to the customer behind a user profile."""
    policy = case.params["billing_policy"]
    if policy is None or policy.get("bill_to") != "user_profile":
        return None
    return _not_in_batches("billing_policy.bill_to", 'bill_to="user_profile"')


def other_profile(case: Case) -> Finding | None:
    """Find a user profile that is not the one the header names."""
    if case.terms.user_profile_id in (None, case.params["user_profile_id"]):
        return None
    return at("user_profile_id", "must match the `anthropic-user-profile-id` header")


def _not_in_batches(path: str, what: str) -> Finding:
    return Finding(path, f"`{what}` is not supported in the Message Batches API")
