"""The thread that waits at the server for its process: one call at a time, for the instant aimed at last.

It takes no turns itself. It does not know who in the process waits.
"""

import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from batchmock.shims.server_clock import ClockGoneError, Membership


class Told(Protocol):
    """Who hears how far the clock got."""

    grace_s: float

    def reached(self, asked: int, now: int) -> None:
        """Go on, as the instant that was asked for is there."""
        ...

    def look_for_trouble(self) -> None:
        """See, now and then, whether anybody is stuck."""
        ...

    def close(self) -> None:
        """Go on in real time, as the clock is gone."""
        ...


class ServerMover:
    """Aims, and what comes of them."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._changed = threading.Condition(allocate_lock())
        self._aim: int | None = None
        self._waits_for = ""
        self._number = self._done = 0

    def start(self, told: Told, lost: Callable[[ClockGoneError], None]) -> None:
        """Wait in a thread from now on."""
        start_new_thread(self._run, (told, lost))

    def aim(self, instant: int | None, waits_for: str) -> None:
        """Ask for the turn at an instant, in place of the one before; None lets others go on without."""
        with self._changed:
            is_under_way = self._number != self._done
            if is_under_way and instant == self._aim:
                return
            self._aim, self._waits_for = instant, waits_for
            self._number += 1
            self._changed.notify()
        if is_under_way:
            self._membership.interrupt()

    def aims_at(self, instant: int | None) -> bool:
        """Tell whether that is still what was asked for last."""
        return self._aim == instant

    def _run(self, told: Told, lost: Callable[[ClockGoneError], None]) -> None:
        while True:
            try:
                reached = self._next(told.grace_s)
            except ClockGoneError as gone:
                lost(gone)
                told.close()
                return
            if reached is None:
                told.look_for_trouble()
            elif reached.aim is not None:
                told.reached(reached.aim, reached.now)

    def _next(self, patience_s: float) -> "_Reached | None":
        """Wait for what is aimed at; None if for a while that is nothing new."""
        is_second_try = False
        while True:
            # Before looking at the aim: whoever changes it later has a connection to interrupt.
            self._membership.connect()
            with self._changed:
                if self._number == self._done and not self._changed.wait(patience_s):
                    return None
                number, aim, waits_for = self._number, self._aim, self._waits_for
            try:
                now = self._membership.wait(aim, waits_for)
            except ConnectionError:
                # Interrupted; or the server let go of a connection that was idle, which happens once in a row.
                if number == self._number:
                    if is_second_try:
                        raise ClockGoneError("the server hangs up") from None
                    is_second_try = True
                continue
            with self._changed:
                if number == self._number:
                    self._done = number
                    return _Reached(aim, now)


@dataclass(frozen=True, slots=True)
class _Reached:
    """An instant that was asked for, and when it was reached; None only tells that time passes without us."""

    aim: int | None
    now: int
