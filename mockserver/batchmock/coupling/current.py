"""Which participant the current thread is, if it is one.

It does not know who asks.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from batchmock.coupling.waits import Participant


class _Current(threading.local):
    participant: Participant | None = None
    is_for_real = False


_CURRENT = _Current()


def current() -> Participant | None:
    """Return the participant that this thread is; None for threads on real time."""
    participant = _CURRENT.participant
    if participant is None or _CURRENT.is_for_real or participant.turns.is_closed:
        return None
    return participant


def become(participant: Participant | None) -> Participant | None:
    """Let this thread be a participant from now on, or none; return what it was."""
    before, _CURRENT.participant = _CURRENT.participant, participant
    return before


@contextmanager
def for_real() -> Generator[None]:
    """Put this thread on real time for as long as the block lasts; the clock stands still meanwhile."""
    before, _CURRENT.is_for_real = _CURRENT.is_for_real, True
    try:
        yield
    finally:
        _CURRENT.is_for_real = before
