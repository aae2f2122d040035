"""The documented numbers, each with its source and date.

It does not know who applies them.
"""

from dataclasses import dataclass

from batchmock.times import DAY, SECOND

# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08.
REQUESTS_MAX = 100_000
# "256 MB" there, never said to be 2**28; a client that keeps to the smaller number is safe either way.
BODY_BYTES_MAX = 256_000_000
# https://platform.claude.com/docs/en/api/errors, read 2026-11: "32 MB" for messages and for counting tokens.
MESSAGE_BODY_BYTES_MAX = 32_000_000
# What a large account's answers told of its limits in recordings of 2026-08; nothing is counted here.
MESSAGE_RATE_LIMITS = {
    "requests": 10_000,
    "input-tokens": 10_000_000,
    "output-tokens": 2_000_000,
    "tokens": 12_000_000,
}
# Ours: a body that stalls is refused with the SDK's `request_body_timeout`; for how long is not documented.
BODY_PATIENCE_S = 60.0
# Ours: a day of polling every ten seconds, and a few megabytes.
EXCHANGES_KEPT_MAX = 10_000
WINDOW = 24 * 60 * 60 * SECOND
# Counted from created_at, as the guide's troubleshooting list says, not from ended_at.
RETENTION = 29 * DAY

# "^[a-zA-Z0-9_-]{1,64}$" in the API's own message, observed 2026-09.
CUSTOM_ID_CHARS_MAX = 64
CUSTOM_ID_PATTERN = "^[a-zA-Z0-9_-]{1,64}$"

# https://platform.claude.com/docs/en/api/messages/batches/list, read 2026-08.
PAGE_LIMIT_DEFAULT = 20
PAGE_LIMIT_MAX = 1_000

# Seen on every poll of an unfinished batch in recordings of 2025 and 2026.
POLL_RETRY_AFTER_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """How much a workspace may ask for; None is no limit.

    Tiers: https://platform.claude.com/docs/en/api/rate-limits, read 2026-11
    (Start 1,000 and 200,000, Build 2,000 and 300,000, Scale 4,000 and 500,000).
    """

    http_requests_per_minute: int | None = None
    queued_requests_max: int | None = None
