"""How often a workspace may call: a token bucket that refills in virtual time.

It does not know what is called. Source: https://platform.claude.com/docs/en/api/rate-limits, read 2026-11
(a bucket that refills steadily, not windows; ``retry-after`` in whole seconds).
"""

import math

from batchmock.errors import ApiError
from batchmock.times import MINUTE, SECOND


class Bucket:
    """Holds a minute's worth of calls; None is a bucket that never empties. Callers take one at a time."""

    def __init__(self, per_minute: int | None) -> None:
        self._per_minute = per_minute
        self._level = float(per_minute or 0)
        self._filled_at: int | None = None

    def take(self, now: int) -> None:
        """Take one call out.

        Raises:
            ApiError: 429 with the whole seconds after which there is one again.
        """
        if self._per_minute is None:
            return
        passed = 0 if self._filled_at is None else max(0, now - self._filled_at)
        self._filled_at = now
        self._level = min(self._per_minute, self._level + passed * self._per_minute / MINUTE)
        if self._level < 1:
            wait = (1 - self._level) * MINUTE / self._per_minute
            raise rate_limited(
                f"This request would exceed the rate limit of {self._per_minute} requests per minute.",
                retry_after_s=math.ceil(wait / SECOND),
            )
        self._level -= 1


def rate_limited(message: str, *, retry_after_s: int) -> ApiError:
    """Return a 429 that says when to come again."""
    return ApiError("rate_limit_error", message, headers={"retry-after": str(retry_after_s)})
