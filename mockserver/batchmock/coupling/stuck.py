"""Whether the thread whose turn it is goes on, or is stuck where nobody can see what it waits for.

It does not know turns, but by their number.
"""

import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType

from batchmock.times import timestamp

# A thread that used this much of the time that passed works, and is not stuck.
WORKING_SHARE = 0.02
# Besides the standard library's, the code in which a thread is of which nothing can be told.
MACHINERY = {"batchmock", "trio", "anyio", "outcome"}

# Saved, as what others find there gets replaced.
real_monotonic = time.monotonic


@dataclass(frozen=True, slots=True)
class Forced:
    """A jump of the clock over something that may not have been waiting for it."""

    what: str
    instant: int
    where: str

    def __str__(self) -> str:
        return f"at {timestamp(self.instant)} over {self.what}, in {self.where}"


class Watch:
    """Looks now and then at whose turn it is."""

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._turn = -1
        self._since = self._used_s = 0.0

    def finds_stuck(self, turn: int, thread: threading.Thread) -> bool:
        """Tell whether the same turn has lasted for a grace period in which its thread did nothing."""
        now, used_s = real_monotonic(), _cpu_s(thread)
        if turn != self._turn or used_s - self._used_s > WORKING_SHARE * (now - self._since):
            self._turn, self._since, self._used_s = turn, now, used_s
            return False
        return now - self._since >= self._grace_s


def whereabouts(thread: threading.Thread) -> str:
    """Return the line at which a thread left code of its own, for that of the library or ours."""
    frame = sys._current_frames().get(thread.ident or 0)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_back is not None and _is_machinery(frame):
        frame = frame.f_back
    if frame is None:
        return "no code any more"
    return f"{frame.f_code.co_qualname} at {frame.f_code.co_filename}:{frame.f_lineno}"


def _is_machinery(frame: FrameType) -> bool:
    top = str(frame.f_globals.get("__name__")).partition(".")[0]
    return top in sys.stdlib_module_names or top in MACHINERY


def _cpu_s(thread: threading.Thread) -> float:
    """Return the CPU time a thread has used, where the system tells."""
    if sys.platform == "win32" or thread.ident is None:
        return 0.0
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    except OSError:
        return 0.0
