"""How long to wait: before the next poll, after a failure, and when the server names a time.

A wait is a function of what was seen and of a draw in [0, 1). It reads no clock, not even to understand a date:
what a date is away from is the response's own ``date`` (docs/clients.md P11).
"""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# A server that has just said "in progress" hints at 10 s (observed 2025-01 to 2026-09); the guide polls each 60 s.
POLL_S_MIN = 10.0
POLL_S_MAX = 120.0
# A poll costs at most a tenth of the time already waited: 45 s are noticed in 55, a day within two minutes.
POLL_SHARE = 0.1
# Batches that were created together drift apart.
JITTER = 0.2

BACKOFF_S_FIRST = 1.0
BACKOFF_S_MAX = 300.0
_DOUBLINGS_MAX = 10


def poll_delay_s(elapsed_s: float, hint_s: float | None, draw: float) -> float:
    """Return the time until a batch is looked at again, given how long it has been waited for."""
    delay = min(max(POLL_S_MIN, elapsed_s * POLL_SHARE), POLL_S_MAX)
    return max(delay, hint_s or 0.0) * (1 + JITTER * draw)


def backoff_s(failures: int, hint_s: float | None, draw: float) -> float:
    """Return the wait after so many failures in a row, from 1 on; never shorter than the server asked for."""
    delay = min(BACKOFF_S_FIRST * 2 ** min(failures - 1, _DOUBLINGS_MAX), BACKOFF_S_MAX)
    return max(delay * (0.5 + draw / 2), hint_s or 0.0)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the wait that a response asks for; None where it asks for none that makes sense (P12)."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        seconds = _number(headers.get(name))
        if seconds is not None:
            return seconds * unit
    return _until(headers.get("retry-after"), headers.get("date"))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _until(date: str | None, now: str | None) -> float | None:
    if not date or not now:
        return None
    try:
        return max(0.0, (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
