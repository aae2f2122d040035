"""Starts a program so that it can be spoken to, interrupted, and ended with all that it starts.

It does not know what is said.
"""

import os
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from batchproof.errors import UsageError


def started(command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, with pipes to and from it.

    Raises:
        UsageError: it cannot be started.
    """
    if os.name != "posix":
        raise UsageError(
            "programs are driven on POSIX systems only; elsewhere not all that they start can be ended"
        )
    try:
        with _interruptible():
            return subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                start_new_session=True,
            )
    except (OSError, ValueError, IndexError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot start {' '.join(command) or 'nothing'}: {told}") from None


@contextmanager
def _interruptible() -> Generator[None]:
    """Let what is started be ended by SIGINT, although this process may ignore it."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        yield
        return
    # What is ignored stays so in a child; what is handled does not.
    signal.signal(signal.SIGINT, _overlook)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _overlook(number: int, frame: FrameType | None) -> None:
    """Do nothing."""
