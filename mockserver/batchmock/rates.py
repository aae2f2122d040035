"""How much a workspace has asked for lately, held against its limits in virtual time.

It does not know what is asked for. Source: https://platform.claude.com/docs/en/api/rate-limits, read 2026-11
(a bucket that refills steadily, not windows; ``retry-after`` in whole seconds).
"""

from dataclasses import dataclass

from batchmock.errors import ApiError
from batchmock.limits import TOLD_REQUESTS_PER_MINUTE, RateLimits, Spend
from batchmock.scenario import Scenario
from batchmock.times import MINUTE, SECOND, next_month, timestamp


@dataclass(frozen=True, slots=True)
class Reading:
    """What is left of a rate, and the instant at which all of it is there again."""

    limit: int
    remaining: int
    reset: int


class Allowance:
    """What one workspace may still ask for. Callers ask one at a time."""

    def __init__(self) -> None:
        self._bucket = Bucket()
        self._ramp = Ramp()
        self._spending = Spending()

    def take_call(self, scenario: Scenario, now: int) -> None:
        """Count a call.

        Raises:
            ApiError: 429 with the whole seconds after which to come again.
        """
        rate, ramp_max = _rate(scenario), scenario.limits.ramp_max
        if rate is not None and (wait := self._bucket.take(rate, now)):
            message = f"This request would exceed the rate limit of {rate} requests per minute."
            raise too_many(message, wait, scenario)
        if ramp_max is not None and (wait := self._ramp.take(ramp_max, now)):
            message = "The rate of requests has grown too fast; please increase it gradually."
            raise too_many(message, wait, scenario, error_code="ramp_limit_exceeded")

    def refuse_spending(self, limits: RateLimits, now: int) -> None:
        """Refuse a create when the money is spent.

        Raises:
            ApiError: 429 for the tier's cap, 400 for a limit of the account's own.
        """
        self._spending.refuse(limits.spend, now)

    def reading(self, scenario: Scenario, now: int) -> Reading:
        """Return what is left of the rate."""
        return self._bucket.reading(_rate(scenario) or TOLD_REQUESTS_PER_MINUTE, now)


class Bucket:
    """Holds a minute's worth of calls, and fills steadily."""

    def __init__(self) -> None:
        # In whole numbers, so that a client which waits as long as it was told is let in: a call counts a minute.
        self._level: int | None = None
        self._filled_at = 0

    def take(self, rate: int, now: int) -> int:
        """Take one call out; return 0, or how long (ns) until there is one."""
        level = self._filled(rate, now)
        if level < MINUTE:
            return -((level - MINUTE) // rate)
        self._level = level - MINUTE
        return 0

    def reading(self, rate: int, now: int) -> Reading:
        """Return how many calls there are."""
        level = self._filled(rate, now)
        return Reading(rate, level // MINUTE, now - (level - rate * MINUTE) // rate)

    def _filled(self, rate: int, now: int) -> int:
        full = rate * MINUTE
        passed = max(0, now - self._filled_at)
        self._filled_at = now
        self._level = full if self._level is None else min(full, self._level + passed * rate)
        return self._level


class Ramp:
    """Counts calls by the minute, and what a minute may have more than the one before."""

    def __init__(self) -> None:
        self._minute = 0
        self._calls = 0
        self._calls_before = 0

    def take(self, more_max: int, now: int) -> int:
        """Count a call; return 0, or how long (ns) until the next minute."""
        minute, gone = divmod(now, MINUTE)
        if minute != self._minute:
            self._calls_before = self._calls if minute == self._minute + 1 else 0
            self._minute, self._calls = minute, 0
        if self._calls >= self._calls_before + more_max:
            return MINUTE - gone
        self._calls += 1
        return 0


class Spending:
    """Remembers until when there is no money: to the end of the month in which it first showed.

    Source: https://platform.claude.com/docs/en/api/rate-limits and /errors, read 2026-11.
    """

    def __init__(self) -> None:
        self._until: int | None = None

    def refuse(self, spend: Spend, now: int) -> None:
        """Raise the refusal that fits.

        Raises:
            ApiError: 429 for the tier's cap, 400 for a limit of the account's own.
        """
        if spend == "within_limits":
            self._until = None
            return
        if self._until is None:
            self._until = next_month(now)
        if now < self._until:
            raise _spent(spend, f"You will regain access on {timestamp(self._until)[:10]} at 00:00 UTC.")


def too_many(message: str, wait: int, scenario: Scenario, *, error_code: str | None = None) -> ApiError:
    """Return a 429 that will have passed after a wait (ns)."""
    says_when = scenario.switches.retry_after == "present"
    return ApiError(
        "rate_limit_error",
        message,
        details=None if error_code is None else {"error_code": error_code},
        headers={"retry-after": str(-(-wait // SECOND))} if says_when else {},
    )


def _spent(spend: Spend, until: str) -> ApiError:
    if spend == "tier_cap_reached":
        # Without retry-after, and in words of ours; the code is the SDK's.
        return ApiError(
            "rate_limit_error",
            f"This organization has reached its monthly spend limit. {until}",
            details={"error_code": "enforced_spend_limit_reached"},
        )
    whose = "workspace API" if spend == "workspace_limit_reached" else "API"
    return ApiError("invalid_request_error", f"You have reached your specified {whose} usage limits. {until}")


def _rate(scenario: Scenario) -> int | None:
    # Whoever is told of a rate has one.
    told = TOLD_REQUESTS_PER_MINUTE if scenario.switches.ratelimit_headers == "present" else None
    return scenario.limits.rate or told
