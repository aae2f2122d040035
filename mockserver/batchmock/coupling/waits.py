"""A thread that takes part in coupled time, and what it waits for.

It does not know who goes on when.
"""

import threading
from _thread import LockType, allocate_lock
from collections.abc import Callable
from typing import TYPE_CHECKING

from batchmock.errors import CoupledTimeError

if TYPE_CHECKING:
    from batchmock.coupling.turns import Turns


def _nothing() -> None:
    pass


class Wait:
    """One thread waiting, for so long or until it is released; whoever wants may release it."""

    __slots__ = (
        "deadline", "error", "is_over", "order", "participant", "real", "seconds", "was_released", "what",
        "when_given",
    )  # fmt: skip

    def __init__(self, participant: "Participant", what: object, seconds: float | None = None) -> None:
        self.participant = participant
        self.what = what
        self.seconds = seconds
        self.deadline: int | None = None
        self.order = -1
        self.is_over = False
        self.was_released = False
        self.error: CoupledTimeError | None = None
        # What is really waited on, should this wait outlast its block.
        self.real: LockType | None = None
        # For a thread that waits for something else as well, and has to be woken from that.
        self.when_given: Callable[[], None] = _nothing

    def release(self) -> None:
        """Let the thread go on when its turn comes; a second time changes nothing."""
        self.participant.turns.release(self)

    def outlast(self) -> None:
        """Go on in real time."""
        self.real = allocate_lock()
        self.real.acquire()

    def __str__(self) -> str:
        return str(self.what) if self.seconds is None else f"{self.what} for {self.seconds:g} s"


class Participant:
    """A thread that takes part."""

    __slots__ = ("is_done", "joining", "thread", "turns", "wake")

    def __init__(self, turns: "Turns", thread: threading.Thread) -> None:
        self.turns = turns
        self.thread = thread
        self.is_done = False
        self.joining: list[Wait] = []
        self.wake = allocate_lock()
        self.wake.acquire()
