"""The time of an emulator in this process: one source for all its workspaces, which a test moves.

It does not know what follows it.
"""

from datetime import datetime, timedelta

from batchmock.clock import Clock, ClockSetting
from batchmock.times import EPOCH, MICROSECOND, parse_duration, parse_instant


class LocalClock:
    """A clock that stands still until a test, or in coupled time its code, moves it forward."""

    def __init__(self, start: int) -> None:
        self.source = Clock(ClockSetting(mode="manual"), start=start, real=lambda: 0)

    def now(self) -> datetime:
        """Return the virtual instant, in UTC."""
        return _moment(self.source.now())

    def advance(self, by: timedelta | str) -> datetime:
        """Move forward by a duration, such as ``"24h"`` or a timedelta, in one jump; return the instant after.

        Raises:
            UsageError: it is no duration, negative, or leads past the end of the calendar.
        """
        duration = parse_duration(by) if isinstance(by, str) else by // timedelta(microseconds=1) * MICROSECOND
        return _moment(self.source.advance(duration)[1])

    def advance_to(self, instant: datetime | str) -> datetime:
        """Move forward to an instant; without an offset it is UTC.

        Raises:
            UsageError: it is no instant, has passed, or lies past the end of the calendar.
        """
        text = instant if isinstance(instant, str) else instant.isoformat()
        return _moment(self.source.advance_to(parse_instant(text))[1])


def _moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant // MICROSECOND)
