"""The wall clock on virtual time in Python alone; replaced at a program's start, it reaches all that it imports.

It does not know who moves a clock.
"""

import datetime as datetimes
import time
from collections.abc import Callable
from typing import Any

from batchmock.coupling.current import current
from batchmock.times import SECOND

_time, _time_ns = time.time, time.time_ns
_datetime, _date = datetimes.datetime, datetimes.date


def _now_ns() -> int:
    me = current()
    return _time_ns() if me is None else me.turns.clock.now()


def _now_s() -> float:
    me = current()
    return _time() if me is None else me.turns.clock.now() / SECOND


class _Kind(type):
    """Takes every instance of the class that it stands in for as one of its own."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _datetime if issubclass(cls, _datetime) else _date)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _datetime) if cls is _Datetime else type.__subclasscheck__(cls, subclass)


class _Datetime(_datetime, metaclass=_Kind):
    """``datetime.datetime``, whose now is virtual."""

    @classmethod
    def now(cls, tz: datetimes.tzinfo | None = None) -> Any:
        """Return the virtual instant."""
        return cls.fromtimestamp(_now_s(), tz)

    @classmethod
    def today(cls) -> Any:
        """Return the virtual instant, in local time."""
        return cls.fromtimestamp(_now_s())

    @classmethod
    def utcnow(cls) -> Any:
        """Return the virtual instant in UTC, without saying so."""
        return cls.fromtimestamp(_now_s(), datetimes.UTC).replace(tzinfo=None)


def _taking_now(name: str) -> Callable[..., Any]:
    original = getattr(time, name)
    given_before = 1 if name == "strftime" else 0

    def stand_in(*args: Any) -> Any:
        if len(args) > given_before and args[given_before] is not None:
            return original(*args)
        if name in ("ctime", "gmtime", "localtime"):
            return original(_now_s())
        return original(*args[:given_before], _localtime(_now_s()))

    return stand_in


_localtime = time.localtime


def replace_in_python() -> None:
    """Put stand-ins where programs find the wall clock."""
    for name in ("ctime", "gmtime", "localtime", "strftime", "asctime"):
        setattr(time, name, _taking_now(name))
    time.time, time.time_ns = _now_s, _now_ns
    _Datetime.__module__, _Datetime.__name__, _Datetime.__qualname__ = "datetime", "datetime", "datetime"
    setattr(datetimes, "datetime", _Datetime)  # noqa: B010
