"""An event loop among the participants: when it has nothing left to do, it waits for its turn like any thread.

Real input and output cannot be told apart from silence, so a loop that has any in flight waits for real before the
clock moves. It does not know whose loop it is.
"""

import os
import socket
from collections.abc import Callable, Iterable
from typing import TypeVar

from batchmock.coupling.waits import Participant, Wait

Events = TypeVar("Events")


class Selecting:
    """What a loop does in place of waiting for its selector.

    - ``select`` waits for real, for so many seconds.
    - ``waited_for`` gives the file descriptors it would wait for, but the one that wakes the loop itself.
    """

    def __init__(self, name: object, waited_for: Callable[[], Iterable[int]]) -> None:
        self._name = name
        self._waited_for = waited_for
        self._wait: Wait | None = None

    def wake(self) -> None:
        """Let the loop go on when its turn comes; any thread may ask for that."""
        if self._wait is not None:
            self._wait.release()

    def select(self, me: Participant, timeout: float | None, select: Callable[[float], Events]) -> Events:
        """Return what the loop has to deal with next: at once, after its turn came, or after ``timeout``."""
        wait = self._wait = Wait(me, self._name, timeout)
        if events := select(0):
            return events
        if any(not _is_listening(fd) for fd in self._waited_for()):
            if events := self._in_flight(me, timeout, select):
                return events
            me.turns.force(str(self._name), f"real input or output, on {self._sockets()}")
        elif timeout is None and list(self._waited_for()):
            return self._in_flight(me, None, select)
        me.turns.wait(wait)
        return select(0)

    def _in_flight(self, me: Participant, timeout: float | None, select: Callable[[float], Events]) -> Events:
        """Wait for real, in turn with whoever goes on now: a grace period, or without a timeout for ever."""
        while True:
            me.turns.wait(Wait(me, self._name, 0))
            events = select(0) or select(me.turns.grace_s)
            if events or timeout is not None:
                return events

    def _sockets(self) -> str:
        return ", ".join(f"file descriptor {fd}" for fd in self._waited_for() if not _is_listening(fd))


def _is_listening(fd: int) -> bool:
    """Tell whether nothing but a new connection can come in: nobody waits for that on this side."""
    try:
        with socket.socket(fileno=os.dup(fd)) as looked_at:
            return bool(looked_at.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False
