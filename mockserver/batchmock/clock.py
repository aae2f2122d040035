"""The clock a workspace owns: how its now moves, and the ways a test can move it.

It does not know real time: whoever makes a clock hands it the source of real nanoseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

from batchmock.clock_clients import ClockClients
from batchmock.errors import UsageError
from batchmock.times import DAY, LAST_INSTANT, MICROSECOND, MINUTE, timestamp, write_duration

ClockMode = Literal["manual", "scaled", "stepped", "wall", "coupled"]
CLOCK_MODES: tuple[ClockMode, ...] = ("manual", "scaled", "stepped", "wall", "coupled")

# Past this a real millisecond is a virtual month, and no client can see anything happen.
SPEED_MAX = 1e9
# A coupled client that polls so often at one instant never waits, and would poll for ever.
POLLS_IN_PLACE_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSetting:
    """How a clock moves.

    - *manual*: only when told.
    - *scaled*: ``speed`` virtual seconds for each real one.
    - *stepped*: by ``step`` (ns) after each poll of an unfinished batch, and after each call that a limit turns
      away, however long the client really slept.
    - *wall*: with real time.
    - *coupled*: as its clients wait; while it has none, as a stepped one.
    """

    mode: ClockMode = "scaled"
    speed: float = 3600.0
    step: int = 10 * MINUTE

    def __post_init__(self) -> None:
        if self.mode not in CLOCK_MODES:
            raise UsageError(f"mode is {self.mode!r}; it is one of {', '.join(CLOCK_MODES)}")
        if not 0 < self.speed <= SPEED_MAX:
            raise UsageError(f"speed is {self.speed:g}; it is more than 0 and at most {SPEED_MAX:g}")
        if not 0 < self.step <= 365 * DAY:
            raise UsageError(f"step is {write_duration(max(self.step, 0))}; it is more than 0 and at most 365d")

    @property
    def rate(self) -> float:
        """Virtual seconds that pass in each real one by themselves."""
        # Whole numbers keep whole nanoseconds exact, over any span.
        return {"manual": 0, "stepped": 0, "scaled": self.speed, "wall": 1, "coupled": 0}[self.mode]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A virtual instant, the reading of the real source at which it was now, and how fast it goes on."""

    virtual: int
    real: int
    rate: float


class Clock:
    """A clock that only goes forward; readings are whole microseconds, as the wire shows them."""

    def __init__(self, setting: ClockSetting, *, start: int, real: Callable[[], int]) -> None:
        self._lock = Lock()
        self._real = real
        self._setting = setting
        self._anchor = Anchor(start, real(), setting.rate)
        self._polls_in_place = 0
        self.steps = 0
        self.clients = ClockClients(self)

    @property
    def setting(self) -> ClockSetting:
        """How the clock moves at present."""
        return self._setting

    def now(self) -> int:
        """Return the virtual instant in nanoseconds; at the end of the calendar the clock stands still."""
        return self._reading(self._anchor)

    def advance(self, by: int) -> tuple[int, int]:
        """Move forward by a duration in one jump; return the instants before and after.

        Raises:
            UsageError: ``by`` is negative, or leads past the end of the calendar.
        """
        if by < 0:
            raise UsageError("a clock only goes forward; advance it by zero or more")
        with self._lock:
            return self._move(by)

    def advance_to(self, instant: int) -> tuple[int, int]:
        """Move forward to an instant; return the instants before and after.

        Raises:
            UsageError: the instant has passed already, or lies past the end of the calendar.
        """
        with self._lock:
            before = self.now()
            if instant < before:
                raise UsageError(f"a clock only goes forward; it is already {timestamp(before)}")
            return self._move(instant - before)

    def restart(self, instant: int) -> None:
        """Go on from an instant, which may have passed: for what is put back as it was then."""
        with self._lock:
            self._anchor = Anchor(instant, self._real(), self._setting.rate)

    def change(self, setting: ClockSetting) -> None:
        """Go on from the present instant in another way."""
        with self._lock:
            self._anchor = Anchor(self.now(), self._real(), setting.rate)
            self._setting = setting

    def polled_unfinished(self) -> None:
        """Take note that a client has to wait: it looked at a batch that has not ended, or came too soon.

        A stepped clock moves now.
        """
        if self._setting.mode == "stepped" or (self._setting.mode == "coupled" and self._is_left_alone()):
            with self._lock:
                step = min(self._setting.step, LAST_INSTANT - self.now())
                self._move(step)
                self.steps += 1

    def _is_left_alone(self) -> bool:
        self._polls_in_place += 1
        return not self.clients.hold_the_clock or self._polls_in_place > POLLS_IN_PLACE_MAX

    def _move(self, by: int) -> tuple[int, int]:
        before = self.now()
        if by:
            self._polls_in_place = 0
        if before + by > LAST_INSTANT:
            raise UsageError(f"the calendar ends at {timestamp(LAST_INSTANT)}, and it is {timestamp(before)}")
        self._anchor = replace(self._anchor, virtual=self._anchor.virtual + by)
        return before, self.now()

    def _reading(self, anchor: Anchor) -> int:
        virtual = anchor.virtual
        if anchor.rate:
            virtual = min(virtual + int((self._real() - anchor.real) * anchor.rate), LAST_INSTANT)
        return virtual // MICROSECOND * MICROSECOND
