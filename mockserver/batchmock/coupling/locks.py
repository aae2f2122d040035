"""Locks whose waiting can be seen: what ``threading.Lock`` and ``RLock`` make while time is coupled.

A lock made earlier is C's own; a participant that waits for one is stuck out of sight. These go on to work in any
thread, and after the block. It does not know why they are held.
"""

import threading
from _thread import allocate_lock
from collections import deque
from contextlib import suppress
from typing import Any

from batchmock.coupling.current import current
from batchmock.coupling.stand_ins import bounded
from batchmock.coupling.waits import Participant, Wait
from batchmock.times import SECOND


class VisibleLock:
    """A lock that participants wait for in turn."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._waits: deque[Wait] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; tell whether that worked out."""
        me = current()
        if me is None or not blocking:
            return self._lock.acquire(blocking, timeout)
        return self._lock.acquire(False) or self._acquire_in_turn(me, timeout)

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()
        if self._waits:
            self._waits.popleft().release()

    def locked(self) -> bool:
        """Tell whether anybody holds it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()

    def _acquire_in_turn(self, me: Participant, timeout: float) -> bool:
        seconds = None if timeout < 0 else bounded(timeout)
        while True:
            wait = Wait(me, "Lock.acquire", seconds)
            self._waits.append(wait)
            # It may have been given back in the meantime, by a thread that takes no turns.
            is_mine = self._lock.acquire(False)
            was_released = is_mine or me.turns.wait(wait)
            with suppress(ValueError):
                self._waits.remove(wait)
            if is_mine or self._lock.acquire(False):
                return True
            if not was_released:
                return False
            seconds = None if wait.deadline is None else (wait.deadline - me.turns.clock.now()) / SECOND

    def _at_fork_reinit(self) -> None:
        self._lock = allocate_lock()
        self._waits.clear()


_PureRLock: Any = vars(threading)["_RLock"]


class VisibleRLock(_PureRLock):
    """A lock that its holder may take again, and that participants wait for in turn."""

    def __init__(self) -> None:
        _PureRLock.__init__(self)
        self._block = VisibleLock()
