"""How instants and durations are written: RFC 3339 on the wire, ``90s`` or ``24h`` in settings.

Both are whole nanoseconds inside: an instant since 1970 in UTC, a duration as a difference of two.
It does not know what time it is.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache

from batchmock.errors import UsageError

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

UNITS = {"ns": 1, "us": MICROSECOND, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# 27 years: several in a row still fit in 64 bits of nanoseconds, and one after the last instant in the calendar.
DURATION_MAX = 10_000 * DAY
# A calendar in datetime ends with the year 9999; every expiry and archiving of a batch must still fit in it.
LAST_INSTANT = int(datetime(9970, 1, 1, tzinfo=UTC).timestamp()) * SECOND

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)", re.ASCII)


@lru_cache(maxsize=8192)
def timestamp(instant: int) -> str:
    """Write an instant as the API does: ``2026-08-19T14:44:51.493319+00:00``.

    Source: recordings of 2025 and 2026.
    """
    moment = EPOCH + timedelta(microseconds=instant // MICROSECOND)
    return moment.isoformat(timespec="microseconds")


def timestamp_z(instant: int) -> str:
    """Write an instant as the reference shows it: ``2024-08-20T18:37:24.100435Z``."""
    return timestamp(instant).removesuffix("+00:00") + "Z"


def next_month(instant: int) -> int:
    """Return the first instant of the next month."""
    moment = EPOCH + timedelta(microseconds=instant // MICROSECOND)
    first = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
    return (first - EPOCH) // timedelta(microseconds=1) * MICROSECOND


def http_date(second: int) -> str:
    """Write a whole second since 1970 as an HTTP ``Date``."""
    return formatdate(second, usegmt=True)


def parse_instant(text: str) -> int:
    """Read an RFC 3339 instant; without an offset it is UTC.

    Raises:
        UsageError: not an instant, before 1970, or past the year 9969.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not an instant; write it as 2026-01-31T09:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        instant = (moment - EPOCH) // timedelta(microseconds=1) * MICROSECOND
    except OverflowError:
        instant = -1
    # A clock that has come to its end stands at the last instant, which is read back from what it wrote.
    if not 0 <= instant <= LAST_INSTANT:
        raise UsageError(f"{text!r} is outside 1970 to 9969")
    return instant


def parse_duration(text: str) -> int:
    """Read a duration such as ``500ms``, ``90s``, ``1h30m``, ``24h`` or ``29d``, in nanoseconds.

    Raises:
        UsageError: not of that form, or longer than any duration may be.
    """
    if not _DURATION.fullmatch(text):
        raise UsageError(f"{text!r} is not a duration; write it as 500ms, 90s, 10m, 24h, 29d or 1h30m")
    # Cut while it is a float, which more digits than it can hold make infinite.
    parts = (min(float(number) * UNITS[unit], 2.0 * DURATION_MAX) for number, unit in _PART.findall(text))
    duration = sum(map(round, parts))
    if duration > DURATION_MAX:
        raise UsageError(f"{text!r} is longer than {write_duration(DURATION_MAX)}, the longest a duration may be")
    return duration


def refuse_unbounded(**durations: int) -> None:
    """Let durations be that were not read from a text, if they are as one could say.

    Raises:
        UsageError: one is negative, or longer than any may be; names it.
    """
    for name, duration in durations.items():
        if not 0 <= duration <= DURATION_MAX:
            bounds = f"at least 0 and at most {DURATION_MAX}, which is {write_duration(DURATION_MAX)}"
            raise UsageError(f"{name} is {duration} ns; it is {bounds}")


def write_duration(duration: int) -> str:
    """Write a duration so that ``parse_duration`` reads it back: ``1d2h``, ``90ms``."""
    parts: list[str] = []
    for unit in reversed(UNITS):
        count, duration = divmod(duration, UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
