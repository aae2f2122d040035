"""Work in a process of its own that dies where it is told to, and what it knew then.

It does not know what the work is.
"""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from batchproof.errors import DiedError, HarnessError

KILLED = 137
CAN_FORK = hasattr(os, "fork")


class Fork:
    """A child process, from within: how it reports before it ends."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def end(self, report: Any, code: int = 0) -> NoReturn:
        """Report, and end this process at once: nothing is flushed, no handler runs."""
        data = pickle.dumps(report)
        view = memoryview(data)
        while view:
            view = view[os.write(self._pipe, view) :]
        os._exit(code)


def in_child(work: Callable[[Fork], Any]) -> Any:
    """Do work in a child process, and return what it reports.

    Raises:
        DiedError: it ended without a report. HarnessError: it failed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_child(work, Fork(writing))
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
    except BaseException:
        # Whoever ends this process ends the child's, too, whatever the client does in it.
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if not data:
        raise DiedError(os.waitstatus_to_exitcode(status))
    report = pickle.loads(data)
    if isinstance(report, HarnessError):
        raise report
    return report


def _be_child(work: Callable[[Fork], Any], fork: Fork) -> NoReturn:
    try:
        report = work(fork)
    except BaseException:
        report = HarnessError(f"a process of the suite failed:\n{traceback.format_exc()}")
    fork.end(report)
