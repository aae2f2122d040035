"""What stands in for ``time`` and ``threading`` while time is coupled: for participants, and for nobody else.

Each falls back to what it replaced in a thread that takes no part. Events, semaphores, queues, futures and
barriers all wait on a condition, so there is one place to wait. It does not know how it gets where it stands in.
"""

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from batchmock.coupling.current import become, current, for_real
from batchmock.coupling.waits import Participant, Wait
from batchmock.times import SECOND

# Tools that time tests from inside them.
TOOLS = {"pytest", "_pytest", "pluggy", "hypothesis", "xdist", "execnet", "coverage", "pytest_timeout"}

_getframe = sys._getframe  # pyright: ignore[reportPrivateUsage]
_sleep = time.sleep
_monotonic, _monotonic_ns = time.monotonic, time.monotonic_ns
_perf_counter, _perf_counter_ns = time.perf_counter, time.perf_counter_ns
_condition_wait = threading.Condition.wait
_start, _join = threading.Thread.start, threading.Thread.join


def sleep(secs: float, /) -> None:
    """Stand in for ``time.sleep``."""
    me = current()
    if me is None:
        return _sleep(secs)
    if secs < 0:
        raise ValueError("sleep length must be non-negative")
    me.turns.wait(Wait(me, "time.sleep", bounded(secs)))
    return None


def monotonic() -> float:
    """Stand in for ``time.monotonic``."""
    me = None if _is_of_a_tool(_getframe(1)) else current()
    return _monotonic() if me is None else me.turns.monotonic_ns() / SECOND


def monotonic_ns() -> int:
    """Stand in for ``time.monotonic_ns``."""
    me = current()
    return _monotonic_ns() if me is None else me.turns.monotonic_ns()


def perf_counter() -> float:
    """Stand in for ``time.perf_counter``."""
    me = None if _is_of_a_tool(_getframe(1)) else current()
    return _perf_counter() if me is None else me.turns.perf_counter_ns() / SECOND


def perf_counter_ns() -> int:
    """Stand in for ``time.perf_counter_ns``."""
    me = current()
    return _perf_counter_ns() if me is None else me.turns.perf_counter_ns()


def condition_wait(self: Any, timeout: float | None = None) -> bool:
    """Stand in for ``Condition.wait``: what ``notify`` releases is a wait for the participant's turn."""
    me = current()
    if me is None:
        return _condition_wait(self, timeout)
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    wait = Wait(me, "Condition.wait", None if timeout is None else bounded(timeout))
    self._waiters.append(wait)
    saved = self._release_save()
    try:
        return me.turns.wait(wait)
    finally:
        self._acquire_restore(saved)
        if not wait.was_released and wait in self._waiters:
            self._waiters.remove(wait)


def start(self: threading.Thread) -> None:
    """Stand in for ``Thread.start``: who is started by a participant takes part."""
    me = current()
    if me is None:
        return _start(self)
    newcomer = me.turns.expect(self)
    self.run = _taking_part(newcomer, self.run)
    try:
        with for_real():
            _start(self)
    except BaseException:
        me.turns.leave(newcomer)
        raise
    return None


def join(self: threading.Thread, timeout: float | None = None) -> None:
    """Stand in for ``Thread.join``."""
    me = current()
    other = me and me.turns.participant(self)
    if me is None or other is None or other is me:
        return _join(self, timeout)
    wait = Wait(me, f"the end of {self.name}", None if timeout is None else bounded(timeout))
    other.joining.append(wait)
    if other.is_done or me.turns.wait(wait):
        with for_real():
            _join(self)
    return None


def _is_of_a_tool(frame: FrameType) -> bool:
    """Tell whether a tool asks, which times the test that it runs."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] in TOOLS


def bounded(secs: float) -> float:
    """Return a number of seconds that any clock can count."""
    return min(float(secs), threading.TIMEOUT_MAX)


def _taking_part(newcomer: Participant, run: Callable[[], None]) -> Callable[[], None]:
    def run_in_turn() -> None:
        become(newcomer)
        newcomer.turns.begin(newcomer)
        del newcomer.thread.run
        try:
            run()
        finally:
            newcomer.turns.leave(newcomer)

    return run_in_turn
