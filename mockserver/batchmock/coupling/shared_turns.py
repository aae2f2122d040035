"""Whose turn it is in a process that shares its clock with others: it moves when all of them wait.

Within the process turns are taken as ever. When nobody here has anything left to do now, the process asks for the
instant of whoever comes first, and gets its turn among the others. It does not know how that is asked for.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from batchmock.clock import Clock
from batchmock.coupling.turns import Turns
from batchmock.coupling.waits import Participant, Wait

Events = TypeVar("Events")


class Mover(Protocol):
    """Asks for the process's turn among others."""

    def aim(self, instant: int | None, waits_for: str) -> None:
        """Ask for the turn at an instant, in place of the one before; None lets others go on without."""
        ...

    def aims_at(self, instant: int | None) -> bool:
        """Tell whether that is still what was asked for last."""
        ...


class SharedTurns(Turns):
    """The participants of a process; ``clock`` shows what the shared clock showed last."""

    def __init__(self, clock: Clock, mover: Mover, home: tuple[str, int], *, grace_s: float, limit: int) -> None:
        super().__init__(clock, grace_s=grace_s, limit=limit)
        self._mover = mover
        self._home = home
        # Whether it is this process's turn among the others.
        self._is_ours = True

    def reached(self, asked: int, now: int) -> None:
        """Go on, as it is this process's turn at the instant it asked for."""
        with self._mutex:
            if self.is_closed or not self._mover.aims_at(asked):
                return
            self._move_to(now)
            self._is_ours = True
            if self._holder is None:
                self._pass_on()

    def look_for_trouble(self) -> None:
        """See whether whoever has the turn is stuck out of sight."""
        with self._mutex:
            if not self.is_closed:
                self._look_for_trouble()

    def wait(self, wait: Wait) -> bool:
        """Let others go on until a wait's seconds have passed or it was released; tell whether it was."""
        if wait.participant in self._away and wait.seconds and not self.is_closed:
            # It was out of sight, and has to hear first when it is now.
            super().wait(Wait(wait.participant, "its turn", 0))
        return super().wait(wait)

    def wait_for_either(self, wait: Wait, events: Callable[[float | None], Events]) -> Events | None:
        """Let others go on until a wait's turn comes or something real happens; return what did.

        ``events`` waits for that in real time, and is woken by ``wait.when_given``.
        """
        with self._mutex:
            self._enter(wait)
        try:
            happened = events(None if wait.real is None else wait.seconds)
        except BaseException:
            with self._mutex:
                self._break_off(wait)
            raise
        if wait.real is None:
            self.release(wait)
            self._await_turn_of(wait)
        return happened

    def wait_for_answers(self, wait: Wait) -> None:
        """Let a wait of no time last until no exchange with the server is under way any more."""
        with self._mutex:
            # Only the server knows.
            self._is_ours = False
        self.wait(wait)

    def step_aside(self, participant: Participant) -> None:
        """Let others go on while a participant waits for something real."""
        with self._mutex:
            self._away.add(participant)
            if self._holder is participant and not self.is_closed:
                self._pass_on()

    def close(self) -> None:
        """Let everybody go on in real time."""
        with self._mutex:
            waiting = list(self._waiting.values())
            super().close()
        for wait in waiting:
            wait.when_given()

    def leads_home(self, fd: int) -> bool:
        """Tell whether a file descriptor is a connection to where the clock is."""
        with suppress(OSError), socket.socket(fileno=os.dup(fd)) as looked_at:
            return looked_at.getpeername()[:2] == self._home
        return False

    def _reach(self, instant: int) -> bool:
        if self._is_ours and instant <= self.clock.now():
            return True
        self._is_ours = False
        self._mover.aim(instant, self._waits_for())
        return False

    def _nobody_is_due(self) -> None:
        self._is_ours = False
        self._mover.aim(None, self._waits_for())

    def _look_for_trouble(self) -> None:
        # When nobody here has the turn, another process has it, and may keep it for as long as it works.
        if self._holder is not None:
            super()._look_for_trouble()

    def _break_off(self, wait: Wait) -> None:
        super()._break_off(wait)
        if self._holder is None and not self.is_closed:
            # A signal's handler raised: this thread goes on, and others wait for it.
            self._away.discard(wait.participant)
            self._holder = wait.participant
            self._mover.aim(self.clock.now(), "a signal")

    def _waits_for(self) -> str:
        waiting = sorted(f"{one.thread.name}: {wait}" for one, wait in list(self._waiting.items()))
        return "; ".join(waiting + sorted(f"{one.thread.name}: out of sight" for one in self._away))
