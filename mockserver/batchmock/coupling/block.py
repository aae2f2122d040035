"""A block of coupled time: who enters it takes part, with every thread and event loop started from there.

It does not know what an emulator is: it takes the clock that the code's waiting is to move.
"""

import warnings
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from batchmock.clock import Clock
from batchmock.coupling.current import become, current, for_real
from batchmock.coupling.loops import replace_asyncio, running_loop_coupled
from batchmock.coupling.patches import Undo, replace_all
from batchmock.coupling.stuck import Forced
from batchmock.coupling.trio_loops import replace_trio, shift_clock
from batchmock.coupling.turns import Turns
from batchmock.errors import CoupledTimeWarning, UsageError
from batchmock.times import DAY

# Shorter ones were seen to run out in a garbage collection on a busy machine.
GRACE_S = 1.0
# Longer than results are kept; short enough that a loop which never ends is told so within a minute.
LIMIT = 90 * DAY


class CoupledTime:
    """A block that lasts."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    @property
    def forced(self) -> Sequence[Forced]:
        """Each time the clock had to move over something that it could not see waiting."""
        return self._turns.forced

    def outside(self) -> AbstractContextManager[None]:
        """Put this thread, and what it starts, on real time for a while; the clock stands still meanwhile."""
        return for_real()


def prepared() -> AbstractContextManager[None]:
    """Keep what blocks replace in place between blocks, so that entering many of them costs next to nothing.

    Threads that take part in no block see real time, as ever.
    """
    return _REPLACED


@contextmanager
def coupled_time(clock: Clock, *, grace_s: float = GRACE_S, limit: int = LIMIT) -> Generator[CoupledTime]:
    """Let waiting move a clock, instead of taking time, for as long as the block lasts.

    Who is stuck out of sight for ``grace_s`` real seconds no longer holds the clock up, and is told of in a
    ``CoupledTimeWarning`` at the end. Inside another block the clock follows the other's.

    Raises:
        CoupledTimeError: nobody can ever go on, or nobody does within ``limit`` (ns) of virtual time.
    """
    me = current()
    if me is not None:
        with _following(me.turns, clock):
            yield CoupledTime(me.turns)
        return
    turns = Turns(clock, grace_s=grace_s, limit=limit)
    with _REPLACED, _taking_part(turns):
        yield CoupledTime(turns)
    if turns.forced:
        told = "\n".join(f"  {jump}" for jump in turns.forced)
        warnings.warn(f"coupled time moved\n{told}", CoupledTimeWarning, stacklevel=4)


@contextmanager
def _following(turns: Turns, clock: Clock) -> Generator[None]:
    if clock is turns.clock:
        yield
        return
    turns.follow(clock)
    try:
        yield
    finally:
        turns.unfollow(clock)


@contextmanager
def _taking_part(turns: Turns) -> Generator[None]:
    before = become(turns.first)
    try:
        with running_loop_coupled(turns.first):
            yield
    finally:
        shift_clock(turns.first)
        become(before)
        turns.close()


class _Replaced:
    """The stand-ins, in place as long as any block lasts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._blocks = 0
        self._undo: list[Undo] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._blocks == 0:
                self._undo = _replace_wall_clock() + replace_all() + replace_asyncio() + replace_trio()
            self._blocks += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._blocks -= 1
            if self._blocks == 0:
                for undo in reversed(self._undo):
                    undo()


_REPLACED = _Replaced()


def _replace_wall_clock() -> list[Undo]:
    try:
        # Only now: time-machine brings a good part of pytest along.
        from batchmock.coupling.wall import replace_wall_clock
    except ImportError as error:
        raise UsageError(f"coupled time needs {error.name}, which is not installed") from None
    return replace_wall_clock()
