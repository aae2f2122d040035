"""The documented numbers, each with its source and date.

It does not know who applies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from batchmock.errors import UsageError
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
# Ours: a server that is asked to stop lets a download under way end, but not for ever.
STOP_PATIENCE_S = 3.0
# Ours: a day of polling every ten seconds, and a few megabytes.
EXCHANGES_KEPT_MAX = 10_000
# Ours alone: a callable that answers requests is code under test, and may hang.
ANSWER_PATIENCE_S = 10.0
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
# What one account's answers told in a recording of 2026-09, the only one that has the headers.
TOLD_REQUESTS_PER_MINUTE = 20_000

TierName = Literal["start", "build", "scale", "tier_1", "tier_2", "tier_3", "tier_4"]
Spend = Literal["within_limits", "tier_cap_reached", "own_limit_reached", "workspace_limit_reached"]


@dataclass(frozen=True, slots=True)
class Tier:
    """What an account of a tier may ask for."""

    http_requests_per_minute: int
    queued_requests_max: int


# https://platform.claude.com/docs/en/api/rate-limits, read 2026-11; the numbered ones are of its older versions.
TIERS: Mapping[TierName, Tier] = {
    "start": Tier(1_000, 200_000),
    "build": Tier(2_000, 300_000),
    "scale": Tier(4_000, 500_000),
    "tier_1": Tier(50, 100_000),
    "tier_2": Tier(1_000, 200_000),
    "tier_3": Tier(2_000, 300_000),
    "tier_4": Tier(4_000, 500_000),
}


class RateLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a workspace may ask for; None is no limit.

    - ``tier``: the limits of a tier; a number given beside it takes the place of the tier's.
    - ``http_requests_per_minute``: calls on batches, from a bucket that refills steadily.
    - ``queued_requests_max``: requests of batches that have not been processed.
    - ``ramp_max``: how many more calls on batches a minute may have than the minute before.
    - ``spend``: whether there is money left; if not, creates are refused until the month is over.
    """

    tier: TierName | None = None
    http_requests_per_minute: int | None = None
    queued_requests_max: int | None = None
    ramp_max: int | None = None
    spend: Spend = "within_limits"

    def __post_init__(self) -> None:
        for name in ("http_requests_per_minute", "queued_requests_max", "ramp_max"):
            value: int | None = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name} is {value}; it is at least 1")

    @property
    def rate(self) -> int | None:
        """How many calls on batches a minute may have."""
        if self.http_requests_per_minute is None and self.tier is not None:
            return TIERS[self.tier].http_requests_per_minute
        return self.http_requests_per_minute

    @property
    def queue(self) -> int | None:
        """How many requests may wait."""
        if self.queued_requests_max is None and self.tier is not None:
            return TIERS[self.tier].queued_requests_max
        return self.queued_requests_max
