"""The headers that tell a client of a rate limit. Source: https://platform.claude.com/docs/en/api/rate-limits.

It does not know what is limited.
"""

from batchmock.http.responses import RawHeader
from batchmock.rates import Reading
from batchmock.times import SECOND, timestamp


def rate_headers(kind: str, reading: Reading) -> tuple[RawHeader, ...]:
    """Return ``anthropic-ratelimit-<kind>-limit``, ``-remaining`` and ``-reset``, the last in whole seconds."""
    reset = -(-reading.reset // SECOND) * SECOND
    told = {
        "limit": str(reading.limit),
        "remaining": str(reading.remaining),
        "reset": f"{timestamp(reset)[:19]}Z",
    }
    return tuple((f"anthropic-ratelimit-{kind}-{name}".encode(), value.encode()) for name, value in told.items())
