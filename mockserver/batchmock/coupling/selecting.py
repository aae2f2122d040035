"""An event loop among the participants: when it has nothing left to do, it waits for its turn like any thread.

Real input and output cannot be told apart from silence, so a loop that has any in flight waits for real before the
clock moves. It does not know whose loop it is.
"""

import os
import socket
from collections.abc import Callable, Iterable
from typing import TypeVar

from batchmock.coupling.shared_turns import SharedTurns
from batchmock.coupling.waits import Participant, Wait

Events = TypeVar("Events")

# How long a loop among other processes waits for connections that kept silent for a whole grace period before.
SILENT_PATIENCE_S = 0.05


class Selecting:
    """What a loop does in place of waiting for its selector.

    - ``select`` waits for real, for so many seconds.
    - ``waited_for`` gives the file descriptors it would wait for, but the one that wakes the loop itself.
    - ``interrupt`` lets the loop return from its selector.
    """

    def __init__(
        self, name: object, waited_for: Callable[[], Iterable[int]], interrupt: Callable[[], None]
    ) -> None:
        self._name = name
        self._waited_for = waited_for
        self._interrupt = interrupt
        self._patience_s: float | None = None
        self._wait: Wait | None = None

    def wake(self) -> None:
        """Let the loop go on when its turn comes; any thread may ask for that."""
        if self._wait is not None:
            self._wait.release()

    def select(self, me: Participant, timeout: float | None, select: Callable[[float | None], Events]) -> Events:
        """Return what the loop has to deal with next: at once, after its turn came, or after ``timeout``."""
        wait = self._wait = Wait(me, self._name, timeout)
        if events := select(0):
            return events
        if isinstance(me.turns, SharedTurns):
            return self._select_shared(me, me.turns, wait, select)
        if any(not _is_listening(fd) for fd in self._waited_for()):
            if events := self._in_flight(me, timeout, select):
                return events
            me.turns.force(str(self._name), f"real input or output, on {self._sockets()}")
        elif timeout is None and list(self._waited_for()):
            return self._in_flight(me, None, select)
        me.turns.wait(wait)
        return select(0)

    def _select_shared(
        self, me: Participant, turns: SharedTurns, wait: Wait, select: Callable[[float | None], Events]
    ) -> Events:
        """Wait for the turn among all processes, or for something real that another may send."""
        connected = [fd for fd in self._waited_for() if not _is_listening(fd)]
        if any(not turns.leads_home(fd) for fd in connected):
            if events := select(self._patience_s or turns.grace_s):
                self._patience_s = None
                return events
            self._patience_s = SILENT_PATIENCE_S
        elif connected:
            # What there is to read has come by then.
            turns.wait_for_answers(Wait(me, self._name, 0))
            if events := select(0):
                return events
        wait.when_given = self._interrupt
        happened = turns.wait_for_either(wait, select)
        return happened or select(0)

    def _in_flight(
        self, me: Participant, timeout: float | None, select: Callable[[float | None], Events]
    ) -> Events:
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
