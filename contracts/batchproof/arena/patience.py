"""Ends a client that hangs: in real time, whatever it does, as long as it does it in Python.

It does not know virtual time: a client that waits on that takes no time at all.
"""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

# A client that computes without end is told by the processor's time, which a busy machine does not stretch; one
# that waits for something real is told by the clock, with room for a busy machine.
CPU_S = 30
REAL_S = 90


class HungError(BaseException):
    """A client hung; no ``except Exception`` of its own may keep it from ending."""


@contextmanager
def patience(cpu_s: float = CPU_S, real_s: float = REAL_S) -> Generator[None]:
    """Raise ``HungError`` in a block that takes too long; where there are no such signals, nothing happens."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = {number: signal.signal(number, _hung) for number in (signal.SIGALRM, signal.SIGPROF)}
    signal.setitimer(signal.ITIMER_REAL, real_s)
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _hung(number: int, frame: FrameType | None) -> None:
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}" if frame else "C"
    spent = "computed without end" if number == signal.SIGPROF else "waited for something real"
    raise HungError(f"it {spent}, at {where}")
